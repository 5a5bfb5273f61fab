"""The way to a new batch, by keyboard alone."""

from dataclasses import replace

import pytest
from stand_in import RAFT
from textual import events
from waiting import hides, shows, until

from tui_batch.errors import RequestError, TemplateError
from tui_batch.model import Problem
from tui_batch.screens.generate import Templates
from tui_batch.screens.home import Home
from tui_batch.screens.variables import Variables


async def test_from_template_to_submission(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n")
        await shows(pilot, "which template", "raft", "variables", " Enter choose")
        await pilot.press("n")
        await pilot.press("j", "enter")
        await shows(pilot, "new batch: raft", "1 job", "Where the random numbers begin.")
        await pilot.press("backspace", *"1..4", "down", "backspace", "backspace", "backspace", *"0.5, 1", "enter")
        await shows(pilot, "8 jobs", "temperature", "A submit all")
        await pilot.press("n")
        assert sum(isinstance(screen, Templates) for screen in app.screen_stack) == 1
        await pilot.press("enter")
        await shows(pilot, "Values", "seed1-temperature0.5", "command", "./raft input.csv", "1,0.5")
        await pilot.press("q", "A")
        await shows(pilot, "Submit 8 jobs of raft to local?", "Y/n")
        await pilot.press("y")
        await shows(pilot, "raft-new is on its way to local in 5 s: u takes it back.", "> DR raft-new")
        assert isinstance(app.screen, Home)
        assert desk.asked == [("generate", "raft-new", 8), ("submit", "raft-new", "local")]


async def test_each_error_stands_at_its_field(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n", "j")
        await shows(pilot, "> raft")
        await pilot.press("enter")
        await shows(pilot, "1 job")
        await pilot.press("end", *"x", "down", "ctrl+u", *"11", "down", "down", "down", *"seed >")
        await shows(pilot, "not yet", "'1x' is not", "above the maximum 10")
        await pilot.press("enter")
        await shows(pilot, "> seed", "new batch: raft")
        await pilot.press("backspace", "down", "backspace", "down", "down", "down", "ctrl+u")
        await shows(pilot, "1 job ")


async def test_an_axis_says_its_values_as_one_types(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n", "enter")
        await shows(pilot, "1 job")
        await pilot.press("down", "ctrl+u", *"0..1 in 3")
        await shows(pilot, "3: 0, 0.5, 1", "3 jobs")
        await pilot.press("down", "down", "down", *"temperature > 0.4")
        await shows(pilot, "2 jobs")


async def test_a_single_value_is_fixed_and_makes_no_column(app, desk):
    planned = []
    plan = desk.plan
    desk.plan = lambda template, *rest: planned.append(rest) or plan(template, *rest)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n", "enter")
        await shows(pilot, "1 job")
        await pilot.press("ctrl+u", *"7", "down", "ctrl+u", *"1, 2", "enter")
        await shows(pilot, "2 jobs", "temperature")
        await hides(pilot, "seed")
        assert planned[-1][:2] == ([("temperature", "1, 2")], [("seed", "7")])
        await pilot.press("enter")
        await shows(pilot, "job 0  temperature1", "seed           7")


async def test_former_errors_go_when_they_are_mended(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n", "enter")
        await shows(pilot, "1 job")
        await pilot.press("end", *"x", "down", "down", "down", *"seed, mode")
        await shows(pilot, "not yet", "'1x' is not", "no axis 'mode'")
        await pilot.press("up", "up", "up", "backspace")
        await hides(pilot, "'1x' is not")
        await pilot.press(*", 2", "down", "down", "down", "ctrl+u")
        await shows(pilot, "2 jobs", "Enter preview")
        await hides(pilot, "axis 'mode'")


async def test_what_belongs_to_no_field_stands_below_them_wrapped(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n", "enter")
        await shows(pilot, "1 job")
        await pilot.press("ctrl+u", *"1..100000", "down", "ctrl+u", *"0..1 in 90000", "enter")
        await shows(pilot, "9,000,000,000 combinations", "through.", "not yet", "Enter preview")
        await pilot.press("ctrl+u", *"1")
        await hides(pilot, "combinations")


async def test_a_pasted_column_is_an_axis(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n", "enter")
        await shows(pilot, "1 job")
        await pilot.press("ctrl+u")
        app.screen.form.post_message(events.Paste("3\n4\n5\n"))
        await shows(pilot, "3, 4, 5", "3 jobs")


async def test_what_cannot_be_rendered_is_said_before_the_target(app, desk):
    desk.templates = lambda: [replace(RAFT, command="./raft {{ sed }}")]
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n", "enter")
        await shows(pilot, "1 job")
        await pilot.press("enter")
        await shows(pilot, "'sed'", "new batch: raft")
        assert isinstance(app.screen, Variables)


async def test_a_job_that_cannot_be_rendered_says_so_on_its_page(app, desk):
    def fail(sweep, index, batch=""):
        if index:
            raise TemplateError("raft: no file matches 'data'.")
        return "one", {}

    desk.rendered = fail
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n", "enter")
        await shows(pilot, "1 job")
        await pilot.press(*", 2", "enter")
        await shows(pilot, "2 jobs")
        await pilot.press("j", "enter")
        await shows(pilot, "Values", "no file matches 'data'.")


async def test_going_back_loses_nothing(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n", "enter")
        await shows(pilot, "1 job")
        await pilot.press("end", *"23", "down", "down", "down", "down", "down", *"mine", "enter")
        await shows(pilot, "new batch: mine")
        await pilot.press("e")
        await shows(pilot, "123", "mine")
        await pilot.press("escape")
        await shows(pilot, "which template")
        await pilot.press("enter")
        await shows(pilot, "123", "mine")


async def test_a_batch_that_one_target_refuses_is_not_written_twice(app, desk):
    submit = desk.submit

    def refuse(batch, target, *rest):
        if target == "local":
            raise RequestError("local cannot run it: no GPU. Nothing was sent.")
        return submit(batch, target, *rest)

    desk.submit = refuse
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n", "enter")
        await shows(pilot, "1 job")
        await pilot.press("enter")
        await shows(pilot, "A submit all")
        await shows(pilot, "files")
        await pilot.press("A", "y")
        await shows(pilot, "local cannot run it: no GPU.", "written as ml-training-new")
        await pilot.press("t")
        await shows(pilot, "> local")
        await pilot.press("j", "enter")
        await shows(pilot, "fir: 1 job")
        await pilot.press("A", "y")
        await shows(pilot, "ml-training-new is on its way to fir in 5 s")
        assert desk.asked == [("generate", "ml-training-new", 1), ("submit", "ml-training-new", "fir")]


async def test_what_a_target_would_mangle_is_said_before_the_answer(app, desk):
    desk.found = [Problem("this machine gives no GPUs out: each job sees all of them", fatal=False)]
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n", "enter")
        await shows(pilot, "1 job")
        await pilot.press("enter")
        await shows(pilot, "A submit all")
        await shows(pilot, "! this machine gives no GPUs out: each job sees all of them")
        await pilot.press("A")
        await shows(pilot, "Submit 1 job of ml-training to local all the same?", "Y/n")
        await pilot.press("n", "e")
        desk.found = [Problem("it has no CPU")]
        await shows(pilot, "Enter preview")
        await pilot.press("enter")
        await shows(pilot, "! local cannot run ml-training: it has no CPU.")
        await pilot.press("A")
        await until(pilot, lambda: "it has no CPU." in app.screen.prompt._message[0])
        assert not desk.asked


async def test_only_writing_ends_at_the_batches(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n", "enter")
        await shows(pilot, "1 job")
        await pilot.press("enter")
        await shows(pilot, "D only write")
        await pilot.press("D")
        await shows(pilot, "ml-training-new", "is written: 1 job. S submits it.")
        assert desk.asked == [("generate", "ml-training-new", 1)]


@pytest.mark.parametrize("way", [(), ("enter", "1/1003"), ("2", "never-sent")], ids=["home", "jobs", "batches"])
async def test_a_new_batch_from_this_one(app, way):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        if way:
            await pilot.press(way[0])
            await shows(pilot, way[1])
        await pilot.press("N")
        await shows(pilot, "step together", "1..12")
