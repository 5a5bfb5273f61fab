"""What the steps to a new batch keep, count, warn of and ask before anything is sent."""

import threading
from dataclasses import replace

from stand_in import BROKEN, NOON, RAFT, TARGETS, TEMPLATES, ago
from textual import events
from waiting import hides, shows, until

from tui_batch.config import Config
from tui_batch.errors import StoreError
from tui_batch.model import Batch, Contact, Limits, Problem, Status
from tui_batch.screens import turns
from tui_batch.screens.generate import Templates, clone
from tui_batch.screens.home import Home
from tui_batch.screens.preview import Preview
from tui_batch.screens.variables import Variables
from tui_batch.shown import JobList, JobRow
from tui_batch.states import JobState


async def to_form(pilot, app):
    """The form of ml-training, which has the variables of raft."""
    await shows(pilot, "protein-fold")
    await pilot.press("n")
    await shows(pilot, "WHAT IT MAKES", "> ml-training")
    await pilot.press("enter")
    await shows(pilot, "1 job ", "it will be")


async def to_preview(pilot, app, axis="1..9"):
    await to_form(pilot, app)
    await pilot.press(*axis, "enter")
    await shows(pilot, "A submit all", "files")


# -- templates ---------------------------------------------------------------------------------------------------------


async def test_a_broken_template_says_what_is_wrong_and_cannot_be_chosen(app, desk):
    desk.broken = [BROKEN]
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n")
        await shows(pilot, "> fold", "broken: fold.toml: variable 'a'")
        await pilot.press("enter")
        await shows(pilot, "it cannot be used", "unknown type 'in'. Did you mean 'int'?")
        assert not isinstance(app.screen, Variables)
        await pilot.press("q")
        await shows(pilot, "from which template?")


