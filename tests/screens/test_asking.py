"""What is asked for of marked rows, and what can be taken back."""

from dataclasses import replace
from threading import Event

from stand_in import FULL, SUBMISSIONS, TARGETS, FakeDesk, submission
from waiting import hides, screen_text, shows, until

from tui_batch.app import BatchApp
from tui_batch.config import Config
from tui_batch.model import WAITS, Resources
from tui_batch.shown import Snapshot
from tui_batch.states import JobState as S

KELP, MOSS, FERN = "20261120-1157-kelp", "20261119-1000-moss", "20261118-1000-fern"
FEW = submission("20261120-1159-kale", "sweep", "fir", 15, {"running": 3, "queued": 12}, 60)
MIXED = submission(
    "20261120-1158-chard", "mixed", "fir", 12,
    {"succeeded": 2, "failed": 3, "timed_out": 2, "out_of_memory": 1, "cancelled": 1, "held": 1, "queued": 2}, 60,
)  # fmt: skip


def desk_with(tmp_path, *submissions, **config):
    desk = FakeDesk(tmp_path, Snapshot(submissions, (), TARGETS, FULL.courier))
    desk.config = Config(**config)
    return desk


async def test_the_keys_named_are_those_that_come_to_something(app, desk):
    async with app.run_test(size=(120, 24)) as pilot:
        await shows(pilot, "R    212", "c cancel")
        await pilot.press("j")
        await shows(pilot, "> CD raft-seed-scan")
        await hides(pilot, "c cancel")
        await pilot.press("k", "enter")
        await shows(pilot, "1/1003", "c cancel")
        await hides(pilot, "w why")
        await pilot.press("slash", *"state:queued", "enter")
        await shows(pilot, "c cancel", "w why is it waiting")
        await pilot.press("slash", "ctrl+u", *"state:failed", "enter")
        await hides(pilot, "c cancel", "w why")
        await pilot.press("space", "c")
        await shows(pilot, "has ended: failed")


# -- cancel and undo ---------------------------------------------------------------------------------------------------


async def test_one_question_cancels_all_marked_submissions_and_one_key_takes_it_back(tmp_path):
    desk = desk_with(tmp_path, FEW, SUBMISSIONS[2], SUBMISSIONS[3])
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> R  sweep")
        await pilot.press("asterisk", "c")
        await shows(pilot, "Cancel 3 running and 24 queued jobs of 2 submissions on fir, aws?", "y/N")
        await pilot.press("y")
        await shows(pilot, "Cancelling 27 jobs of 2 submissions in 5 s: u takes it back")
        await hides(pilot, "marked")
        assert desk.asked == [("cancel", FEW.id, None), ("cancel", MOSS, None)]
        desk.clock += 1.5
        await shows(pilot, "in 4 s: u takes it back")
        await pilot.press("j")
        await shows(pilot, "> PD c4-monthly", "in 4 s: u takes it back")
        await pilot.press("u")
        await shows(pilot, "Taken back, not cancelled: 27 jobs of 2 submissions.")
        assert [order for word, order in desk.asked[2:]] == ["c1", "c2"]


