"""The lower pane of home: what there is to know of one submission, and its first jobs."""

from dataclasses import replace
from threading import Event

import pytest
from stand_in import FULL, NOON, SUBMISSIONS, ago
from waiting import hides, screen_text, shows

from tui_batch.model import Contact, Status
from tui_batch.screens.fresh import next_look
from tui_batch.shown import JobList, JobRow
from tui_batch.states import JobState as S

REED, SAGE = SUBMISSIONS[1], SUBMISSIONS[4]


async def test_the_pane_is_about_one_submission_also_while_the_next_one_is_read(app, desk):
    known, gate = desk.jobs, Event()

    def slow(id):
        if id == REED.id:
            gate.wait(10)
        return known(id)

    desk.jobs = slow
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "netmc-T0.1-0.9 on fir", "for the paper", "temperature")
        await pilot.press("j")
        await shows(pilot, "raft-seed-scan on local")
        assert all(word not in screen_text(app) for word in ("for the paper", "temperature"))
        gate.set()
        await shows(pilot, "raft-seed-scan on local", "temperature", "1/64")


async def test_the_pane_says_how_many_jobs_it_leaves_out(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "netmc-T0.1-0.9 on fir", "first 200 of 1,003")


async def test_a_job_that_never_started_has_no_log_to_come(app, desk):
    async with app.run_test(size=(130, 40)) as pilot:
        await shows(pilot, "R    212", "It is empty so far.")
        desk.lists[SAGE.id] = JobList((), [JobRow(0, "fold-0", (), Status(S.CANCELLED, ended=ago(9)))])
        await pilot.press("G")
        await shows(pilot, "stdout of fold-0", "Nothing: it never started.")


@pytest.mark.parametrize(
    ("left", "words"),
    [(0.5, "within 10 s"), (10, "within 10 s"), (10.5, "within 20 s"), (90, "within 90 s"), (91, "within 2 min")],
)
def test_the_next_look_is_told_in_steps_that_keep_a_quiet_screen_quiet(left, words):
    def told(submission=SUBMISSIONS[0], **facts):
        return next_look(submission, {"fir": Contact(True, **facts)}, NOON)

    assert told(next=ago(-left)) == f"next look {words}"
    assert told(next=ago(5)) == "looking now"
    assert told(next=ago(5000)) == told(next="") == told(next=ago(-left), trouble="no answer") == ""
    assert told(SUBMISSIONS[4], next=ago(-left)) == ""  # it has ended
    assert next_look(SUBMISSIONS[0], {}, NOON) == ""


async def test_when_the_target_is_asked_next_stands_where_one_looks_at_its_jobs(app, desk):
    desk.current = replace(FULL, contacts={"fir": Contact(True, heard=ago(3), next=ago(-18))})
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "for the paper", "next look within 20 s", "up to date")
        await pilot.press("enter")
        await shows(pilot, "1/1003", "next look within 20 s")
        await pilot.press("p")
        await shows(pilot, "paused: p")
        await pilot.press("q")
        await hides(pilot, "next look")


async def test_what_a_target_refused_is_said_and_does_not_make_old_what_one_sees(app, desk):
    told = "This kind of target cannot send signals: the jobs go on as they are."
    kelp = SUBMISSIONS[0]._replace(health=told)
    known = replace(FULL, contacts={"fir": Contact(True, heard=ago(3))})
    desk.current = replace(known, submissions=(kelp, *SUBMISSIONS[1:]))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, told, "up to date")
        desk.current = known
        await hides(pilot, told)
        await pilot.press("enter")
        await shows(pilot, "1/1003", "up to date")
        desk.current = replace(known, submissions=(kelp, *SUBMISSIONS[1:]))
        await shows(pilot, "trouble: w", told)
