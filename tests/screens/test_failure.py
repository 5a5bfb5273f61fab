"""What went wrong with a job is before the eyes when its page opens, whole at 80x24, and how to run it again."""

from dataclasses import replace

import pytest
from stand_in import FULL, TARGETS, FakeDesk, ago, submission
from waiting import hides, screen_text, shows, until

from tui_batch.app import BatchApp
from tui_batch.model import Resources, Status
from tui_batch.screens.failure import account, last_words
from tui_batch.shown import JobList, JobRow, Snapshot
from tui_batch.states import JobState as S

HELD = Status(
    S.OUT_OF_MEMORY, id="18231_0", exit_code=137, started=ago(4000), ended=ago(338), as_of=ago(3), evidence="sacct",
    detail="OUT_OF_MEMORY", peak_mb=512.4,
)  # fmt: skip
LATE = replace(HELD, state=S.TIMED_OUT, id="18231_1", exit_code=None, detail="TIMEOUT", peak_mb=None)
PLAIN = replace(HELD, state=S.FAILED, id="18231_2", exit_code=3, detail="exit 3", peak_mb=80.0)
NEEDS = Resources(minutes=60.0, memory_mb=500)
FAILED = submission("20261120-1158-chard", "mixed", "fir", 4, {}, 60)._replace(
    counts={S.OUT_OF_MEMORY: 1, S.TIMED_OUT: 1, S.FAILED: 1, S.SUCCEEDED: 1}, ended=ago(300)
)


def words(lines):
    return [" ".join("".join(text for text, _ in line).split()) for line in lines]


def of(status, needs=NEEDS):
    return words(account(JobRow(0, "a", (), status), needs, "R"))


def test_what_it_held_and_how_long_it_ran_stand_against_what_it_asked_for():
    assert of(HELD) == [
        "Failed: out of memory", "memory held 512 MB of 500 MB", "time ran 61:02 of 60:00",
        "exit code 137: signal KILL", "the target says OUT_OF_MEMORY", "to do R runs it again with more memory", "",
    ]  # fmt: skip
    assert of(LATE)[1:] == [
        "time ran 61:02 of 60:00",
        "the target says TIMEOUT",
        "to do R runs it again with more time",
        "",
    ]


def test_what_is_not_known_is_not_said():
    assert of(PLAIN, Resources()) == [
        "Failed", "memory held 80 MB", "time ran 61:02", "exit code 3", "to do R runs it again", ""
    ]  # fmt: skip
    bare = Status(S.OUT_OF_MEMORY, detail="Killed by the daemon.")
    assert of(bare)[1:3] == ["memory asked for 500 MB", "the target says Killed by the daemon."]
    assert of(replace(bare, state=S.LOST), Resources())[1:] == [
        "the target says Killed by the daemon.", "to do R runs it again, if it is not to be found", ""
    ]  # fmt: skip


@pytest.mark.parametrize("state", [state for state in S if not state.ended or state in (S.SUCCEEDED, S.CANCELLED)])
def test_a_job_that_did_not_fail_has_no_such_account(state):
    assert of(replace(HELD, state=state)) == []


def test_what_was_written_last_is_of_stderr_if_anything_was_written_there():
    both = {"stdout": ["step 9"], "stderr": [f"line {n}" for n in range(10)]}
    assert words(last_words(both, "empty")) == ["The end of stderr", *(f"line {n}" for n in range(2, 10)), ""]
    assert words(last_words({**both, "stderr": []}, "")) == ["The end of stdout; stderr is empty", "step 9", ""]
    assert words(last_words({"stdout": [], "stderr": []}, "It is empty.")) == ["The end of stderr", "It is empty.", ""]


def with_failures(desk):
    rows = [JobRow(n, f"mixed-{n}", (str(n), "0.1"), status) for n, status in enumerate((HELD, LATE, PLAIN))]
    rows.append(JobRow(3, "mixed-3", ("3", "0.1"), replace(PLAIN, state=S.SUCCEEDED, exit_code=0, detail="")))
    desk.lists[FAILED.id] = JobList(("seed", "temperature"), rows)
    desk.needed = dict.fromkeys(range(4), NEEDS)
    desk.home.mkdir(exist_ok=True)
    (desk.home / "0.err").write_text("".join(f"slurmstepd: step {n}\n" for n in range(30)) + "Out Of Memory\n")
    (desk.home / "0.out").write_text("step 1\n")


@pytest.fixture
def desk(tmp_path):
    desk = FakeDesk(tmp_path, Snapshot((FAILED,), (), TARGETS, FULL.courier))
    with_failures(desk)
    return desk


@pytest.fixture
def app(desk):
    return BatchApp(desk)


async def test_the_page_of_a_failed_job_begins_with_what_went_wrong(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> OM mixed")
        await pilot.press("enter", "slash", *"state:OM", "enter", "enter")
        await shows(pilot, "held 512 MB of 500 MB", "ran 61:02 of 60:00", "137: signal KILL")
        await shows(pilot, "R runs it again with more memory", "step 29", "Out Of Memory", "R re-run")
        assert screen_text(app).count("OUT_OF_MEMORY") == 1  # what is said above is not said again below


async def test_a_failed_job_is_run_again_from_its_page(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> OM mixed")
        await pilot.press("enter", "slash", *"state:OM", "enter", "enter")
        await shows(pilot, "held 512 MB")
        await pilot.press("R")
        await shows(pilot, "memory for job 0 (MB; had 500): 1000")
        await pilot.press("enter")
        await until(pilot, lambda: desk.asked[-1:] == [("retry", FAILED.id, [0], "memory=1000")])
        await shows(pilot, "of mixed will run again.")


async def test_a_job_that_ended_well_is_run_again_from_its_page_when_that_is_meant(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> OM mixed")
        await pilot.press("enter", "slash", *"state:CD", "enter", "enter")
        await shows(pilot, "succeeded")
        await hides(pilot, "R re-run")
        await pilot.press("R")
        await shows(pilot, "Run job 3 of mixed on fir again?")
        await pilot.press("y")
        await until(pilot, lambda: desk.asked[-1:] == [("retry", FAILED.id, [3])])


async def test_beside_the_list_stands_what_went_wrong_with_the_job_under_the_cursor(app):
    async with app.run_test(size=(140, 40)) as pilot:
        await shows(pilot, "> OM mixed")
        await pilot.press("enter")
        await shows(pilot, "held 512 MB of 500 MB", "Out Of Memory", "R runs it again with more")
        await pilot.press("j")
        await shows(pilot, "ran 61:02 of 60:00", "TIMEOUT", "R runs it again with more")
        await pilot.press("G")
        await hides(pilot, "runs it again")
