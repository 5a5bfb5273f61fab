"""Columns: their names, the letters that sort by them, and the order that values give."""

import pytest

from tui_batch.widgets.arranging import in_order
from tui_batch.widgets.columns import Column, find, letters, widths


def named(*names, **more):
    return [Column(name, name.upper(), 4, str, **more) for name in names]


def test_a_column_is_found_by_its_name_in_any_case_or_by_its_beginning():
    columns = named("T", "t", "Seed", "temperature", "time")
    assert [find(name, columns).name for name in ("t", "T", "SEED", "s", "temp")] == ["t", "T", "Seed", "Seed",
                                                                                      "temperature"]  # fmt: skip
    with pytest.raises(ValueError, match="'ti' may be time or tip"):
        find("ti", named("time", "tip"))
    with pytest.raises(ValueError, match=r"no column 'sed'\. Did you mean 'Seed'\?"):
        find("sed", columns)


def test_every_column_has_a_letter_of_its_own():
    columns = [Column("age", "AGE", 4, str, letter="n"), *named("name", "node", "nn", "sum", "Sum"),
               Column("hidden", "", 0, str)]  # fmt: skip
    assert {letter: column.name for letter, column in letters(columns).items()} == {
        "n": "age", "a": "name", "o": "node", "b": "nn", "s": "sum", "u": "Sum"
    }  # fmt: skip
    many = letters(named(*(f"x{n}" for n in range(60))))
    assert len(many) == 52


def test_what_is_never_drawn_takes_no_room():
    columns = [*named("a"), Column("b", "", 0, str), Column("c", "C", 4, str, grow=True)]
    assert widths(columns, 20) == [4, 0, 14]


def test_columns_grow_as_far_as_they_want_and_what_is_left_goes_to_those_that_grow_on():
    columns = [Column("name", "NAME", 4, str, wants=6), Column("value", "V", 2, str, wants=20),
               Column("id", "ID", 10, str, spare=True), Column("says", "SAYS", 5, str, grow=True)]  # fmt: skip
    assert widths(columns, 100) == [6, 20, 10, 60]
    assert widths(columns, 45) == [6, 20, 10, 5]
    assert widths(columns, 44) == [6, 20, 0, 15]
    assert widths(columns, 14) == [4, 2, 0, 5]


def test_numbers_come_before_words_and_nothing_last_whichever_way_round():
    values = [3, "b", None, 10, "", "A", 2.5, "a"]
    rows = list(range(len(values)))
    assert [values[row] for row in in_order(rows, values.__getitem__, False)] == [2.5, 3, 10, "A", "a", "b", None, ""]
    assert [values[row] for row in in_order(rows, values.__getitem__, True)] == ["b", "A", "a", 10, 3, 2.5, None, ""]


def test_equal_rows_stay_as_they_were_whichever_way_round():
    rows = ["b1", "a1", "b2", "a2"]
    assert in_order(rows, lambda row: row[0], False) == ["a1", "a2", "b1", "b2"]
    assert in_order(rows, lambda row: row[0], True) == ["b1", "b2", "a1", "a2"]
