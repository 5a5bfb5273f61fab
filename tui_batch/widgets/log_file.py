"""A log as a file of lines of which only a window is ever in memory; read by offset, never mapped.

A mapped file that is cut short on a network file system kills the program that mapped it; `pread` just returns less.
"""

import os
import re
from pathlib import Path

CHUNK = 1 << 16
LONGEST = 1 << 12  # of one line so much is shown; a line without an end must not fill the memory

# Colours and cursor movements that programs write for a terminal, and titles set by them.
_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")


class LogFile:
    """Offsets in, lines out. A file that is not there is an empty one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: int | None = None
        self._inode = 0

    def size(self) -> int:
        """How long the file is now; notices when it was replaced by another."""
        try:
            found = self.path.stat()
        except OSError:
            return 0
        if self._open is None or found.st_ino != self._inode:
            self.close()
            try:
                self._open = os.open(self.path, os.O_RDONLY)
            except OSError:
                return 0
            self._inode = found.st_ino
        return found.st_size

    def close(self) -> None:
        """Let go of the file."""
        if self._open is not None:
            os.close(self._open)
            self._open = None

    def read(self, offset: int, length: int = CHUNK) -> bytes:
        """Some bytes from there on."""
        if self._open is None:
            return b""
        try:
            return os.pread(self._open, length, max(0, offset))
        except OSError:
            return b""

    def lines(self, offset: int, count: int) -> list[tuple[int, bytes]]:
        """So many lines from this start of a line on, each with its offset; the last one may lack its end."""
        found: list[tuple[int, bytes]] = []
        while len(found) < count and (piece := self.read(offset)):
            *rows, rest = piece.split(b"\n")
            for row in rows:
                found.append((offset, row[:LONGEST]))
                offset += len(row) + 1
            if rest and (len(piece) < CHUNK or not rows):  # unfinished, or longer than a piece: shown in pieces
                found.append((offset, rest[:LONGEST]))
                offset += len(rest)
            if len(piece) < CHUNK:
                break
        return found[:count]

    def back(self, offset: int, count: int) -> int:
        """Where the line begins that stands so many lines above this offset."""
        end = offset
        while end > 0 and count > 0:
            start = max(0, end - CHUNK)
            piece = self.read(start, end - start)
            at = len(piece) - 1 if end == offset and piece.endswith(b"\n") else len(piece)
            while count > 0 and (at := piece.rfind(b"\n", 0, at)) >= 0:
                count -= 1
                if not count:
                    return start + at + 1
            end = start
        return 0

    def find(self, word: bytes, offset: int) -> int | None:
        """The next place from there on where the word stands, whatever its case."""
        word = word.lower()
        while piece := self.read(offset, 16 * CHUNK):
            if (at := piece.lower().find(word)) >= 0:
                return offset + at
            if len(piece) < len(word):
                return None
            # The word may stand across the border of two pieces.
            offset += len(piece) - len(word) + 1 if len(piece) == 16 * CHUNK else len(piece)
        return None

    def find_before(self, word: bytes, offset: int) -> int | None:
        """The last place before this offset where the word stands."""
        word = word.lower()
        end = offset
        while end > 0:
            start = max(0, end - 16 * CHUNK)
            if (at := self.read(start, end - start).lower().rfind(word)) >= 0:
                return start + at
            end = start + len(word) - 1 if start else 0
        return None


def shown(line: bytes) -> str:
    """A line as a terminal would leave it: without escapes, and after a carriage return only what overwrote it."""
    line = _ESCAPES.sub(b"", line).rstrip(b"\r")
    if b"\r" in line:
        line = line[line.rfind(b"\r") + 1 :]
    return line.decode("utf-8", "replace").expandtabs()
