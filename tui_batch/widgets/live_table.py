"""A table that never holds more than it shows: rows are values, a cell is made when its line is drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui_batch.widgets.columns import Column, R, widths
from tui_batch.widgets.filter import keep
from tui_batch.widgets.lines import Line, Part, joined
from tui_batch.widgets.marks import Marking
from tui_batch.widgets.printable import cells, fit


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
        self.marks = marks
        self.columns = tuple(columns)
        self.key, self._dim = key, dim
        self.top = 0
        self.empty: Sequence[str] = ("loading...",)  # what stands there when there is no row
        self.filter_text = ""
        self.sort_name, self.descending = "", False
        self._told = ("", 0, 0)  # what was said of the filter the last time

    # -- rows ------------------------------------------------------------------------------------------------------
    def show(self, rows: Sequence[R], empty: Sequence[str] | None = None, stay: bool = True) -> None:
        """These are the rows now; the cursor stays on its row, or else goes to the first."""
        self.rows = rows
        if self.marked:  # what is no longer there is not marked any more
            self._mark(self.marked.intersection(map(self.key, rows)))
        if empty is not None:
            self.empty = empty
        self._arrange(stay)

    def set_columns(self, columns: Sequence[Column[R]]) -> None:
        """Other columns for the rows to come; nothing to do if they look alike."""
        if [(column.name, column.width) for column in columns] == [(one.name, one.width) for one in self.columns]:
            return
        self.columns = tuple(columns)
        self._arrange()

    def filter(self, text: str) -> None:
        """Show only the rows that this keeps."""
        self.filter_text = text.strip()
        self._arrange()

    def sort(self, name: str) -> None:
        """Sort by a column; the same again turns it round."""
        self.descending = name == self.sort_name and not self.descending
        self.sort_name = name
        self._arrange()

    def place(self, key: str) -> int | None:
        """Where the row with this key stands in the view."""
        return next((index for index, row in enumerate(self.view) if self.key(row) == key), None)

    def go_to(self, key: str) -> None:
        """Put the cursor on the row with this key, if it is shown."""
        if (place := self.place(key)) is not None:
            self._move(place)

    def _arrange(self, stay: bool = True) -> None:
        before = self.current
        view: Sequence[R] = self.rows
        if self.filter_text:
            kept = keep(self.filter_text, {column.name: column.cell for column in self.columns})
            view = [row for row in view if kept(row)]
        by = next((column for column in self.columns if column.name == self.sort_name), None)
        if by:
            view = sorted(view, key=by.sort or by.cell, reverse=self.descending)
        self.view = view
        if stay:
            self._follow(before)
        else:
            self.cursor = self.top = 0
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
            key = self.key(before)
            now = self.current
            if now is None or self.key(now) != key:
                found = (index for index, row in enumerate(self.view) if self.key(row) == key)
                self.cursor = next(found, self.cursor)
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
        index = max(0, min(index, len(self.view) - 1))
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
        room = widths(self.columns, self.size.width - 2)
        if y == 0:
            return self._heading(room)
        index = self.top + y - 1
        if index >= len(self.view):
            return ((" " + fit(self._reason[y - 2], self.size.width - 2), "quiet"),) if self._has_reason(y) else ()
        row, here = self.view[index], index == self.cursor
        under = "cursor" if here and self.has_focus else "quiet" if self._dim(row) else ""
        mark = "*" if self.marked and self.key(row) in self.marked else " "
        parts: list[Part] = [(">" if here else " ", under), (mark, f"{under} key".strip() if mark == "*" else under)]
        for column, width in zip(self.columns, room, strict=True):
            if width:
                tone = column.tone(row) if column.tone else ""
                text = fit(column.cell(row), width, column.right, column.ending) + " "
                parts.append((text, f"{under} {tone}".strip()))
        spare = self.size.width - sum(cells(text) for text, _ in parts)
        return joined([*parts, (" " * spare, under)])

    def _heading(self, room: Sequence[int]) -> Line:
        text = "  "
        for column, width in zip(self.columns, room, strict=True):
            if width:
                mark = ("-" if self.descending else "+") if column.name == self.sort_name else ""
                text += fit(column.label + mark, width, column.right) + " "
        if len(self.view) > self.page or self.filter_text:
            where = f" {self.cursor + 1 if self.view else 0}/{len(self.view)} "
            text = f"{text:<{self.size.width}}"[: -len(where)] + where
        return ((fit(text, self.size.width), "head"),)

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


class ChoiceTable(LiveTable[R]):
    """A table to choose from."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "choose", id="list.open")]
