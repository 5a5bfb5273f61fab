"""What one sends along when one asks for help with jobs: gathered from the store alone, written into one file."""

import os
import platform
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tui_batch import __version__
from tui_batch.bundle import MOST_LINES, Bundle, Case, End, composed, in_need
from tui_batch.errors import RequestError, TuiBatchError
from tui_batch.model import Contact, Submission
from tui_batch.shown import JobRow
from tui_batch.store import export, ledger
from tui_batch.store.home import Home
from tui_batch.times import stamp

if TYPE_CHECKING:
    from tui_batch.desk.asking import Desk

NAMES = {"out": "stdout", "err": "stderr", "events": "What the platform said (events)"}
_STAMPED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")  # how an entry of courier.log begins

T = TypeVar("T")


def write(desk: "Desk", submission: Submission, indices: Sequence[int], file: str) -> Path:
    """Write the file; its path. Nothing is asked of a target."""
    path = export.free_place(file or f"tui-batch-{submission.id}.txt", named=bool(file))
    listed = desk.jobs(submission.id)
    rows = [listed.rows[index] for index in indices] or in_need(listed.rows)
    if not rows:
        raise RequestError(f"All jobs of {submission.batch} succeeded: name the one that help is needed with.")
    snapshot = desk.snapshot()
    export.write_new(
        path,
        composed(
            Bundle(
                stamp(desk.now()),
                submission,
                _cases(desk, submission, rows),
                listed.varying,
                _unless_gone(partial(desk.batch, submission.batch), None),
                desk.config.targets.get(submission.target),
                snapshot.contacts.get(submission.target, Contact()),
                _said_by_courier(desk.home / "courier.log", submission),
                _versions(),
                os.environ,
            )
        ),
    )
    return path


def _cases(desk: "Desk", submission: Submission, rows: Sequence[JobRow]) -> list[Case]:
    learnt = ledger.learnt(Home(desk.home).submission(submission.id) / "ledger.tsv", {row.index for row in rows})
    needs = desk.needs(submission, rows)
    return [
        replace(_case(desk, submission, row), needs=need, learnt=learnt[row.index])
        for row, need in zip(rows, needs, strict=True)
    ]


def _case(desk: "Desk", submission: Submission, row: JobRow) -> Case:
    """What it was to be, and what it wrote."""
    target = desk.config.targets.get(submission.target)
    files: Mapping[str, str] = _unless_gone(partial(desk.job_files, submission.batch, row.name), {})
    script = _unless_gone(partial(desk.sent, submission, target, row), "") if files and target else ""
    names = {**NAMES, "out": "stdout and stderr"} if desk.logs(submission).merged else NAMES
    logs = {name: desk.log(submission.id, row.index, stream) for stream, name in names.items()}
    ends = {name: End(*export.end(path, MOST_LINES)) for name, path in logs.items() if path.exists()}
    return Case(row, files=files, script=script, logs=ends)


def _unless_gone(look: Callable[[], T], otherwise: T) -> T:
    """What is found; a batch or a template that is gone keeps nothing else from being told."""
    try:
        return look()
    except TuiBatchError:
        return otherwise


def _said_by_courier(path: Path, submission: Submission) -> End:
    """The last entries that are about the submission or its target, and those about trouble of the program itself."""
    lines, before = export.end(path, 10 * MOST_LINES)
    wanted = re.compile(rf"(?<![\w-])(?:{re.escape(submission.target)}|{re.escape(submission.id)})(?![\w-])|Traceback")
    found = [line for entry in _entries(lines) if any(map(wanted.search, entry)) for line in entry]
    return End(found[-MOST_LINES:], max(0, len(found) - MOST_LINES) + (before if found else 0))


def _entries(lines: Iterable[str]) -> Iterable[list[str]]:
    entry: list[str] = []
    for line in lines:
        if _STAMPED.match(line) and entry:
            yield entry
            entry = []
        entry.append(line)
    yield entry


def _versions() -> dict[str, str]:
    try:
        textual = version("textual")
    except PackageNotFoundError:
        textual = "unknown"
    return {"tui-batch": __version__, "Python": platform.python_version(), "textual": textual,
            "system": platform.platform()}  # fmt: skip
