"""Hunting for a word or for errors in a log, and where on the screen stands what was found."""

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from tui_batch.widgets.log_file import PIECE, LogFile, RawLine
from tui_batch.widgets.log_rows import Look, Row, Rows
from tui_batch.widgets.log_search import Finder, Pattern, Scan, word
from tui_batch.widgets.log_text import ERROR, ERRORS, drawn, pieces, plain
from tui_batch.widgets.printable import cells, printable


@dataclass(frozen=True)
class Quarry:
    """What is hunted: what it is in the bytes of a log, and how it looks on the screen."""

    name: str
    pattern: Pattern
    seen: re.Pattern[str]
    by_line: bool = False  # one place in each line is enough


def word_quarry(text: str) -> Quarry:
    """A word, in any case if it has no capital."""
    any_case = re.IGNORECASE if text == text.lower() else re.NOFLAG
    return Quarry(f"'{text}'", word(text), re.compile(re.escape(printable(text)), any_case))


def errors_quarry() -> Quarry:
    """Lines that say that something went wrong."""
    return Quarry("an error", ERRORS, ERROR, by_line=True)


class Found(NamedTuple):
    """A place in the text of a piece of a line, and from where to hunt on below and above."""

    line: RawLine
    piece: int
    first: int
    last: int
    column: int  # the cell it begins in
    on: int
    back: int
    opened: bool  # it is seen only if the line is not collapsed

    def within(self, row: Row) -> bool:
        """Whether it begins in this row."""
        return (row.start, row.piece) == (self.line.start, self.piece) and row.first <= self.first < max(row.last, 1)


class Hunt(NamedTuple):
    """One hunt from a place of a file on."""

    quarry: Quarry
    finder: Finder
    offset: int
    forward: bool

    def run(self, file: LogFile, look: Look, scan: Scan) -> Found | None:
        """The next place where it can be seen; what stands in an escape sequence or in a hidden line is passed over."""
        offset, rows = self.offset, Rows(file, look, scan)
        seek = self.finder.next if self.forward else self.finder.previous
        while (hit := seek(file, offset, scan)) is not None:
            scan.count(PIECE)  # what is passed over costs about as much, and may be endless
            line = next(file.below(file.start(hit)), None)
            if line is None:
                return None
            if not rows.walk.keeps(line):
                beyond = rows.walk.below(line.end) if self.forward else rows.walk.above(line.start)
                kept = next(beyond, None)
                if kept is None:
                    return None
                offset = kept.line.start if self.forward else kept.line.end
            elif found := self._locate(rows, line, hit - line.start):
                return found
            else:
                offset = hit + 1 if self.forward else hit
        return None

    def _locate(self, rows: Rows, line: RawLine, hit: int) -> Found | None:
        seen = rows.pieces(line)
        piece, raw = [(at, raw) for at, raw in pieces(line.raw) if at <= hit][-1]
        text, before = drawn(plain(raw)), drawn(plain(raw[: hit - piece]))
        match = self.quarry.seen.match(text, len(before))
        on, back = (line.end, line.start) if self.quarry.by_line else (line.start + hit + 1, line.start + hit)
        if opened := (piece, raw) not in seen:  # overwritten: rather what took its place, if it is there as well
            on, back = line.end, line.start
            for left_over, raw in seen:
                if instead := self.quarry.seen.search(drawn(plain(raw))):
                    piece, match, opened = left_over, instead, False
        if not match:
            return None
        column = cells(match.string[: match.start()])
        return Found(line, piece, match.start(), match.end(), column, on, back, opened)


def brought_into_sight(found: Found, look: Look) -> Look:
    """The look with which the place can be seen: scrolled sideways, its line not collapsed."""
    opened = found.line.start if found.opened else -1
    left, end = look.left, found.column + found.last - found.first
    if look.wrap or end < look.width:
        left = 0
    elif not look.left <= found.column or end >= look.left + look.width:
        left = max(0, found.column - look.width // 2)
    return replace(look, left=left, opened=opened)
