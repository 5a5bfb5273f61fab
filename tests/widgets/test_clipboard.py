"""OSC 52 in its wrappings."""

import re
from base64 import b64decode

import pytest

from tui_batch.widgets.clipboard import LONGEST, road, sequence


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, ""),
        ({"TERM": "xterm-256color"}, ""),
        ({"TERM": "tmux-256color"}, "tmux"),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux-1/default,1,0"}, "tmux"),
        ({"TERM": "screen-256color"}, "screen"),
        ({"TERM": "xterm", "STY": "12.pts-0"}, "screen"),
        ({"TERM": "screen.xterm-256color", "TMUX": "x", "STY": "12.pts-0"}, "screen"),
    ],
)
def test_what_stands_between(environment, found):
    assert road(environment) == found


def said(osc):
    """The text in an OSC 52."""
    return b64decode(re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\a", osc)[1]).decode()


@pytest.mark.parametrize("text", ["18231_4", "日本語\n" * 50, "\x1b[31mred\x07\x1b\\", "x" * LONGEST])
def test_every_wrapping_holds_the_whole_text_and_nothing_of_it_raw(text):
    plain = sequence(text, "")
    assert said(plain) == text
    bare, wrapped = sequence(text, "tmux").split("\x1bPtmux;")
    assert said(bare) == text
    assert said(wrapped.removesuffix("\x1b\\").replace("\x1b\x1b", "\x1b")) == text
    through_screen = sequence(text, "screen")
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", through_screen, re.DOTALL)
    assert said("".join(pieces)) == text
    assert max(map(len, pieces)) <= 252
    rest = re.sub(r"\x1bP(.*?)\x1b\\", "", through_screen, flags=re.DOTALL)
    assert rest == (plain if len(plain) < 250 else "")


def test_what_is_too_long_is_not_sent_at_all():
    assert sequence("x" * (LONGEST + 1), "tmux") == ""


def test_half_a_character_is_no_reason_to_fail():
    assert said(sequence("a\udcffb", "")) == "a?b"
