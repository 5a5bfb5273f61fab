"""What a table shows of its rows, and in which order: a pure question, so that another thread can answer it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Generic

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
        return replace(self, rows=(), marked=other.marked) == replace(other, rows=())


@dataclass(frozen=True, slots=True)
class Arranged(Generic[R]):
    """The rows to show, the marks whose rows are gone, and where each key stands, if that is known."""

    wish: Wish[R]
    view: Sequence[R] = ()
    gone: frozenset[str] = frozenset()
    places: Mapping[str, int] | None = None


def arrange(wish: Wish[R]) -> Arranged[R]:
    """Filter and sort."""
    gone = wish.marked.difference(map(wish.key, wish.rows)) if wish.marked else wish.marked
    view = wish.rows
    if wish.filter:
        kept = keep(wish.filter, wish.columns)
        view = [row for row in view if kept(row)]
    if by := next((column for column in wish.columns if column.name == wish.sorting.name), None):
        view = in_order(view, by.value or by.cell, wish.sorting.descending)
    return Arranged(wish, view, gone)


def arrange_all(wish: Wish[R]) -> Arranged[R]:
    """The same, and where everything stands, so that nobody has to look for a row in many."""
    arranged = arrange(wish)
    return replace(arranged, places=placed(wish.key, arranged.view))


def placed(key: Callable[[R], str], view: Iterable[R]) -> dict[str, int]:
    """Where the row with each key stands."""
    return {key(row): place for place, row in enumerate(view)}


def in_order(rows: Sequence[R], value: Callable[[R], Comparable], descending: bool) -> list[R]:
    """Numbers before words, and last, whichever way round, what has no value; equals stay as they were."""
    numbers: tuple[list[float], list[R]] = ([], [])
    words: tuple[list[str], list[R]] = ([], [])
    nothing: list[R] = []
    for row in rows:
        match value(row):
            case None | "":
                nothing.append(row)
            case str() as word:
                words[0].append(word.casefold())
                words[1].append(row)
            case found:
                numbers[0].append(found)
                numbers[1].append(row)
    # Lists of one type each: to compare them, no line of Python is run, and the interpreter is not held up for long.
    groups = [
        [group[at] for at in sorted(range(len(keys)), key=keys.__getitem__, reverse=descending)]
        for keys, group in (numbers, words)
    ]
    return [*chain.from_iterable(reversed(groups) if descending else groups), *nothing]
