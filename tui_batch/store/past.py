"""The history as it is read: ten thousand submissions in the time of a blink.

Files that are as our writer wrote them are matched by one pattern a table, eighteen times as fast as `tomllib`; a file
that somebody edited out of that form is read by `tomllib`. An index beside them (a cache: it may be deleted at any
time) halves the time again and spares opening every month on a network file system.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tui_batch.model import Submission
from tui_batch.states import Counts, JobState
from tui_batch.store import index
from tui_batch.store.history import SUBMISSION, whole

_TEXT = r'"([^"\\\n]*)"'
_NUMBER = r"(\d+)"
_LINES = "".join(rf"{key} = {_NUMBER if key in ('run', 'jobs') else _TEXT}\n" for key in SUBMISSION)
_SUBMISSION = re.compile(rf"\[\[submission\]\]\n{_LINES}\n")
_OUTCOME = re.compile(rf"\[\[outcome\]\]\nid = {_TEXT}\n((?:[a-z_]+ = \d+\n)*)ended = {_TEXT}\n\n")
_REOPENED = re.compile(rf"\[\[reopened\]\]\nid = {_TEXT}\nended = {_TEXT}\n\n")
_NOTE = re.compile(rf'\[\[note\]\]\nid = {_TEXT}\ntext = ("(?:[^"\\\n]|\\.)*")\nwritten = {_TEXT}\n\n')
_STATES = {state.value: state for state in JobState}

R = TypeVar("R", bound=tuple[str, ...])
Stat = tuple[int, int, int]  # inode, size, modified


@dataclass(frozen=True, slots=True)
class Records:
    """What a piece of the history says, in the order of the file."""

    submissions: list[Submission]
    outcomes: list[tuple[str, str, str]]  # id, its counts as they stand there, when it ended
    reopened: list[tuple[str, str]]
    notes: list[tuple[str, str]]


def parse(text: str) -> Records:
    """The records of a text; a ValueError if it is not TOML at all."""
    rows = _SUBMISSION.findall(text)
    outcomes, reopened, notes = _OUTCOME.findall(text), _REOPENED.findall(text), _NOTE.findall(text)
    lines = (len(SUBMISSION) + 2) * len(rows) + 4 * len(reopened) + 5 * len(notes)
    lines += sum(4 + counts.count("\n") for _, counts, _ in outcomes)
    records = len(rows) + len(outcomes) + len(reopened) + len(notes)
    # Does something stand there that no pattern matched? Then somebody edited the file.
    if lines != text.count("\n") or records != text.startswith("[[") + text.count("\n[["):
        return _parse_edited(text)
    submissions = [
        Submission(name, batch, digest, template, target, kind, int(run), int(jobs), created)
        for name, batch, digest, template, target, kind, run, jobs, created in rows
    ]
    try:
        return Records(submissions, outcomes, reopened, [(name, json.loads(note)) for name, note, _ in notes])
    except ValueError:  # TOML knows escapes that JSON does not
        return _parse_edited(text)


def _parse_edited(text: str) -> Records:
    tables = tomllib.loads(text)

    def rows(name: str) -> list[dict[str, Any]]:
        found = tables.get(name, [])
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise ValueError(f"{name} is not a list of tables")
        return found

    try:
        return Records(
            [Submission(*(_checked(row, key) for key in SUBMISSION)) for row in rows("submission")],
            [(_checked(row, "id"), _counts_text(row), _checked(row, "ended")) for row in rows("outcome")],
            [(_checked(row, "id"), _checked(row, "ended")) for row in rows("reopened")],
            [(_checked(row, "id"), _checked(row, "text")) for row in rows("note")],
        )
    except KeyError as missing:
        raise ValueError(f"a record without {missing}") from missing


def _checked(row: Mapping[str, Any], key: str) -> Any:
    """A value of the type that our writer gives it."""
    if type(row[key]) is not (int if key in ("run", "jobs") else str):
        raise ValueError(f"{key} = {row[key]!r}")
    return row[key]


def _counts_text(row: Mapping[str, Any]) -> str:
    return "".join(
        f"{key} = {value}\n"
        for key, value in row.items()
        if isinstance(value, int) and (key in _STATES or key == "fetched")
    )


def _counts(text: str) -> tuple[Counts, int]:
    """The counts by state and the number of jobs fetched, from the lines of an outcome."""
    numbers = {key: int(number) for key, _, number in (line.partition(" = ") for line in text.splitlines())}
    return {_STATES[key]: number for key, number in numbers.items() if key in _STATES}, numbers.get("fetched", 0)


def salvage(data: bytes) -> tuple[Records, str]:
    """The records of a damaged file that are whole, and where it is broken."""
    found, broken, line = Records([], [], [], []), [], 1
    for piece in re.split(rb"(?m)^(?=\[\[)", data):
        try:
            records = parse(piece.decode())
        except ValueError:
            broken.append(
                f"line {line}" + (f" to {line + lines - 1}" if (lines := len(piece.splitlines())) > 1 else "")
            )
        else:
            found = Records(*(old + new for old, new in zip(_lists(found), _lists(records), strict=True)))
        line += piece.count(b"\n")
    return found, ", ".join(broken)


def _lists(records: Records) -> tuple[Any, Any, Any, Any]:
    return records.submissions, records.outcomes, records.reopened, records.notes


@dataclass(slots=True)
class Past:
    """All submissions that the history knows; `refresh` reads only what was added since."""

    folder: Path
    submissions: dict[str, Submission] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    _read: dict[str, Stat] = field(default_factory=dict)  # file → how far it was read, and as it was then
    _seen: dict[str, Stat] = field(default_factory=dict)  # file → as it was the last time, read or not
    _early: Records = field(default_factory=lambda: Records([], [], [], []))
    _outcomes: dict[str, tuple[Counts, int]] = field(default_factory=dict)  # the same few texts come again and again
    _runs: dict[str, int] | None = None  # batch → its newest run, once somebody asked

    def refresh(self) -> bool:
        """Read what is new; whether anything was."""
        files = self._files()
        fresh = not self._seen and bool(files)
        if fresh:
            self._read, self.submissions = index.load(self.folder, files)
            self._runs = None
        changed = [name for name, stat in files.items() if stat not in (self._read.get(name), self._seen.get(name))]
        self._seen = files
        grew = all(index.grew(stat, files.get(name)) for name, stat in self._read.items())
        if grew and all(self._add(name, files[name]) for name in changed):
            return fresh or bool(changed)
        # Somebody edited a file or took one away: all is read anew.
        self._read, self.submissions, self._early, self._runs = {}, {}, Records([], [], [], []), None
        self.problems.clear()
        for name, stat in files.items():
            self._add(name, stat)
        return True

    def next_run(self, batch: str) -> int:
        """The number of a batch's next submission; as quick with many of them as with few."""
        if self._runs is None:
            self._runs = {}
            self._count_runs(self.submissions.values())
        return self._runs.get(batch, 0) + 1

    def _count_runs(self, submissions: Iterable[Submission]) -> None:
        if self._runs is not None:
            for submission in submissions:
                self._runs[submission.batch] = max(submission.run, self._runs.get(submission.batch, 0))

    def save_index(self) -> None:
        """Leave an index for those who read next; the courier's to do, since a reader writes nothing."""
        index.save(self.folder, self._read, self.submissions.values())

    def _files(self) -> dict[str, Stat]:
        try:
            with os.scandir(self.folder) as entries:
                stats = {entry.name: entry.stat() for entry in entries if entry.name.endswith(".toml")}
        except FileNotFoundError:
            return {}
        except OSError:  # it cannot be asked now
            return self._seen
        return {name: (stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in sorted(stats.items())}

    def _add(self, name: str, now: Stat) -> bool:
        """Bring in the records that a file gained; False if it was edited since it was read."""
        start = self._read.get(name, (0, 0, 0))[1]
        try:
            with (self.folder / name).open("rb") as file:
                file.seek(max(0, start - 1))
                before, data = file.read(1 if start else 0), file.read(now[1] - start)
            if not _continues(before, data):
                return False
            good = whole(data)
            records = parse(data[:good].decode())
        except ValueError:
            if start:
                return False
            # Left as it is for somebody to mend: the courier may be about to add to it.
            good, (records, broken) = len(data), salvage(data)
            self._say(f"{self.folder / name}: passed over what cannot be read, {broken}; mend it with an editor.")
        except OSError as error:
            self._say(f"{self.folder / name}: cannot be read: {(error.strerror or str(error)).lower()}.")
            return True
        self._read[name] = (now[0], start + good, now[2] if good == len(data) else 0)
        self._fold(records)
        return True

    def _say(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def _fold(self, new: Records) -> None:
        """Bring records in, whatever the order of the files: an outcome may be met before its submission."""
        for submission in new.submissions:
            self.submissions.setdefault(submission.id, submission)
        self._count_runs(new.submissions)
        known, early = self.submissions, self._early
        outcomes, reopened, notes = (
            early.outcomes + new.outcomes, early.reopened + new.reopened, early.notes + new.notes,
        )  # fmt: skip
        for name, text, ended in outcomes:
            if name in known and ended >= known[name].as_of:
                counts, fetched = self._outcomes.get(text) or self._outcomes.setdefault(text, _counts(text))
                # Positional: `_replace` costs four times as much, and this runs ten thousand times at the start.
                known[name] = Submission(*known[name][:9], counts, ended, known[name].note, ended, "", fetched)
        for name, moment in reopened:
            if name in known and moment >= known[name].as_of:
                known[name] = known[name]._replace(counts={}, as_of=moment, ended="")
        for name, text in notes:
            if name in known:
                known[name] = known[name]._replace(note=text)
        self._early = Records([], _of_unknown(outcomes, known), _of_unknown(reopened, known), _of_unknown(notes, known))


def _continues(before: bytes, data: bytes) -> bool:
    """Whether records may begin after this byte: when a file was edited in place, they seldom do."""
    if before in (b"", b"\n"):
        return data[:1] in (b"[", b"#", b"\n", b"\r", b"") or not before
    return data[:2] == b"\n\n"  # the line had no end, our writer gave it one


def _of_unknown(rows: Iterable[R], known: Mapping[str, Submission]) -> list[R]:
    return [row for row in rows if row[0] not in known]
