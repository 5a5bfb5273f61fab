"""What of a log stands on which row of the screen, however it is looked at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from tui_batch.widgets.log_file import PIECE, LogFile, RawLine
from tui_batch.widgets.log_lines import Kept, Walk
from tui_batch.widgets.log_search import Finder, Scan
from tui_batch.widgets.log_text import cut, drawn, folds, last_piece, pieces, plain

GAP = -1  # the part of a line that stands before it: where others are left out
_SEEN = PIECE << 5  # of a line that is overwritten again and again, one state for each so many bytes is shown


class Row(NamedTuple):
    """A row on the screen: some characters of a line's piece, or a rule between lines."""

    start: int  # of the line in the file
    part: int  # which row of this line
    end: int  # of the line in the file
    text: str  # the whole piece, printable
    first: int = 0  # the characters that are seen
    last: int = 0
    blank: int = 0  # cells before them
    piece: int = 0  # where the piece begins in its line
    kind: str = ""  # "near" what a filter finds, a "rule"


class Mark(NamedTuple):
    """Something to see behind the line that holds the byte before this offset."""

    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """How one looks at a log."""

    width: int = 80
    height: int = 24
    left: int = 0  # so many cells are out of sight at the left
    wrap: bool = False
    collapse: bool = True
    only: Finder | None = None
    marks: tuple[Mark, ...] = ()
    opened: int = -1  # the line that is not collapsed, for something was found in what is overwritten


class Rows:
    """Rows of a log, down from a place or up from it. A place is a row's line and part."""

    def __init__(self, file: LogFile, look: Look, scan: Scan) -> None:
        self._file, self._look, self._scan, self.height = file, look, scan, look.height
        self.walk = Walk(file, look.only, tuple(mark.offset for mark in look.marks), scan)

    def below(self, start: int, part: int = 0) -> Iterator[Row]:
        """From this place on."""
        edge = GAP if part == GAP else None  # where the line before ended
        for kept in self.walk.below(start):
            if edge not in (None, kept.line.start):
                yield _rule(kept.line, GAP, "--")
            rows = self.rows(kept)
            yield from rows[min(part, len(rows) - 1) :] if kept.line.start == start and part > 0 else rows
            edge = kept.line.end

    def above(self, start: int, part: int = 0) -> Iterator[Row]:
        """Above this place, the nearest first."""
        if part > 0:
            yield from reversed([row for kept in islice(self.walk.below(start), 1) for row in self.rows(kept)[:part]])
        edge = None if part == GAP else start  # where the line below begins
        for kept in self.walk.above(start):
            if edge not in (None, kept.line.end):
                yield _rule(RawLine(edge or 0, b""), GAP, "--")
            yield from reversed(self.rows(kept))
            edge = kept.line.start

    def page(self, start: int, part: int = 0) -> list[Row]:
        """As many as there is room for, from this place on."""
        return list(islice(self.below(start, part), self.height))

    def last(self) -> list[Row]:
        """The last of them."""
        return list(islice(self.above(self._file.size(), GAP), self.height))[::-1]

    def line(self, number: int) -> int:
        """Where this line of the file begins, counted from 1; the end of the file if it has fewer."""
        offset, left = 0, number - 1
        while left > 0 and (piece := self._file.read(offset)):
            self._scan.count(len(piece))
            if (newlines := piece.count(b"\n")) >= left:
                at = -1
                for _ in range(left):
                    at = piece.find(b"\n", at + 1)
                return offset + at + 1
            offset, left = offset + len(piece), left - newlines
        return offset

    def rows(self, kept: Kept) -> list[Row]:
        """All rows of one line."""
        line, look = kept.line, self._look
        rows: list[Row] = []
        kind = "near" if kept.near else ""
        for piece, raw in self.pieces(line):
            for text, first, last, blank in self._laid(plain(raw)):
                rows.append(Row(line.start, len(rows), line.end, text, first, last, blank, piece, kind))
        for mark in look.marks:
            if line.start < mark.offset <= line.end:
                rows.append(_rule(line, len(rows), mark.text))
        return rows

    def pieces(self, line: RawLine) -> list[tuple[int, bytes]]:
        """What is seen of a line: all that stands between its carriage returns, or what they left."""
        if not self._look.collapse or line.start == self._look.opened:
            return list(pieces(line.raw))
        return [] if self._overwritten(line) else [last_piece(line.raw)]

    def _laid(self, text: str) -> Sequence[tuple[str, int, int, int]]:
        look = self._look
        if look.wrap:
            text = drawn(text)
            return [(text, first, last, 0) for first, last in folds(text, look.width)]
        text = drawn(text[: look.left + 2 * look.width])  # the rest of a long one will not be seen
        return [(text, *cut(text, look.left, look.width))]

    def _overwritten(self, line: RawLine) -> bool:
        """Whether this is a part of a line that goes on with a carriage return."""
        if line.raw.endswith(b"\n") or line.start % _SEEN == 0:
            return False
        more = self._file.read(line.end, PIECE).partition(b"\n")[0]
        return b"\r" in more.rstrip(b"\r")


def _rule(line: RawLine, part: int, text: str) -> Row:
    return Row(line.start, part, line.end, text, last=len(text), kind="rule")
