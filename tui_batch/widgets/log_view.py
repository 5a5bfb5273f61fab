"""A log on the screen: opens at its end at once, follows it, finds things in it, and never holds more than one sees."""

import re
from asyncio import to_thread
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from textual.message import Message

from tui_batch.widgets import log_pages as pages
from tui_batch.widgets.lines import Line
from tui_batch.widgets.log_file import LogFile
from tui_batch.widgets.log_hunt import Found, Hunt, Quarry, brought_into_sight, word_quarry
from tui_batch.widgets.log_rows import Look, Mark, Row, Rows
from tui_batch.widgets.log_search import Finder, Pattern, Scan, Stopped, word
from tui_batch.widgets.log_tones import toned
from tui_batch.widgets.moves import Moving
from tui_batch.widgets.printable import fit

T = TypeVar("T")

LOOK_SECONDS = 0.14
QUICK = 1 << 21  # bytes of a log that are searched on the spot; more is for a thread


class LogView(Moving, can_focus=True):
    """A window on a file, held by its first row."""

    following = True
    ended = False  # nothing more will come
    waiting = ""  # what to say while there is nothing to show
    quarry: Quarry | None = None  # what was looked for last
    only = ""  # what a line must hold to be shown

    class Changed(Message):
        """Another part of the log is seen, or in another way."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.look = Look()
        self._file = LogFile(Path())
        self._length = self._inode = -1
        self._rows: list[Row] = []
        self._lines: list[Line] = []  # the same as they are painted
        self._found: Found | None = None
        self._kept: re.Pattern[str] | None = None  # what is shown only, as it reads on the screen
        self._finders: dict[Pattern, Finder] = {}  # with what they know of this file
        self._scans: dict[str, Scan] = {}  # what threads are reading: for a "page", in a "hunt"

    def on_mount(self) -> None:
        """Look at the file from time to time."""
        self.set_interval(LOOK_SECONDS, self.watch_file)

    def on_unmount(self) -> None:
        """Let go of the file."""
        self._halt("page", "hunt")
        self._file.close()

    def wait(self, waiting: str) -> None:
        """What to say while there is nothing to show."""
        self.waiting = waiting
        self.repaint()

    def open(self, path: Path) -> None:
        """Show the end of this file; it may not exist yet."""
        self._halt("page", "hunt")
        self._file.close()
        self._file, self._length = LogFile(path), -1
        self.following = True
        self.watch_file()

    def watch_file(self) -> None:
        """See whether the file has grown, or is another one now."""
        size = self._file.size()
        if size < self._length or self._file.inode != self._inode:
            self._begin_anew()
        if size == self._length or "page" in self._scans:
            return
        whole = len(self._rows) == self.look.height and self._rows[-1].end < self._length
        self._length = size
        if self.following or not whole:
            self._again()

    def on_resize(self) -> None:
        """Fill the room there is."""
        self._change(width=max(1, self.size.width), height=self.page)

    def _begin_anew(self) -> None:
        self._halt("page", "hunt")
        self._length, self._inode, self._rows, self._found = -1, self._file.inode, [], None
        self._finders.clear()
        self.look = replace(self.look, marks=(), opened=-1, only=self._filter())

    # -- reading, here or in a thread ------------------------------------------------------------------------------
    def _show(self, plan: pages.Plan) -> None:
        """Show the page that the plan makes: now if that is quick, else when a thread has made it."""
        self._halt("page")
        try:
            self._take(plan(Rows(self._file, self.look, Scan(QUICK))))
        except Stopped:
            later: Callable[[], Awaitable[None]] = partial(self._show_later, plan, self.look)
            self.run_worker(later, group="page", exclusive=True)

    async def _show_later(self, plan: pages.Plan, look: Look) -> None:
        page = await self._away("page", lambda file, scan: plan(Rows(file, look, scan)))
        if page is not None:
            self._take(page)

    async def _away(self, name: str, work: Callable[[LogFile, Scan], T]) -> T | None:
        """Do this in a thread; nothing if it was halted or the file is another one now."""
        scan, file, inode = Scan(), self._file.again(), self._inode

        def carried_out() -> T | None:
            try:
                return work(file, scan)
            except Stopped:
                return None
            finally:
                file.close()

        self._scans[name] = scan
        try:
            done = await to_thread(carried_out)
            return done if self._scans.get(name) is scan and inode == self._inode else None
        finally:
            scan.stopped = True
            if self._scans.get(name) is scan:
                del self._scans[name]

    def _halt(self, *names: str) -> None:
        for name in names:
            if scan := self._scans.pop(name, None):
                scan.stopped = True

    def _take(self, page: pages.Page) -> None:
        self._rows, self.following = page
        self.repaint()
        self.post_message(self.Changed())

    def _again(self) -> None:
        """The same place once more: something about it may read differently."""
        self._show(pages.bottom if self.following else pages.at(self._place))

    @property
    def _place(self) -> pages.Place:
        return self._rows[0][:2] if self._rows else (0, 0)

    # -- moving ----------------------------------------------------------------------------------------------------
    def move_by(self, lines: int) -> None:
        """Down stops at the last page and follows from there; up leaves off following."""
        if lines < 0:
            self._show(pages.above(self._place, -lines))
        elif not self.following:
            self._show(pages.below(self._place, lines))

    def action_top(self) -> None:
        """To the beginning."""
        self._show(pages.top)

    def action_bottom(self) -> None:
        """To the end, and follow it."""
        self._show(pages.bottom)

    def go_to_line(self, number: int) -> None:
        """To this line of the file."""
        self._show(pages.line(number))

    def toggle_follow(self) -> None:
        """Follow the end, or stay here."""
        if self.following:
            self._take(pages.Page(self._rows))
        else:
            self._show(pages.bottom)

    # -- ways to look ----------------------------------------------------------------------------------------------
    def _change(self, **changes: object) -> None:
        self.look = replace(self.look, **changes)  # type: ignore[arg-type]
        self._again()

    def toggle_wrap(self) -> None:
        """Fold long lines, or cut them."""
        self._change(wrap=not self.look.wrap, left=0)

    def toggle_collapse(self) -> None:
        """Show what carriage returns left of a line, or all that stood in it."""
        self._change(collapse=not self.look.collapse, opened=-1)

    def sideways(self, screens: float) -> None:
        """See what stands further right, or left; as far as there is something."""
        beyond = any(row.last < len(row.text) for row in self._rows)
        if not self.look.wrap and (screens < 0 or beyond):
            self._change(left=max(0, self.look.left + int(screens * self.look.width)))

    def show_only(self, text: str) -> None:
        """Show only lines with this in them, and those around; all if it is empty."""
        self.only, self._kept = text, word_quarry(text).seen if text else None
        self._change(only=self._filter())

    def _filter(self) -> Finder | None:
        return self._finder(word(self.only)) if self.only else None

    def _finder(self, pattern: Pattern) -> Finder:
        return self._finders.setdefault(pattern, Finder(pattern))

    def mark(self, text: str) -> bool:
        """Set a mark at the present end; not in a log without a line."""
        if self._length > 0:
            self._change(marks=(*self.look.marks, Mark(self._length, f"---- {text} ----")))
        return self._length > 0

    # -- looking for something -------------------------------------------------------------------------------------
    async def hunt(self, quarry: Quarry, forward: bool) -> bool | None:
        """Go to the next place, or the one before; whether there is one, nothing if it was halted."""
        self._halt("hunt")
        hunt = Hunt(quarry, self._finder(quarry.pattern), self._edge(quarry, forward), forward)
        self.quarry, look = quarry, replace(self.look, opened=-1)
        try:
            found = hunt.run(self._file, look, Scan(QUICK))
        except Stopped:
            answer = await self._away("hunt", lambda file, scan: (hunt.run(file, look, scan),))
            if answer is None:
                return None
            (found,) = answer
        if found is None:
            self.repaint()
        else:
            self._go_to(found)
        return found is not None

    def stop_hunting(self) -> bool:
        """Look no further; whether something was being looked for."""
        hunting = "hunt" in self._scans
        self._halt("hunt")
        return hunting

    def _edge(self, quarry: Quarry, forward: bool) -> int:
        """Where to begin: at what was found last while it is seen, else at the edge of what is seen."""
        if not self._rows:
            return 0
        top, bottom = self._rows[0].start, self._rows[-1].end
        if quarry is self.quarry and self._found and top <= self._found.line.start < bottom:
            return self._found.on if forward else self._found.back
        return top if forward else bottom

    def _go_to(self, found: Found) -> None:
        self._found, before = found, self.look
        self.look = brought_into_sight(found, before)
        if self.look == before and any(found.within(row) for row in self._rows):
            self._take(pages.Page(self._rows))
        else:
            self._show(pages.around(found))

    # -- what it shows ---------------------------------------------------------------------------------------------
    @property
    def where(self) -> str:
        """How much of the file stands above, of what could."""
        if self._length <= 0:
            return "empty"
        if self.following:
            return "ended" if self.ended else "following"
        if not self._rows:
            return ""
        top, bottom = self._rows[0].start, self._rows[-1].end
        if top == 0 and bottom >= self._length:
            return "all"
        return f"{100 * top // max(1, top + self._length - bottom)} %"

    @property
    def percent(self) -> int | None:
        """How much of the log was searched by what is still searching."""
        read = [scan.read for scan in self._scans.values()]
        return min(99, 100 * max(read) // max(1, self._length)) if read else None

    def repaint(self) -> None:
        """The rows as they read now."""
        self._lines = list(map(self._row_line, self._rows))
        super().repaint()

    def line(self, y: int) -> Line:
        """A row, or why there is none."""
        if not self._rows and y == 1:
            return ((" " + fit(self._nothing, self.size.width - 2), "quiet"),)
        return self._lines[y] if y < len(self._lines) else ()

    def _row_line(self, row: Row) -> Line:
        line = toned(row, self.quarry, self._found, self._kept)
        if self.look.wrap or row.last == len(row.text) or not line:
            return line
        *whole, (text, tone) = line
        return (*whole, (text[:-1], tone), ("~", "quiet"))

    @property
    def _nothing(self) -> str:
        if not self.only or self._length <= 0:
            return self.waiting
        return f"Looking for '{self.only}'..." if "page" in self._scans else f"No line has '{self.only}' in it: Esc"
