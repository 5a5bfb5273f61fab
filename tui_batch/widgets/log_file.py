"""A log as a file of lines of which only a window is ever in memory; read by offset, never mapped.

A mapped file that is cut short on a network file system kills the program that mapped it; `pread` just returns less.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PIECE = 1 << 15  # a line that goes on and on is cut where the offset is a multiple of this
CHUNK = 1 << 16


class RawLine(NamedTuple):
    """A line as it stands in the file, with its newline if there is one."""

    start: int
    raw: bytes

    @property
    def end(self) -> int:
        """Where the next line begins."""
        return self.start + len(self.raw)


class LogFile:
    """Offsets in, lines out. A file that is not there is an empty one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: int | None = None
        self.inode = 0

    def size(self) -> int:
        """How long the file is now; notices when it was replaced by another."""
        try:
            found = self.path.stat() if self._open is None or self.path.exists() else os.fstat(self._open)
        except OSError:
            return 0
        if self._open is None or found.st_ino != self.inode:
            self.close()
            try:
                self._open = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe would wait for its writer
            except OSError:
                return 0
            self.inode = found.st_ino
        return found.st_size

    def close(self) -> None:
        """Let go of the file."""
        if self._open is not None:
            os.close(self._open)
            self._open = None

    def again(self) -> "LogFile":
        """The same open file for another thread, whatever becomes of this one meanwhile."""
        other = LogFile(self.path)
        other._open = os.dup(self._open) if self._open is not None else None
        return other

    def read(self, offset: int, length: int = CHUNK) -> bytes:
        """Some bytes from there on."""
        if self._open is None:
            return b""
        try:
            return os.pread(self._open, length, max(0, offset))
        except OSError:
            return b""

    def read_into(self, buffer: memoryview, offset: int) -> int:
        """Fill this from there on; how many bytes there were."""
        if self._open is None:
            return 0
        try:
            return os.preadv(self._open, [buffer], offset)
        except OSError:
            return 0

    # -- lines -----------------------------------------------------------------------------------------------------
    def start(self, offset: int) -> int:
        """Where the line begins in which this offset stands."""
        edge = offset // PIECE * PIECE
        low = max(0, edge - PIECE)
        newline = self.read(low, offset - low).rfind(b"\n")
        return low + newline + 1 if newline >= 0 else edge

    def below(self, start: int) -> Iterator[RawLine]:
        """The lines from this start of one on; the last one may lack its end."""
        base, buffer = start, b""
        while True:
            limit = start + PIECE if start % PIECE == 0 else (start // PIECE + 2) * PIECE
            newline = buffer.find(b"\n", start - base, limit - base)
            if newline < 0 and base + len(buffer) < limit:
                base, buffer = start, self.read(start)
                newline = buffer.find(b"\n", 0, limit - base)
            if not buffer:
                return
            end = newline + 1 if newline >= 0 else limit - base
            line = RawLine(start, buffer[start - base : end])
            yield line
            start = line.end

    def above(self, start: int) -> Iterator[RawLine]:
        """The lines above this start of one, the nearest first."""
        base, buffer = start, b""
        while start > 0:
            edge = (start - 1) // PIECE * PIECE
            low = max(0, edge - PIECE)
            if low < base:
                base = max(0, low - PIECE)
                buffer = self.read(base, start - base)
                if len(buffer) < start - base:  # it became shorter
                    return
            newline = buffer.rfind(b"\n", low - base, start - 1 - base)
            begin = base + newline + 1 if newline >= 0 else edge
            yield RawLine(begin, buffer[begin - base : start - base])
            start = begin
