"""Finding things in a log of any size: chunk by chunk, into one buffer, at the speed of memory."""

import re
from bisect import bisect_left, bisect_right
from itertools import product
from time import sleep
from typing import Protocol

from tui_batch.widgets.log_file import LogFile

CHUNK = 1 << 18  # as much as the caches near a processor hold
NAP_SECONDS = 0.00005


class Stopped(Exception):
    """The search ended before it found anything, because it was told to or because it was to be a short one."""


class Scan:
    """What a search has read so far, and whether it may go on."""

    def __init__(self, limit: int | None = None) -> None:
        self.read = 0
        self.stopped = False
        self._limit = limit

    def count(self, length: int) -> None:
        """So much more was read."""
        self.read += length
        if self.stopped or (self._limit is not None and self.read > self._limit):
            raise Stopped


class Pattern(Protocol):
    """Something to look for. Whether there is a hit is told by what stands within `reach` bytes of where it begins."""

    reach: int
    slow: bool

    def first(self, chunk: bytes | bytearray, start: int, end: int) -> int:
        """Where the first hit begins that begins from `start` on and before `end`; -1 for none."""

    def last(self, chunk: bytes | bytearray, start: int, end: int) -> int:
        """Where the last one of them begins."""


class Literal:
    """These very bytes; or, where they are no capitals, these in any case."""

    slow = False

    def __init__(self, raw: bytes, any_case: bool) -> None:
        self.raw, self.any_case, self.reach = raw, any_case, len(raw)

    def first(self, chunk: bytes | bytearray, start: int, end: int) -> int:
        """The first place."""
        return self._cased(chunk).find(self.raw, start, end + self.reach - 1)

    def last(self, chunk: bytes | bytearray, start: int, end: int) -> int:
        """The last place."""
        return self._cased(chunk).rfind(self.raw, start, end + self.reach - 1)

    def _cased(self, chunk: bytes | bytearray) -> bytes | bytearray:
        return chunk.lower() if self.any_case else chunk  # five times as fast as an expression that ignores case


class Expression:
    """A regular expression, tried only where one of its clues stands: a bare one takes ten times as long."""

    slow = True

    def __init__(self, expression: bytes, clues: tuple[bytes, ...], reach: int) -> None:
        self._matches = re.compile(expression).match
        self._clues, self.reach = clues, reach

    def first(self, chunk: bytes | bytearray, start: int, end: int) -> int:
        """The first place."""
        lower, best = chunk.lower(), -1
        for clue in self._clues:
            at = start - 1
            while (at := lower.find(clue, at + 1, end + len(clue) - 1)) >= 0:
                if self._matches(chunk, at):
                    best = end = at
                    break
        return best

    def last(self, chunk: bytes | bytearray, start: int, end: int) -> int:
        """The last place."""
        lower, best = chunk.lower(), -1
        for clue in self._clues:
            at = end
            while (at := lower.rfind(clue, start, at + len(clue) - 1)) >= 0:
                if self._matches(chunk, at):
                    best, start = at, at + 1
                    break
        return best


def word(text: str) -> Pattern:
    """What a person means by a word: in any case if there is no capital in it, else as it stands."""
    if text.isascii() or text != text.lower():
        return Literal(text.encode(), any_case=text == text.lower())
    cases = [sorted({character.encode(), character.upper().encode()}) for character in text]
    expression = b"".join(b"(?:%s)" % b"|".join(map(re.escape, case)) for case in cases)
    clues = {b"".join(beginning).lower() for beginning in product(*cases[:3])}
    return Expression(expression, tuple(clues), len(text.upper().encode()) + len(text.encode()))


class Finder:
    """Looks for a pattern in a file; where it was seen not to stand, it does not look again."""

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        self._chunk = CHUNK >> 2 if pattern.slow else CHUNK
        self._gaps: list[tuple[int, int]] = []  # no hit begins from the first offset on, before the second

    def next(self, file: LogFile, start: int, scan: Scan) -> int | None:
        """Where the first hit begins from there on."""
        reach = self.pattern.reach
        buffer = bytearray(self._chunk + 2 * reach)
        while True:
            start = self._after_gap(start)
            low = max(0, start - reach)
            got = _fill(file, buffer, low, len(buffer))
            sure = low + got - reach  # what stands at the very end may become a hit when more is written
            stop = sure if got == len(buffer) else low + got
            hit = low + self.pattern.first(buffer, start - low, stop - low)
            if hit >= start:
                self._note(start, hit)
                return hit
            self._note(start, sure)
            if got < len(buffer):
                return None
            start = stop
            self._passed(got, scan)

    def previous(self, file: LogFile, end: int, scan: Scan) -> int | None:
        """Where the last hit begins that begins before this offset."""
        reach = self.pattern.reach
        buffer = bytearray(self._chunk + 2 * reach)
        while (end := self._before_gap(end)) > 0:
            start = max(0, end - self._chunk)
            low = max(0, start - reach)
            got = _fill(file, buffer, low, end - low + reach)
            sure = min(end, low + got - reach)
            hit = low + self.pattern.last(buffer, start - low, min(end - low, got))
            if hit >= start:
                self._note(hit + 1, sure)
                return hit
            self._note(start, sure)
            end = start
            self._passed(got, scan)
        return None

    def _passed(self, length: int, scan: Scan) -> None:
        scan.count(length)
        if self.pattern.slow:
            # Reading lets go of the interpreter for so short a while that a thread with a key in hand misses it.
            sleep(NAP_SECONDS)

    def _after_gap(self, at: int) -> int:
        index = bisect_right(self._gaps, at, key=lambda gap: gap[0]) - 1
        return max(at, self._gaps[index][1]) if index >= 0 else at

    def _before_gap(self, at: int) -> int:
        index = bisect_left(self._gaps, at, key=lambda gap: gap[1])
        return min(at, self._gaps[index][0]) if index < len(self._gaps) else at

    def _note(self, start: int, end: int) -> None:
        if start >= end:
            return
        first = bisect_left(self._gaps, start, key=lambda gap: gap[1])
        beyond = bisect_right(self._gaps, end, key=lambda gap: gap[0])
        if first < beyond:
            start, end = min(start, self._gaps[first][0]), max(end, self._gaps[beyond - 1][1])
        self._gaps[first:beyond] = [(start, end)]


def _fill(file: LogFile, buffer: bytearray, offset: int, length: int) -> int:
    """Read so much into the buffer; what lies behind it is blanked, lest an older chunk be found there."""
    view = memoryview(buffer)
    got = file.read_into(view[:length], offset)
    view[got:length] = bytes(length - got)
    return got
