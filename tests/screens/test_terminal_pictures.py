"""The main screens on terminals of other kinds, and what every screen says of the terminal and the store."""

from dataclasses import replace

import pytest
from stand_in import FULL, SUBMISSIONS

from tui_batch.errors import StoreError
from tui_batch.terminal import Terminal

ASCII = Terminal(ascii=True)
HOME = ("R    212",)
NAMED_ANYHOW = replace(
    FULL, submissions=(SUBMISSIONS[0]._replace(batch="日本語 ☂ 👩‍👩‍👧 naïve", note="Größe µ → ∞"), *SUBMISSIONS[1:])
)  # fmt: skip
FORM = (HOME, "n", ("TEMPLATE",), "enter", ("1 job",), "ctrl+u", "1..9", ("9 jobs",))


@pytest.fixture
def no_colour(monkeypatch):
    """As where NO_COLOR is set."""
    monkeypatch.setenv("NO_COLOR", "1")
    return Terminal(theme="ansi")


def written(folder):
    (folder / "212.out").write_text("".join(f"step {n} → Größe {1 / (n + 1):.4f} µ\n" for n in range(90)))
    return folder


def test_home_in_ascii(picture):
    assert picture(HOME, snapshot=NAMED_ANYHOW, terminal=ASCII)


def test_log_in_ascii(picture, tmp_path):
    assert picture(HOME, "l", ("step 89",), home=written(tmp_path), terminal=ASCII)


def test_form_in_ascii(picture):
    assert picture(*FORM, terminal=ASCII)


def test_home_without_colours(picture, no_colour):
    assert picture(HOME, terminal=no_colour)


def test_home_marked_without_colours(picture, no_colour):
    assert picture(HOME, "space", "space", ("2 marked",), terminal=no_colour)


def test_jobs_without_colours(picture, no_colour):
    assert picture(HOME, "enter", ("1/1003",), terminal=no_colour)


def test_log_without_colours(picture, no_colour, tmp_path):
    assert picture(HOME, "l", ("step 89",), "slash", "step 88", "enter", ("step 88",), home=written(tmp_path),
                   terminal=no_colour)  # fmt: skip


def test_form_without_colours(picture, no_colour):
    assert picture(*FORM, terminal=no_colour)


@pytest.mark.parametrize("theme", ["colour-blind", "ansi"])
def test_home_in_other_colours(picture, theme):
    assert picture(HOME, terminal=Terminal(theme=theme))


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (120, 40)], ids=["80x24", "60x15", "120x40"])
def test_settings(picture, size):
    assert picture(HOME, "comma", ("undo_seconds",), size=size)


def test_too_small(picture):
    assert picture(("40x10",), size=(32, 8))


def test_a_store_that_can_only_be_read(picture):
    assert picture(HOME, "enter", ("1/1003", "read-only"), snapshot=replace(FULL, writable=False))


def test_a_store_that_is_gone(picture):
    def goes(desk):
        desk.trouble = StoreError("The store in /data/ada cannot be read: Stale file handle.")

    assert picture(HOME, "enter", ("1/1003",), goes, ("Stale file handle",))
