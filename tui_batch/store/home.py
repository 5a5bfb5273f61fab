"""The store's folder: where everything in it lives, and how its files are written."""

import contextlib
import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tui_batch.errors import StoreError


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of a store; made on first use, for its owner alone."""

    path: Path

    @property
    def batches(self) -> Path:
        return self.path / "batches"

    @property
    def history(self) -> Path:
        return self.path / "history"

    @property
    def orders(self) -> Path:
        return self.path / "orders"

    @property
    def contacts(self) -> Path:
        return self.path / "targets"

    @property
    def questions(self) -> Path:
        return self.path / "questions"

    @property
    def followed(self) -> Path:
        return self.path / "followed"

    @property
    def memory(self) -> Path:
        return self.path / "front"

    @property
    def courier(self) -> Path:
        return self.path / "courier.toml"

    @property
    def bell(self) -> Path:
        return self.path / "courier.bell"

    def submission(self, name: str) -> Path:
        return self.path / "submissions" / name

    def results(self, batch: str, run: int) -> Path:
        return self.path / "results" / batch / f"run_{run}"

    def outputs(self, submission: str) -> Path:
        return self.submission(submission) / "outputs.tsv"

    def look(self) -> None:
        """A StoreError if what is there cannot be looked into: no store at all is an empty one."""
        with explained(self.path, "open the store"), contextlib.suppress(FileNotFoundError):
            os.scandir(self.path).close()

    def writable(self) -> bool:
        """Whether anything can be written where the store is, or will be."""
        return not self.path.exists() or os.access(self.path, os.W_OK)

    def prepare(self) -> "Home":
        """Make the folders that are missing; a StoreError says why it cannot."""
        with explained(self.path, "prepare the store"):
            for folder in (self.path, self.batches, self.history, self.orders, self.path / "submissions"):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not os.access(self.path, os.R_OK | os.W_OK | os.X_OK):
                number = errno.EROFS if os.statvfs(self.path).f_flag & os.ST_RDONLY else errno.EACCES
                raise OSError(number, os.strerror(number), str(self.path))
        return self


@contextlib.contextmanager
def explained(path: Path, doing: str, outcome: str = "Nothing was changed.") -> Iterator[None]:
    """Turn what the system says into one sentence: what failed, on what, what to do."""
    try:
        yield
    except OSError as error:
        where = error.filename or path
        reason = (error.strerror or str(error)).lower()
        raise StoreError(f"Cannot {doing}: {where}: {reason}. {outcome}{_advice(error)}") from error


def _advice(error: OSError) -> str:
    match error:
        case PermissionError():
            return " Use a folder of your own with --home."
        case OSError(errno=28 | 122):
            return " Free some space, or use another folder with --home."
        case OSError(errno=30):
            return " The file system is read-only: use another folder with --home."
        case _:
            return ""


def write_whole(path: Path, text: str, errors: str = "strict") -> None:
    """Put a whole file in place: readers see the old one or the new one, never a part, also after a crash."""
    aside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        with aside.open("x", encoding="utf-8", errors=errors) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def modified(path: Path | None) -> int:
    """When a file was written last, in nanoseconds; 0 if there is none."""
    try:
        return path.stat().st_mtime_ns if path else 0
    except OSError:
        return 0


def set_aside(path: Path) -> str:
    """Move a file that cannot be read out of the way, keeping it; the sentence that says so."""
    kept = path.with_name(f"{path.name}.damaged-{os.urandom(2).hex()}")
    try:
        path.rename(kept)
    except OSError as error:
        return f"{path} is damaged and cannot be set aside: {error.strerror}."
    return f"{path} was damaged; it was set aside as {kept.name}."
