"""Each screen in each state that looks different, at 80x24; the main ones small and wide as well."""

from dataclasses import replace

import pytest
from stand_in import BEAT, FULL, SUBMISSIONS, TARGETS, ago

from tui_batch.errors import StoreError
from tui_batch.model import Contact
from tui_batch.shown import BatchRow, Snapshot

STALE = replace(
    FULL,
    submissions=(SUBMISSIONS[0]._replace(health="no answer in 30 s", as_of=ago(3000)), *SUBMISSIONS[1:]),
    contacts={"fir": Contact(True, heard=ago(3000), next=ago(-35), trouble="fir: no answer in 30 s.")},
)
UNWATCHED = replace(FULL, courier=replace(BEAT, alive=False))
HOSTILE = Snapshot(
    (
        SUBMISSIONS[0]._replace(batch="\x1b[31mred\x1b[0m\nline", target="\u202egnp.exe", note="\x07bell\x1b]0;x\x07"),
        SUBMISSIONS[2]._replace(batch="日本語テキスト" * 9, target="☂️👩‍👩‍👧"),
    ),
    (), TARGETS, BEAT, ("history/2026-10.login1.toml: line 3 is torn; set aside",),
)  # fmt: skip

HOME = ("R    212",)


def later(desk):
    desk.clock += 6


def with_a_batch(desk):
    desk.made = [BatchRow("raft", "raft", 9, ago(60), 0, "")]


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (120, 40)], ids=["80x24", "60x15", "120x40"])
def test_home(picture, size):
    assert picture(("R    212",), size=size)


def test_home_empty(picture):
    assert picture(("Nothing was submitted yet",), snapshot=Snapshot(targets=TARGETS), ready=with_a_batch)


def test_home_of_somebody_new(picture):
    assert picture(("makes many jobs", "D try"), snapshot=Snapshot(targets=TARGETS))


def test_home_loading(picture):
    assert picture(("loading...",), ready=lambda desk: setattr(desk, "snapshot", lambda: None))


def test_home_error(picture):
    def fail(desk):
        desk.trouble = StoreError("The store in /data/ada cannot be read: Stale file handle.")

    assert picture(("It is tried again.",), ready=fail)


def test_home_stale(picture):
    assert picture(("in trouble", *HOME), snapshot=STALE)


def test_home_without_a_courier(picture):
    assert picture(HOME, later, ("nobody watches",), snapshot=UNWATCHED)


def test_home_with_hostile_names(picture):
    assert picture(("red", "R    212"), snapshot=HOSTILE)


def test_home_filtered(picture):
    assert picture(HOME, "slash", "c4", "enter", ("1/2", "PD     0"))


def test_home_filter_without_a_match(picture):
    assert picture(HOME, "slash", "zzz", "enter", ("Nothing matches",))


def test_home_question(picture):
    assert picture(HOME, "jjc", ("Cancel 12 queued", "PD     0"))


def test_home_prompt_with_an_error(picture):
    assert picture(HOME, "c", "7", "enter", ("type 789, or Esc",))


def test_jobs(picture):
    assert picture(HOME, "enter", ("1/1003",))


def test_jobs_failed(picture):
    assert picture(HOME, "enter", ("1/1003",), "slash", "state:f", "enter", ("Critical error",))


def test_job(picture):
    assert picture(HOME, "d", ("It is empty so far.",))


def test_log(picture, tmp_path):
    (tmp_path / "212.out").write_text("".join(f"step {n}: loss {1 / (n + 1):.4f}\n" for n in range(90)))
    assert picture(HOME, "l", ("step 89", "following"), home=tmp_path)


def test_log_searched(picture, tmp_path):
    (tmp_path / "212.out").write_text("".join(f"step {n}: loss {1 / (n + 1):.4f}\n" for n in range(90)))
    assert picture(HOME, "l", ("step 89",), "g", "slash", "step 44", "enter", ("step 44", "%"), home=tmp_path)


def test_log_that_is_not_there_yet(picture):
    assert picture(HOME, "l", ("empty so far",))


def test_batches(picture):
    assert picture(HOME, "2", ("never-sent",))


def test_batches_empty(picture):
    assert picture(("makes many jobs",), "2", ("No batch was made yet",), snapshot=Snapshot(targets=TARGETS))


def test_batch_jobs(picture):
    assert picture(HOME, "2", ("never-sent",), "enter", ("netmc-T0.1-0.9-11",))


def test_help(picture):
    assert picture(HOME, "question_mark", ("page down",))
