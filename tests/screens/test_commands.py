"""The line after `:`: every command, completion, history, and what is wrong."""

from dataclasses import replace

import pytest
from stand_in import TARGETS
from textual import events
from waiting import hides, screen_text, shows, until

from tui_batch.app import BatchApp
from tui_batch.errors import StoreError
from tui_batch.model import Problem
from tui_batch.screens.all_jobs import AllJobs
from tui_batch.screens.batch_jobs import BatchJobs
from tui_batch.screens.batches import Batches
from tui_batch.screens.commands import COMMANDS
from tui_batch.screens.generate import Templates
from tui_batch.screens.help import Help
from tui_batch.screens.home import Home
from tui_batch.screens.jobs import Jobs
from tui_batch.screens.log import Log
from tui_batch.screens.targets import Targets
from tui_batch.screens.variables import Variables
from tui_batch.shown import Snapshot
from tui_batch.terminal import CAPABLE

HOME = "R    212"
KELP = "20261120-1157-kelp"


async def begin(pilot):
    await shows(pilot, HOME)


async def command(pilot, text):
    """Type a command and leave it to what it does."""
    await pilot.press("colon")
    await until(pilot, lambda: pilot.app.screen.prompt.question is not None, "a prompt")
    await pilot.press(*text, "enter")


async def on_screen(pilot, kind):
    await until(pilot, lambda: isinstance(pilot.app.screen, kind), kind.__name__)


def line(app):
    """The bottom line."""
    return screen_text(app).splitlines()[-1]


async def test_also_where_nothing_was_submitted_yet(desk):
    desk.current = Snapshot(targets=TARGETS)
    app = BatchApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "? ")
        await command(pilot, "cancel")
        await shows(pilot, ": cancel", "cancel does nothing here")
        await pilot.press("escape")
        await command(pilot, "targets")
        await on_screen(pilot, Targets)


