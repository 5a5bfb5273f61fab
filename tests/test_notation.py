"""How a word is written so that it means itself, and which texts look like slips."""

import pytest

from tui_batch import axis
from tui_batch.notation import doubt, quoted
from tui_batch.template import Variable


@pytest.mark.parametrize(
    "word",
    ["fast", "1e-4", "-3", "wc -c", "a,b", "1..9", 'say "x"', "it's", "back\\slash", " led by a blank", "", "x(1)",
     "/data/run 7/a.fits", "uniform(0, 1, 5)", "\\", '"', "line\nbreak"],
)  # fmt: skip
def test_a_quoted_word_is_an_axis_of_that_word(word):
    assert list(axis.parse(quoted(word), sources=None).words) == [word]


def test_plain_words_stay_plain():
    assert [quoted(word) for word in ("fast", "0.5", "wc -c")] == ["fast", "0.5", "wc -c"]


@pytest.mark.parametrize(
    ("type_", "text", "meant"),
    [
        ("str", "unifrom(0, 1, 5)", "unifrom(…) is no notation. Did you mean uniform(…)?"),
        ("float", "1, Uniforn(0, 1, 5)", "Did you mean uniform(…)?"),
        ("str", "glob(data/*.fits", "lacks its closing parenthesis"),
        ("int", "1-9", "Did you mean 1..9?"),
        ("float", "0.5 to 2", "Did you mean 0.5..2?"),
        ("path", "data/*.fits", "Did you mean glob(data/*.fits)?"),
    ],
)
def test_slips(type_, text, meant):
    assert meant in doubt(Variable("v", type_), text)


@pytest.mark.parametrize(
    ("type_", "text"),
    [("str", "print(x)"), ("str", "1-9"), ("float", "uniform(0, 1, 5)"), ("int", "-9"), ("path", "glob(data/*.fits)"),
     ("path", '"odd*name"'), ("str", "echo run $N on $(hostname)"), ("str", "'open"), ("float", "1e-5")],
)  # fmt: skip
def test_what_is_no_slip(type_, text):
    assert not doubt(Variable("v", type_), text)
