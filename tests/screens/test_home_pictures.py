"""The screens about submissions and targets, in each state that looks different."""

from dataclasses import replace
from pathlib import Path

import pytest
from stand_in import FULL, SUBMISSIONS, TARGETS, ago, submission

from tui_batch.model import Contact, Order
from tui_batch.shown import Snapshot

SIZES = pytest.mark.parametrize("size", [(80, 24), (60, 15), (120, 40)], ids=["80x24", "60x15", "120x40"])
HOME = ("R    212",)
CONTACTS = {
    "fir": Contact(True, "slurm 24.11.1 answers", {"version": "24.11.1", "jobs at most": "4000"}, ago(60), ago(12),
                   ago(-18)),
    "aws": Contact(heard=ago(3000), next=ago(-200), trouble="aws: no answer in 30 s."),
}  # fmt: skip
TROUBLED = replace(
    FULL,
    contacts=CONTACTS,
    submissions=(*SUBMISSIONS[:2], SUBMISSIONS[2]._replace(health="aws: no answer in 30 s.", as_of=ago(3000)),
                 *SUBMISSIONS[3:]),
)  # fmt: skip
MIXED = submission(
    "20261120-1158-chard", "mixed", "fir", 12,
    {"succeeded": 2, "failed": 3, "timed_out": 2, "out_of_memory": 1, "cancelled": 1, "held": 1, "queued": 2}, 60,
)  # fmt: skip


def waits(desk):
    """Its queued jobs say why."""
    jobs = desk.jobs(SUBMISSIONS[0].id)
    words = ("Priority", "Priority", "Resources", "ReqNodeNotAvail, Reserved for maintenance")
    rows = [
        replace(row, status=replace(row.status, detail=words[row.index % 4]))
        if row.status.state in ("queued", "held") else row
        for row in jobs.rows
    ]  # fmt: skip
    desk.lists[SUBMISSIONS[0].id] = replace(jobs, rows=rows)


def logs(folder):
    (folder / "212.out").write_text("".join(f"step {n}: loss {1 / (n + 1):.4f}\n" for n in range(90)))
    (folder / "212.err").write_text("a warning: no seed was given\n")


def seen(desk):
    desk.memory["seen"] = {"at": ago(79000), "open": {SUBMISSIONS[0].id: {"failed": 0}}}


def sending(desk):
    draft = submission("20261120-1200-iris", "never-sent", "fir", 9, {"draft": 9}, 1)
    order = Order(draft.id, "submit", draft.id, ago(1), "never-sent", target="fir", total=9, leaves=ago(-4))
    desk.current = replace(FULL, submissions=(draft, *SUBMISSIONS), orders=(order,))


def test_home_that_waits(picture):
    assert picture(("why:",), "jk", ready=waits)


def test_home_since(picture):
    assert picture(("Since 14:03 yesterday", *HOME), ready=seen)


def test_home_sending(picture):
    assert picture(("leaves in 4 s", "DR     0"), ready=sending)


def test_home_cancelling(picture):
    assert picture(HOME, "jjcy", ("takes it back", "PD     0"))


def test_home_marked(picture):
    assert picture(HOME, "space", "space", "c", ("2 marked", "Cancel"))


def test_home_choice_of_what_to_run_again(picture):
    assert picture(("F      2",), "R", ("f 3",), snapshot=Snapshot((MIXED,), (), TARGETS, FULL.courier))


def test_home_hold_or_release(picture):
    assert picture(HOME, "H", ("release",))


def test_home_paused(picture):
    assert picture(HOME, "p", ("paused: p",), "j", ("> CD     0",))


def test_home_with_another_border(picture):
    assert picture(HOME, "---", ("R    221",))


def test_home_wide_with_a_log(picture, tmp_path):
    logs(tmp_path)
    assert picture(("step 89",), size=(120, 40), home=tmp_path, ready=waits)


@SIZES
def test_why(picture, size):
    assert picture(("why:",), "w", ("Reserved",), size=size, ready=waits)


@SIZES
def test_all_jobs(picture, size):
    assert picture(HOME, "3", ("running first", "1/1015"), size=size)


def test_all_jobs_empty(picture):
    assert picture(("makes many",), "3", ("No job is open",), snapshot=Snapshot(targets=TARGETS))


@SIZES
def test_targets(picture, size):
    assert picture(HOME, "4", ("local (local)",), "j", ("fir (slurm)",), size=size, snapshot=TROUBLED)


def test_targets_in_trouble(picture):
    assert picture(HOME, "4", ("local (local)",), "G", ("aws (awsbatch)",), snapshot=TROUBLED)


def test_targets_examined(picture):
    order = Order("p1", "probe", "", ago(0), target="fir")
    assert picture(HOME, "4", ("examining...",), snapshot=replace(FULL, orders=(order,)))


def test_targets_only_this_machine(picture):
    assert picture(("makes many",), "4", ("More targets",), snapshot=Snapshot(targets=TARGETS[:1]))


def test_batches_wide(picture):
    assert picture(HOME, "2", ("Axes",), size=(120, 40))


def test_batches_deleting(picture):
    assert picture(HOME, "2", ("never-sent",), "j", "X", ("Type 12:",))


@pytest.mark.parametrize("size", [(60, 15), (120, 40)], ids=["60x15", "120x40"])
def test_jobs(picture, size):
    assert picture(HOME, "enter", ("1/1003",), size=size)


def test_jobs_stale(picture):
    stale = replace(
        FULL,
        submissions=(SUBMISSIONS[0]._replace(health="fir: no answer.", as_of=ago(3000)),),
        contacts={"fir": Contact(heard=ago(3000), next=ago(-35), trouble="fir: no answer.")},
    )
    assert picture(HOME, "enter", ("as of 11:10",), snapshot=stale)


def test_job_wide(picture, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # so that the paths shown are the same everywhere
    store = Path("store")
    store.mkdir()
    logs(store)
    assert picture(HOME, "d", ("step 89", "a warning", "input.csv"), size=(120, 40))
