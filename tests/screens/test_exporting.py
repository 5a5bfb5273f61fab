"""Export of what a table shows: all columns, true values, whole or not at all, nobody held up."""

import csv
import gc
import json
import time
from itertools import pairwise

import pytest
from waiting import screen_text, shows, until

from tui_batch.model import Status
from tui_batch.screens.exporting import value
from tui_batch.shown import JobList, JobRow
from tui_batch.states import JobState
from tui_batch.widgets.columns import Column


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder of its own to work in."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


async def test_home_as_filtered_and_sorted(app, here):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("slash", *"c4", "enter", "s", "n")
        await shows(pilot, "1/2")
        await pilot.press("x")
        await shows(pilot, "export to history.csv")
        await pilot.press("enter")
        await shows(pilot, "2 rows written to ")
        rows = read(here / "history.csv")
        assert [(row["name"], row["state"], row["on"]) for row in rows] == [
            ("c4-monthly", "queued", "aws"),
            ("c4-monthly #2", "timed_out", "aws"),
        ]
        assert (rows[0]["id"], rows[0]["age"], rows[1]["jobs"]) == ("20261119-1000-moss", "200.0", "12")


async def test_jobs_as_json_with_every_column(app, here):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        await pilot.press("slash", *"state:F", "enter")
        await shows(pilot, "1/2")
        await pilot.press("x", "ctrl+u", *"failed.json", "enter")
        await shows(pilot, "2 rows written to ")
        found = json.loads((here / "failed.json").read_text())
        assert [row["state"] for row in found] == ["failed", "failed"]
        assert found[0]["exit"] == 3
        assert isinstance(found[0]["seed"], int)
        assert (found[0]["started"], found[0]["ended"]) == ("2026-11-20T11:26:40.000Z", "2026-11-20T11:43:20.000Z")
        assert found[0]["says"] == "exit 3: Critical error: seed file missing"


async def test_batches_as_markdown(app, here):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("2")
        await shows(pilot, "never-sent")
        await pilot.press("x", "ctrl+u", *"made.md", "enter")
        await shows(pilot, "3 rows written to ")
        assert "| never-sent | ml-training | 9 |" in (here / "made.md").read_text()


async def test_targets(app, here):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("4")
        await shows(pilot, "TARGET", "awsbatch")
        await pilot.press("x", "enter")
        await shows(pilot, "3 rows written to ")
        rows = read(here / "targets.csv")
        assert [(row["name"], row["kind"]) for row in rows] == [
            ("local", "local"),
            ("fir", "slurm"),
            ("aws", "awsbatch"),
        ]


async def test_the_preview_of_a_new_batch(app, here):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("n")
        await shows(pilot, "TEMPLATE")
        await pilot.press("j", "enter")
        await shows(pilot, "1 job")
        await pilot.press("ctrl+u", *"1..4", "enter")
        await shows(pilot, "submit all")
        await pilot.press("x", "enter")
        await shows(pilot, "4 rows written to ")
        assert [row["seed"] for row in read(here / "raft.csv")] == ["1", "2", "3", "4"]


async def test_it_asks_before_it_overwrites_and_enter_is_no(app, here):
    (here / "history.csv").write_text("former")
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("x", "enter")
        await shows(pilot, "Overwrite history.csv in ", "y/N")
        await pilot.press("enter")
        await shows(pilot, "Nothing was written.")
        assert (here / "history.csv").read_text() == "former"
        await pilot.press("x", "enter")
        await shows(pilot, "y/N")
        await pilot.press("y")
        await shows(pilot, "5 rows written to ")
        assert len(read(here / "history.csv")) == 5


async def test_where_nothing_can_be_written_is_said_at_the_prompt_and_the_text_stays(app, here):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("x", "ctrl+u", *"gone/jobs.csv", "enter")
        await shows(pilot, "export to gone/jobs.csv", "There is no folder")
        await pilot.press("ctrl+u", *"jobs.xls", "enter")
        await shows(pilot, "export to jobs.xls", "must end in .csv")
        await pilot.press("escape")
        assert list(here.iterdir()) == []


async def test_variables_for_which_there_is_no_room_are_exported_too(app, desk, here):
    varying = [f"variable{n}" for n in range(9)]
    rows = [JobRow(0, "job-0", tuple(map(str, range(9))), Status(JobState.QUEUED))]
    desk.lists["20261120-1157-kelp"] = JobList(varying, rows)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "PD     0")
        await pilot.press("enter", "x", "ctrl+u", *"one.csv", "enter")
        await shows(pilot, "1 row written to ")
        (row,) = read(here / "one.csv")
        assert [row[name] for name in varying] == list(map(str, range(9)))
        assert (row["id"], row["time"]) == ("", "")


async def exported(app, desk, rows):
    """Export so many jobs; how long the loop was held up each time meanwhile."""
    desk.lists["20261120-1157-kelp"] = JobList(
        ("seed", "temperature"),
        [
            JobRow(n, f"job-{n}", (str(n), f"0.{n}"), Status(JobState.SUCCEEDED, id=f"1_{n}", exit_code=0))
            for n in range(rows)
        ],
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "1/200")
        await pilot.press("enter")
        await shows(pilot, f"1/{rows}")
        gc.freeze()  # as the app does when it starts
        turns = []
        app.set_interval(0.01, lambda: turns.append(time.perf_counter()))
        await until(pilot, lambda: turns)
        await pilot.press("x", "enter")
        await until(pilot, lambda: f"{rows:,} rows written to " in screen_text(app))
        return [later - sooner for sooner, later in pairwise(turns)]


async def test_of_a_hundred_thousand_rows_none_is_left_out_and_keys_get_through(app, desk, here):
    pauses = await exported(app, desk, 100_000)
    assert len(pauses) > 15
    with (here / "20261120-1157-kelp.csv").open() as file:
        assert sum(1 for _ in file) == 100_001


@pytest.mark.bench
async def test_a_hundred_thousand_rows_hold_nobody_up(app, desk, here):
    assert max(await exported(app, desk, 100_000)) < 0.1


@pytest.mark.parametrize(
    ("cell", "compared", "told"),
    [("4", 4.0, 4), ("007", 7.0, "007"), ("0.10", 0.1, "0.10"), ("0.1", 0.1, 0.1), ("1e3", 1000.0, "1e3"),
     ("12k", 12345, 12345), ("inf", float("inf"), "inf"), ("word", "word", "word"), ("-", None, None)],
)  # fmt: skip
def test_a_value_is_a_number_only_where_that_brings_it_back(cell, compared, told):
    assert value(Column("x", "X", 5, lambda row: cell, lambda row: compared), None) == told


def test_times_are_seconds_and_codes_are_words():
    assert value(Column("age", "AGE", 5, lambda row: "1h", lambda row: 3600.04, unit="time"), None) == 3600.0
    assert value(Column("state", "ST", 2, lambda row: "F", word=lambda row: JobState.FAILED), None) == "failed"
