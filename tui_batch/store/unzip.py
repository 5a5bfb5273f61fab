"""Reads a zip without trusting it: every entry is checked before a byte of it is believed."""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from tui_batch.errors import StoreError
from tui_batch.paths import path_trouble

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_LIMIT = 0xFFFFFFFF
_LONGEST_TAIL = _END.size + 0xFFFF  # a comment may follow the end record
_LARGEST = 4 << 30  # bytes of one entry
_ENCRYPTED = 1


class Entry(NamedTuple):
    """One file inside a zip, as the directory tells of it."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    mode: int
    offset: int


class ZipReader:
    """A zip that is open for reading; a StoreError names the file and what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file: BinaryIO = path.open("rb")
        except FileNotFoundError:
            raise StoreError(f"{path} does not exist.") from None
        except OSError as wrong:
            raise StoreError(f"{path} cannot be read: {wrong.strerror}.") from wrong
        try:
            self._length = os.fstat(self._file.fileno()).st_size
            self._directory, self._start = self._read_directory()
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """Every file and its place in the directory, in its order; folders are passed over."""
        at = 0
        while at < len(self._directory):
            entry, after = self.entry(at)
            if not entry.name.endswith("/"):
                yield at, entry
            at = after

    def entry(self, at: int) -> tuple[Entry, int]:
        """The entry at one place of the directory, and the place of the next."""
        directory = self._directory
        try:
            (magic, _, _, flags, method, _, _, crc, packed, size, name_length, extra_length, comment_length, _, _,
             external, offset) = _CENTRAL.unpack_from(directory, at)  # fmt: skip
            name_end = at + _CENTRAL.size + name_length
            name = directory[at + _CENTRAL.size : name_end].decode()
        except (struct.error, UnicodeDecodeError) as wrong:
            raise self._damaged("its directory makes no sense") from wrong
        after = name_end + extra_length + comment_length
        if magic != b"PK\1\2" or after > len(directory):
            raise self._damaged("its directory makes no sense")
        if _LIMIT in (packed, size, offset):
            packed, size, offset = self._wide(directory[name_end : name_end + extra_length], packed, size, offset)
        if trouble := path_trouble(name.removesuffix("/")):
            raise self._damaged(f"the entry {name!r} {trouble}")
        if flags & _ENCRYPTED or method not in (0, 8) or size > _LARGEST or offset + packed > self._start:
            raise self._damaged(f"the entry {name!r} cannot be read")
        return Entry(name, method, crc, packed, size, external >> 16 & 0o777 or 0o644, offset), after

    def read(self, entry: Entry) -> bytes:
        """The bytes of one entry, checked."""
        file = self._file
        try:
            file.seek(entry.offset)
            head = file.read(_LOCAL.size)
            magic, *_, name_length, extra_length = _LOCAL.unpack(head)
            rest = file.read(name_length + extra_length + entry.packed)
        except (OSError, struct.error) as wrong:
            raise self._damaged(f"the entry {entry.name!r} cannot be read") from wrong
        data = rest[name_length + extra_length :]
        if magic != b"PK\3\4" or rest[:name_length] != entry.name.encode():
            raise self._damaged(f"the entry {entry.name!r} is not where the directory says")
        if entry.method:
            data = self._inflated(data, entry)
        if len(data) != entry.size or zlib.crc32(data) != entry.crc:
            raise self._damaged(f"the entry {entry.name!r} has other bytes than were written")
        return data

    def _inflated(self, data: bytes, entry: Entry) -> bytes:
        """Never more than the directory promises, whatever the bytes would unfold to."""
        try:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, entry.size + 1)
        except zlib.error as wrong:
            raise self._damaged(f"the entry {entry.name!r} cannot be unpacked") from wrong

    def _read_directory(self) -> tuple[bytes, int]:
        """The directory's bytes, and where it starts."""
        file = self._file
        file.seek(max(0, self._length - _LONGEST_TAIL))
        base = file.tell()
        tail = file.read()
        at = tail.rfind(b"PK\5\6")
        if at < 0 or len(tail) - at < _END.size:
            raise self._damaged("it is not a whole zip")
        _, _, _, _, count, size, start, _ = _END.unpack_from(tail, at)
        if count == 0xFFFF or size == _LIMIT or start == _LIMIT:
            try:
                size, start = self._wide_end(base + at)
            except struct.error as wrong:
                raise self._damaged("its end record makes no sense") from wrong
        if start + size > self._length:
            raise self._damaged("it is not a whole zip")
        file.seek(start)
        return file.read(size), start

    def _wide_end(self, end: int) -> tuple[int, int]:
        self._file.seek(max(0, end - _LOCATOR.size))
        magic, _, at, _ = _LOCATOR.unpack(self._file.read(_LOCATOR.size))
        self._file.seek(min(at, self._length))
        magic_64, *_, size, start = _END_64.unpack(self._file.read(_END_64.size))
        if magic != b"PK\6\7" or magic_64 != b"PK\6\6":
            raise self._damaged("its end record makes no sense")
        return size, start

    def _wide(self, extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
        """Sizes and offset above 4 GiB, from the extra field that holds those that did not fit."""
        values = [size, packed, offset]
        while len(extra) >= 4:
            kind, length = struct.unpack_from("<HH", extra)
            if kind == 1 and length % 8 == 0 and len(extra) >= 4 + length:
                wide = iter(struct.unpack_from(f"<{length // 8}Q", extra, 4))
                values = [next(wide, value) if value == _LIMIT else value for value in values]
            extra = extra[4 + length :]
        return values[1], values[0], values[2]

    def _damaged(self, why: str) -> StoreError:
        return StoreError(f"{self.path} is damaged: {why}.")
