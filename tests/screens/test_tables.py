"""Tables on their screens: filters, orders and marks, what is said of them, and what outlives the screen."""

import pytest
from stand_in import FULL, FakeDesk
from waiting import hides, screen_text, shows, until

from tui_batch.app import BatchApp
from tui_batch.errors import RequestError
from tui_batch.screens.rows import job_columns, submission_columns
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
        ("failed>=2 !netmc", ["c4-monthly", "protein-fold"]),
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
        await shows(pilot, "c4 jbos>10", "no column 'jbos'. Did you mean 'jobs'?", "filter: c4, 2 of 5")
        await pilot.press("escape")
        await shows(pilot, "filter: c4, 2 of 5", "? help")
        with pytest.raises(RequestError, match="the filter stays as it was"):
            app.screen.filter_by("age<2")
        assert app.screen.history.filter_text == "c4"


async def test_an_unknown_letter_is_said(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("s", "z")
        await shows(pilot, "sort by", "not z")
        await pilot.press("f")
        await shows(pilot, "F+")
        await pilot.press("s")
        await shows(pilot, "f +fail", "0 none")
        await pilot.press("0")
        await hides(pilot, "F+", "sort by")


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("age", "c4-monthly", "protein-fold"), ("done", "c4-monthly", "protein-fold"), ("jobs", "protein-fold",
     "netmc-T0.1-0.9"), ("eta", "netmc-T0.1-0.9", "protein-fold"), ("failed", "raft-seed-scan", "protein-fold")],
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


def test_a_variable_may_be_called_like_a_column(tmp_path):
    desk = FakeDesk(tmp_path, FULL)
    jobs = desk.jobs(FULL.submissions[0].id)
    names = [column.name for column in job_columns(type(jobs)(("time", "Seed", "T"), jobs.rows), desk.now)]
    assert names[3:6] == ["value.time", "Seed", "T"]


async def test_the_screen_stays_as_it_was_while_one_types_a_filter(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        before = screen_text(app).splitlines()[:-1]
        await pilot.press("slash", *"zzz")
        await shows(pilot, "filter zzz")
        assert screen_text(app).splitlines()[:-1] == before
        await pilot.press("escape")
        await hides(pilot, "zzz")
        assert not app.screen.history.filter_text
