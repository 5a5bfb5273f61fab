"""Long lines of a page."""

from rich.cells import cell_len

from tui_batch.widgets.text_view import folded, pair, pairs


def test_a_long_value_isfolded_below_where_it_begins():
    lines = folded(pair("results", "/data/" + "x" * 80), 60)
    texts = ["".join(text for text, _ in line) for line in lines]
    assert all(cell_len(text) <= 60 for text in texts)
    assert texts[1].startswith(" " * 17 + "x")
    assert "".join(text.strip() for text in texts).count("x") == 80


def test_what_is_short_or_empty_stays_as_it_is():
    assert folded((), 60) == [()]
    assert folded((("  a", ""),), 60) == [(("  a", ""),)]


def test_wide_characters_and_indents_fit():
    lines = folded((("    " + "日本" * 40, ""),), 30)
    assert all(sum(cell_len(text) for text, _ in line) <= 30 for line in lines)
    assert lines[1][0][0] == "    "


def test_what_goes_on_begins_with_no_blank():
    assert folded((("  one two three", ""),), 9) == [(("  one two", ""),), (("  ", ""), ("three", ""))]


def test_values_stand_below_each_other_where_there_is_room():
    lines = pairs({"a": "1", "start_temperature_10_x": "-3"})
    assert ["".join(text for text, _ in line) for line in lines] == [f"  {'a':22} 1", "  start_temperature_10_x -3"]
    [narrow] = folded(lines[0], 40)
    assert "".join(text for text, _ in narrow) == "  a 1"
