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
from tui_batch.store.home import set_aside

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
    if lines != text.count("\n"):  # something stands there that no pattern matched: somebody edited the file
        return _parse_edited(text)
    submissions = [
        Submission(name, batch, digest, template, target, kind, int(run), int(jobs), created)
        for name, batch, digest, template, target, kind, run, jobs, created in rows
    ]
    return Records(submissions, outcomes, reopened, [(name, json.loads(note)) for name, note, _ in notes])


def _parse_edited(text: str) -> Records:
    tables = tomllib.loads(text)

    def rows(name: str) -> list[dict[str, Any]]:
        found = tables.get(name, [])
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise ValueError(f"{name} is not a list of tables")
        return found

    try:
        return Records(
            [Submission(*(row[key] for key in SUBMISSION)) for row in rows("submission")],
            [(row["id"], _counts_text(row), row["ended"]) for row in rows("outcome")],
            [(row["id"], row["ended"]) for row in rows("reopened")],
            [(row["id"], str(row["text"])) for row in rows("note")],
        )
    except KeyError as missing:
        raise ValueError(f"a record without {missing}") from missing


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


@dataclass(slots=True)
class Past:
    """All submissions that the history knows; `refresh` reads only what was added since."""

    folder: Path
    submissions: dict[str, Submission] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    _read: dict[str, Stat] = field(default_factory=dict)  # file → as it was when it was read last
    _early: Records = field(default_factory=lambda: Records([], [], [], []))
    _outcomes: dict[str, tuple[Counts, int]] = field(default_factory=dict)  # the same few texts come again and again

    def refresh(self) -> bool:
        """Read what is new; whether anything was."""
        files = self._files()
        fresh = not self._read and bool(files)
        if fresh:
            self._read, self.submissions = index.load(self.folder, files)
        changed = [name for name, stat in files.items() if self._read.get(name) != stat]
        for name in changed:
            self._fold(self._records(name, files[name]))
        return fresh or bool(changed)

    def save_index(self) -> None:
        """Leave an index for those who read next; the courier's to do, since a reader writes nothing."""
        index.save(self.folder, self._read, self.submissions.values())

    def _files(self) -> dict[str, Stat]:
        try:
            with os.scandir(self.folder) as entries:
                stats = {entry.name: entry.stat() for entry in entries if entry.name.endswith(".toml")}
        except OSError:
            return {}
        return {name: (stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in sorted(stats.items())}

    def _records(self, name: str, now: Stat) -> Records:
        """The records that a file gained; all of them when it was replaced or cut."""
        before = self._read.get(name, (0, 0, 0))
        start = before[1] if before[0] == now[0] and before[1] <= now[1] else 0
        try:
            with (self.folder / name).open("rb") as file:
                file.seek(start)
                data = file.read()
            good = whole(data)
            records = parse(data[:good].decode())
        except ValueError:
            if start:  # edited since it was read
                self._read[name] = (0, 0, 0)
                return self._records(name, now)
            self._say(set_aside(self.folder / name))
            return Records([], [], [], [])
        except OSError as error:
            self._say(f"{self.folder / name}: cannot be read: {(error.strerror or str(error)).lower()}.")
            return Records([], [], [], [])
        self._read[name] = (now[0], start + good, now[2] if good == len(data) else 0)
        return records

    def _say(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def _fold(self, new: Records) -> None:
        """Bring records in, whatever the order of the files: an outcome may be met before its submission."""
        for submission in new.submissions:
            self.submissions.setdefault(submission.id, submission)
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


def _of_unknown(rows: Iterable[R], known: Mapping[str, Submission]) -> list[R]:
    return [row for row in rows if row[0] not in known]
