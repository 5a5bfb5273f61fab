"""Batches on disk: a zip for each, written once, never changed."""

import csv
import errno
import hashlib
import io
import itertools
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from tui_batch import tables
from tui_batch.errors import StoreError
from tui_batch.model import NOTHING, Batch, Resources
from tui_batch.store.archive import Archive as Archive
from tui_batch.store.unzip import ZipReader

if TYPE_CHECKING:
    from tui_batch.store.zips import ZipWriter
    from tui_batch.sweep import Sweep

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,79}")
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS}  # what file systems without hard links say


@dataclass(frozen=True, slots=True)
class _Sheet:
    """`batch.toml`: what the batch is, and with `template.toml` beside it all that is needed to make it again."""

    format: int
    name: str
    template: str
    created: str
    jobs: int
    command: str
    description: str = ""
    varying: tuple[str, ...] = ()
    where: str = ""
    zips: tuple[tuple[str, ...], ...] = ()
    types: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    axes: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    fixed: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    resources: Resources = field(default_factory=Resources)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: NOTHING)
    results: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)


def free_name(folder: Path, template: str) -> str:
    """The first name after the template's that no batch has: `raft`, `raft-2`, `raft-3`."""
    base = re.sub(r"[^A-Za-z0-9._+-]+", "_", template).lstrip("._+-")[:70] or "batch"
    names = itertools.chain([base], (f"{base}-{number}" for number in itertools.count(2)))
    return next(name for name in names if not (folder / f"{name}.zip").exists())


def name_trouble(folder: Path, name: str) -> str:
    """Why no new batch can have this name; "" if one can."""
    if not _NAME.fullmatch(name):
        return f"{name!r} cannot name a batch: letters, digits and ._+- only, at most 80, a letter or digit first."
    return _taken(name) if (folder / f"{name}.zip").exists() else ""


def write(
    folder: Path, sweep: "Sweep", name: str, created: str, progress: Callable[[int], None] | None = None
) -> Batch:
    """Render the sweep's jobs into a new batch; whatever goes wrong, nothing of it is left behind."""
    # Here, since the courier, which only reads batches, starts in half the time without it.
    from tui_batch.store.filling import fill

    return make(folder, name, lambda zip_: fill(zip_, sweep, name, created, progress))


def make(folder: Path, name: str, fill: Callable[["ZipWriter"], None]) -> Batch:
    """A new batch of what is put into its zip; whatever goes wrong, nothing of it is left behind."""
    from tui_batch.store.zips import ZipWriter

    path = folder / f"{name}.zip"
    if trouble := name_trouble(folder, name):
        raise StoreError(trouble)
    try:
        with _unseen(folder, name) as (file, source):
            fill(ZipWriter(file))
            file.flush()
            os.fsync(file.fileno())
            _publish(source, path)
    except FileExistsError:
        raise StoreError(_taken(name)) from None
    except OSError as wrong:
        raise StoreError(
            f"The batch {name} cannot be written to {folder}: {wrong.strerror or wrong}. Nothing is left of it."
        ) from wrong
    return read(path)


@contextmanager
def _unseen(folder: Path, name: str) -> Iterator[tuple[BinaryIO, Path]]:
    """A file that has no name yet, so that even a kill leaves nothing behind; and where to link it from.

    Where the file system has no such files (NFS), a hidden one that is removed on the way out.
    """
    try:
        nameless = os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600)
    except (OSError, AttributeError):
        part = folder / f".{name}.{os.urandom(4).hex()}.part"
        with part.open("xb", buffering=1 << 20) as file:
            try:
                yield file, part
            finally:
                part.unlink(missing_ok=True)
    else:
        with os.fdopen(nameless, "wb", buffering=1 << 20) as file:
            yield file, Path(f"/proc/self/fd/{nameless}")


def read(path: Path) -> Batch:
    """What a batch says of itself, with the digest of its file as it is now."""
    batch = glance(path)
    try:
        with path.open("rb") as file:
            return replace(batch, digest=hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as wrong:
        raise StoreError(f"{path} cannot be read: {wrong.strerror}.") from wrong


def glance(path: Path) -> Batch:
    """What a batch says of itself, without the digest, which costs a look at every byte."""
    sheet = _sheet(path)
    return Batch(
        name=path.stem, path=path, template=sheet.template, created=sheet.created, jobs=sheet.jobs, digest="",
        varying=sheet.varying, types=sheet.types, axes=sheet.axes, resources=sheet.resources, options=sheet.options,
        results=sheet.results.get("patterns", ()), fixed=sheet.fixed, zips=sheet.zips, where=sheet.where,
        exclude=sheet.results.get("exclude", ()),
    )  # fmt: skip


def jobs(path: Path) -> tuple[tuple[str, ...], list[tuple[int, str, tuple[str, ...]]]]:
    """The variables that vary, and for each job its index, its name and their values."""
    rows = csv.reader(io.StringIO(_text(path, "jobs.csv"), newline=""))
    try:
        _, _, *varying = next(rows)
        return tuple(varying), [(int(index), name, tuple(values)) for index, name, *values in rows]
    except (ValueError, StopIteration, csv.Error) as wrong:
        raise StoreError(f"{path} is damaged: jobs.csv makes no sense.") from wrong


def job_files(path: Path, job: str) -> dict[str, str]:
    """Path → text of every rendered file of one job, its command among them."""
    with Archive(path) as archive:
        return {name: data.decode("utf-8", "replace") for name, data in archive.job(job).items()}


def _sheet(path: Path) -> _Sheet:
    sheet = tables.build(_Sheet, tables.parse(_text(path, "batch.toml"), f"{path}: batch.toml", StoreError),
                         f"{path}: batch.toml", StoreError)  # fmt: skip
    if sheet.format != 1:
        raise StoreError(f"{path} was written by a newer version (format {sheet.format}).")
    return sheet


def _text(path: Path, name: str) -> str:
    """One of the files at the head of the directory, without reading the rest of it."""
    reader = ZipReader(path)
    try:
        for _, entry in reader.entries():
            if entry.name == name:
                return reader.read(entry).decode("utf-8", "surrogateescape")
    finally:
        reader.close()
    raise StoreError(f"{path} is not a batch: it holds no {name}.")


def _publish(part: Path, path: Path) -> None:
    """Give the whole file its name; a FileExistsError if that was taken meanwhile: a mere rename would not notice."""
    here = os.open(path.parent, os.O_RDONLY)
    try:
        os.link(part, path, src_dir_fd=here)  # naming a folder makes the call follow /proc's link to the nameless file
    except FileExistsError:
        raise
    except OSError as wrong:
        if wrong.errno not in _NO_LINKS or part.parent != path.parent:
            raise
        path.touch(exist_ok=False)
        part.replace(path)
    finally:
        os.close(here)


def _taken(name: str) -> str:
    return f"There is a batch {name} already. Batches never change: choose another name."
