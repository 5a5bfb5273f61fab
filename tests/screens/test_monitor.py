"""The lower pane of home: what there is to know of one submission, and its first jobs."""

from threading import Event

from stand_in import SUBMISSIONS, ago
from waiting import screen_text, shows

from tui_batch.model import JobList, JobRow, Status
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
