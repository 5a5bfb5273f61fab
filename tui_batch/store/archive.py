"""A batch opened for sending."""

from collections.abc import Iterator
from pathlib import Path

from tui_batch.errors import StoreError
from tui_batch.store.unzip import Entry, ZipReader


class Archive:
    """The files of a batch: the list of them is checked on opening, each one when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip = ZipReader(path)
        try:
            self._jobs: dict[str, list[int]] = {}  # where each job's files are in the zip's directory
            self._shared: list[Entry] = []
            self._list()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def shared(self) -> Iterator[tuple[str, bytes, int]]:
        """Path, bytes and mode of every file that all jobs share."""
        for entry in self._shared:
            yield entry.name.removeprefix("files/"), self._zip.read(entry), entry.mode

    def job(self, name: str) -> dict[str, bytes]:
        """Path → bytes of every rendered file of one job; its command is the file `command`."""
        if name not in self._jobs:
            raise StoreError(f"{self.path} holds no job {name!r}.")
        start = len(name) + 6
        entries = [self._zip.entry(at)[0] for at in self._jobs[name]]
        return {entry.name[start:]: self._zip.read(entry) for entry in entries}

    def _list(self) -> None:
        seen: set[str] = set()
        for at, entry in self._zip.entries():
            if entry.name in seen:
                raise StoreError(f"{self.path} is damaged: it holds {entry.name!r} twice.")
            seen.add(entry.name)
            top, _, rest = entry.name.partition("/")
            if top == "files" and rest:
                self._shared.append(entry)
            elif top == "jobs" and "/" in rest:
                self._jobs.setdefault(rest[: rest.index("/")], []).append(at)
