"""A paste is text where text is asked for, and nothing anywhere else."""

import pytest

PASTED = "q\nyy\ncy\nS\nRy\n:q\nxx\n1\n"
# How to come to a screen, and what stands on it.
PLACES = {
    "home": ((), "job-10"),
    "jobs": (("enter",), "1/60"),
    "job": (("d",), "stdout"),
    "log": (("l",), "stdout"),
    "batches": (("2",), "batches"),
    "help": (("?",), "the keys of the screen"),
    "settings": ((",",), "undo_seconds"),
    "templates": (("n",), "from which template?"),
    "variables": (("n", "enter"), "step together"),
    "a question": (("c",), "Cancel"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_paste_never_does_anything(start, store, place):
    keys, words = PLACES[place]
    with start() as app:
        app.shows("> PD scan-499", "job-10")
        for key in keys:
            app.press(key)
            app.until_quiet(0.4)
        app.shows(words)
        before = app.screen.splitlines()[0]
        app.paste(PASTED)
        app.until_quiet()
        if place not in ("variables", "a question"):
            assert app.screen.splitlines()[0] == before
        assert app.process.poll() is None
        assert not list(store.home.orders.iterdir())
        assert not list(store.home.batches.iterdir())
