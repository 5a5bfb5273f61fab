"""A log on the screen: opens at its end at once, follows it, wraps it, searches in it."""

from asyncio import to_thread
from pathlib import Path

from tui_batch.widgets.lines import Line
from tui_batch.widgets.log_file import CHUNK, LogFile, shown
from tui_batch.widgets.moves import Moving
from tui_batch.widgets.printable import cells, fit, printable

LOOK_SECONDS = 0.25


class LogView(Moving, can_focus=True):
    """A window on a file, held by the offset of its first line."""

    following = True
    wrap = False
    ended = False  # nothing more will come
    word = ""  # what was searched last

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._file = LogFile(Path())
        self._length = -1
        self._top = 0
        self._rows: list[str] = []
        self._offsets: list[int] = []  # of the lines in the window, for one step down
        self.waiting = ""  # what to say while there is nothing to show

    def on_mount(self) -> None:
        """Look at the file from time to time."""
        self.set_interval(LOOK_SECONDS, self.look)

    def on_unmount(self) -> None:
        """Let go of the file."""
        self._file.close()

    def wait(self, waiting: str) -> None:
        """What to say while there is nothing to show."""
        self.waiting = waiting
        self.repaint()

    def open(self, path: Path) -> None:
        """Show the end of this file; it may not exist yet."""
        self._file.close()
        self._file, self._length, self._top = LogFile(path), -1, 0
        self.following = True
        self.look()

    def look(self) -> None:
        """See whether the file has grown."""
        size = self._file.size()
        if size != self._length:
            # A file that has become shorter was begun anew.
            self._top = 0 if size < self._length else self._top
            self._length = size
            self._load()

    def on_resize(self) -> None:
        """Fill the room there is."""
        self._load()

    # -- the window ------------------------------------------------------------------------------------------------
    def _load(self) -> None:
        if self.following:
            self._top = self._last_top()
        height, width = self.page, self.size.width
        found = self._file.lines(self._top, height)
        self._offsets = [offset for offset, _ in found]
        self._rows = []
        for _, row in found:
            text = printable(shown(row))
            self._rows += _wrapped(text, width) if self.wrap else [text]
        if self.following and self.wrap:
            self._rows = self._rows[-height:]
        self.repaint()

    def _last_top(self) -> int:
        return self._file.back(self._length, self.page)

    def line(self, y: int) -> Line:
        """A line of the window, with the searched word in another tone."""
        width = self.size.width
        if not self._rows:
            return ((" " + fit(self.waiting, width - 2), "quiet"),) if y == 1 else ()
        if y >= len(self._rows):
            return ()
        text = self._rows[y]
        text = fit(text, min(width, cells(text)))
        at = text.lower().find(self.word.lower()) if self.word else -1
        if at < 0:
            return ((text, ""),)
        end = at + len(self.word)
        return (text[:at], ""), (text[at:end], "match"), (text[end:], "")

    # -- moving ----------------------------------------------------------------------------------------------------
    def move_by(self, lines: int) -> None:
        """Down stops at the last page and follows from there; up leaves off following."""
        if lines < 0:
            self.following = False
            self._top = self._file.back(self._top, -lines)
        elif not self.following:
            beyond = self._file.lines(self._top, lines + 1)
            last = self._last_top()
            self._top = min(beyond[-1][0] if beyond else 0, last)
            self.following = self._top >= last
        self._load()

    def action_top(self) -> None:
        """To the beginning."""
        self.following, self._top = False, 0
        self._load()

    def action_bottom(self) -> None:
        """To the end, and follow it."""
        self.following = True
        self._load()

    def toggle_wrap(self) -> None:
        """Fold long lines, or cut them."""
        self.wrap = not self.wrap
        self._load()

    def toggle_follow(self) -> None:
        """Follow the end, or stay here."""
        self.following = not self.following
        self._load()

    # -- searching -------------------------------------------------------------------------------------------------
    async def search(self, word: str, forward: bool = True) -> bool:
        """Put the next line with the word first; whether there is one."""
        self.word = word
        after = self._offsets[1] if len(self._offsets) > 1 else self._length
        start = self._top if self.following else after
        # A log may be a gigabyte: the keys must go on working while it is read.
        if forward:
            found = await to_thread(self._file.find, word.encode(), start)
        else:
            found = await to_thread(self._file.find_before, word.encode(), self._top)
        if found is not None:
            self.following = False
            self._top = self._start_of(found)
        self._load()
        return found is not None

    def _start_of(self, offset: int) -> int:
        piece = self._file.read(max(0, offset - CHUNK), min(CHUNK, offset))
        at = piece.rfind(b"\n")
        return offset - len(piece) + at + 1 if at >= 0 else max(0, offset - CHUNK)

    @property
    def where(self) -> str:
        """How much of the file stands above the lower edge."""
        if not self._length:
            return "empty"
        if self.following:
            return "ended" if self.ended else "following"
        return f"{min(100, 100 * self._top // max(1, self._length))} %"


def _wrapped(text: str, width: int) -> list[str]:
    pieces = [text[at : at + width] for at in range(0, len(text), width)] if width > 0 else [text]
    return pieces or [""]
