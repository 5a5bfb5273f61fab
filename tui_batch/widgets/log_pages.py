"""The pages of a log that keys lead to."""

from collections.abc import Callable
from itertools import islice
from typing import NamedTuple

from tui_batch.widgets.log_hunt import Found
from tui_batch.widgets.log_lines import Kept
from tui_batch.widgets.log_rows import Row, Rows

Place = tuple[int, int]  # a line's offset, and which of its rows


class Page(NamedTuple):
    """What to show, and whether to stay at the end."""

    rows: list[Row]
    following: bool = False


Plan = Callable[[Rows], Page]


def top(rows: Rows) -> Page:
    """The first page."""
    return Page(rows.page(0))


def bottom(rows: Rows) -> Page:
    """The last page, to be followed."""
    return Page(rows.last(), following=True)


def at(place: Place) -> Plan:
    """From there on; where nothing is, the end."""
    return lambda rows: Page(rows.page(*place) or rows.last())


def line(number: int) -> Plan:
    """From this line of the file on, counted from 1, at most to the last page."""

    def plan(rows: Rows) -> Page:
        found = rows.page(rows.line(number))
        return Page(found) if len(found) == rows.height else bottom(rows)

    return plan


def above(place: Place, count: int) -> Plan:
    """So many rows up."""

    def plan(rows: Rows) -> Page:
        passed = list(islice(rows.above(*place), count))
        return Page(rows.page(*(passed[-1][:2] if passed else place)))

    return plan


def below(place: Place, count: int) -> Plan:
    """So many rows down, at most to the last page."""

    def plan(rows: Rows) -> Page:
        passed = list(islice(rows.below(*place), count + rows.height + 1))
        return Page(passed[count:-1]) if len(passed) > count + rows.height else bottom(rows)

    return plan


def around(found: Found) -> Plan:
    """With this place in the upper part, or further down where the log ends."""

    def plan(rows: Rows) -> Page:
        own = rows.rows(Kept(found.line))
        part = next((row.part for row in own if found.within(row)), 0)
        passed = list(islice(rows.above(found.line.start, part), rows.height // 4))
        page = rows.page(*(passed[-1][:2] if passed else (found.line.start, part)))
        return Page(page if len(page) == rows.height else rows.last())

    return plan
