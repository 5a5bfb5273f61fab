"""Tables on their screens: filters, orders and marks, what is said of them, and what outlives the screen."""

from dataclasses import replace

import pytest
from stand_in import FULL, FakeDesk, ago
from waiting import hides, screen_text, shows, until

from tui_batch.app import BatchApp
from tui_batch.errors import RequestError
from tui_batch.model import Status
from tui_batch.screens.rows import elapsed, job_columns, submission_columns
from tui_batch.shown import JobList, JobRow
from tui_batch.states import JobState
from tui_batch.times import seconds
from tui_batch.widgets.columns import letters
from tui_batch.widgets.filter import LANGUAGE, wrong

HOME = "R    212"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("jobs>100", ["netmc-T0.1-0.9"]),
        ("state:failed", []),
        ("state:running", ["netmc-T0.1-0.9"]),
        ("target:aws run=2", ["c4-monthly"]),
        ("failed>=2 !netmc", ["c4-monthly"]),
        ("age<3d", ["netmc-T0.1-0.9", "raft-seed-scan", "c4-monthly"]),
        ("eta<4h", ["netmc-T0.1-0.9"]),
        ("done>=50% !state:CD", ["c4-monthly", "protein-fold"]),
        ("paper", ["netmc-T0.1-0.9"]),
        ("template:raft kind:slurm on:fir", ["netmc-T0.1-0.9", "protein-fold"]),
    ],
)
async def test_the_history_is_filtered_by_what_is_known_of_a_submission(app, text, kept):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        app.screen.filter_by(text)
        assert [submission.batch for submission in app.screen.history.view] == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [("exit=3", 2), ("state:F", 2), ("temperature=0.15", 10), ("seed=4 job<10", 1), ("time>40m !state:CD", 48),
     ("attempt>1", 0), ("18231_7", 103 + 8)],
)  # fmt: skip
async def test_jobs_are_filtered_by_what_is_known_of_them(app, text, kept):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        app.screen.filter_by(text)
        assert len(app.screen.jobs.view) == kept


