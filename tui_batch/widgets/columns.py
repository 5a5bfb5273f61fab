"""The columns of a table: which of them there is room for, and how they are named and sorted by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from string import ascii_letters
from typing import Any, Generic, Literal, TypeVar

from tui_batch.errors import nearest
from tui_batch.widgets.printable import cells, printable

R = TypeVar("R")
Comparable = float | str | None


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column: what it says of a row, how wide it is, and what it sorts by."""

    name: str  # in a filter, in a command, and beside its letter
    label: str
    width: int  # at least; 0 for what is never drawn and only there to be asked for
    cell: Callable[[R], str]
    value: Callable[[R], Comparable] | None = None  # what to compare instead of the text: None for what is not known
    order: Callable[[R], Comparable] | None = None  # what to sort by instead of that
    tone: Callable[[R], str] | None = None
    right: bool = False
    wants: int = 0  # grows so far
    grow: bool = False  # grows as far as there is room
    spare: bool = False  # is there only where all others have what they want
    ending: bool = False  # the end tells as much as the beginning: what is too long is cut in the middle
    letter: str = ""  # its key after `s`
    rank: int = 0  # the highest goes first when there is no room for all
    unit: Literal["", "time", "share"] = ""  # what the value counts: seconds, parts of a whole
    word: Callable[[R], str] | None = None  # the cell is a code, and this is what it stands for
    plain: bool = True  # a word without a column's name is looked for in this one too


def widths(columns: Sequence[Column[Any]], room: int, by: str = "") -> list[int]:
    """A width for each column, 0 for those there is no room for; each is followed by a blank.

    The one that the rows are sorted by has room for a sign behind its name.
    """
    columns = [_signed(column) if column.name == by else column for column in columns]
    shown = [column for column in columns if column.width]
    if sum(max(column.width, column.wants) + 1 for column in shown) > room:
        shown = [column for column in shown if not column.spare]
    for column in sorted(shown, key=lambda column: -column.rank):
        if _taken(shown) <= room or not column.rank:
            break
        shown.remove(column)
    found = [column.width if column in shown else 0 for column in columns]
    left = room - _taken(shown)
    while left > 0 and (hungry := _hungry(columns, found)):
        for n in hungry[:left]:  # a cell for each in turn
            found[n] += 1
        left -= len(hungry)
    return found


def _signed(column: Column[R]) -> Column[R]:
    full = 0 < column.width <= cells(printable(column.label))
    return replace(column, width=column.width + full)


def _hungry(columns: Sequence[Column[Any]], found: Sequence[int]) -> list[int]:
    """Those that are narrower than they want to be, else those that grow on."""
    shown = [(n, column, width) for n, (column, width) in enumerate(zip(columns, found, strict=True)) if width]
    wanting = [n for n, column, width in shown if width < column.wants]
    return wanting or [n for n, column, _ in shown if column.grow]


def _taken(columns: Sequence[Column[Any]]) -> int:
    return sum(column.width + 1 for column in columns)


def find(name: str, columns: Sequence[Column[R]]) -> Column[R]:
    """The column of this name, however it is capitalized, or of this beginning; else a ValueError that names others."""
    wanted = name.casefold()
    found = (
        [column for column in columns if column.name == name]
        or [column for column in columns if column.name.casefold() == wanted]
        or [column for column in columns if wanted and column.name.casefold().startswith(wanted)]
    )
    if not found:
        raise ValueError(f"no column {name!r}.{nearest(name, [column.name for column in columns])}")
    if len(found) > 1 and found[0].name.casefold() != wanted:
        raise ValueError(f"{name!r} may be {' or '.join(column.name for column in found)}")
    return found[0]


def letters(columns: Sequence[Column[R]]) -> dict[str, Column[R]]:
    """A key for each column that is drawn: its own, else the first of its name that is free, else any."""
    given = {column.letter for column in columns}
    found: dict[str, Column[R]] = {}
    for column in columns:
        free = (key for key in column.name.casefold() + ascii_letters if key in ascii_letters)
        key = column.letter or next((key for key in free if key not in given and key not in found), "")
        if column.width and key:
            found[key] = column
    return found
