"""Jobs, job, log, batches, help: their keys."""

from dataclasses import replace

from waiting import hides, shows, until

from tui_batch.model import Status
from tui_batch.screens.home import Home
from tui_batch.screens.job_page import moment, took
from tui_batch.screens.rows import job_columns, says
from tui_batch.shown import JobList, JobRow
from tui_batch.states import JobState
from tui_batch.widgets.columns import widths


async def test_jobs_of_a_submission(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("enter")
        await shows(pilot, "netmc-T0.1-0.9 on fir", "seed", "temperature", "1/1003")
        await pilot.press("slash", *"state:f", "enter")
        await shows(pilot, "exit 3: Critical error", "1/2")
        await pilot.press("c")
        await shows(pilot, "Job 1000 ", "failed")
        await pilot.press("escape", "slash", *"state:hd", "enter", "c")
        await shows(pilot, "Cancel job 1002 of netmc-T0.1-0.9 on fir?")
        await pilot.press("y")
        await until(pilot, lambda: desk.asked == [("cancel", "20261120-1157-kelp", [1002])])
        await pilot.press("escape", "s", "j", "s", "j", "g")
        await shows(pilot, "JOB-", "> HD  1002")


async def test_a_job_has_a_page(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("d")
        await shows(pilot, "netmc-T0.1-0.9 job 212", "running", "Variables", "stdout")
        await pilot.press("G")
        await shows(pilot, "exec ./raft")
        await pilot.press("l")
        await shows(pilot, "stdout is empty so far: the job is running.")
        await pilot.press("backspace", "q")
        await until(pilot, lambda: isinstance(app.screen, Home))


async def test_a_message_goes_by_itself_and_at_the_next_key(app, monkeypatch):
    monkeypatch.setattr("tui_batch.widgets.prompt_line.MESSAGE_SECONDS", 0.3)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        app.screen.prompt.say("on its way")
        await shows(pilot, "on its way")
        await hides(pilot, "on its way")
        monkeypatch.setattr("tui_batch.widgets.prompt_line.MESSAGE_SECONDS", 60)
        await pilot.press("n", "enter")
        await shows(pilot, "1 job")
        app.screen.prompt.say("on its way")
        await shows(pilot, "on its way")
        await pilot.press("down")
        await shows(pilot, "Enter preview")


def test_a_column_of_values_is_as_wide_as_they_are():
    rows = [JobRow(n, "", (f"/tmp/{'x' * 40}{n}", str(n)), Status(JobState.QUEUED)) for n in range(3)]
    columns = job_columns(JobList(("path", "n"), rows), lambda: 0.0)
    shown = {column.name: width for column, width in zip(columns, widths(columns, 78), strict=True)}
    assert (shown["path"], shown["n"], shown["id"], shown["name"]) == (30, 2, 0, 5)
    assert widths(columns, 200)[:5] == [2, 5, 5, 46, 2]


def test_how_a_job_ended_is_said_once():
    def row(detail, state=JobState.FAILED, code=3):
        return JobRow(0, "", (), Status(state, exit_code=code, detail=detail))

    assert [says(row(text)) for text in ("", "exit 3", "no seed")] == ["exit 3", "exit 3", "exit 3: no seed"]
    assert says(row("cancelled by you", JobState.CANCELLED, 137)) == "cancelled by you"


def test_moments_and_short_times_of_a_job():
    status = Status(JobState.SUCCEEDED, started="2026-11-20T07:15:11.250Z", ended="2026-11-20T07:15:12.000Z")
    assert moment(status.started) == "2026-11-20 07:15:11 UTC"
    assert took(JobRow(0, "", (), status)) == "0.8s"
    assert took(JobRow(0, "", (), replace(status, ended="2026-11-20T07:16:12.000Z"))) == ""


async def test_batches_are_submitted_from_their_list(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("2")
        await shows(pilot, "never-sent", "SENT")
        await pilot.press("enter")
        await shows(pilot, "batch netmc-T0.1-0.9", "netmc-T0.1-0.9-11")
        await pilot.press("enter")
        await shows(pilot, "exec ./raft")
        await pilot.press("q", "q", "G", "S")
        await shows(pilot, "never-sent: 9 jobs. Where to?")
        await pilot.press("j", "enter")
        await shows(pilot, "Submit 9 jobs of never-sent to fir?")
        await pilot.press("n")
        await pilot.press("1")
        await shows(pilot, "Enter chooses the target", "Where to?")
        await pilot.press("enter", "A")
        await shows(pilot, "never-sent is on its way to fir in 5 s: u takes it back.")
        assert desk.asked == [("submit", "never-sent", "fir")]


async def test_one_job_of_a_batch_goes_ahead_of_the_others(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("2")
        await shows(pilot, "never-sent", "SENT")
        await pilot.press("G", "S")
        await shows(pilot, "never-sent: 9 jobs. Where to?")
        await pilot.press("j", "enter")
        await shows(pilot, "Submit 9 jobs of never-sent to fir?", "A all", "1 one first", "n no")
        await pilot.press("1")
        await shows(pilot, "One job of never-sent is on its way to fir in 5 s: u takes it back.")
        assert desk.asked == [("submit", "never-sent", "fir", "first")]
        await pilot.press("j")
        await shows(pilot, "Submitting one of 12 jobs of never-sent to fir in 5 s: u takes it back")


async def test_help_names_the_keys_of_where_one_was(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("question_mark")
        await shows(pilot, "cancel", "re-run", "page down")
        await pilot.press("G")
        await shows(pilot, "needs you")
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, Home))


async def test_one_goes_home_from_anywhere(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        await pilot.press("d")
        await shows(pilot, "Variables")
        await pilot.press("1")
        await until(pilot, lambda: isinstance(app.screen, Home))


async def test_a_screen_that_is_left_while_it_fills_does_no_harm(app):
    async def fill():
        batches.query_one("#nothing-of-it-is-left")

    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("2")
        await shows(pilot, "never-sent")
        batches = app.screen
        await pilot.press("q")
        await shows(pilot, "R    212")
        batches.go(fill)  # as if it had been filling at the very moment in which it was left
        await pilot.pause()
