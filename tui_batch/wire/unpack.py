"""Unpacks an archive from a host without trusting it: nothing gets out of the folder that it is unpacked in."""

import gzip
import os
import posixpath
import re
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tui_batch.errors import Refused

_CHUNK = 1 << 20
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may come out of an archive."""

    files: int
    size: int


def unpack(archive: Path, into: Path, bounds: Bounds, sealed: int) -> None:
    """Unpack a `.tar.gz` into a new folder; a Refused says what is wrong with it, and then nothing of it is to be kept.

    A symbolic link is made only if it stays inside the folder that the first `sealed` parts of its path name; one that
    does not is left out. They are made last, so that nothing is ever written through one.
    """
    try:
        into.mkdir(mode=0o700)
        with gzip.open(archive) as plain:
            stream = _Stream(plain)
            with tarfile.TarFile(fileobj=stream) as tar:  # type: ignore[arg-type]  # it asks for no more than this
                _Unpacking(archive, into, bounds, sealed).all(tar)
            stream.finish()
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, ValueError) as wrong:
        raise Refused(f"{archive} is damaged: {wrong}. Nothing of it was kept.") from wrong
    except OSError as wrong:
        raise Refused(f"{archive} cannot be unpacked: {wrong.filename or into}: {wrong.strerror or wrong}.") from wrong


class _Unpacking:
    """One archive on its way into a folder."""

    def __init__(self, archive: Path, into: Path, bounds: Bounds, sealed: int) -> None:
        self._archive, self._into, self._bounds, self._sealed = archive, into, bounds, sealed
        self._files = self._size = 0
        self._folders: set[str] = {""}
        self._written: set[str] = set()
        self._links: list[tuple[str, str]] = []

    def all(self, tar: tarfile.TarFile) -> None:
        while (entry := tar.next()) is not None:
            tar.members = []  # type: ignore[attr-defined]  # it would keep every one
            self._one(tar, entry)
        for name, to in self._links:
            self._folder(posixpath.dirname(name))
            self._path(name).symlink_to(to)

    def _one(self, tar: tarfile.TarFile, entry: tarfile.TarInfo) -> None:
        name = self._sane(entry.name)
        self._files += 1
        self._size += max(0, entry.size)
        if self._files > self._bounds.files or self._size > self._bounds.size:
            raise self._hostile(f"holds more than {self._bounds.files:,} files or {self._bounds.size:,} bytes")
        if entry.isdir():
            self._folder(name)
        elif entry.isreg() and (data := tar.extractfile(entry)):
            self._folder(posixpath.dirname(name))
            self._write(name, entry, data)
        elif entry.islnk():
            self._again(name, self._sane(entry.linkname))
        elif entry.issym():
            if self._stays(name, entry.linkname):
                self._links.append((name, entry.linkname))
        else:
            raise self._hostile(f"holds {name!r}, which is neither a file nor a folder nor a link")

    def _write(self, name: str, entry: tarfile.TarInfo, data: IO[bytes]) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(self._path(name), flags, 0o600 | entry.mode & 0o700), "wb", buffering=0) as file:
            left = entry.size
            while left > 0:
                piece = memoryview(data.read(min(left, _CHUNK)))
                if not piece:
                    raise EOFError("it ends in the middle of a file")
                left -= len(piece)
                while piece:
                    piece = piece[file.write(piece) :]
            if 0 < entry.mtime < 1 << 40:
                os.utime(file.fileno(), (entry.mtime, entry.mtime))
        self._written.add(name)

    def _again(self, name: str, former: str) -> None:
        """A second name for a file of the same archive."""
        if former not in self._written:
            raise self._hostile(f"says that {name!r} is {former!r}, which is not in it")
        self._folder(posixpath.dirname(name))
        os.link(self._path(former), self._path(name), follow_symlinks=False)
        self._written.add(name)

    def _folder(self, name: str) -> None:
        """Make a folder and those above it, all of them here and now: none can be a link to elsewhere."""
        if name not in self._folders:
            self._folder(posixpath.dirname(name))
            self._path(name).mkdir(0o700)
            self._folders.add(name)

    def _sane(self, name: str) -> str:
        """A name that cannot lead out of the folder, nor play tricks on a terminal."""
        name = name.removeprefix("./").rstrip("/")
        parts = name.split("/")
        if not name or name.startswith("/") or {"", ".", ".."} & set(parts):
            raise self._hostile(f"holds {name!r}, which leads out of the folder")
        return _CONTROLS.sub("_", name)

    def _stays(self, name: str, to: str) -> bool:
        """Whether a link leads to somewhere below the sealed folder that it is in.

        It may go up only at first, where all folders are real: after that it may be on its way through another link.
        """
        parts = [part for part in to.split("/") if part not in ("", ".")]
        up = next((at for at, part in enumerate(parts) if part != ".."), len(parts))
        inside = up <= name.count("/") - self._sealed and ".." not in parts[up:]
        return inside and to != "" and not to.startswith("/") and not _CONTROLS.search(to)

    def _path(self, name: str) -> Path:
        return self._into / name

    def _hostile(self, what: str) -> Refused:
        return Refused(f"{self._archive} {what}. Nothing of it was kept.")


class _Stream:
    """The plain bytes of an archive, never many of them at once, read to their very end."""

    def __init__(self, plain: gzip.GzipFile) -> None:
        self._plain = plain
        self._last = b""
        self.tell, self.seek = plain.tell, plain.seek

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= 4 * _CHUNK:
            raise ValueError("a part of it is too long to be what it says")
        self._last = self._plain.read(size)
        return self._last

    def finish(self) -> None:
        """Without its last block of zeros an archive is not whole; without its checksum it is not the same."""
        if self._last != bytes(512):
            raise EOFError("it has no end")
        while self._plain.read(_CHUNK):
            pass
