"""The history: append-only files, one for each month and host, because two NFS clients cannot append to one.

Its records are `[[submission]]`, `[[outcome]]` (all its jobs have ended), `[[reopened]]` (some run again) and
`[[note]]`; each is one write, closed by a blank line. What a killed writer left unfinished is cut off and kept aside.
"""

import json
import os
import re
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
        self._month, self._file = "", -1

    def append(self, record: str, moment: str) -> None:
        """Add one record; it is on the disk when this returns."""
        month = moment[:7]
        path = self._folder / f"{month}.{self._host}.toml"
        with explained(path, "add to the history"):
            if month != self._month:
                self.close()
                cut_torn_tail(path)
                self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                self._month = month
            data = record.encode()
            if os.write(self._file, data) != len(data):
                self.close()  # the next record cuts off the half of this one
                raise OSError(28, "No space left on device", str(path))
            os.fdatasync(self._file)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file, self._month = -1, ""


def cut_torn_tail(path: Path) -> None:
    """Cut off what a killed writer left unfinished, keeping it in a file aside."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            file.seek(max(0, size - 65536))
            tail = file.read()
    except FileNotFoundError:
        return
    good = whole(tail)
    if good == len(tail):
        return
    with path.with_name(f"{path.name}.torn").open("ab") as aside:
        aside.write(tail[good:] + b"\n")
    os.truncate(path, size - len(tail) + good)


def whole(data: bytes) -> int:
    """How much of the end of a history file is whole records; a last one without its closing line is not."""
    last = data.rfind(b"\n\n") + 2 if b"\n\n" in data else 0
    rest = data[last:]
    if not rest.strip():
        return len(data)
    table = re.match(rb"\[\[(\w+)\]\]\n", rest)
    closing = CLOSING.get(table[1].decode(), "") if table else ""
    # An editor may have taken the blank line away, or somebody wrote a comment there: that is whole all the same.
    done = (
        re.search(rf"(?m)^{closing} = .*\n".encode(), rest)
        if closing
        else rest.startswith(b"#") and rest.endswith(b"\n")
    )
    return len(data) if done else last
