"""The columns of a table, and which of them there is room for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column: what it says of a row, how wide it is, and what it sorts by."""

    name: str  # for sorting by its letter and for `name:word` in a filter
    label: str
    width: int
    cell: Callable[[R], str]
    sort: Callable[[R], Any] | None = None  # what to compare instead of the text
    tone: Callable[[R], str] | None = None
    right: bool = False
    grow: bool = False  # takes what the others leave
    ending: bool = False  # the end tells as much as the beginning: what is too long is cut in the middle
    letter: str = ""  # its key after `s`
    rank: int = 0  # the highest goes first when there is no room for all


def widths(columns: Sequence[Column[Any]], room: int) -> list[int]:
    """A width for each column, 0 for those there is no room for; each is followed by a blank."""
    shown = list(columns)
    for column in sorted(columns, key=lambda column: -column.rank):
        if _taken(shown) <= room or not column.rank:
            break
        shown.remove(column)
    growing = sum(column.grow for column in shown)
    spare = max(0, room - _taken(shown)) // growing if growing else 0
    return [column.width + spare * column.grow if column in shown else 0 for column in columns]


def _taken(columns: Sequence[Column[Any]]) -> int:
    return sum(column.width + 1 for column in columns)
