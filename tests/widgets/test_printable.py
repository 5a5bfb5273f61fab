"""Any text fits in its cells, and no control leaves the program."""

import pytest
from rich.cells import cell_len

from tui_batch.widgets.printable import fit, printable

HOSTILE = (
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "two\nlines", "tab\there", "\r\b\x7f\x9b2J", "\u202egnp.exe", "a\u200db",
    "zero\u200bwidth", "\ufeffbom", "line\u2028break", "lone \ud800", "flag \U0001f1e9\U0001f1ea", "👩‍👩‍👧‍👦 family",
    "☂️ umbrella", "日本語テキスト", "é combining", "שלום", "\x00nul", "x" * 300,
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [0, 1, 2, 5, 12, 40])
def test_it_takes_exactly_its_cells(text, width):
    assert cell_len(fit(text, width)) == width
    assert cell_len(fit(text, width, right=True)) == width
    assert cell_len(fit(text, width, ending=True)) == width


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_steers_a_terminal_is_left(text):
    shown = printable(text)
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in shown)
    assert not set(shown) & set("\u200b\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2069\u2028\ufeff\ufe0f")
    assert shown.encode()


def test_what_was_taken_out_can_be_read():
    assert printable("a\nb\x1b[0m\u202e") == "a\\nb\\e[0m\\u202e"
    assert printable("plain") == "plain"


def test_what_is_cut_is_told():
    assert fit("abcdefgh", 5) == "abcd~"
    assert fit("run-0.001-seed-17", 10, ending=True) == "run-~ed-17"
    assert fit("7", 3, right=True) == "  7"
