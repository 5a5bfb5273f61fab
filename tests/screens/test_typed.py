"""What was typed: as groups, as a draft, as a batch had it."""

from pathlib import Path

import pytest
from stand_in import RAFT

from tui_batch.model import Batch
from tui_batch.screens.typed import TOGETHER, WHERE, Typed, groups, of_batch, remembered, spelled, toggled
from tui_batch.store.sources import FileSources
from tui_batch.sweep import plan

VARYING = ("a", "b", "c", "d")


def test_groups_are_read_as_they_are_written():
    assert groups("a, b;c,d ; ") == [["a", "b"], ["c", "d"]]
    assert spelled([["a", "b"], ["c", "d"]]) == "a, b; c, d"


@pytest.mark.parametrize(
    ("together", "key", "then"),
    [
        ([], "b", [["a", "b"]]),
        ([], "a", [["a", "b"]]),
        ([["a", "b"]], "c", [["a", "b", "c"]]),
        ([["a", "b"]], "d", [["a", "b"], ["c", "d"]]),
        ([["a", "b"]], "b", []),
        ([["a", "b", "c"]], "b", [["a", "c"]]),
        ([["b", "c"]], "a", [["a", "b", "c"]]),
    ],
)
def test_an_axis_joins_the_one_before_it_and_leaves_again(together, key, then):
    assert toggled(together, key, VARYING) == then


def test_a_draft_is_the_same_after_it_was_kept():
    typed = Typed({"a": "1..9", WHERE: "a > 3"}, "a", "2026-11-20T12:00:00.000Z")
    assert remembered(typed.table()) == typed
    assert Typed().table() == {}
    assert remembered({}) == remembered({"texts": 3}) == Typed()
    assert Typed({"a": "\udcff"}).table()["texts"] == {"a": "?"}


def sweep_of(typed):
    """The sweep that a form makes of what is typed into it; single values are fixed."""
    keys = [variable.key for variable in RAFT.variables]
    axes = [(key, typed.texts[key]) for key in keys if key in typed.texts]
    return plan(RAFT, axes, (), groups(typed.texts.get(TOGETHER, "")), typed.texts.get(WHERE, ""), "", FileSources())


def batch_of(sweep):
    return Batch("b", Path(), "raft", "", sweep.count, "", sweep.varying, {}, sweep.axes, fixed=sweep.fixed,
                 zips=sweep.zips, where=sweep.where)  # fmt: skip


def rows_of(sweep):
    return [tuple(str(values[key]) for key in sweep.varying) for values in sweep.values()]


@pytest.mark.parametrize(
    "arguments",
    [
        ([("seed", "1..4"), ("temperature", "1..4")], [("mode", "exact")], [("seed", "temperature")], "seed > 2", ""),
        ([("temperature", "uniform(0, 1, 3, seed=7)")], [], [], "", ""),
        ([("mode", "fast, exact")], [], [], "", "seed,temperature\n1,0.5\n2,0.7\n"),
        ([], [], [], "", "seed\n3\n5\n"),
        ([], [], [], "", ""),
    ],
)
def test_a_clone_makes_the_same_jobs(arguments):
    axes, fixed, zips, where, table = arguments
    made = plan(RAFT, axes, fixed, zips, where, table, FileSources())
    again = sweep_of(of_batch(batch_of(made), rows_of(made), RAFT))
    assert sorted(map(str, again.values())) == sorted(map(str, made.values()))


def test_what_the_template_has_no_more_is_left_out():
    batch = Batch("b", Path(), "raft", "", 2, "", ("gone",), {}, {"gone": "1, 2"}, fixed={"lost": "3", "mode": "fast"})
    assert of_batch(batch, [("1",), ("2",)], RAFT) == Typed()
