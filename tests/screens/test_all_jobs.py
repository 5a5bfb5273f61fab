"""All jobs: one list over all submissions."""

from dataclasses import replace

from stand_in import FULL, SUBMISSIONS, FakeDesk, ago
from waiting import hides, screen_text, shows, until

from tui_batch.app import BatchApp
from tui_batch.screens import all_jobs
from tui_batch.shown import Snapshot

KELP, REED, MOSS, FERN, _ = SUBMISSIONS


async def opened(pilot):
    await shows(pilot, "R    212")
    await pilot.press("3")
    await shows(pilot, "all jobs", "running first", "> R  netmc")


async def test_the_jobs_of_all_open_submissions_are_there(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await shows(pilot, "1,015", "1/1015", "-0.9-212")
        await pilot.press("slash", *"submission:c4", "enter")
        await shows(pilot, "c4-monthly-0", "12 of 1,015")
        assert "#2" not in screen_text(app), "what ended long ago is not there"


async def test_what_ended_since_one_looked_is_there(tmp_path):
    desk = FakeDesk(tmp_path, FULL)
    desk.memory["seen"] = {"at": ago(86400 * 39.5), "open": {}}
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> R")
        await pilot.press("3")
        await shows(pilot, "1,091")  # those of c4-monthly #2 and of raft-seed-scan


async def test_keys_are_for_the_submission_of_each_job(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("slash", *"state:queued", "enter")
        await shows(pilot, "> PD netmc")
        await pilot.press("space", "G", "space", "c")
        await shows(pilot, "Cancel 2 queued jobs of 2 submissions on fir, aws?")
        await pilot.press("y")
        await until(pilot, lambda: desk.asked == [("cancel", KELP.id, [260]), ("cancel", MOSS.id, [11])])
        await shows(pilot, "Cancelling 2 jobs of 2 submissions in 5 s")
        await pilot.press("d")
        await shows(pilot, "c4-monthly job 11")
        await pilot.press("q", "l")
        await shows(pilot, "c4-monthly-11", "stdout")
        await pilot.press("q", "w")
        await shows(pilot, "why does job 11 of c4-monthly wait?")


async def test_more_than_anybody_reads_are_left_out_and_that_is_said(app, monkeypatch):
    monkeypatch.setattr(all_jobs, "MOST", 100)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await shows(pilot, "100 of 1,015", "1/100")


async def test_it_moves_on_with_the_jobs(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        desk.current = replace(FULL, submissions=(MOSS._replace(health="fir is down"), FERN))
        await shows(pilot, "> PD c4-monthly", "aws in trouble")
        await hides(pilot, "netmc")
        desk.current = replace(FULL, submissions=(FERN,))
        await shows(pilot, "No job is open")


async def test_without_a_job_it_says_what_it_is(tmp_path):
    app = BatchApp(FakeDesk(tmp_path, Snapshot()))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "makes many jobs")
        await pilot.press("3")
        await shows(pilot, "No job is open", "1   shows the history")
        await pilot.press("c", "R", "H", "f", "e", "w", "E", "l", "d", "u", "enter")
        await shows(pilot, "all jobs")