async def test_sorting(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await command(pilot, "sort name")
        await shows(pilot, "NAME+")
        await command(pilot, "sort name down")
        await shows(pilot, "NAME-")
        await command(pilot, "sort name down")
        await shows(pilot, "NAME-")
        await command(pilot, "so na up")
        await shows(pilot, "NAME+")
        await command(pilot, "sort")
        await shows(pilot, "sort by", "n +name")


async def test_filtering_and_targets(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await command(pilot, "filter jobs>100")
        await shows(pilot, "filter: jobs>100, 1 of 5")
        await command(pilot, "on aws")
        await shows(pilot, "2 of 5")
        await hides(pilot, "raft-seed-scan")
        await command(pilot, "filter jobs>x")
        await shows(pilot, ": filter jobs>x", "is not a number")
        await pilot.press("escape")
        await command(pilot, "filter")
        await shows(pilot, 'filter on="aws"')


async def test_going_places(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await command(pilot, "batches")
        await on_screen(pilot, Batches)
        await shows(pilot, "never-sent")
        await command(pilot, "on fir")
        await on_screen(pilot, Home)
        await shows(pilot, "2 of 5")
        await command(pilot, "targets")
        await on_screen(pilot, Targets)
        await command(pilot, "all")
        await on_screen(pilot, AllJobs)
        await command(pilot, "new")
        await on_screen(pilot, Templates)
        await command(pilot, "home")
        await on_screen(pilot, Home)
        await command(pilot, "help")
        await on_screen(pilot, Help)
        await command(pilot, "quit")
        await until(pilot, lambda: not app.is_running, "the end")


PLACES = {
    "jobs": (("enter",), "1/1003"),
    "job": (("d",), "Variables"),
    "log": (("l",), "stdout"),
    "batches": (("2",), "never-sent"),
    "batch jobs": (("2", "enter"), "batch netmc"),
    "templates": (("n",), "from which template?"),
    "variables": (("n", "enter"), "step together"),
    "preview": (("n", "enter", "enter"), "submit all"),
    "target": (("2", "S"), "Where to?"),
    "help": (("question_mark",), "page down"),
    "settings": (("comma",), "undo_seconds"),
}


@pytest.mark.parametrize("place", PLACES)
async def test_every_screen_has_the_command_line(app, place):
    keys, words = PLACES[place]
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        for key in keys:
            before = screen_text(app)
            await pilot.press(key)
            await until(pilot, lambda before=before: screen_text(app) != before)
        await shows(pilot, words)
        await pilot.press("ctrl+p")
        await shows(pilot, ":", "batches  bundle")
        await pilot.press(*"home", "enter")
        await on_screen(pilot, Home)


async def test_jobs_of_a_submission_filtered(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await command(pilot, "jobs F")
        await on_screen(pilot, Jobs)
        await shows(pilot, "1/2", "Critical error")
        await command(pilot, "jobs seed=3")
        await shows(pilot, "1/100 ")
        await command(pilot, "jobs running")
        await shows(pilot, "/48 ")
        await command(pilot, "home")
        await on_screen(pilot, Home)
        await command(pilot, "jobs heat>3")
        await shows(pilot, ": jobs heat>3", "no column 'heat'")


async def test_a_log_by_number_and_by_name(app, desk):
    desk.log("", 5).write_text("this is five\n")
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await command(pilot, "log 5")
        await on_screen(pilot, Log)
        await shows(pilot, "this is five")
        await command(pilot, "log netmc-T0.1-0.9-7")
        await shows(pilot, "netmc-T0.1-0.9-7")
        await command(pilot, "log 4711")
        await shows(pilot, ": log 4711", "has no job '4711'")
        await pilot.press("escape")
        await command(pilot, "bogus")
        await shows(pilot, ": bogus", "no command 'bogus'. ")


async def test_opening_a_submission_or_a_batch(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await command(pilot, "open raft-seed-scan")
        await on_screen(pilot, Jobs)
        await shows(pilot, "raft-seed-scan on local")
        await pilot.press("q")
        await shows(pilot, "> CD raft-seed-scan")
        await command(pilot, "open never-sent")
        await on_screen(pilot, BatchJobs)
        await command(pilot, "open nowhere")
        await shows(pilot, ": open nowhere", "There is no submission 'nowhere'")
        assert isinstance(app.screen, BatchJobs)


async def test_what_changes_something_asks_as_its_key_does(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await command(pilot, "cancel")
        await shows(pilot, "Type 789:")
        await pilot.press("escape")
        await command(pilot, "retry")
        await shows(pilot, "Run 2 failed jobs of netmc-T0.1-0.9 on fir again?")
        await pilot.press("y")
        await until(pilot, lambda: any(asked[:2] == ("retry", KELP) for asked in desk.asked))
        await command(pilot, "fetch")
        await until(pilot, lambda: ("fetch", KELP) in desk.asked)
        await command(pilot, "note for the second paper")
        await until(pilot, lambda: ("note", KELP, "for the second paper") in desk.asked)
        await command(pilot, "poll")
        await until(pilot, lambda: ("poll",) in desk.asked)
        await command(pilot, "pause")
        await shows(pilot, "Paused")
        await command(pilot, "pause")
        await until(pilot, lambda: not app.clerk.paused)


async def test_submitting_a_batch(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await command(pilot, "submit never-sent on fir")
        await shows(pilot, "Submit 9 jobs of never-sent to fir?")
        await pilot.press("y")
        await on_screen(pilot, Home)
        await until(pilot, lambda: desk.asked[-1][:3] == ("submit", "never-sent", "fir"))
        await command(pilot, "submit never-sent")
        await shows(pilot, "Where to?")
        await pilot.press("q")
        desk.found = [Problem("the name is too long")]
        await command(pilot, "submit never-sent on aws")
        await shows(pilot, "Where to?")
        await command(pilot, "submit never-sent on mars")
        await shows(pilot, ": submit never-sent on mars", "no target 'mars'")


async def test_a_new_batch_from_a_template(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await pilot.press("colon", *"new r", "tab")
        await until(pilot, lambda: app.screen.prompt.question.entry.text == "new raft")
        await pilot.press("enter")
        await on_screen(pilot, Variables)
        await shows(pilot, "new batch: raft")
        await pilot.press("ctrl+p")
        await shows(pilot, "batches  bundle")
        await pilot.press(*"new raft", "enter")
        await shows(pilot, ": new raft", "a batch is being made already")


async def test_copying_and_exporting(app, desk, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await command(pilot, "copy id")
        await until(pilot, lambda: (tmp_path / "front/clipboard.txt").exists())
        assert (tmp_path / "front/clipboard.txt").read_text() == KELP
        await command(pilot, "copy soup")
        await shows(pilot, ": copy soup", "no 'soup' to copy here")
        await pilot.press("escape")
        await command(pilot, "export all.json")
        await shows(pilot, "5 rows written to ")
        await command(pilot, "export all.xls")
        await shows(pilot, "all.xls", "must end in .csv")


async def test_a_file_for_a_support_request(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await command(pilot, "bundle")
        await shows(pilot, "Written for a support request: bundle.txt")
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        await pilot.press("space", "down", "space")
        await command(pilot, "bundle mine.txt")
        await until(pilot, lambda: len(desk.asked) == 2)
        await command(pilot, "log 7")
        await on_screen(pilot, Log)
        await command(pilot, "bundle")
        await until(pilot, lambda: len(desk.asked) == 3)
        files = [asked for asked in desk.asked if asked[0] == "bundle"]
        assert [(asked[1], len(asked[2]), asked[3]) for asked in files] == [
            (KELP, 0, ""), (KELP, 2, "mine.txt"), (KELP, 1, ""),
        ]  # fmt: skip
        assert files[2][2] == (7,)


async def test_going_to_a_line(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await command(pilot, "jobs")
        await shows(pilot, "1/1003")
        await command(pilot, "goto 500")
        await shows(pilot, "500/1003", "> PD   709")
        await command(pilot, "goto 99999")
        await shows(pilot, "1003/1003")
        await command(pilot, "goto end")
        await shows(pilot, ": goto end", "the number of a line")


async def test_other_colours(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await command(pilot, "theme colour-blind")
        await shows(pilot, "colour-blind until the program ends")
        assert app.theme == "tui-batch-colour-blind"
        await command(pilot, "theme ansi")
        await shows(pilot, "ansi until the program ends")
        assert app.native_ansi_color
        await command(pilot, "theme default")
        await shows(pilot, "default until the program ends")
        assert not app.native_ansi_color
        await command(pilot, "theme solarized")
        await shows(pilot, ": theme solarized", "no theme to change to 'solarized'")


async def test_other_colours_than_those_of_the_terminal_that_it_began_with(desk):
    app = BatchApp(desk, replace(CAPABLE, theme="ansi"))
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        assert app.native_ansi_color
        await command(pilot, "theme default")
        await shows(pilot, "default until the program ends")
        assert not app.native_ansi_color


async def test_colours_that_the_terminal_has_not_are_refused(desk):
    app = BatchApp(desk, replace(CAPABLE, theme="ansi", theme_why="NO_COLOR"))
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await command(pilot, "theme default")
        await shows(pilot, "default cannot be shown here: NO_COLOR")
        assert app.theme == "tui-batch-ansi"


async def test_going_to_a_line_of_a_log_however_long(app, desk):
    desk.log("", 212).write_text("".join(f"step {n} of a program that writes\n" for n in range(1, 200_001)))
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await pilot.press("l")
        await shows(pilot, "step 200000 ")
        for number in (1, 500, 150_000):
            await command(pilot, f"goto {number}")
            await until(pilot, lambda number=number: screen_text(app).splitlines()[1].startswith(f"step {number} "))
        await command(pilot, "goto 9999999")
        await shows(pilot, "step 200000 ")


async def test_what_does_nothing_here_is_said_and_the_text_stays(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await pilot.press("question_mark")
        await on_screen(pilot, Help)
        for text in ("cancel", "sort name", "filter x", "note x", "export"):
            await command(pilot, text)
            await shows(pilot, f": {text}", "does nothing here")
            await pilot.press("escape")
        await command(pilot, "jobs F")
        await shows(pilot, ": jobs F", "no submission is chosen here")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("srot", "no command 'srot'. Did you mean 'sort'?"),
        ("frobnicate", "no command 'frobnicate'."),
        ("h", "'h' may be help or hold or home"),
        ("cancel 5", "cancel takes nothing more"),
        ("on", "on what? TARGET"),
        ("on nowhere", "no target 'nowhere'."),
        ("sort name sideways", "no way 'sideways'."),
    ],
)
async def test_what_is_wrong_is_said_at_the_prompt_and_nothing_is_cleared(app, text, said):
    async with app.run_test(size=(120, 24)) as pilot:
        await begin(pilot)
        await command(pilot, text)
        await shows(pilot, f": {text}", said)
        assert app.screen.prompt.question.entry.text == text


async def test_tab_completes_commands_and_their_arguments(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await pilot.press("colon", "o")
        await shows(pilot, "on  open")
        await pilot.press("n")
        await shows(pilot, ": on ", "TARGET  the history of one target")
        await pilot.press("tab")
        await shows(pilot, ": on ", "local  fir  aws")
        await pilot.press(*"A", "tab")
        await until(pilot, lambda: app.screen.prompt.question.entry.text == "on aws")
        await pilot.press("ctrl+u", *"sor", "tab")
        assert app.screen.prompt.question.entry.text == "sort "
        await pilot.press(*"pr", "tab")
        assert app.screen.prompt.question.entry.text == "sort progress "
        await shows(pilot, "up  down")
        await pilot.press("d", "tab", "enter")
        await shows(pilot, "PROGRESS-")


async def test_tab_goes_through_what_is_possible_and_back(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await pilot.press("colon", *"on ", "tab")
        await shows(pilot, ": on local", "local  fir  aws")
        await pilot.press("tab")
        await shows(pilot, ": on fir ", "local  fir  aws")
        await pilot.press("tab", "tab", "shift+tab")
        await shows(pilot, ": on aws ")
        await pilot.press("enter")
        await shows(pilot, "2 of 5")


async def test_the_history_outlives_the_program(desk):
    app = BatchApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        for text in ("sort name", "sort age", "sort age", "help"):
            await command(pilot, text)
        await until(pilot, lambda: "commands" in desk.memory)
        await until(pilot, lambda: desk.memory["commands"]["typed"] == ["sort name", "sort age", "help"])
    app = BatchApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await pilot.press("ctrl+p", "x")
        await until(pilot, lambda: len(app.words.get("typed", ())) == 3)
        await pilot.press("up", "up")
        await shows(pilot, ": sort age")
        await pilot.press("up", "up", "up")
        await shows(pilot, ": sort name")
        await pilot.press("down", "down", "down", "down")
        await until(pilot, lambda: app.screen.prompt.question.entry.text == "x")


async def test_no_more_than_a_hundred_are_kept_and_one_that_cannot_be_kept_is_not_worth_a_word(app, desk):
    desk.memory["commands"] = {"typed": [f"goto {n}" for n in range(100)]}

    def fail(name, table):
        raise StoreError("The file system is read-only.")

    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await command(pilot, "goto 2")
        await until(pilot, lambda: desk.memory["commands"]["typed"][-1] == "goto 2")
        assert len(desk.memory["commands"]["typed"]) == 100
        desk.remember = fail
        await command(pilot, "goto 3")
        await until(pilot, lambda: app.words["typed"][-1] == "goto 3")
        assert "read-only" not in screen_text(app)


async def test_a_paste_never_does_anything(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await pilot.press("colon")
        app.screen.prompt.post_message(events.Paste("poll\npoll\n"))
        await shows(pilot, ": poll poll")
        assert ("poll",) not in desk.asked


async def test_a_paste_answers_no_question(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await pilot.press("j", "j")
        await shows(pilot, "PD     0")
        await pilot.press("c")
        await shows(pilot, "Cancel 12 queued")
        app.screen.prompt.post_message(events.Paste("y"))
        await shows(pilot, "Cancel 12 queued", "y/N", "a paste is no answer")
        await pilot.press("x")
        await shows(pilot, "press y or n")
        await pilot.press("y")
        await until(pilot, lambda: desk.asked == [("cancel", "20261119-1000-moss", None)])


async def test_an_empty_command_does_nothing_and_escape_leaves(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await command(pilot, "")
        await shows(pilot, "Enter open")
        await pilot.press("colon", "x", "escape")
        await shows(pilot, "Enter open")


def test_every_command_says_what_it_does_in_one_line():
    assert [command.name for command in COMMANDS] == sorted(command.name for command in COMMANDS)
    for command in COMMANDS:
        assert 0 < len(command.says) <= 60, command.name
        assert command.action or command.run, command.name
        assert bool(command.run) or not command.takes, command.name
