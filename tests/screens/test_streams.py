"""Logs of a kind whose platform merges what a job writes, says something of its own, and forgets both."""

from dataclasses import replace

import pytest
from stand_in import FULL, NOON, FakeDesk, ago
from waiting import hides, shows

from tui_batch.app import BatchApp
from tui_batch.model import Contact, Logs, Status
from tui_batch.screens.streams import at_risk, lost
from tui_batch.states import JobState as S

MERGED = Logs(("out", "events"), every=10.0, forgets=3600.0)


@pytest.fixture
def desk(tmp_path):
    desk = FakeDesk(tmp_path, FULL)
    desk.known_logs = MERGED
    desk.log("", 212).write_text("step 1\n")
    desk.log("", 212, "events").write_text("Normal  Pulled  Image is there\nNormal  Started  Container began\n")
    return desk


async def opened(pilot, key, *words):
    await shows(pilot, "R    212")
    await pilot.press(key)
    await shows(pilot, *words)


async def test_a_log_turns_to_what_the_platform_said_and_back(desk):
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await opened(pilot, "l", "stdout and stderr", "step 1", "running  every 10 s", "following")
        await pilot.press("o")
        await shows(pilot, "what the platform said", "Container began")
        await hides(pilot, "step 1")
        await pilot.press("o")
        await shows(pilot, "stdout and stderr", "step 1")


async def test_a_log_without_a_line_says_so(desk):
    desk.log("", 212).write_text("")
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await opened(pilot, "l", "stdout and stderr are empty so far: the job is running.")
        desk.log("", 212, "events").unlink()
        await pilot.press("o")
        await shows(pilot, "what the platform said is empty so far: the job is running.")


async def test_the_page_of_a_job_shows_both_and_how_often_they_are_asked_for(desk):
    async with BatchApp(desk).run_test(size=(80, 50)) as pilot:
        await opened(pilot, "d", "stdout and stderr, asked for every 10 s", "step 1")
        await shows(pilot, "what the platform said, asked for every 10 s", "Container began")
        await hides(pilot, "\n stderr, asked")


def ended(desk, seconds):
    """Have the first job be one that failed so long ago."""
    listed = desk.jobs(FULL.submissions[0].id)
    status = Status(S.FAILED, id="abcd1234", exit_code=3, started=ago(9000), ended=ago(seconds), as_of=ago(seconds))
    rows = [replace(listed.rows[212], status=status) if row.index == 212 else row for row in listed.rows]
    desk.lists[FULL.submissions[0].id] = replace(listed, rows=rows)


async def test_what_may_be_forgotten_is_counted_down_until_it_is_saved(desk):
    ended(desk, 1200)
    async with BatchApp(desk).run_test(size=(100, 50)) as pilot:
        await pilot.press("3", "slash", *"name:netmc-T0.1-0.9-212", "enter")
        await shows(pilot, "> F  netmc")
        await pilot.press("d")
        await shows(pilot, "gone in 40m unless saved")
        await pilot.press("l")
        await shows(pilot, "step 1", "gone in 40m unless saved")
        desk.kept = ()
        await hides(pilot, "unless saved")


async def test_what_was_forgotten_is_said_to_be(desk):
    ended(desk, 9000)
    desk.kept = ("out",)
    async with BatchApp(desk).run_test(size=(100, 50)) as pilot:
        await pilot.press("3", "slash", *"name:netmc-T0.1-0.9-212", "enter")
        await shows(pilot, "> F  netmc")
        await pilot.press("d")
        await shows(pilot, "the rest of stdout and stderr is gone", "The end of stdout and stderr")
        await pilot.press("l")
        await shows(pilot, "step 1", "the rest is gone")
        await pilot.press("o")
        await shows(pilot, "Container began")
        await hides(pilot, "the rest is gone")
        desk.log("", 212).write_text("")
        await pilot.press("o")
        await shows(pilot, "stdout and stderr are gone: fir had forgotten before anything was saved.")


async def test_what_a_target_warns_of_stands_at_the_target(desk):
    desk.current = replace(FULL, contacts={"fir": Contact(True, warning="The token ends in two hours.")})
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await pilot.press("4", "slash", *"fir", "enter")
        await shows(pilot, "warning", "The token ends in two hours.")


FAILED = Status(S.FAILED, id="abcd1234", started=ago(9000), ended=ago(1200), as_of=ago(1190))


@pytest.mark.parametrize(
    ("status", "saved", "said"),
    [
        (FAILED, False, "gone in 40m unless saved"),
        (FAILED, True, ""),
        (replace(FAILED, ended=ago(30)), False, ""),  # that is on its way
        (replace(FAILED, ended=ago(4000)), False, "not saved, perhaps gone"),
        (replace(FAILED, state=S.RUNNING), False, ""),
        (replace(FAILED, id=""), False, ""),  # it was never there
    ],
)
def test_when_logs_are_forgotten(status, saved, said):
    assert at_risk(status, MERGED, saved, NOON) == said
    assert at_risk(status, Logs(), saved, NOON) == ""


def test_nothing_is_lost_of_what_never_began():
    assert lost(FAILED, MERGED, ["events"]) == "the rest of what the platform said is gone"
    assert lost(replace(FAILED, started=""), MERGED, ["out", "events"]) == ""
    assert lost(FAILED, MERGED, None) == lost(FAILED, MERGED, []) == ""
