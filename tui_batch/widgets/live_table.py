"""A table that never holds more than it shows: rows are values, a cell is made when its line is drawn."""

from asyncio import to_thread
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.worker import Worker

from tui_batch.widgets.arranging import Arranged, Sorting, Wish, arrange, place_of
from tui_batch.widgets.columns import Column, R, widths
from tui_batch.widgets.filter import wrong
from tui_batch.widgets.lines import Line
from tui_batch.widgets.marks import MANY, Marking
from tui_batch.widgets.printable import fit
from tui_batch.widgets.table_lines import heading, row_line

PATIENCE_SECONDS = 0.2  # so long nothing is said of that


class LiveTable(Marking[R], can_focus=True):
    """Rows under a heading. The cursor stays on its row's key through every refresh, sort and filter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", id="list.open"),
    ]

    @dataclass
    class Moved(Message):
        """The cursor is on another row."""

        table: "LiveTable[Any]"

        @property
        def control(self) -> "LiveTable[Any]":
            """The table, for `@on`."""
            return self.table

    class Filtered(Message):
        """Another filter, or it keeps another number of rows; or there are rows now, or none any more."""

    @dataclass
    class OpenRequested(Moved):
        """Enter on this row."""

        row: Any

    def __init__(
        self,
        columns: Sequence[Column[R]],
        key: Callable[[R], str],
        dim: Callable[[R], bool] = lambda row: False,
        id: str | None = None,
        marks: bool = False,
    ) -> None:
        super().__init__(id=id)
        self.key, self.marks = key, marks
        self._dim = dim
        self.top = 0
        self.held: R | None = None  # the row to come back to while one tries filters, until the cursor is moved
        self.empty: Sequence[str] = ("loading...",)  # what stands there when there is no row
        self._wish: Wish[R] = Wish(tuple(columns), key)
        self._shown: Arranged[R] = Arranged(self._wish)  # what came of the last wish that was arranged
        self._filled = False  # rows, or why there are none, were shown
        self._aside: Worker[None] | None = None  # who sees to it that another thread arranges
        self._stay = True  # the cursor stays on its row when the next arrangement is shown
        self._waiting = ""  # a filter that names columns which are not there
        self._late = ""  # what takes longer than one would think
        self._room: tuple[object, Sequence[int]] = (None, ())  # the widths of the columns, and what they were made for
        self._told = ("", 0, 0)  # what was said of the filter the last time

    # -- rows ------------------------------------------------------------------------------------------------------
    @property
    def columns(self) -> Sequence[Column[R]]:
        """What is said of each row; also what a filter and a sort may name."""
        return self._wish.columns

    @property
    def filter_text(self) -> str:
        """What was typed to hide a part of the rows."""
        return self._wish.filter

    @property
    def sorting(self) -> Sorting:
        """What the rows are sorted by."""
        return self._wish.sorting

    def show(self, rows: Sequence[R], empty: Sequence[str] | None = None, stay: bool = True) -> None:
        """These are the rows now; the cursor stays on its row, or else goes to the first."""
        self.rows, self._filled = rows, True
        self._stay = self._stay and stay
        if empty is not None:
            self.empty = empty
        self._arrange(rows=rows)

    def set_columns(self, columns: Sequence[Column[R]]) -> None:
        """Other columns for the rows to come; nothing to do if they look alike."""
        if list(map(_look, columns)) != list(map(_look, self.columns)):
            self._waiting = self._waiting or self.filter_text
            self._arrange(columns=tuple(columns), filter=self._fitting(columns))

    @property
    def settled(self) -> bool:
        """It shows what was asked of it, so that a key means what one sees."""
        return self._filled and not self.marking and self._wish.like(self._shown.wish)

    def restore(self, filter: str, sorting: Sorting) -> None:
        """As it was once. A filter for columns that are not there waits until they are."""
        self._waiting = filter
        self._arrange(filter=self._fitting(self.columns), sorting=sorting)

    def _fitting(self, columns: Sequence[Column[R]]) -> str:
        if wrong(self._waiting, columns):
            return ""
        text, self._waiting = self._waiting, ""
        return text

    def wrong(self, text: str) -> str:
        """Why this is no filter here, in a few words; "" if it is one."""
        return wrong(text, self.columns)

    def filter(self, text: str) -> None:
        """Show only the rows that this keeps."""
        self._waiting = ""
        self._arrange(filter=text.strip())

    def sort(self, name: str, down: bool | None = None) -> None:
        """Sort by a column, this way, else the same again turns it round; "" is the order in which the rows come."""
        sorting = self.sorting.turned(name) if down is None else Sorting(name, down)
        self._arrange(sorting=sorting if name else Sorting())

    def place(self, key: str) -> int | None:
        """Where the row with this key stands in the view."""
        return place_of(key, self.key, self.view)

    def go_to(self, key: str) -> None:
        """Put the cursor on the row with this key, if it is shown."""
        if (place := self.place(key)) is not None:
            self._move(place)

    # -- arranging -------------------------------------------------------------------------------------------------
    def _arrange(self, **wishes: Any) -> None:
        """Show something else: at once, or, where that is much work, when another thread has done it."""
        self._wish = wish = replace(self._wish, **wishes, marked=self.marked)
        plain = wish.as_it_is and self._shown.wish.as_it_is  # nothing to do, and no row has moved far
        if plain or len(wish.rows) <= MANY or not self.is_running:
            self._land(arrange(wish))
        elif self._aside is None or self._aside.is_finished:
            self._aside = self.run_worker(self._arrange_aside)
            self.set_timer(PATIENCE_SECONDS, self._tell_late)

    async def _arrange_aside(self) -> None:
        while (wish := self._wish) is not self._shown.wish:
            sought = "" if (row := self.held or self.current) is None else self.key(row)
            arranged = await to_thread(arrange, wish, sought)
            # Newer rows may wait for the next turn, else a table that always changes would never show anything; but
            # what was asked differently meanwhile nobody wants to see any more.
            if wish.like(self._wish):
                self._land(arranged)

    def _tell_late(self) -> None:
        if not self._wish.like(self._shown.wish):
            self._late = "sorting..." if self._wish.sorting != self._shown.wish.sorting else "filtering..."
            self.repaint()

    def _land(self, arranged: Arranged[R]) -> None:
        before = self.current
        self._shown, self.view, self._late = arranged, arranged.view, ""
        if arranged.gone:
            self._mark(self.marked - arranged.gone)
        if self._stay:
            self._follow(self.held or before)
        else:
            self.cursor, self.top, self.held = 0, 0, None
        self._stay = True
        self.repaint()
        if (filtered := self._kept) != self._told:
            self._told = filtered
            self.post_message(self.Filtered())
        after = self.current
        if after is not before and (after is None or before is None or self.key(after) != self.key(before)):
            self.post_message(self.Moved(self))

    @property
    def _kept(self) -> tuple[str, int, int]:
        whole = len(self.rows) if self.filter_text else 0
        return (self.filter_text, len(self.view) if whole else min(1, len(self.view)), whole)

    def _follow(self, before: R | None) -> None:
        """The cursor goes where its row went, and keeps its line on the screen if it can."""
        line = self.cursor - self.top
        if before is not None:
            key, now = self.key(before), self.current
            if now is None or self.key(now) != key:
                place = self._shown.place if self._shown.sought == key else self.place(key)
                self.cursor = self.cursor if place is None else place
        self.cursor = max(0, min(self.cursor, len(self.view) - 1))
        self.top = self._top_for(self.cursor - line)

    # -- the window ------------------------------------------------------------------------------------------------
    @property
    def page(self) -> int:
        """The rows on the screen: all lines but the heading."""
        return max(1, self.size.height - 1)

    def _top_for(self, top: int) -> int:
        """The nearest first line to this one that shows the cursor and leaves no room unused."""
        top = min(max(top, self.cursor - self.page + 1), self.cursor)
        return max(0, min(top, len(self.view) - self.page))

    def _move(self, index: int) -> None:
        index, self.held = max(0, min(index, len(self.view) - 1)), None
        if index == self.cursor:
            return
        self.cursor = index
        self.top = self._top_for(self.top)
        self.repaint()
        self.post_message(self.Moved(self))

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self.top = self._top_for(self.top)

    def line(self, y: int) -> Line:
        """The heading, a row, or why there is none."""
        columns, width = self.columns, self.size.width
        if y == 0:
            return heading(columns, self._widths(), self._shown.wish.sorting, self._where, width)
        index = self.top + y - 1
        if index >= len(self.view):
            return ((" " + fit(self._reason[y - 2], width - 2), "quiet"),) if self._has_reason(y) else ()
        row, here = self.view[index], index == self.cursor
        signs = (">" if here else " ") + ("*" if self.marked and self.key(row) in self.marked else " ")
        under = "cursor" if here and self.has_focus else "quiet" if self._dim(row) else ""
        return row_line(columns, self._widths(), row, signs, under, width)

    def _widths(self) -> Sequence[int]:
        room = (self.columns, self.size.width, by := self._shown.wish.sorting.name)
        if self._room[0] != room:
            self._room = (room, widths(self.columns, self.size.width - 2, by))
        return self._room[1]

    @property
    def _where(self) -> str:
        if self._late or (len(self.view) <= self.page and not self.filter_text):
            return self._late
        return f"{self.cursor + 1 if self.view else 0}/{len(self.view)}"

    @property
    def _reason(self) -> Sequence[str]:
        if self.filter_text and self.rows:
            return (f"Nothing matches '{self.filter_text}'.", "Esc clears the filter.")
        return self.empty

    def _has_reason(self, y: int) -> bool:
        return not self.view and 0 <= y - 2 < len(self._reason)

    # -- keys and mouse --------------------------------------------------------------------------------------------
    def move_by(self, lines: int) -> None:
        """Some rows on or back."""
        self._move(self.cursor + lines)

    def action_top(self) -> None:
        """To the first row."""
        self._move(0)

    def action_bottom(self) -> None:
        """To the last row."""
        self._move(len(self.view) - 1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where there is no row there is nothing to open, and nothing to mark."""
        return self._marks_action(action) and (action != "open" or self.current is not None)

    def action_open(self) -> None:
        """Open what is under the cursor."""
        if (row := self.current) is not None:
            self.post_message(self.OpenRequested(self, row))

    def on_click(self, event: events.Click) -> None:
        """The mouse is a guest: a click moves the cursor, a double click opens."""
        if 0 < event.y <= len(self.view) - self.top:
            self._move(self.top + event.y - 1)
            if event.chain == 2:
                self.action_open()


def _look(column: Column[Any]) -> tuple[str, int, int]:
    return column.name, column.width, column.wants


class ChoiceTable(LiveTable[R]):
    """A table to choose from."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "choose", id="list.open")]
