"""Ranges of job numbers: short as text, the same numbers again when read."""

import random

import pytest

from tui_batch.indices import from_text, to_text


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([], ""),
        ([0], "0"),
        ([0, 1, 2], "0-2"),
        ([5, 3, 4, 3], "3-5"),
        ([0, 2, 4], "0,2,4"),
        ([*range(412), *range(413, 1000)], "0-411,413-999"),
    ],
)
def test_the_shortest_ranges(numbers, text):
    assert to_text(numbers) == text
    assert list(from_text(text)) == sorted(set(numbers))


def test_any_set_of_numbers_comes_back():
    chance = random.Random(7)
    for _ in range(200):
        numbers = {chance.randrange(300) for _ in range(chance.randrange(120))}
        assert set(from_text(to_text(iter(numbers)))) == numbers


def test_a_hundred_thousand_jobs_fit_in_a_line():
    assert to_text(range(100_000)) == "0-99999"
    assert sum(1 for _ in from_text("0-99999")) == 100_000


@pytest.mark.parametrize("text", ["x", "1-x", "-3", "1--2", "0.5", "1;2", "5-3"])
def test_what_is_not_ranges(text):
    with pytest.raises(ValueError, match=r"."):
        list(from_text(text))