async def test_at_120_columns_a_template_tells_all_of_itself(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n", "j")
        await shows(
            pilot, "seed and", "temperature.", "from 0 to 10; in K", "How hot the heat bath is.", "./raft input.csv"
        )


# -- the form ----------------------------------------------------------------------------------------------------------


async def test_typing_replaces_a_default_and_goes_on_in_what_was_typed(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        await shows(pilot, "type over, ctrl+u clears")
        await pilot.press("7")
        await hides(pilot, "type over")
        await pilot.press("8", "down", "up", "9")
        assert app.screen.form.texts["seed"] == "789"
        await pilot.press("ctrl+r")
        assert app.screen.form.texts["seed"] == "1"
        await shows(pilot, "type over")
        await pilot.press(*", 2")
        await shows(pilot, "2: 1, 2", "2 jobs")
        await pilot.press("ctrl+r", "backspace")
        assert app.screen.form.texts["seed"] == ""
        await pilot.press("ctrl+r", "left", "0")
        assert app.screen.form.texts["seed"] == "01"
        await pilot.press("ctrl+r")
        app.screen.form.post_message(events.Paste("3\n4\n"))
        await shows(pilot, "2: 3, 4")


async def test_a_comma_in_a_command_line_is_warned_of_at_its_field(app, desk):
    words = replace(RAFT.variables[0], key="word", type="str", default="hello", minimum=None)
    desk.templates = lambda: [replace(RAFT, variables=(words, *RAFT.variables), name="ml-training")]
    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        await pilot.press(*"echo a, b $N")
        await shows(pilot, '2 values, because of the comma; "..." around it keeps it one.', "2 jobs")
        await pilot.press("end", '"', "home", '"')
        await hides(pilot, "because of the comma")
        await shows(pilot, "1 job ")


async def test_long_labels_have_more_room_and_what_is_wrong_leaves_the_help_in_sight(app, desk):
    program = replace(
        RAFT.variables[0], key="exe", type="path", label="Global Minimisation Max", default=None, help="x.x"
    )
    desk.templates = lambda: [replace(RAFT, variables=(program,), name="ml-training")]
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n", "enter")
        await shows(pilot, "> Global Minimisation Max ", " exe has no default: give it a value or an axis.", " x.x")


async def test_a_long_text_takes_the_whole_width_and_says_that_there_is_more(app, desk):
    words = replace(RAFT.variables[0], key="word", type="str", default="hello", minimum=None)
    desk.templates = lambda: [replace(RAFT, variables=(words, *RAFT.variables), name="ml-training")]
    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        await pilot.press(*"0123456789" * 5)
        await shows(pilot, "0123456789" * 5)
        await pilot.press(*"0123456789")
        await shows(pilot, "  <23456789" + "0123456789" * 5)
        await pilot.press("0", "home")
        await shows(pilot, "0123456789" * 5 + "012345678>")
        await pilot.press("down")
        await hides(pilot, "0123456789" * 4)


async def test_begin_anew_goes_to_the_first_field_and_help_is_a_key_away(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        await shows(pilot, "Tab/arrows field", "ctrl+g help")
        await pilot.press("7", "down", "down", "ctrl+n")
        assert app.screen.form.current.key == "seed"
        await pilot.press("ctrl+g")
        await shows(pilot, "the keys of the screen you come from", "begin anew")
        await pilot.press("escape")
        await shows(pilot, "Enter preview")


async def test_a_slip_in_the_notation_is_asked_about(app, desk):
    words = replace(RAFT.variables[0], key="word", type="str", default="hello", minimum=None)
    desk.templates = lambda: [replace(RAFT, variables=(words, *RAFT.variables), name="ml-training")]
    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        await pilot.press(*"unifrom(0, 1, 5)")
        await shows(pilot, "unifrom(…) is no notation. Did you mean uniform(…)?", "1 job ")
        await pilot.press("ctrl+u", *"1..9 by2")
        await shows(pilot, "is not a range: write 1..9", "not yet")
        await pilot.press("ctrl+r", "down", *"1-9")
        await shows(pilot, "1-9 is no notation. Did you mean 1..9?", "not yet")


async def test_too_many_jobs_are_said_in_the_form_and_never_made(app, desk):
    desk.config = Config(max_jobs=5)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        await pilot.press(*"1..6")
        await shows(pilot, "This makes 6 jobs, more than the 5 that max_jobs allows.", "6 jobs")
        await pilot.press("enter")
        await shows(pilot, "A submit all", "! This makes 6 jobs")
        await pilot.press("A")
        await until(pilot, lambda: "more than the 5" in app.screen.prompt._message[0])
        assert not desk.asked


async def test_a_name_that_is_taken_is_said_at_its_field_and_goes_no_further(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        await pilot.press(*["down"] * 5, *"never-sent")
        await shows(pilot, "There is a batch never-sent already", "not yet")
        await pilot.press("enter", *"-2")
        await shows(pilot, "1 job ", "never-sent-2")
        assert isinstance(app.screen, Variables)


async def test_axes_step_together_by_key_and_by_text(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        await pilot.press("ctrl+t")
        await shows(pilot, "Only an axis can step together")
        await pilot.press(*"1..3", "ctrl+t")
        await shows(pilot, "It takes two axes")
        await pilot.press("down", *"1..3")
        await shows(pilot, "9 jobs")
        await pilot.press("ctrl+t")
        await shows(pilot, "3 jobs", "seed         =1", "heat bath    =1", "seed, temperature")
        await pilot.press("ctrl+t")
        await shows(pilot, "9 jobs")
        await hides(pilot, "=1", "seed, temperature")
        await pilot.press("down", "down", *"seed, temperature")
        await shows(pilot, "3 jobs", "seed         =1")
        await pilot.press("up", "up", *", 4")
        await shows(pilot, "the axes differ in length", "not yet")


async def test_the_condition_is_one_key_away_and_back(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        await pilot.press(*"1..9", "ctrl+l", *"seed > 4", "ctrl+l")
        await shows(pilot, "5 jobs", "> seed")


# -- the draft ---------------------------------------------------------------------------------------------------------


async def test_what_was_typed_outlives_the_program(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        await pilot.press(*"1..3", "down", *"4")
        await until(pilot, lambda: "draft ml-training" in desk.memory)
        assert desk.memory["draft ml-training"]["texts"] == {"seed": "1..3", "temperature": "4"}
    desk.clock = NOON + 200
    again = type(app)(desk)
    async with again.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n")
        await shows(pilot, "DRAFT", " 3m")
        await pilot.press("enter")
        await shows(pilot, "draft of 3m: ctrl+n anew", "3: 1, 2, 3", "> heat bath")
        await pilot.press("ctrl+n")
        await shows(pilot, "1 job ", "ctrl+n once more brings back")
        await pilot.press("ctrl+n")
        await shows(pilot, "3 jobs", "As it was typed.")
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not desk.memory["draft ml-training"])


async def test_leaving_keeps_the_draft_at_once_and_making_the_batch_drops_it(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        await pilot.press(*"1..3", "escape")
        await shows(pilot, "which template", "now")
        assert desk.memory["draft ml-training"]["texts"] == {"seed": "1..3"}
        await pilot.press("enter")
        await shows(pilot, "3 jobs")
        await pilot.press("enter")
        await shows(pilot, "D only write")
        await pilot.press("D")
        await shows(pilot, "is written: 3 jobs")
        assert not desk.memory["draft ml-training"]
        await pilot.press("n")
        await shows(pilot, "which template")
        await pilot.press("enter")
        await shows(pilot, "1 job ")


async def test_a_draft_that_makes_no_sense_any_more_is_none(app, desk):
    desk.memory["draft ml-training"] = {"saved": ago(300), "at": 3, "texts": {"gone": "1", "seed": 3, "mode": "exact"}}
    desk.memory["draft raft"] = {"saved": 3, "texts": "x"}
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n")
        await shows(pilot, "5m")
        await pilot.press("enter")
        await shows(pilot, "exact", "> seed", "1 job ")


# -- the preview -------------------------------------------------------------------------------------------------------


async def test_totals_say_jobs_waves_time_and_bytes(app, desk):
    timed = replace(RAFT, resources=replace(RAFT.resources, minutes=30, cpus=4), name="ml-training")
    desk.templates = lambda: [timed]
    async with app.run_test(size=(80, 24)) as pilot:
        await to_preview(pilot, app, "1..33")
        await shows(pilot, "local: 33 jobs, 16 at once: 3 waves, 90m at most")
        await shows(pilot, "66 core-hours at most: 4 CPUs for 30 min each", "21 B each")
        desk.limits = lambda batch, target: Limits(held=20)
        await pilot.press("t")
        await shows(pilot, "TARGET", "> local", "it takes 20")
        await pilot.press("j", "enter")
        await shows(pilot, "fir: 33 jobs; it takes 20, the others follow as those end")
        await pilot.press("t")
        await shows(pilot, "> fir")
        await pilot.press("escape", "e")
        await shows(pilot, "33: 1, 2")
        await pilot.press("enter")
        await shows(pilot, "fir: 33 jobs; it takes 20")


def told(desk, *problems):
    """The target has said what it offers."""
    desk.found, desk.limits = list(problems), lambda batch, target: Limits(at_once=4)
    contact = Contact(True, known={"as_of": ago(60)})
    desk.current = replace(desk.current, orders=(), contacts={"fir": contact})


SHORT = Problem("each job asks for 2 h, partition short allows 2 min: it would wait for ever", fatal=False)


async def test_a_target_is_asked_once_what_it_offers_and_all_is_reckoned_again(app, desk):
    desk.silent, desk.default_target = ["fir"], lambda: TARGETS[1]
    async with app.run_test(size=(80, 24)) as pilot:
        await to_preview(pilot, app)
        await shows(pilot, "asking fir what it offers...", "fir: 9 jobs")
        told(desk, SHORT)
        await shows(
            pilot, "fir: 9 jobs, 4 at once: 3 waves", "! each job asks for 2 h, partition short", "as fir said at"
        )
        await hides(pilot, "asking fir")
        await pilot.press("A")
        await shows(pilot, "to fir all the same?")
        assert desk.asked == [("probe", "fir")]


async def test_a_target_that_does_not_answer_is_told_of_before_a_batch_goes_there(app, desk):
    desk.silent, desk.default_target = ["fir"], lambda: TARGETS[1]
    async with app.run_test(size=(80, 24)) as pilot:
        await to_preview(pilot, app)
        await shows(pilot, "asking fir")
        for contact in (
            Contact(False, trouble="fir: no answer in 30 s."),
            Contact(False, "fir: the controller is DOWN."),
        ):
            desk.current = replace(desk.current, orders=(), contacts={"fir": contact})
            await shows(pilot, contact.trouble or contact.detail)


async def test_nobody_waits_for_what_a_target_offers(app, desk):
    desk.config, desk.silent, desk.default_target = Config(undo_seconds=0), ["fir"], lambda: TARGETS[1]
    async with app.run_test(size=(80, 24)) as pilot:
        await to_preview(pilot, app)
        await shows(pilot, "asking fir")
        await pilot.press("A", "y")
        await shows(pilot, "ml-training-new is on its way to fir.")


async def test_a_batch_that_is_sent_again_is_warned_of_while_the_question_is_open(app, desk):
    desk.silent = ["fir"]
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("2")
        await shows(pilot, "never-sent")
        await pilot.press("S")
        await shows(pilot, "> local", "1,003 jobs, 16 at once")
        await pilot.press("j", "enter")
        await shows(pilot, "asking fir what it offers...", "to fir?")
        told(desk, SHORT)
        await shows(pilot, "partition short allows 2 min", "4 at once: 251 waves", "to fir?")
        await hides(pilot, "asking fir")
        assert desk.asked == [("probe", "fir")]


async def test_one_goes_first_when_there_are_several(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_preview(pilot, app)
        await pilot.press("1")
        await shows(pilot, "Submit 1 of 9 jobs of ml-training to local, then the rest?", "Y/n")
        await pilot.press("y")
        await shows(pilot, "One job of ml-training-new is on its way to local in 5 s: u takes it back.")
        assert isinstance(app.screen, Home)
        assert desk.asked == [("generate", "ml-training-new", 9), ("submit", "ml-training-new", "local", "first")]
        assert desk.current.orders[-1].leaves


async def test_of_one_job_none_goes_first_and_the_key_does_not_mean_home(app, desk):
    desk.config = Config(undo_seconds=0)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_preview(pilot, app, "3")
        await pilot.press("1")
        await shows(pilot, "There is only one job: A submits it.")
        assert isinstance(app.screen, Preview)
        await pilot.press("A", "y")
        await shows(pilot, "ml-training-new is on its way to local.")


async def test_no_means_that_nothing_is_made(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_preview(pilot, app)
        await pilot.press("A")
        await shows(pilot, "Submit 9 jobs of ml-training to local?", "Y/n")
        await pilot.press("n")
        await shows(pilot, "A submit all")
        app.screen.query_one("#jobs").post_message(events.Paste("A\ny\n"))
        await pilot.pause()
        assert not desk.asked
        assert app.screen.prompt.question is None


async def test_what_a_target_cannot_do_is_said_before_any_key(app, desk):
    desk.found = [
        Problem("each job asks for 64 CPUs, this machine has 2"),
        Problem("no GPUs are given out", fatal=False),
    ]
    async with app.run_test(size=(80, 24)) as pilot:
        await to_preview(pilot, app)
        await shows(pilot, "! local cannot run ml-training: each job asks for 64 CPUs", "! no GPUs are given out")
        await pilot.press("1")
        await until(pilot, lambda: "64 CPUs" in app.screen.prompt._message[0])
        assert not desk.asked


async def test_a_job_shows_the_script_of_the_target_that_is_chosen(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_preview(pilot, app)
        await pilot.press("t")
        await shows(pilot, "> local")
        await pilot.press("j", "enter")
        await shows(pilot, "fir: 9 jobs")
        await pilot.press("j", "enter")
        await shows(pilot, "job 1  seed2", "What fir gets", "# seed2 on fir", "./raft input.csv")


async def test_jobs_are_sorted_and_filtered(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_preview(pilot, app, "1..20000")
        await shows(pilot, "1/20000")
        await pilot.press("s", "j", "s", "j", "g")
        await shows(pilot, ">  19999 20000")
        await pilot.press("slash", *"seed<3", "enter")
        await shows(pilot, "1/2 ", "filter: seed<3, 2 of 20,000")
        await pilot.press("escape")
        await shows(pilot, "/20000")


async def test_a_condition_leaves_its_jobs_and_each_is_found(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        await pilot.press(*"1..100", "ctrl+l", *"seed % 10 == 7", "enter")
        await shows(pilot, "10 jobs", "1 17", "9 97")
        await pilot.press("G", "enter")
        await shows(pilot, "job 9  seed97")


class Making:
    """A generation that goes on for as long as the test wants."""

    def __init__(self, desk):
        self.begun, self.ended = threading.Event(), threading.Event()
        desk.generate = self

    def __call__(self, sweep, name="", progress=None):
        self.begun.set()
        try:
            while True:
                progress(3)
        finally:
            self.ended.set()


async def test_esc_stops_a_generation(app, desk):
    making = Making(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_preview(pilot, app)
        await pilot.press("D")
        await until(pilot, making.begun.is_set)
        await pilot.press("escape")
        await shows(pilot, "Stopped: nothing is written.", "nothing is written yet")
        assert making.ended.is_set()
        assert isinstance(app.screen, Preview)


async def test_leaving_the_program_stops_a_generation(app, desk):
    making = Making(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_preview(pilot, app)
        await pilot.press("A", "y")
        await until(pilot, making.begun.is_set)
        app.exit()
    assert making.ended.wait(10)


# -- wide --------------------------------------------------------------------------------------------------------------


async def test_at_120_columns_the_jobs_stand_beside_the_form(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await to_form(pilot, app)
        await pilot.press(*"1..9")
        await shows(pilot, "local: all 9 jobs at once", "JOB seed", "8 9")
        await pilot.press("enter")
        await shows(pilot, "A submit all", "# seed1 on local")
        await pilot.press("j")
        await shows(pilot, "# seed2 on local")
        await pilot.press("t")
        await shows(pilot, "> local")
        await pilot.press("j", "enter")
        await shows(pilot, "# seed2 on fir")


async def test_at_120_columns_all_steps_stand_side_by_side(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await to_form(pilot, app)
        await pilot.press(*"1..9")
        await shows(pilot, "Train one model for", "./raft input.csv", "> seed", "Target", "all 9 jobs at once", "8 9")
        panes = [app.screen.query_one(pane).region for pane in ("#origin", "#form", "#beside")]
        assert [pane.x for pane in panes] == [0, panes[0].right, panes[1].right] and panes[2].right == 120
        await pilot.resize_terminal(119, 40)
        await hides(pilot, "Train one model for", "Target")


async def test_where_there_are_no_jobs_yet_that_is_said(app, desk):
    desk.memory["draft ml-training"] = {"saved": ago(60), "at": "seed", "texts": {"seed": "x"}}
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n")
        await shows(pilot, "> ml-training")
        await pilot.press("enter")
        await shows(pilot, "not yet", "./raft input.csv", "None yet.")


async def test_a_terminal_that_grows_shows_what_there_is_room_for(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        await pilot.press(*"1..9")
        await shows(pilot, "9 jobs")
        await pilot.resize_terminal(120, 40)
        await shows(pilot, "JOB seed", "local: all 9 jobs at once")
        await pilot.resize_terminal(60, 15)
        await hides(pilot, "JOB seed")
        await pilot.press("enter")
        await shows(pilot, "A submit all", "JOB seed")
        await pilot.resize_terminal(120, 40)
        await shows(pilot, "# seed1 on local")


# -- from a batch ------------------------------------------------------------------------------------------------------


async def test_a_clone_is_the_form_as_it_was_filled_in(app, desk):
    rows = [JobRow(0, "a", ("1", "2"), Status(JobState.DRAFT)), JobRow(1, "b", ("3", "4"), Status(JobState.DRAFT))]
    desk.batch_jobs = lambda name: JobList(("seed", "temperature"), rows)
    desk.batch = lambda name: Batch(
        name, desk.home, "raft", "", 2, "", ("seed", "temperature"), {}, {"seed": "1, 3", "temperature": "2, 4"},
        fixed={"mode": "exact"}, zips=(("seed", "temperature"),), where="seed < 9",
    )  # fmt: skip
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        app.screen.go(clone, app.screen, "netmc")
        await shows(pilot, "new batch: raft", "2 jobs", "1, 3", "2, 4", "exact", "seed, temperature", "seed < 9", "=1")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Home))
        assert not any(isinstance(screen, Templates) for screen in app.screen_stack)
        assert desk.memory["draft raft"]["texts"]["seed"] == "1, 3"
        assert TEMPLATES[1].name == "raft"


async def test_a_draft_that_cannot_be_kept_is_said_once(app, desk):
    def fail(name, table):
        desk.asked.append(name)
        raise StoreError("The store is read-only: draft ml-training is not kept.")

    desk.remember = fail
    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        await pilot.press("7")
        await shows(pilot, "draft ml-training is not kept.")
        await pilot.press("8")
        await hides(pilot, "is not kept")
        await pilot.press("escape")
        await shows(pilot, "which template")
        await pilot.press("enter")
        await shows(pilot, "78")
        assert desk.asked == ["draft ml-training"]


async def test_enter_goes_to_what_is_wrong(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        await pilot.press("x", "down", "down", "enter")
        await shows(pilot, "> seed", "'x' is not a number")


async def test_the_name_that_the_batch_will_have_is_the_one_that_is_asked_about(app, desk):
    desk.free_name = lambda wanted: f"{wanted}-3"
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("n", "enter")
        await shows(pilot, "it will be ml-training-3")
        await pilot.press("enter")
        await shows(pilot, "files")
        await pilot.press("A")
        await shows(pilot, "Submit 1 job of ml-training-3 to local?")


async def test_what_is_being_sent_is_not_sent_once_more(app, desk):
    """A large batch takes its time to be read; meanwhile one may wonder whether the answer was heard."""
    submit, go_on = desk.submit, threading.Event()

    def slow(*args, **more):
        assert go_on.wait(30)
        return submit(*args, **more)

    desk.submit = slow
    async with app.run_test(size=(80, 24)) as pilot:
        await to_preview(pilot, app)
        await pilot.press("A", "y")
        await shows(pilot, "written as ml-training-new")
        await pilot.press("A", "y")
        await shows(pilot, "copy n name")  # keys wait for the answer for a while, and then mean what they mean here
        go_on.set()
        await shows(pilot, "is on its way")
        assert [word for word, *_ in desk.asked].count("submit") == 1


async def test_what_is_typed_on_the_way_to_the_preview_is_for_the_preview(app, desk, monkeypatch):
    """To work out a plan takes a moment, on a busy machine a long one; a terminal may be resized in it."""
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 60.0)  # what hangs here is let go by this test, however slow it is
    rendered, go_on = desk.rendered, threading.Event()

    def slow(*args):
        assert go_on.wait(30)
        return rendered(*args)

    async with app.run_test(size=(80, 24)) as pilot:
        await to_form(pilot, app)
        desk.rendered = slow
        await pilot.press(*"1..9", "enter", "t")
        await pilot.resize_terminal(90, 24)
        app.screen._look()  # as it does when what was typed, or the size, has rested a while
        go_on.set()
        await shows(pilot, "Where to?")
        await pilot.press("escape", "escape")
        await shows(pilot, "> seed            1..9 ", "9 jobs")
        await pilot.press(",", "1", "2")
        await shows(pilot, "1..9,12", "10 jobs")


async def test_pages_of_the_form(app):
    async with app.run_test(size=(80, 12)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("n")
        await shows(pilot, "> ml-training")
        await pilot.press("enter")
        await shows(pilot, "> seed", "1 job ")
        await pilot.press("pagedown", "pagedown")
        await shows(pilot, "> batch name")
        await pilot.press("pageup", "pageup")
        await shows(pilot, "> seed")
