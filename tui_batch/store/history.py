"""The history: append-only files, one for each month and host, because two NFS clients cannot append to one.

Its records are `[[submission]]`, `[[outcome]]` (all its jobs have ended), `[[reopened]]` (some run again) and
`[[note]]`; each is one write, closed by a blank line. What a killed writer left unfinished is cut off and kept aside.
"""

import json
import os
import re
import tomllib
from pathlib import Path

from tui_batch.model import Submission
from tui_batch.store.home import explained

SUBMISSION = ("id", "batch", "digest", "template", "target", "kind", "run", "jobs", "created")
# The last key of each table: a record without it was cut off while it was written.
CLOSING = {"submission": "created", "outcome": "ended", "reopened": "ended", "note": "written"}


def submission_record(submission: Submission) -> str:
    return _record("submission", {key: getattr(submission, key) for key in SUBMISSION})


def outcome_record(submission: Submission) -> str:
    counts = {state.value: number for state, number in submission.counts.items() if number}
    return _record("outcome", {"id": submission.id, **counts, "fetched": submission.fetched, "ended": submission.ended})


def reopened_record(submission: str, moment: str) -> str:
    return _record("reopened", {"id": submission, "ended": moment})


def note_record(submission: str, text: str, moment: str) -> str:
    return _record("note", {"id": submission, "text": text, "written": moment})


def _record(table: str, values: dict[str, object]) -> str:
    """One `key = value` a line, in this order: the form that is read fast."""
    # JSON lets DEL stand as it is, TOML does not.
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
    return f"[[{table}]]\n{''.join(lines)}\n".replace("\x7f", "\\u007f")


class HistoryWriter:
    """This host's file of the month, open for appending."""

    def __init__(self, folder: Path, host: str) -> None:
        self._folder, self._host = folder, re.sub(r"[^A-Za-z0-9.-]", "-", host) or "host"
        self._file, self._left = -1, (0, 0)  # its inode and size as the last record left it

    def append(self, record: str, moment: str) -> None:
        """Add one record; it is on the disk when this returns."""
        path = self._folder / f"{moment[:7]}.{self._host}.toml"
        with explained(path, "add to the history"):
            if _identity(path) != self._left:  # another month, or somebody edited the file: most editors make a new one
                self.close()
                cut_torn_tail(path)
                self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            data = record.encode()
            if os.write(self._file, data) != len(data):
                self.close()  # the next record cuts off the half of this one
                raise OSError(28, "No space left on device", str(path))
            os.fdatasync(self._file)
            self._left = _identity(path)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file, self._left = -1, (0, 0)


def _identity(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return -1, -1
    return stat.st_ino, stat.st_size


def cut_torn_tail(path: Path) -> None:
    """Cut off what a killed writer left unfinished, keeping it in a file aside."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    good = whole(data)
    if good < len(data):
        with path.with_name(f"{path.name}.torn").open("ab") as aside:
            aside.write(data[good:] + b"\n")
        os.truncate(path, good)
    if good and not data[:good].endswith(b"\n"):  # as some editors leave a last line
        with path.open("ab") as file:
            file.write(b"\n\n")


def whole(data: bytes) -> int:
    """How much of a history file is whole; the rest is a record that was cut off while it was written.

    What our writer did not leave so is no torn record: somebody edited or damaged it, which is for its reader to say.
    """
    if data.endswith(b"\n\n") or not data:
        return len(data)
    last = data.rfind(b"\n[") + 1  # the last record; an editor may have taken its blank line away
    for end in (len(data), data.rfind(b"\n") + 1):
        if end > last and _complete(data[last:end]):
            return end
    return last if _TORN.fullmatch(data, last) else len(data)


_TORN = re.compile(rb"\[{1,2}[a-z]*\]{0,2}|\[\[[a-z]+\]\]\n(?:[a-z_]+ = [^\n]*\n)*[^\n]*")


def _complete(text: bytes) -> bool:
    try:
        tables = tomllib.loads(text.decode())
        return all(CLOSING[table] in row for table, rows in tables.items() for row in rows)
    except (ValueError, KeyError, TypeError):
        return False