async def test_a_filter_that_makes_no_sense_is_said_and_changes_nothing(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("slash", *"c4", "enter")
        await hides(pilot, "protein-fold")
        await pilot.press("slash", *" jbos>10", "enter")
        await shows(pilot, "c4 jbos>10", "no column 'jbos'. Did you mean 'jobs'?", "filter: c4 jbos, 0 of 5")
        await pilot.press("escape")
        await shows(pilot, "filter: c4, 2 of 5", "? help")
        with pytest.raises(RequestError, match="the filter stays as it was"):
            app.screen.filter_by("age<2")
        assert app.screen.history.filter_text == "c4"


async def test_a_key_that_is_no_letter_of_a_menu_says_how_to_close_it(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("s", "z")
        await shows(pilot, "sort by", "Esc closes")
        await pilot.press("f")
        await shows(pilot, "F+")
        await pilot.press("s")
        await shows(pilot, "f +fail", "0 default")
        await pilot.press("0")
        await hides(pilot, "F+", "sort by")
        for key in ("enter", "tab", "down"):
            await pilot.press("y", key)
            await shows(pilot, "copy i id", "Esc closes")
            await pilot.press("q")
            await hides(pilot, "copy i id")
        await pilot.press("j", "j", "c", "q")
        await shows(pilot, "Cancel", "press y or n")


async def test_states_are_sorted_by_how_urgent_they_are(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        table = app.screen.jobs
        usual = list(table.view)
        await pilot.press("s", "s")
        await until(pilot, lambda: table.sorting.name == "state")
        states = list(dict.fromkeys(row.status.state.code for row in table.view))
        assert states == ["R", "F", "HD", "PD", "CD"] or states == ["R", "F", "PD", "HD", "CD"]
        await pilot.press("s", "0")
        await until(pilot, lambda: not table.sorting.name)
        assert list(table.view) == usual


async def test_columns_are_as_wide_as_the_last_rows_need_them_and_the_id_goes_first(app, desk):
    KELP = FULL.submissions[0]
    rows = [replace(row, name=f"n{row.index}", values=(str(100_000 + row.index) * (row.index > 900), "x"),
                    status=replace(row.status, id=f"20261120-1157-kelp/1/n{row.index}"))
            for row in desk.jobs(KELP.id).rows]  # fmt: skip
    desk.lists[KELP.id] = JobList(("n", "a-variable"), rows)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("enter", "slash", *"job=1002", "enter")
        await shows(pilot, "1002 n1002 101002 x", "JOB NAME  n      a-variable   TIME SAYS")
        assert "kelp" not in screen_text(app)
        await pilot.resize_terminal(110, 24)
        await shows(pilot, "20261120-1157-kelp/1/n1002 ")


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("age", "c4-monthly", "protein-fold"), ("done", "c4-monthly", "protein-fold"), ("jobs", "protein-fold",
     "netmc-T0.1-0.9"), ("eta", "netmc-T0.1-0.9", "protein-fold"), ("failed", "raft-seed-scan", "c4-monthly")],
)  # fmt: skip
async def test_sorting_by_name_puts_what_is_not_known_last(app, name, first, last):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        app.screen.sort_by(name)
        history = app.screen.history
        await until(pilot, lambda: history.sorting.name == name)
        assert (history.view[0].batch, history.view[-1].batch) == (first, last)


async def test_sorting_by_a_column_that_is_not_there(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        with pytest.raises(RequestError, match=r"^The order stays as it was: no column 'aeg'\. Did you mean 'age'\?$"):
            app.screen.sort_by("aeg")


async def test_the_order_outlives_the_program_and_the_filter_the_screen(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("s", "n", "s", "n")
        await shows(pilot, "NAME-")
        await pilot.press("2")
        await shows(pilot, "never-sent")
        await pilot.press("s", "j", "slash", *"c4", "enter")
        await shows(pilot, "JOBS+", "filter: c4, 1 of 3")
        await pilot.press("1", "2")
        await shows(pilot, "JOBS+", "filter: c4, 1 of 3")
        await pilot.press("escape", "1", "2")
        await shows(pilot, "JOBS+", "never-sent")
    assert desk.memory == {"sorting": {"home-history": "-name", "batches-batches": "jobs"}}
    again = BatchApp(desk)
    async with again.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "NAME-", HOME)
        await pilot.press("2")
        await shows(pilot, "JOBS+", "never-sent")


async def test_a_filter_of_one_submission_is_not_that_of_another(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        await pilot.press("slash", *"seed=4 job>900", "enter")
        await shows(pilot, "1/10")
        await pilot.press("q", "j", "enter")
        await shows(pilot, "raft-seed-scan on local", "1/64")
        await pilot.press("q", "k", "enter")
        await shows(pilot, "filter: seed=4", "1/10")


async def test_a_question_begins_without_a_filter(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("n")
        await shows(pilot, "ml-training", "raft")
        await pilot.press("slash", *"raft", "enter")
        await shows(pilot, "filter: raft, 1 of 2")
        await pilot.press("q", "n")
        await shows(pilot, "ml-training", "raft")


async def test_a_filter_for_columns_that_are_gone_waits_for_them(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        monitor = app.screen.monitor
        await pilot.press("tab", "slash", *"seed=3", "enter")
        await shows(pilot, "filter: seed=3, 20 of 200")
        columns = monitor.columns
        monitor.set_columns([column for column in columns if column.name != "seed"])
        await hides(pilot, "filter:")
        assert len(monitor.view) == 200
        monitor.set_columns(columns)
        await shows(pilot, "filter: seed=3, 20 of 200")


async def test_the_top_line_tells_of_marks(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        app.screen.history.marks = True
        await pilot.press("space", "space", "slash", *"c4", "enter")
        await shows(pilot, "2 marked; filter: c4, 2 of 5")
        await pilot.press("escape", "backslash")
        await hides(pilot, "marked")


async def test_help_names_the_keys_of_a_table(app):
    async with app.run_test(size=(80, 40)) as pilot:
        await shows(pilot, HOME)
        app.screen.history.marks = True
        await pilot.press("question_mark")
        await shows(pilot, "Space          mark or unmark", "*              mark all shown",
                    "\\              clear the marks")  # fmt: skip


async def test_help_explains_filters_that_work(app):
    async with app.run_test(size=(80, 99)) as pilot:
        await shows(pilot, HOME)
        columns = app.screen.history.columns
        assert not [text for text, _ in LANGUAGE if wrong(text, columns)]
        await pilot.press("question_mark")
        await shows(pilot, *(f"{text:<14} {meaning}" for text, meaning in LANGUAGE))


def test_columns_of_a_table_have_letters_and_names_of_their_own(tmp_path):
    desk = FakeDesk(tmp_path, FULL)
    jobs = desk.jobs(FULL.submissions[0].id)
    for columns in (submission_columns(desk.now), job_columns(jobs, desk.now)):
        given = [column.letter for column in columns if column.letter]
        assert len(set(given)) == len(given)
        assert len({column.name for column in columns}) == len(columns)
        assert len(letters(columns)) == sum(column.width > 0 for column in columns)


@pytest.mark.parametrize("state, ended, told", [("running", "", "2m"), ("failed", "", ""), ("failed", ago(60), "60s")])
def test_the_time_of_a_job_stands_still_when_it_has_ended(state, ended, told):
    row = JobRow(0, "a", (), Status(JobState(state), started=ago(120), ended=ended))
    assert elapsed(row, seconds(ago(0))) == told


def test_a_variable_may_be_called_like_a_column(tmp_path):
    desk = FakeDesk(tmp_path, FULL)
    jobs = desk.jobs(FULL.submissions[0].id)
    names = [column.name for column in job_columns(type(jobs)(("time", "Seed", "T"), jobs.rows), desk.now)]
    assert names[3:6] == ["value.time", "Seed", "T"]


async def test_a_filter_is_applied_as_one_types_and_leaving_it_changes_nothing(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("j", "j", "j")
        await shows(pilot, "> TO c4-monthly", "#2 on aws", "1/12")
        before = screen_text(app).splitlines()[:-1]
        await pilot.press("slash", *"raft")
        await shows(pilot, "filter raft", "> CD raft-seed", "filter: raft, 1 of 5")
        await pilot.press(*"zzz")
        await shows(pilot, "Nothing matches 'raftzzz'.")
        await pilot.press("escape")
        await until(pilot, lambda: screen_text(app).splitlines()[:-1] == before)
        assert not app.filters
        await pilot.press("slash", *"c4", "enter", "slash", *"5", "escape")
        await shows(pilot, "filter: c4, 2 of 5", "> TO c4-monthly")


async def test_half_a_filter_says_so_quietly_and_the_rows_stay(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("slash", *"c4 jobs")
        await hides(pilot, "raft-seed")
        await pilot.press(">")
        await shows(pilot, "filter c4 jobs>", "nothing after 'jobs>'")
        assert app.screen.history.filter_text == "c4 jobs"
        await pilot.press(*"11", "enter")
        await shows(pilot, "filter: c4 jobs>11, 2 of 5")


async def test_the_cursor_stays_where_one_moved_it_while_a_filter_was_tried(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("G", "slash", *"c4", "enter", "g", "escape")
        await shows(pilot, "> PD c4-monthly")
