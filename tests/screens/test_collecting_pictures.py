"""Files outside of jobs' folders, in each state that looks different."""

from dataclasses import replace

import pytest
from collected import KELP, PATTERNS, fetching, listed

SIZES = pytest.mark.parametrize("size", [(80, 24), (60, 15)], ids=["80x24", "60x15"])
HOME = ("R    212",)


def named(desk):
    desk.patterns = PATTERNS


def test_while_they_are_listed(picture):
    assert picture(HOME, "f", ("Looking on fir",), ready=named)


@SIZES
def test_listed_and_some_marked(picture, size):
    assert picture(HOME, "f", ("listing",), lambda desk: desk.carried_out(listed()), ("listed now",), "space", "j",
                   "space", ("2 marked",), ready=named, size=size)  # fmt: skip


@SIZES
def test_on_their_way(picture, size):
    def ready(desk):
        named(desk)
        desk.collected = fetching(5, 2**20)
        desk.ordered("collect", KELP)

    assert picture(HOME, "f", ("5 of 12 files",), ready=ready, size=size)


def test_some_did_not_come(picture):
    why = "/arc/projects/mygroup/results/processed_2.fits has changed since it was listed, and was not fetched."
    found = replace(fetching(12), here=frozenset(range(12)) - {4, 6}, failed={6: why, 4: why})
    assert picture(HOME, "f", ("listing",), lambda desk: desk.carried_out(found), ("did not come",), ready=named)
