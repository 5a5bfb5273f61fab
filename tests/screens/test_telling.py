"""What jobs are asked at their target by a command: of one, of marked ones, of a submission."""

from stand_in import FULL, SUBMISSIONS, FakeDesk
from test_commands import HOME, KELP, command
from waiting import hides, shows, until

from tui_batch.app import BatchApp
from tui_batch.shown import Snapshot


async def test_a_signal_is_sent_to_what_runs_of_a_submission(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await command(pilot, "signal sigusr1")
        await shows(pilot, "Send USR1 to 48 running jobs of netmc-T0.1-0.9 on fir?")
        await pilot.press("y")
        await shows(pilot, "Sending USR1 to 48 jobs of netmc-T0.1-0.9.")
        assert desk.asked == [("signal", KELP, "USR1", None)]


async def test_a_signal_is_sent_to_the_job_under_the_cursor_and_to_marked_ones(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        await command(pilot, "signal TERM")
        await shows(pilot, "Send TERM to job 212 of netmc-T0.1-0.9 on fir?")
        await pilot.press("n")
        await shows(pilot, "Nothing was ordered.")
        await pilot.press("space", "space")
        await shows(pilot, "2 marked")
        await command(pilot, "signal TERM")
        await pilot.press("y")
        await until(pilot, lambda: desk.asked == [("signal", KELP, "TERM", [212, 213])])
        await hides(pilot, "2 marked")


async def test_what_cannot_be_asked_says_why(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await command(pilot, "signal USR3")
        await shows(pilot, "There is no signal 'USR3'. Did you mean")
        await pilot.press("escape")
        await command(pilot, "limit soon")
        await shows(pilot, "limit takes a number of minutes")
        await pilot.press("escape", "j")
        await command(pilot, "requeue")
        await shows(pilot, "None of the jobs of raft-seed-scan is in a state for that.")
        await pilot.press("k", "enter")
        await shows(pilot, "1/1003")
        await pilot.press("G")
        await command(pilot, "signal USR1")
        await shows(pilot, "Job 211 has ended: succeeded; only jobs that have begun can be sent a signal.")
        assert not desk.asked


async def test_the_queue_runs_jobs_again_and_a_limit_is_changed(tmp_path):
    desk = FakeDesk(tmp_path, Snapshot((SUBMISSIONS[2],), (), FULL.targets, FULL.courier))
    moss = SUBMISSIONS[2].id
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "c4-monthly")
        await command(pilot, "limit 90")
        await shows(pilot, "Give 12 queued jobs of c4-monthly on aws 90 min in all?")
        await pilot.press("y")
        await until(pilot, lambda: desk.asked == [("limit", moss, 90.0, None)])
        await command(pilot, "requeue")
        await shows(pilot, "None of the jobs of c4-monthly is in a state for that.")


async def test_the_queue_runs_one_job_again_from_its_page(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("d")
        await shows(pilot, "Variables")
        await command(pilot, "requeue")
        await shows(pilot, "Put job 212 of netmc-T0.1-0.9 on fir back into the queue?")
        await pilot.press("y")
        await until(pilot, lambda: desk.asked == [("requeue", KELP, [212])])


async def test_more_than_a_few_are_typed(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await command(pilot, "limit 0.5")
        await shows(pilot, "0.5 min in all? Type 789:")
        await pilot.press(*"789", "enter")
        await until(pilot, lambda: desk.asked == [("limit", KELP, 0.5, None)])


async def test_signals_are_completed_and_commands_without_a_key_stand_in_the_help(app):
    async with app.run_test(size=(80, 90)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("colon", *"signal US")
        await shows(pilot, "USR1  USR2")
        await pilot.press("escape", "question_mark")
        await shows(pilot, "Commands without a key", "MINUTES  give what has not", "requeue", "NAME  send a signal")
