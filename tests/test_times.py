"""Moments and durations as text."""

import random

import pytest

from tui_batch.times import seconds, span, stamp


def test_a_moment_reads_back_to_the_millisecond():
    assert stamp(0) == "1970-01-01T00:00:00.000Z"
    assert stamp(1763616792.345) == "2025-11-20T05:33:12.345Z"
    for moment in (0.0, 0.001, 1763616792.345, 1763616799.9999, 4e9):
        assert abs(seconds(stamp(moment)) - moment) < 0.0011


def test_moments_sort_as_they_come():
    chance = random.Random(3)
    moments = sorted(chance.uniform(0, 4e9) for _ in range(300))
    assert [stamp(moment) for moment in moments] == sorted(map(stamp, moments))
    assert len({len(stamp(moment)) for moment in moments}) == 1


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_what_is_no_moment(text):
    with pytest.raises(ValueError, match=r"."):
        seconds(text)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (-5, "0s"), (0, "0s"), (0.9, "0s"), (42, "42s"), (99.9, "99s"), (100, "1m"), (5999, "99m"), (6000, "1h40"),
        (3 * 3600 + 7 * 60, "3h07"), (36 * 3600 - 1, "35h59"), (36 * 3600, "1d"), (400 * 86400, "400d"),
        (1000 * 86400, "2y"),
    ],
)  # fmt: skip
def test_durations_fit_a_narrow_column(duration, text):
    assert span(duration) == text
    assert len(span(duration)) <= 5
