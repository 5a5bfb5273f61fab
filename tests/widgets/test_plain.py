"""ASCII only: what looks most alike, in as many cells."""

import pytest

from tui_batch.widgets.plain import plain
from tui_batch.widgets.printable import cells


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("caf\u00e9 na\u00efve", "cafe naive"),
        ("\u250c\u2500\u252c\u2500\u2510\u2502", "+-+-+|"),
        ("\u65e5\u672c", "????"),  # two cells each
        ("\u2602 x\u2026", "? x?"),
        ("\u2588\u2581", "##"),
        ("\u2018a\u2019 \u201cb\u201d \u2014", "'a' \"b\" -"),
        ("\u2192 3\u00d74", "> 3x4"),
        ("\U0001f469\u200d", "??"),  # a joiner takes no cell
    ],
)
def test_ascii_keeps_the_width(text, shown):
    assert plain(text) == shown
    assert cells(text) == len(shown)
