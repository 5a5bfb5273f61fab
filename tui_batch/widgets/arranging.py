"""What a table shows of its rows, and in which order: a pure question, so that another thread can answer it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, compress
from typing import Any, Generic

from tui_batch.widgets.columns import Column, Comparable, R
from tui_batch.widgets.filter import keep


@dataclass(frozen=True, slots=True)
class Sorting:
    """The column that rows are sorted by, "" for none, and which way round."""

    name: str = ""
    descending: bool = False

    def turned(self, name: str) -> "Sorting":
        """By this column; if it is by this one already, the other way round."""
        return Sorting(name, name == self.name and not self.descending)

    @property
    def sign(self) -> str:
        """How a heading shows it."""
        return "-" if self.descending else "+"


@dataclass(frozen=True, slots=True)
class Wish(Generic[R]):
    """What is to be shown."""

    columns: Sequence[Column[R]]
    key: Callable[[R], str]
    rows: Sequence[R] = ()
    filter: str = ""
    sorting: Sorting = Sorting()
    marked: frozenset[str] = frozenset()

    @property
    def as_it_is(self) -> bool:
        """Nothing has to be done with the rows, however many."""
        return not (self.filter or self.sorting.name or self.marked)

    def like(self, other: "Wish[R]") -> bool:
        """The same question, be it of other rows."""
        mine, others = ((wish.columns, wish.filter, wish.sorting) for wish in (self, other))
        return mine == others


@dataclass(frozen=True, slots=True)
class Arranged(Generic[R]):
    """The rows to show, the marks whose rows are gone, and where the row that was sought stands."""

    wish: Wish[R]
    view: Sequence[R] = ()
    gone: frozenset[str] = frozenset()
    sought: str = ""
    place: int | None = None


def arrange(wish: Wish[R], sought: str = "") -> Arranged[R]:
    """Filter and sort; in many rows it is a long way to look for one, so this may be done here too."""
    gone = wish.marked.difference(map(wish.key, wish.rows)) if wish.marked else wish.marked
    view = wish.rows
    if wish.filter:
        kept = keep(wish.filter, wish.columns)
        view = [row for row in view if kept(row)]
    if by := next((column for column in wish.columns if column.name == wish.sorting.name), None):
        view = in_order(view, by.order or by.value or by.cell, wish.sorting.descending)
    return Arranged(wish, view, gone, sought, place_of(sought, wish.key, view) if sought else None)


def place_of(wanted: str, key: Callable[[R], str], view: Iterable[R]) -> int | None:
    """Where the row with this key stands."""
    return next((place for place, row in enumerate(view) if key(row) == wanted), None)


def in_order(rows: Sequence[R], value: Callable[[R], Comparable], descending: bool) -> list[R]:
    """Numbers before words, and last, whichever way round, what has no value; equals stay as they were."""
    values = [value(row) for row in rows]
    kinds = set(map(type, values))
    if kinds <= {int, float}:
        return _sorted(rows, values, descending)
    if kinds == {str} and "" not in values:
        return _sorted(rows, [str(word).casefold() for word in values], descending)
    are_words = [isinstance(value, str) and value != "" for value in values]
    are_numbers = [isinstance(value, int | float) for value in values]
    words = [str(word).casefold() for word in compress(values, are_words)]
    groups = [
        _sorted(compress(rows, are_numbers), compress(values, are_numbers), descending),
        _sorted(compress(rows, are_words), words, descending),
    ]
    nothing = [row for row, word, number in zip(rows, are_words, are_numbers, strict=True) if not (word or number)]
    return [*chain.from_iterable(reversed(groups) if descending else groups), *nothing]


def _sorted(rows: Iterable[R], keys: Iterable[Any], descending: bool) -> list[R]:
    """By keys of one type, one for each row: comparing those runs no line of Python, and so takes next to no time."""
    next_key = iter(keys).__next__
    return sorted(rows, key=lambda row: next_key(), reverse=descending)
