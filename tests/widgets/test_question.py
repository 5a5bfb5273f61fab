"""What is asked at the bottom line: keys, Tab, history, and how it fits."""

import pytest
from rich.cells import cell_len

from tui_batch.widgets.entry import Entry
from tui_batch.widgets.question import YES, Completion, Question

WORDS = ("sort", "submit", "help")
LETTERS = {"s": "state", "n": "name", "o": "on", "d": "done", "f": "failed", "a": "age", "e": "eta", "t": "template"}


def complete(text):
    fitting = [word for word in WORDS if word.startswith(text)]
    return Completion(fitting[0] if len(fitting) == 1 else text, " ".join(fitting))


def text_of(line):
    return "".join(text for text, _ in line)


def pressed(question, *keys):
    for key in keys:
        question = question.press(key, key if len(key) == 1 else None)
    return question


def test_tab_completes_what_stands_before_the_cursor():
    question = pressed(Question(":", Entry(), complete=complete), "s")
    assert (question.entry, question.hint) == (Entry.of("s"), "sort submit")
    assert pressed(question, "tab").entry == Entry.of("s")
    assert pressed(question, "o", "tab").entry == Entry.of("sort")
    assert pressed(question, "o", "x", "left", "tab").entry == Entry("sortx", 4)


def test_up_and_down_go_through_what_was_typed_before_and_back_to_the_draft():
    question = pressed(Question(":", Entry(), history=("one", "two")), "d", "up")
    assert question.entry == Entry.of("two")
    assert pressed(question, "up", "up").entry == Entry.of("one")
    assert pressed(question, "up", "down", "down", "down").entry == Entry.of("d")
    assert pressed(Question(":", Entry.of("x")), "up", "down").entry == Entry.of("x")


@pytest.mark.parametrize("width", [80, 60, 40, 20])
@pytest.mark.parametrize("key", ["", "x"])
def test_a_question_never_hides_its_choices(width, key):
    many = "Cancel 3 running, 1,212 queued and 7 held jobs of a-batch-with-a-long-name on a-far-away-cluster?"
    asked = pressed(Question(many, choices=YES, safe="n"), *key)
    assert "y/N" in text_of(asked.line(width))
    assert sum(cell_len(text) for text, _ in asked.line(width)) <= width
    sort = pressed(Question("sort by", choices=LETTERS), *key)
    shown = [text for text, tone in sort.line(width) if tone == "key"]
    assert "".join(shown).replace(" ", "") == "".join(LETTERS)
    assert sum(cell_len(text) for text, _ in sort.line(width)) <= width or width < 40


def test_words_are_cut_before_letters():
    sort = Question("sort by", choices=LETTERS)
    assert text_of(sort.line(80)) == " sort by s state  n name  o on  d done  f failed  a age  e eta  t template  "
    assert text_of(sort.line(64)) == " sort by s state n name o on d done f fail~ a age e eta t temp~ "
    assert text_of(sort.line(30)) == " sort by s n o d f a e t"


def test_a_key_that_is_no_choice_is_answered_with_what_is_possible():
    asked = Question("Cancel 3 jobs?", choices=YES, safe="n")
    assert "press y or n" in text_of(pressed(asked, "x").line(80))
    assert "Esc closes" in text_of(pressed(Question("sort by", choices=LETTERS), "up").line(80))
    assert "Esc closes" in text_of(pressed(Question("copy", choices={"i": "id"}), "\r").line(80))


def test_what_is_wrong_goes_as_soon_as_something_is_typed():
    question = Question("filter", Entry.of("jobs>"), wrong="compared with what?")
    assert "compared with what?" in text_of(question.line(40))
    assert pressed(question, "1").wrong == ""


@pytest.mark.parametrize("width", [80, 40])
def test_the_text_and_its_cursor_are_always_in_sight(width):
    for wrong, hint in (("", ""), ("a sentence that is far too long to be there whole", ""), ("", "a b c " * 30)):
        asked = Question("a rather long label of a prompt", Entry.of("x" * 99), wrong=wrong, hint=hint)
        line = asked.line(width)
        assert sum(cell_len(text) for text, _ in line) == width
        assert "xxxxxxx" in text_of(line)
        assert "caret" in [tone for _, tone in line]


@pytest.mark.parametrize("width", [80, 40])
def test_a_secret_is_neither_drawn_nor_told(width):
    asked = pressed(Question("Password of ada on fir:", Entry(), masked=True), *"geheim", "left", "left")
    assert asked.entry == Entry("geheim", 4)
    assert "****" in text_of(asked.line(width))
    assert not set("gh") & set(text_of(asked.line(width)).partition("fir:")[2])
    assert "geheim" not in repr(asked)
    assert pressed(asked, "up", "down", "tab").entry.text == "geheim"


def test_a_paste_is_typed_and_answers_nothing():
    secret = Question("Password:", Entry(), masked=True)
    assert secret.pasted("geheim\n").entry == Entry.of("geheim")
    assert (secret.pasted("ge\nheim").entry, secret.pasted("ge\nheim").wrong) == (Entry(), "these are several lines")
    assert Question("note", Entry()).pasted("one\ntwo").entry == Entry.of("one two")
    assert Question("Cancel?", choices=YES, safe="n").pasted("y").wrong == "a paste is no answer"
