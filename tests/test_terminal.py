"""What the terminal is asked for, by the configuration and what the environment says."""

import pytest

from tui_batch.config import Config
from tui_batch.terminal import CAPABLE, as_started, settle

GOOD = {"TERM": "xterm-256color", "LANG": "en_GB.UTF-8"}


def test_a_terminal_of_today_gets_everything():
    assert settle(Config(), GOOD) == CAPABLE


@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        ({"TERM": "xterm"}, "ansi"), ({"TERM": "linux"}, "ansi"), ({"TERM": "screen"}, "ansi"), ({}, "ansi"),
        ({"TERM": "tmux-256color"}, "default"), ({"TERM": "xterm-kitty"}, "default"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "default"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "ansi"), ({"TERM": "xterm-256color", "NO_COLOR": ""}, "default"),
    ],
)  # fmt: skip
def test_few_colours_want_the_terminals_own(environment, theme):
    found = settle(Config(), environment)
    assert found.theme == theme
    assert (found.theme_why != "") == (theme == "ansi")


def test_a_theme_that_was_chosen_stays():
    assert settle(Config(theme="colour-blind"), {"TERM": "xterm"}).theme == "colour-blind"
    assert settle(Config(theme="ansi"), GOOD).theme == "ansi"


def test_colours_are_counted_as_they_are_sent():
    """Rich sends them; it must not fold many colours into sixteen where we chose a theme of many."""
    from rich.console import Console

    for term in ("xterm", "linux", "screen", "screen-256color", "tmux-256color", "vt220", "xterm-kitty", "foot", ""):
        for colours in ("", "truecolor", "24bit", "yes"):
            environment = {"TERM": term, "COLORTERM": colours}
            system = Console(force_terminal=True, _environ=environment)._detect_color_system()
            few = system is None or system.name == "STANDARD"
            assert (settle(Config(), environment).theme == "ansi") == few, environment


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        (GOOD, ""), (GOOD | {"LC_ALL": "C"}, "LC_ALL=C"), ({"TERM": "xterm"}, "no locale is set"),
        (GOOD | {"LC_CTYPE": "POSIX"}, "LC_CTYPE=POSIX"), (GOOD | {"LANG": "de_DE"}, "LANG=de_DE"),
        (GOOD | {"LC_ALL": "C.utf8"}, ""), (GOOD | {"TERM": "linux"}, "TERM=linux"),
        (GOOD | {"TERM": "screen", "LANG": "C"}, "LANG=C"), (GOOD | {"TERM": "screen"}, ""),
    ],
)  # fmt: skip
def test_ascii_is_found_by_itself(environment, why):
    found = settle(Config(), environment)
    assert (found.ascii, found.ascii_why) == (bool(why), why)
    assert settle(Config(ascii="yes"), environment).ascii
    assert not settle(Config(ascii="no"), environment).ascii


def test_the_locale_that_python_says_of_itself_is_not_the_persons():
    assert as_started({"LC_CTYPE": "C.UTF-8", "TERM": "xterm"}, utf8_mode=True) == {"TERM": "xterm"}
    for kept, mode in (({"LC_CTYPE": "C.UTF-8"}, False), ({"LC_CTYPE": "C.UTF-8", "PYTHONUTF8": "1"}, True),
                       ({"LC_CTYPE": "de_DE.UTF-8"}, True)):  # fmt: skip
        assert as_started(kept, mode) == kept


def test_the_mouse_stays_away_over_ssh():
    remote = GOOD | {"SSH_CONNECTION": "10.0.0.1 4711 10.0.0.2 22"}
    assert not settle(Config(), remote).mouse
    assert settle(Config(mouse="yes"), remote).mouse
    assert not settle(Config(mouse="no"), GOOD).mouse
