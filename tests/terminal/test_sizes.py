"""Any size, at any moment."""

import random

import pytest


@pytest.fixture
def app(start):
    with start() as terminal:
        terminal.shows("> PD scan-499", "job-10")
        yield terminal


def test_a_terminal_that_is_too_small_says_so_and_loses_nothing(app):
    app.press("/", *"scan-4")
    app.shows("filter scan-4")
    app.resize(32, 8)
    app.shows("40x10 at least; this is 32x8")
    app.hides("filter", "scan")
    app.press("8", "q", "enter", "escape")  # nothing is done blindly
    app.until_quiet()
    app.resize(39, 24)
    app.shows("this is 39x24")
    app.resize(40, 10)
    app.shows("filter scan-4")
    app.hides("at least", "scan-48")
    app.resize(80, 24)
    app.press("9", "7", "enter")
    app.shows("filter: scan-497, 1 of 500")


def test_sixty_by_fifteen_is_enough_to_work(app):
    app.resize(60, 15)
    app.shows("PROGRESS", "4/60", "? help")
    app.press("enter")
    app.shows("scan-499", "> PD     4")
    app.press("q", "?")
    app.press("page down")
    app.shows("Moving and finding")
    app.press("q", "n")
    app.shows("python-sweep")
    app.press("enter")
    app.shows("step together")
    app.press("escape")
    app.shows("from which template?")
    app.press("q")
    app.shows("> PD scan-499")


def test_every_size_at_any_moment(app):
    chance = random.Random(8)
    app.press("/", *"scan-1")
    app.shows("filter scan-1")
    for _ in range(60):
        app.resize(chance.randint(1, 200), chance.randint(1, 60))
        app.listen(chance.choice((0.0, 0.01, 0.05)))
    app.resize(80, 24)
    app.shows("filter scan-1")
    app.press("2", "3", "enter")
    app.shows("filter: scan-123, 1 of 500", "> CD scan-123")
    for key, words in (("enter", "1/60"), ("?", "Moving and finding"), ("q", "1/60"), ("l", "stdout"), ("q", "1/60")):
        app.press(key)
        app.shows(words)
        for _ in range(20):
            app.resize(chance.randint(1, 200), chance.randint(1, 60))
            app.listen(chance.choice((0.0, 0.01, 0.03)))
        app.resize(80, 24)
        app.shows(words)
    app.press("q")
    app.shows("filter: scan-123")
    app.press("q")
    assert app.ended() == 0
    assert "Traceback" not in app.seen.decode(errors="replace")


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (200, 60), (39, 9), (40, 10)])
def test_it_starts_at_any_size(start, columns, rows):
    with start(rows=rows, columns=columns) as app:
        app.until_painted(300)
        app.resize(80, 24)
        app.shows("> PD scan-499", "? help")
        app.press("q")
        assert app.ended() == 0
