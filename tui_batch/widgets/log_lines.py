"""The lines of a log that are shown: all, or those around what a filter finds, read no further than they are wanted."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from tui_batch.widgets.log_file import LogFile, RawLine
from tui_batch.widgets.log_search import Finder, Scan

CONTEXT = 2  # lines above and below one that the filter finds


class Kept(NamedTuple):
    """A line that is shown; `near` if only because it stands near one that the filter finds."""

    line: RawLine
    near: bool = False


class Walk:
    """Up and down over the lines that are shown; those right above a marker always are."""

    def __init__(self, file: LogFile, only: Finder | None, marks: tuple[int, ...], scan: Scan) -> None:
        self._file, self._only, self._marks, self._scan = file, only, marks, scan

    def below(self, start: int) -> Iterator[Kept]:
        """From this start of a line on."""
        if self._only is None:
            yield from map(Kept, self._file.below(start))
            return
        owed = self._owed(self._only, self._file.above(start))
        while True:
            for line in self._file.below(start):
                if keeps := self._keeps(self._only, line):
                    owed = CONTEXT + 1
                elif not owed:
                    ahead = self._ahead(self._only, line)
                    if ahead is None:
                        return
                    if ahead > line.start:
                        start = ahead
                        break
                owed = max(0, owed - 1)
                yield Kept(line, not keeps)
            else:
                return

    def above(self, start: int) -> Iterator[Kept]:
        """Above this start of a line, the nearest first."""
        if self._only is None:
            yield from map(Kept, self._file.above(start))
            return
        owed = self._owed(self._only, self._file.below(start))
        while True:
            for line in self._file.above(start):
                if keeps := self._keeps(self._only, line):
                    owed = CONTEXT + 1
                elif not owed:
                    behind = self._behind(self._only, line)
                    if behind is None:
                        return
                    if behind < line.end:
                        start = behind
                        break
                owed = max(0, owed - 1)
                yield Kept(line, not keeps)
            else:
                return

    def keeps(self, line: RawLine) -> bool:
        """Whether this line is shown."""
        if self._only is None or self._keeps(self._only, line):
            return True
        near = self._file.above(line.start), self._file.below(line.end)
        return any(self._owed(self._only, lines) for lines in near)

    def _keeps(self, only: Finder, line: RawLine) -> bool:
        marked = any(line.start < mark <= line.end for mark in self._marks)
        return marked or only.pattern.first(line.raw, 0, len(line.raw)) >= 0

    def _owed(self, only: Finder, lines: Iterator[RawLine]) -> int:
        """How many more lines are shown because of one of these, the nearest first."""
        found = (at for at, line in enumerate(islice(lines, CONTEXT)) if self._keeps(only, line))
        return CONTEXT - next(found, CONTEXT)

    def _ahead(self, only: Finder, line: RawLine) -> int | None:
        """Where the next lines that are shown begin."""
        hits = [mark - 1 for mark in self._marks if mark > line.end]
        if (hit := only.next(self._file, line.end, self._scan)) is not None:
            hits.append(hit)
        if not hits:
            return None
        start = self._file.start(min(hits))
        return min((near.start for near in islice(self._file.above(start), CONTEXT)), default=start)

    def _behind(self, only: Finder, line: RawLine) -> int | None:
        """Where the lines end that are shown before this one."""
        hits = [mark - 1 for mark in self._marks if mark <= line.start]
        if (hit := only.previous(self._file, line.start, self._scan)) is not None:
            hits.append(hit)
        if not hits:
            return None
        start = self._file.start(max(hits))
        return max((near.end for near in islice(self._file.below(start), CONTEXT + 1)), default=start)
