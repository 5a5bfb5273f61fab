"""The notation of an axis gives the values that a person would write out by hand."""

import pytest

from tui_batch.axis import parse
from tui_batch.errors import TemplateError
from tui_batch.store.sources import FileSources

FILES = FileSources()


def words(text):
    return list(parse(text, FILES).words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1, 2, 5", "1 2 5"),
        ("7", "7"),
        ("1..9", "1 2 3 4 5 6 7 8 9"),
        ("1..9 by 2", "1 3 5 7 9"),
        ("1..10 by 4", "1 5 9"),
        ("9..1 by 4", "9 5 1"),
        ("3..1", "3 2 1"),
        ("3..-1 by -2", "3 1 -1"),
        ("4..4", "4"),
        ("0..0.3 by 0.1", "0 0.1 0.2 0.3"),
        ("0..1 by 0.3", "0 0.3 0.6 0.9"),
        ("1..0 by 0.25", "1 0.75 0.5 0.25 0"),
        ("0..1 in 11", "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1"),
        ("0..9 in 4", "0 3 6 9"),
        ("1..0 in 3", "1 0.5 0"),
        ("1e-6..1 log 7", "1e-06 1e-05 0.0001 0.001 0.01 0.1 1"),
        ("1..1000 log 4", "1 10 100 1000"),
        ("1e21..1e25 log 3", "1000000000000000000000 100000000000000000000000 1e+25"),
        ("1, 5..9 by 2, 1e-4", "1 5 7 9 1e-4"),
        ("12345678901234567..12345678901234569", "12345678901234567 12345678901234568 12345678901234569"),
        ("1.0, 1.50, 1e-4, +2", "1.0 1.50 1e-4 +2"),
        ("gaussian, top-hat, ../data/a.fits", "gaussian top-hat ../data/a.fits"),
        ("repeat(3)", "1 2 3"),
    ],
)
def test_lists_and_ranges(text, expected):
    assert words(text) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a, b", c', ["a, b", "c"]),
        ("'1..9', \"it's\"", ["1..9", "it's"]),
        (r'"say \"hi\"", "back\\slash", "C:\temp"', ['say "hi"', "back\\slash", r"C:\temp"]),
        ('"", " x "', ["", " x "]),
        ("it's, o'clock", ["it's", "o'clock"]),
        ('"$(rm -rf /)", "two\nlines", "🚀"', ["$(rm -rf /)", "two\nlines", "🚀"]),
    ],
)
def test_quoted_text_is_taken_as_it_stands(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("1,,2", "empty"),
        ("1..9 by 0", "step of 0"),
        ("1..9 by -1", "leads away"),
        ("1..0.1 log 3", "smaller end first"),
        ("0..1 log 3", "above 0"),
        ("-1..1 log 3", "above 0"),
        ("1..10 log 1", "two ends"),
        ("0..1 in 0", "empty"),
        ("0..1 in 1", "in 2"),
        ("0..1 in 2.5", "whole number"),
        ("1..9 by two", "not a range"),
        ("1..9by2", "not a range"),
        ("1..1e9", "more than 1,000,000"),
        ("1..2 by 1e-300", "more than 1,000,000"),
        ("0..1e9999", "out of range"),
        ("repeat(0)", "empty"),
        ("repeat(3), 4", "alone"),
        ("uniform(0, 1)", "how many"),
        ("uniform(1, 0, 5)", "lower end first"),
        ("loguniform(0, 1, 5)", "above 0"),
        ("normal(0, 0, 5)", "above 0"),
        ("randint(0.5, 2, 5)", "whole number"),
        ("randint(1, 6, 0)", "empty"),
        ('"open', "not closed"),
        ('"a" b', "closing quote"),
        ("glob(nothing-is-here/*.fits)", "nothing here matches"),
        ("glob(target:/not/here/*.fits)", "nothing here matches target:.*file.list.csv, path"),
        ("file(only-a-path)", "name of a column"),
    ],
)
def test_what_cannot_be_an_axis_says_why(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse(text, FILES)


@pytest.mark.parametrize(
    "call", ["uniform(0, 1, 20)", "loguniform(1e-5, 1, 20)", "normal(10, 2, 20)", "randint(1, 6, 20)"]
)
def test_a_seed_that_is_drawn_is_written_down(call):
    first = parse(call, FILES)
    assert "seed=" in first.text
    again = parse(first.text, FILES)
    assert (again.text, again.words) == (first.text, first.words)
    assert len(first.words) == 20


def test_a_seed_that_is_given_fixes_the_values():
    assert words("uniform(0, 1, 3, seed=7)") == words("uniform(0,1,3, seed = 7)")
    assert words("uniform(0, 1, 3, seed=7)") != words("uniform(0, 1, 3, seed=8)")
    assert all(1e-5 <= float(word) <= 1e-2 for word in words("loguniform(1e-5, 1e-2, 200, seed=1)"))
    assert {int(word) for word in words("randint(1, 6, 200, seed=1)")} == {1, 2, 3, 4, 5, 6}


def test_files_and_columns(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b 2.fits", "a,1.fits", "it's.fits", "notes.txt"):
        tmp_path.joinpath(name).touch()
    assert words("glob(*.fits)") == ["a,1.fits", "b 2.fits", "it's.fits"]
    assert words("glob(it's.*)") == ["it's.fits"]
    tmp_path.joinpath("p.csv").write_text('n, word\n1,"x, y"\n2,z\n')
    assert words("file(p.csv, word)") == ["x, y", "z"]
    assert parse("file(p.csv, n), 7", FILES).text == "file(p.csv, n), 7"
    with pytest.raises(TemplateError, match=r"no column 'wrd'. Did you mean 'word'"):
        words("file(p.csv, wrd)")
    with pytest.raises(TemplateError, match=r"none\.csv cannot be read"):
        words("file(none.csv, n)")
