"""Marks: rows picked out by their keys, so that one request can be made for all of them."""

from asyncio import to_thread
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.worker import WorkType

from tui_batch.widgets.columns import R
from tui_batch.widgets.moves import Moving

MANY = 2_000  # rows that another thread looks at, lest a key wait for it
_KEYS = ("mark", "mark_to_here", "mark_all", "unmark")


@dataclass(frozen=True, slots=True)
class Chosen(Generic[R]):
    """What a request is for, as it was when it was made: of these rows the marked ones, or all where none is."""

    among: Sequence[R]
    key: Callable[[R], str]
    marked: frozenset[str]

    @property
    def first(self) -> R | None:
        """One of the rows that it may be for, if it is for any."""
        return self.among[0] if self.among else None

    def rows(self) -> list[R]:
        """The rows themselves: of a hundred thousand a question for another thread."""
        return [row for row in self.among if not self.marked or self.key(row) in self.marked]


class Marking(Moving, Generic[R]):
    """Rows that can be marked. A mark keeps to its row's key through every refresh, sort and filter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "mark or unmark", show=False, id="list.mark"),
        Binding("v", "mark_to_here", "mark from the last mark to here", show=False, id="list.mark-to-here"),
        Binding("asterisk", "mark_all", "mark all shown", show=False, id="list.mark-all"),
        Binding("backslash", "unmark", "clear the marks", show=False, id="list.unmark"),
    ]

    @dataclass
    class Marked(Message):
        """Other rows are marked than before."""

        table: "Marking[Any]"

        @property
        def control(self) -> "Marking[Any]":
            """The table, for `@on`."""
            return self.table

    key: Callable[[R], str]
    rows: Sequence[R] = ()
    view: Sequence[R] = ()  # the rows after filter and sort
    cursor = 0
    marks = False  # whether rows can be marked at all
    marked: frozenset[str] = frozenset()  # the keys of the marked rows
    marking = False  # keys of many rows are being looked up, to be marked
    _last_mark = ""

    @property
    def current(self) -> R | None:
        """The row under the cursor."""
        return self.view[self.cursor] if 0 <= self.cursor < len(self.view) else None

    @property
    def chosen(self) -> Chosen[R]:
        """What the next request is for: the marked rows, also those that the filter hides, else the current one."""
        among = self.rows if self.marked else [] if self.current is None else [self.current]
        return Chosen(among, self.key, self.marked)

    def unmark(self) -> None:
        """No row is marked any more."""
        self._mark(frozenset())

    def place(self, key: str) -> int | None:
        """Where the row with this key stands in the view."""
        raise NotImplementedError

    def _mark(self, marked: frozenset[str]) -> None:
        if marked != self.marked:
            self.marked = marked
            self.repaint()
            self.post_message(self.Marked(self))

    def _mark_rows(self, rows: Sequence[R]) -> None:
        """Mark these too: at once, or, where they are many, when another thread has named them."""
        if len(rows) <= MANY:
            return self._mark(self.marked.union(map(self.key, rows)))

        async def named() -> None:
            try:
                keys = await to_thread(lambda: frozenset(map(self.key, rows)))
                self._mark(self.marked | keys)
            finally:
                self.marking = False

        self.marking = True
        aside: WorkType[None] = named  # a worker writes down what it is given: of a partial every row
        self.run_worker(aside)
        return None

    def _marks_action(self, action: str) -> bool:
        """Whether this action of a key makes sense now, as far as it is about marks."""
        if action == "unmark":
            return self.marks and bool(self.rows)
        return action not in _KEYS or (self.marks and self.current is not None)

    def action_mark(self) -> None:
        """Mark the current row, or no longer; then step on."""
        if (row := self.current) is not None:
            self._last_mark = self.key(row)
            self._mark(self.marked ^ {self._last_mark})
            self.move_by(1)

    def action_mark_to_here(self) -> None:
        """Mark all from the row marked last to this one."""
        start = self.place(self._last_mark) if self._last_mark in self.marked else None
        first, last = sorted((self.cursor if start is None else start, self.cursor))
        self._last_mark = self.key(self.view[self.cursor])
        self._mark_rows(self.view[first : last + 1])

    def action_mark_all(self) -> None:
        """Mark every row that the filter shows."""
        self._mark_rows(self.view)

    def action_unmark(self) -> None:
        """Clear the marks."""
        self.unmark()
