"""The way to a new batch in each state that looks different."""

from dataclasses import replace

import pytest
from stand_in import BROKEN, RAFT, ago

from tui_batch.config import Config
from tui_batch.model import Contact, Limits, Problem

SIZES = [(80, 24), (60, 15), (120, 40)]
NAMES = ["80x24", "60x15", "120x40"]
TIMED = replace(RAFT, name="ml-training", resources=replace(RAFT.resources, cpus=4, minutes=30))

CHOOSE = (("protein-fold",), "n", ("> ml-training",))
FORM = (*CHOOSE, "enter", ("1 job ", "it will be"))
NINE = (*FORM, "1..9", ("9: 1, 2", "9 jobs"))
PREVIEW = (*NINE, "enter", ("A submit all", "files"))


def timed(desk):
    desk.templates = lambda: [TIMED, RAFT]


def drafted(desk):
    desk.memory["draft ml-training"] = {
        "saved": ago(180), "at": "temperature", "texts": {"seed": "1..9", "temperature": "0.5"},
    }  # fmt: skip


def broken(desk):
    desk.broken = [BROKEN]


def small(desk):
    desk.config = Config(max_jobs=5)


def troubled(desk):
    desk.limits = lambda batch, target: Limits(at_once=2)
    desk.found = [
        Problem("each job asks for 64 CPUs"),
        Problem("no GPUs are given out", fatal=False),
    ]


def warned(desk):
    desk.found = [Problem("this machine gives no GPUs out: each job sees all of them", fatal=False)]


def told(desk):
    desk.current = replace(desk.current, contacts={"local": Contact(True, known={"as_of": ago(600)})})


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
def test_templates(picture, size):
    assert picture(*CHOOSE, size=size)


def test_templates_with_a_draft_and_a_broken_one(picture):
    assert picture(("protein-fold",), "n", ("> fold", " 3m"), ready=lambda desk: (broken(desk), drafted(desk)))


def test_a_broken_template(picture):
    assert picture(("protein-fold",), "n", ("> fold",), "enter", ("it cannot be used",), ready=broken)


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
def test_form(picture, size):
    more = ("local: all 9 jobs at once", "8 9") if size[0] > 100 else ()
    assert picture(*NINE, more, size=size)


def test_form_with_a_default_that_typing_replaces(picture):
    assert picture(*FORM, "down", ("type over",))


def test_form_with_a_draft(picture):
    assert picture(*CHOOSE, "enter", ("draft of 3m: ctrl+n anew", "9: 1, 2"), ready=drafted)


def test_form_with_axes_that_step_together(picture):
    assert picture(*NINE, "down", "1..9", ("81 jobs",), "ctrl+t", ("=1", "9 jobs"))


def test_form_with_errors_at_the_fields(picture):
    assert picture(*FORM, "x", "down", "99", ("'x' is not", "above the maximum"))


def test_form_with_a_wrong_condition(picture):
    assert picture(*NINE, "ctrl+l", "sed > 3", ("not yet", "unknown name 'sed'"))


def test_form_with_an_error_out_of_sight(picture):
    many = tuple(replace(RAFT.variables[0], key=f"v{n}", label=f"number {n}") for n in range(12))
    ready = lambda desk: setattr(desk, "templates", lambda: [replace(RAFT, name="ml-training", variables=many)])  # noqa: E731
    downs = ["down"] * 11
    assert picture(*CHOOSE, "enter", ("1 job",), "x", *downs, ("number 0: 'x' is not",), ready=ready, size=(60, 15))


def test_form_with_a_slip(picture):
    assert picture(*FORM, "1-9", ("Did you mean 1..9?",))


def test_form_with_too_many_jobs(picture):
    assert picture(*NINE, ("more than the 5",), ready=small)


def test_form_with_a_name_that_is_taken(picture):
    assert picture(*FORM, *["down"] * 5, "never-sent", ("There is a batch never-sent",))


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
def test_preview(picture, size):
    more = ("# seed1 on local",) if size[0] > 100 else ()
    assert picture(*NINE, "enter", ("A submit all", "core-hours", *more), ready=timed, size=size)


def test_preview_filtered(picture):
    assert picture(*PREVIEW, "slash", "seed>4", "enter", ("1/5",))


def test_preview_with_warnings(picture):
    assert picture(*PREVIEW, ready=warned)


def test_preview_while_the_target_is_asked_what_it_offers(picture):
    assert picture(*PREVIEW, ("asking local",), ready=lambda desk: setattr(desk, "silent", ["local"]))


def test_preview_with_warnings_of_what_the_target_has_said(picture):
    assert picture(*PREVIEW, ("as local said at",), ready=lambda desk: (warned(desk), told(desk)))


def test_preview_of_what_the_target_cannot_do(picture):
    assert picture(*PREVIEW, "A", ("! no GPUs",), ready=troubled)


def test_job_with_its_script(picture):
    assert picture(*PREVIEW, "j", "enter", ("What local gets",))


def test_question(picture):
    assert picture(*PREVIEW, "A", ("Y/n",))


def test_canary_question(picture):
    assert picture(*PREVIEW, "1", ("Y/n",))


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
def test_target(picture, size):
    assert picture(*PREVIEW, "t", ("Where to?", "> local"), size=size)


def test_target_and_question_for_a_batch(picture):
    assert picture(("protein-fold",), "2", ("never-sent",), "S", ("> local",), "enter", ("A all",), ready=warned)


def test_submitted(picture):
    assert picture(*PREVIEW, "A", ("Y/n",), "y", ("u takes it back",))
