"""A line of text being typed."""

import pytest
from rich.cells import cell_len

from tui_batch.widgets.entry import Entry


def typed(entry, *keys):
    for key in keys:
        entry = entry.press(key, key if len(key) == 1 else None) or entry
    return entry


def test_typing_moving_and_taking_away():
    assert typed(Entry(), *"abc", "left", "left", "X") == Entry("aXbc", 2)
    assert typed(Entry.of("abc"), "home", "delete", "end", "backspace") == Entry("b", 1)
    assert typed(Entry.of("one two"), "ctrl+w") == Entry("one ", 4)
    assert typed(Entry.of("one two"), "left", "ctrl+u") == Entry("o", 0)
    assert typed(Entry("one two", 3), "ctrl+k") == Entry("one", 3)
    assert typed(Entry(), "backspace", "left", "delete") == Entry()
    assert Entry.of("x").press("f5", None) is None


def test_a_paste_of_several_lines_becomes_one():
    assert Entry.of("a").insert("b\nc d\r\n") == Entry("ab c d", 6)
    assert Entry.of("a ").insert(" b\n") == Entry("a  b", 4)
    assert Entry().insert("1\n2,\n\n3\n", ", ") == Entry("1, 2, 3", 7)
    assert Entry.of("a").insert("") == Entry("a", 1)


@pytest.mark.parametrize("entry", [Entry.of("x" * 100), Entry("日本語" * 9, 5), Entry.of("\x1b[31m"), Entry("abc", 1)])
def test_it_is_drawn_in_its_width_with_the_cursor_in_sight(entry):
    line = entry.line(20)
    assert sum(cell_len(text) for text, _ in line) == 20
    assert [tone for _, tone in line].count("caret") == 1


def test_what_is_out_of_sight_is_marked_at_the_end_where_it_is():
    def shown(entry):
        return "".join(text for text, _ in entry.line(8))

    assert shown(Entry.of("abc")) == "abc     "
    assert shown(Entry.of("abcdefghij")) == "<efghij "
    assert shown(Entry("abcdefghij", 0)) == "abcdefg>"
    assert shown(Entry("abcdefghijklmno", 9)) == "<efghij>"
