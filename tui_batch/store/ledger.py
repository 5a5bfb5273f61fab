"""What became of each job: one line for each thing learnt, appended, never changed; an index's last line wins.

The columns, parted by tabs: index, attempt, state, id, exit code, started, ended, as of, evidence, detail, and where it
is known the memory that the job held at most.
"""

import contextlib
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from sys import intern
from types import TracebackType

from tui_batch.model import Status
from tui_batch.states import JobState
from tui_batch.store.home import explained
from tui_batch.store.tsv import ESCAPES, plain

LONGEST = 11  # columns
_STATES = {state.value: state for state in JobState}  # a third of the time of JobState(word)


def line(index: int, status: Status) -> str:
    """A status as the ledger's line for a job."""
    code = "" if status.exit_code is None else status.exit_code
    peak = "" if status.peak_mb is None else f"\t{status.peak_mb}"
    return (
        f"{index}\t{status.attempt}\t{status.state}\t{status.id.translate(ESCAPES)}\t{code}\t{status.started}"
        f"\t{status.ended}\t{status.as_of}\t{status.evidence}\t{status.detail.translate(ESCAPES)}{peak}\n"
    )


def parse(text: str) -> tuple[int, Status]:
    """The index and status of one line; a ValueError for what is not such a line."""
    columns = text.split("\t")
    peak = _peak(columns.pop()) if len(columns) == LONGEST else None
    index, attempt, state, job_id, code, started, ended, as_of, evidence, detail = columns
    if "\\" in text:
        job_id, detail = plain(job_id), plain(detail)
    if (number := int(index)) < 0:
        raise ValueError(f"{index} is no index")
    # Jobs begin and are heard of together: of what many lines have in common one copy is kept.
    return number, Status(
        _STATES.get(state) or JobState(state), int(attempt), job_id, int(code) if code else None, intern(started),
        ended, intern(as_of), intern(evidence), intern(detail), peak,
    )  # fmt: skip


def _peak(text: str) -> float:
    if 0 <= (peak := float(text)) < float("inf"):
        return peak
    raise ValueError(f"{text} is no amount of memory")


class Ledger:
    """A submission's ledger, open for writing by the courier alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with explained(path, "open the ledger"):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = self._open()

    def _open(self) -> int:
        _cut_torn_tail(self._path)
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def append(self, statuses: Iterable[tuple[int, Status]]) -> None:
        """Write what was learnt, in one write; `sync` makes it outlive the machine as well."""
        data = "".join(line(index, status) for index, status in statuses).encode("utf-8", "backslashreplace")
        with explained(self._path, "write the ledger"):
            if not self._path.exists() or self._path.stat().st_ino != os.fstat(self._file).st_ino:
                os.close(self._file)  # somebody edited it, and most editors make a new file
                self._file = self._open()
            while data:
                data = data[os.write(self._file, data) :]

    def sync(self) -> None:
        """Wait until all that was written is on the disk."""
        with explained(self._path, "write the ledger"):
            os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


@dataclass(slots=True)
class LedgerView:
    """A ledger as it is read: each call to `refresh` reads on from where the last one stopped."""

    path: Path
    statuses: dict[int, Status] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    _offset: int = 0
    _inode: int = 0

    def refresh(self) -> Mapping[int, Status]:
        """Read what is new; what changed. A line without its end is left for the next time."""
        lines = self._new_lines()
        try:
            last = {text.partition("\t")[0]: text for text in lines}  # of each index the last line is enough
            changed = dict(map(parse, last.values()))
        except ValueError:
            changed = self._passing_over(lines)
        self.statuses.update(changed)
        return changed

    def _passing_over(self, lines: Iterable[str]) -> dict[int, Status]:
        """Read all lines that can be read."""
        changed: dict[int, Status] = {}
        for text in lines:
            try:
                index, status = parse(text)
            except ValueError:
                self.problems.append(f"{self.path}: a line cannot be read and was passed over: {text[:60]!r}.")
                continue
            changed[index] = status
        return changed

    def _new_lines(self) -> list[str]:
        try:
            with self.path.open("rb") as file:
                stat = os.fstat(file.fileno())
                if stat.st_ino != self._inode or stat.st_size < self._offset:  # somebody edited it
                    self._inode, self._offset = stat.st_ino, 0
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        return whole.decode("utf-8", "replace").split("\n")[:-1]


def learnt(path: Path, indices: Collection[int]) -> dict[int, list[Status]]:
    """All that was ever learnt of these jobs, oldest first."""
    found: dict[int, list[Status]] = {index: [] for index in indices}
    wanted = set(map(str, indices))
    for text in LedgerView(path)._new_lines():
        if text.partition("\t")[0] in wanted:
            with contextlib.suppress(ValueError):
                index, status = parse(text)
                found[index].append(status)
    return found


def ids(path: Path) -> set[str]:
    """Every id that stands in a ledger, those of earlier attempts among them."""
    found = set()
    for text in LedgerView(path)._new_lines():
        with contextlib.suppress(ValueError):
            found.add(parse(text)[1].id)
    return found - {""}


def ended(path: Path) -> Mapping[tuple[int, int], Status]:
    """How each attempt of each job ended that its target knew, by attempt and index."""
    found: dict[tuple[int, int], Status] = {}
    for text in LedgerView(path)._new_lines():
        with contextlib.suppress(ValueError):
            index, status = parse(text)
            found[status.attempt, index] = status
    return {key: status for key, status in found.items() if status.state.ended and status.id}


def _cut_torn_tail(path: Path) -> None:
    """A writer that was killed may have left half a line: keep it aside, so that the next line starts clean."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    whole = data.rfind(b"\n") + 1
    if whole == len(data):
        return
    with path.with_name(f"{path.name}.torn").open("ab") as aside:
        aside.write(data[whole:] + b"\n")
    os.truncate(path, whole)
