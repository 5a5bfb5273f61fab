"""The byte budget: what travels over a slow line, at 80x24 and in 256 colours."""

import time

import pytest

from tui_batch.model import Contact
from tui_batch.states import JobState
from tui_batch.store import contacts
from tui_batch.times import stamp

S = JobState


@pytest.fixture
def app(start):
    """At home, when all is painted."""
    with start(COLORTERM="") as terminal:
        terminal.shows("> PD scan-499", "job-10")
        terminal.until_quiet()
        yield terminal


def test_the_first_paint(app):
    assert len(app.seen) <= 16_000


def test_nothing_is_sent_while_polls_say_what_was_known(app, store):
    def ten_seconds_of_polls():
        for _ in range(10):
            store.poll(store.open[0])
            app.listen(1.0)

    assert app.written(ten_seconds_of_polls) <= 300


def test_when_the_target_is_asked_next_is_said_with_hardly_a_byte(app, store):
    def heard(pace):
        moment = time.time()
        contact = Contact(True, heard=stamp(moment), next=stamp(moment + pace))
        contacts.write(store.home.contacts, "local", contact)
        store.poll(store.open[0])

    heard(14.0)
    app.shows("next look within 20 s")
    app.until_quiet()

    def ten_seconds():
        app.listen(8.0)
        assert "next look within 10 s" in app.screen
        heard(14.0)
        app.listen(2.0)
        assert "next look within 20 s" in app.screen

    assert 0 < app.written(ten_seconds) <= 300


def test_a_poll_in_which_one_row_changed(app, store):
    for index, word in ((4, S.RUNNING), (5, S.FAILED)):  # its line, the totals, and its job in the monitor
        assert 0 < app.written(lambda index=index, word=word: store.change(store.open[0], {index: word})) <= 600
    # It is not watched any more, and all that is below it moves up.
    assert 0 < app.written(lambda: store.change(store.open[0], {4: S.SUCCEEDED})) <= 1_500


def test_a_poll_in_which_a_row_away_from_the_cursor_changed(app, store):
    app.press("j", "j")
    app.until_quiet(1.0)
    assert 0 < app.written(lambda: store.change(store.open[0], {4: S.RUNNING})) <= 600


def test_a_cursor_step(app):
    assert 0 < app.written(lambda: app.press("j"), pause=0.1) <= 600  # the monitor waits until the cursor rests
    app.until_quiet(1.0)
    app.press("k", "enter")
    app.shows("scan-499", "job-20")
    app.until_quiet()
    assert 0 < app.written(lambda: app.press("j")) <= 600


def test_a_page_of_a_list(app):
    assert 0 < app.written(lambda: app.press("page down")) <= 6_000
    app.press("g", "enter")
    app.shows("scan-499", "job-20")
    app.until_quiet()
    assert 0 < app.written(lambda: app.press("page down")) <= 6_000


def test_a_page_of_a_log(app, store):
    log = store.home.submission(store.open[0]) / "logs" / "1" / "job-4.out"
    log.parent.mkdir(parents=True)
    log.write_text("".join(f"step {n}: {'what a program writes ' * 2}{n * n}\n" for n in range(900)))
    app.press("enter")
    app.shows("scan-499", "job-20")
    app.press("g", "l")
    app.shows("step 899")
    app.until_quiet()
    assert 0 < app.written(lambda: app.press("page up")) <= 6_000


def test_a_prompt(app):
    assert 0 < app.written(lambda: app.press("/")) <= 1_500
    app.press("escape")
    app.until_quiet()
    assert 0 < app.written(lambda: app.press("c")) <= 1_500  # a question


def test_a_key_in_a_filter(app):
    app.press("/")
    app.until_quiet()
    for key in "scan-":  # all rows have it
        assert 0 < app.written(lambda key=key: app.press(key), pause=0.3) <= 600
    assert 0 < app.written(lambda: app.press("4"), pause=0.3) <= 6_000
    assert 0 < app.written(lambda: app.press(">"), pause=0.3) <= 6_000
    assert 0 < app.written(lambda: app.press("escape"), pause=0.3) <= 9_000


def test_a_minute_with_a_running_batch(app, store):
    """Jobs start and end, some at each poll; a poll every ten seconds is three times as many as most targets get."""
    seconds, polls = 20, 2

    def a_third_of_a_minute():
        for poll in range(polls):
            running, ended = {4 + poll: S.RUNNING}, ({3 + poll: S.SUCCEEDED} if poll else {})
            store.change(store.open[0], running | ended)
            app.listen(seconds / polls)

    assert 0 < app.written(a_third_of_a_minute) * 60 / seconds <= 10_000


def test_a_key_in_a_wide_form(start):
    with start(COLORTERM="", rows=40, columns=120) as app:
        app.shows("> PD scan-499", "job-10")
        app.press("n")
        app.shows("> file-per-job")
        app.press("j", "enter")
        app.shows("1 job", "Target", "JOB")
        app.until_quiet()
        assert 0 < app.written(lambda: app.press("1", "2")) <= 600
        assert 0 < app.written(lambda: app.press(",", "3")) <= 1_500  # the totals, and jobs that have a column now