async def test_a_question_that_is_too_long_is_shortened_and_not_cut(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("c")
        await shows(pilot, "Cancel 789 jobs of netmc-T0.1-0.9 on fir? Type 789:")
        await pilot.press("escape")
        await pilot.resize_terminal(120, 24)
        await pilot.press("c")
        await shows(pilot, "Cancel 48 running, 1 held and 740 queued jobs of netmc-T0.1-0.9 on fir? Type 789:")


async def test_what_has_left_cannot_be_taken_back(tmp_path):
    desk = desk_with(tmp_path, FEW)
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> R  sweep")
        await pilot.press("c", "y")
        await shows(pilot, "Cancelling 15 jobs of sweep in 5 s")
        desk.withdraw = lambda order: False
        await pilot.press("u")
        await shows(pilot, "Too late, being cancelled already: 15 jobs of sweep.")
        desk.clock += 6
        await hides(pilot, "takes it back")
        await pilot.press("u")
        await shows(pilot, "Nothing to take back.")


async def test_while_a_cancellation_is_carried_out_that_is_said(tmp_path):
    again = FEW._replace(run=2)
    desk = desk_with(tmp_path, again)
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> R  sweep #2")
        await pilot.press("c", "y")
        await shows(pilot, "Cancelling 15 jobs of sweep #2 in 5 s: u takes it back")
        desk.clock += 6
        await shows(pilot, "cancelling 15 jobs...")
        desk.current = replace(desk.current, orders=())
        await hides(pilot, "cancelling")


async def test_the_newest_order_is_taken_back_first(tmp_path):
    desk = desk_with(tmp_path, FEW, SUBMISSIONS[2])
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> R  sweep")
        await pilot.press("c", "y")
        await shows(pilot, "Cancelling 15 jobs of sweep")
        desk.clock += 1
        await pilot.press("j", "c", "y")
        await shows(pilot, "Cancelling 12 jobs of c4-monthly")
        await pilot.press("u")
        await shows(pilot, "Taken back, not cancelled: 12 jobs of c4-monthly.")
        await pilot.press("u")
        await shows(pilot, "Taken back, not cancelled: 15 jobs of sweep.")


async def test_without_an_undo_it_leaves_at_once(tmp_path):
    desk = desk_with(tmp_path, FEW, undo_seconds=0.0)
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> R  sweep")
        await pilot.press("c", "y")
        await shows(pilot, "Cancelling 15 jobs of sweep.")
        await hides(pilot, "takes it back")


async def test_a_submission_that_waits_to_leave_says_for_how_long(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        desk.submit("never-sent", "fir", wait=5.0)
        await shows(pilot, "Submitting 12 jobs of never-sent to fir in 5 s: u takes it back", "DR never-sent")
        await pilot.press("g")
        await shows(pilot, "leaves in 5 s: u takes it back")
        await pilot.press("2")
        await shows(pilot, "never-sent", "in 5 s: u takes it back")
        await pilot.press("u")
        await shows(pilot, "Taken back, not submitted: 12 jobs of never-sent. The batch is kept.")


async def test_marked_jobs_are_cancelled(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        await pilot.press("space", "space", "c")
        await shows(pilot, "Cancel 2 running jobs of netmc-T0.1-0.9 on fir?")
        await pilot.press("y")
        await shows(pilot, "Cancelling 2 jobs of netmc-T0.1-0.9 in 5 s")
        assert desk.asked == [("cancel", KELP, [212, 213])]


async def test_what_is_taken_back_while_one_looks_at_its_jobs_is_left(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        desk.submit("never-sent", "fir", wait=5.0)
        draft = submission(desk.current.orders[0].id, "never-sent", "fir", 12, {"draft": 12}, 0)
        desk.current = replace(desk.current, submissions=(draft, *SUBMISSIONS))
        await shows(pilot, "DR never-sent")
        await pilot.press("g", "enter")
        await shows(pilot, "never-sent on fir  12 draft")
        withdraw = desk.withdraw
        desk.withdraw = lambda id: (setattr(desk, "current", FULL), withdraw(id) or True)[1]
        await pilot.press("u")
        await shows(pilot, "protein-fold", "never-sent was taken back: none of its jobs was submitted.")


async def test_in_the_monitor_the_keys_are_for_its_jobs(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("tab", "c")
        await shows(pilot, "Cancel job 212 of netmc-T0.1-0.9 on fir?")
        await pilot.press("n", "space", "space", "c")
        await shows(pilot, "2 marked", "Cancel 2 running jobs of netmc-T0.1-0.9 on fir?")
        await pilot.press("y")
        await until(pilot, lambda: desk.asked == [("cancel", KELP, [212, 213])])
        await hides(pilot, "marked")
        await pilot.press("space", "tab", "j")
        await shows(pilot, "> CD     0")
        await hides(pilot, "marked")


# -- re-run ------------------------------------------------------------------------------------------------------------


async def test_what_there_is_any_of_can_be_run_again(tmp_path):
    desk = desk_with(tmp_path, MIXED)
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> PD mixed")
        await pilot.press("R")
        await shows(pilot, "f 3 failed", "t 2 timed out", "m 1 out of memory", "a 7 in all")
        await pilot.press("enter")
        await shows(pilot, "Run 3 failed jobs of mixed on fir again?")
        await pilot.press("y")
        await until(pilot, lambda: desk.asked == [("retry", MIXED.id, [2, 3, 4])])
        await pilot.press("R", "a", "y")
        await until(pilot, lambda: desk.asked[-1] == ("retry", MIXED.id, None))
        await pilot.press("R", "escape")
        assert len(desk.asked) == 2


async def test_what_ran_out_of_time_or_memory_is_offered_twice_as_much(tmp_path):
    desk = desk_with(tmp_path, MIXED)
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> PD mixed")
        await pilot.press("R", "t")
        await shows(pilot, "time for 2 jobs (min; had 60): 120")
        await pilot.press("enter")
        await until(pilot, lambda: desk.asked == [("retry", MIXED.id, [5, 6], "time=120")])
        await pilot.press("R", "m")
        await shows(pilot, "memory for job 7 (MB; had 500): 1000")
        await pilot.press("ctrl+u", *"400", "enter")
        await shows(pilot, "it is no more than 500, which they had")
        await pilot.press("ctrl+u", *"1600", "enter")
        await until(pilot, lambda: desk.asked[1:] == [("retry", MIXED.id, [7], "memory=1600")])
        await pilot.press("R", "t", "escape")
        await shows(pilot, "Enter open")
        assert len(desk.asked) == 2


async def test_jobs_that_had_different_amounts_get_twice_what_each_had(tmp_path):
    desk = desk_with(tmp_path, MIXED)
    desk.needed = {5: Resources(minutes=30.0), 6: Resources(minutes=60.0), 7: Resources()}
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> PD mixed")
        await pilot.press("R", "t")
        await shows(pilot, "time for 2 jobs (min; they had 30 to 60): x2")
        await pilot.press("enter")
        await until(pilot, lambda: desk.asked == [("retry", MIXED.id, [5, 6], "time=x2")])
        await pilot.press("R", "m")
        await shows(pilot, "memory for job 7 (MB; had no limit of ours):")
        await pilot.press("x", "2", "enter")
        await shows(pilot, "nobody knows of how much: type a number")
        await pilot.press("ctrl+u", *"900", "enter")
        await until(pilot, lambda: desk.asked[1:] == [("retry", MIXED.id, [7], "memory=900")])


async def test_a_job_under_the_cursor_that_ran_out_of_time_is_offered_more_of_it(tmp_path):
    desk = desk_with(tmp_path, MIXED)
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> PD mixed")
        await pilot.press("enter")
        await shows(pilot, "JOB")
        await pilot.press("slash", *"state:TO", "enter", "R", "k")
        await shows(pilot, "time for job 5 (min; had 60): 120")


async def test_what_was_cancelled_can_be_run_again_by_itself(tmp_path):
    some = MIXED._replace(counts={S.FAILED: 3, S.CANCELLED: 11})
    desk = desk_with(tmp_path, some)
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "mixed")
        await pilot.press("R")
        await shows(pilot, "f 3 failed", "c 11 cancelled", "a 14 in all")
        await pilot.press("c", "y")
        await until(pilot, lambda: desk.asked == [("retry", MIXED.id, list(range(3, 14)))])


async def test_nothing_is_run_again_of_a_batch_that_is_gone(tmp_path):
    desk = desk_with(tmp_path, MIXED)
    desk.gone.add("mixed")
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> PD mixed")
        await pilot.press("R")
        await shows(pilot, "The batch mixed was deleted: its jobs cannot be run again.")
        assert not desk.asked


async def test_a_choice_of_one_is_none(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("j", "R")
        await shows(pilot, "No job of raft-seed-scan has ended without success.")
        await pilot.press("G", "R")
        await shows(pilot, "Run 5 cancelled jobs of protein-fold on fir again?")
        await pilot.press("y")
        await until(pilot, lambda: desk.asked == [("retry", "20261117-1000-sage", None)])


async def test_marked_jobs_are_run_again_whatever_became_of_them(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        await pilot.press("G", "v", "k", "v", "R")
        await shows(pilot, "f 2 failed", "k 2 marked")
        await pilot.press("enter")
        await shows(pilot, "Run 2 succeeded jobs of netmc-T0.1-0.9 on fir again?")
        await pilot.press("y")
        await until(pilot, lambda: desk.asked == [("retry", KELP, [210, 211])])


# -- hold, fetch, note, why --------------------------------------------------------------------------------------------


async def test_queued_jobs_are_held_and_held_ones_released(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("H")
        await shows(pilot, "h hold 740 queued", "r release 1 held")
        await pilot.press("r")
        await shows(pilot, "Releasing 1 job of netmc-T0.1-0.9.")
        await pilot.press("H", "h")
        await shows(pilot, "Holding 740 jobs of netmc-T0.1-0.9.")
        await pilot.press("j", "H")
        await shows(pilot, "Nothing of raft-seed-scan waits or is held.")
        await pilot.press("j", "H")
        await shows(pilot, "Holding 12 jobs of c4-monthly.")
        assert desk.asked == [("release", KELP, None), ("hold", KELP, None), ("hold", MOSS, None)]


async def test_what_cannot_be_held_or_cancelled_says_how_the_one_job_is(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        await pilot.press("H")
        await shows(pilot, "Job 212 is running; only jobs that have not begun can be held.")
        await pilot.press("G", "c")
        await shows(pilot, "Job 211 has ended: succeeded; only jobs that have not ended can be cancelled.")
        assert desk.asked == []


async def test_fetch_and_note_are_for_all_that_is_marked(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("space", "j", "space", "f")
        await shows(pilot, "Fetching the results of 2 submissions")
        assert desk.asked == [("fetch", KELP), ("fetch", MOSS)]
        await pilot.press("g", "space", "space", "e")
        await shows(pilot, "note on 2 submissions")
        await pilot.press("ctrl+u", *"same", "enter")
        await until(pilot, lambda: len(desk.asked) == 4)
        assert desk.asked[2:] == [("note", KELP, "same"), ("note", "20261120-1140-reed", "same")]


async def test_why_it_waits_is_in_the_words_of_the_target(app, desk):
    jobs = desk.jobs(KELP)
    rows = [
        replace(row, status=replace(row.status, detail="Priority" if row.index % 3 else "Resources"))
        if row.status.state == "queued" else row
        for row in jobs.rows
    ]  # fmt: skip
    desk.lists[KELP] = replace(jobs, rows=rows)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212", "why: Priority (493); 1 other reason: w")
        await pilot.press("w")
        await shows(
            pilot, "why does netmc-T0.1-0.9 wait?", "493 queued", "Priority", "247 queued", "Resources", "Target fir"
        )
        await shows(pilot, "1 held", "the target does not say why")
        await pilot.press("q")
        await shows(pilot, "Enter open")


async def test_what_waits_behind_another_waits_for_the_same(app, desk):
    jobs, full = desk.jobs(KELP), "its turn comes when a session has ended"
    first = next(row.index for row in jobs.rows if row.status.state is S.QUEUED)
    rows = [
        replace(row, status=replace(row.status, id="", detail=full if row.index == first else WAITS))
        if row.status.state is S.QUEUED else row
        for row in jobs.rows
    ]  # fmt: skip
    desk.lists[KELP] = replace(jobs, rows=rows)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, f"why: {full} (740)")


async def test_what_is_wrong_with_a_target_is_said_once(tmp_path):
    refused = "fir: it says no (400): No authentication provided for unknown or private image"
    here = submission("20261120-1158-dill", "shell", "fir", 1, {"held": 1}, 60)._replace(health=refused)
    desk = desk_with(tmp_path, here)
    desk.lists[here.id] = replace(jobs := desk.jobs(here.id), rows=[
        replace(row, status=replace(row.status, detail=refused)) for row in jobs.rows
    ])  # fmt: skip
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> HD shell")
        await pilot.press("w")
        await shows(pilot, "1 held", "says no (400)")
        assert screen_text(pilot.app).count("says no (400)") == 1


async def test_what_the_target_does_not_say_of_each_job_its_kind_does(tmp_path):
    here = submission("20261120-1158-dill", "shell", "local", 14, {"running": 1, "queued": 11, "held": 2}, 60, run=2)
    async with BatchApp(desk_with(tmp_path, here)).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "why: waiting for a free slot: 1 of 16 in use (11)")
        await pilot.press("w")
        await shows(pilot, "why does shell #2 wait?", "11 queued", "a free slot: 1 of 16 in use", "2 held")


async def test_why_of_one_job_says_that_of_the_job_first(tmp_path):
    here = submission("20261120-1158-dill", "shell", "local", 14, {"running": 1, "queued": 11, "held": 2}, 60, run=2)
    async with BatchApp(desk_with(tmp_path, here)).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> R  shell #2")
        await pilot.press("enter")
        await shows(pilot, "running first")
        await pilot.press("w")
        await shows(pilot, "why does job 0 of shell #2 wait?", "It does not wait: it is running.", "11 queued")
        await pilot.press("q", "j", "w")
        await shows(pilot, "why does job 1 of shell #2 wait?", "PD  queued", "a free slot: 1 of 16 in use")


async def test_nothing_is_asked_of_jobs_that_are_still_those_of_another_submission(tmp_path):
    """The submission under the cursor goes away while the keys are in the monitor, and the disk is slow."""
    other = submission("20261120-1158-beet", "other", "aws", 15, {"running": 3, "queued": 12}, 90)
    desk = desk_with(tmp_path, FEW, other)
    jobs, there = desk.jobs, Event()

    def slow(id):
        assert id != other.id or there.wait(30)
        return jobs(id)

    desk.jobs = slow
    app = BatchApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> R  sweep", "R      0 sweep-0")
        await pilot.press("tab", "j", "j")
        desk.current = replace(desk.current, submissions=(other,))
        await shows(pilot, "> R  other")
        await pilot.press("c", "H", "y")
        await shows(pilot, "There is nothing here to copy.")
        there.set()
        await shows(pilot, "3 running, 12 queued")
        await until(pilot, lambda: app.screen.jobs_are_theirs)
        await pilot.press("c")
        await shows(pilot, "Cancel job", "of other on aws?")
        assert not [word for word, *_ in desk.asked if word in ("cancel", "hold")]


async def test_a_submission_that_is_gone_is_not_said_to_have_been_taken_back(tmp_path):
    """Its history's file was taken away, perhaps: its jobs were submitted all the same."""
    desk = desk_with(tmp_path, FEW, SUBMISSIONS[2])
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> R  sweep")
        await pilot.press("enter")
        await shows(pilot, "sweep on fir")
        desk.current = replace(desk.current, submissions=(SUBMISSIONS[2],))
        await shows(pilot, "sweep is not in the history any more.")
