"""The top line: what is cut where there is no room for all."""

import pytest

from tui_batch.widgets.status_line import _cut


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (30, " 1,000 running, 10,000 held "),
        (28, " 1,000 running, 10,000 held "),
        (27, " 1,000 running, ~          "),
        (24, " 1,000 running, ~       "),
        (23, " 1,000 running, ~      "),
        (20, " 1,000 running, ~   "),
        (12, " 1,000 runn~"),
        (6, " ~    "),
    ],
)
def test_it_ends_with_a_whole_word(room, shown):
    assert _cut(" 1,000 running, 10,000 held ", room) == shown


def test_a_single_word_is_cut_where_the_room_ends():
    assert _cut(" netmc-temperature ", 10) == " netmc-te~"
