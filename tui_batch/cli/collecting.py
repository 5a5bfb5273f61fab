"""Fetching: what jobs left in their folders, and the files that a batch names outside of them, listed first."""

import shutil
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from tui_batch.cli.answering import told
from tui_batch.cli.output import as_json, plain, say
from tui_batch.desk import Desk
from tui_batch.model import Submission
from tui_batch.numbers import megabytes, megabytes_of
from tui_batch.paths import COLLECTED, below
from tui_batch.shown import Collection

LOOK = 0.1  # seconds between two looks at the store


def fetch(desk: Desk, arguments: Namespace) -> int:
    submission = desk.submission(arguments.id)
    patterns = desk.named_elsewhere(submission.id)
    if not arguments.list:
        desk.fetch(submission.id)
    found, code = _collected(desk, submission, patterns, arguments) if patterns else (Collection(), 0)
    if arguments.json:
        as_json(_fields(desk, submission, found))
    elif arguments.list:
        _print(found) if patterns else say(f"{submission.batch} names no files outside of its jobs' folders.")
    else:
        print(folder := desk.results(submission.id))
        if stays := desk.stays(submission.id):
            say(plain(stays))
            return 1
        if not folder.exists():
            say(f"Nothing of it is here yet: `tui-batch show {submission.id}` tells how far it is.")
    return code


def _collected(
    desk: Desk, submission: Submission, patterns: Sequence[str], arguments: Namespace
) -> tuple[Collection, int]:
    """The files as they are in the end, and the exit code: 1 where some did not come, 3 where time was up."""
    end = time.monotonic() + arguments.timeout if arguments.timeout is not None else float("inf")
    name, before = submission.id, desk.collection(submission.id).as_of
    if not _carried_out(desk, submission, desk.survey(name), end):
        return desk.collection(name), 3
    found = desk.collection(name)
    if found.as_of == before:
        say(plain(found.trouble or f"{submission.target} did not say which files there are."))
        return found, 1
    if found.more:
        say("There are more files than are listed: narrower patterns would name them too.")
    if not found.files:
        say(plain(f"Nothing was found on {submission.target}: {', '.join(patterns)}"))
    if arguments.list or not found.files:
        return found, 0
    if not arguments.json:
        _print(found, sys.stderr)
    if not _carried_out(desk, submission, desk.collect(name, found.as_of), end):
        return desk.collection(name), 3
    found = desk.collection(name)
    if found.failed or found.trouble:
        say(plain(found.trouble or f"{len(found.failed)} did not come: {next(iter(found.failed.values()))}"))
    return found, 1 if found.failed or found.trouble else 0


def _carried_out(desk: Desk, submission: Submission, order: str, end: float) -> bool:
    """Wait until an order was carried out, and say how far it is; False when time is up, and then it goes on."""
    said: set[str] = set()
    while True:
        desk.tend()
        snapshot = desk.snapshot()
        _tell(desk.collection(submission.id), order)
        if order not in {one.id for one in snapshot.orders}:
            _tell(desk.collection(submission.id), order, last=True)
            return True
        contact = snapshot.contacts.get(submission.target)
        troubles = {contact.trouble} if contact and contact.trouble else set()
        for trouble in (troubles | {told(one) for one in snapshot.questions if one.target == submission.target}) - said:
            said.add(trouble)
            say(plain(trouble))
        if time.monotonic() >= end:
            say("It is not done yet, and goes on.")
            return False
        time.sleep(LOOK)


def _tell(found: Collection, order: str, last: bool = False) -> None:
    """On a terminal, one line that says how far it is."""
    if found.asked == order and sys.stderr.isatty():
        here = found.wanted & found.here
        sizes = megabytes_of(found.size(here) + found.coming, found.size(found.wanted))
        line = f"{len(here):,} of {len(found.wanted):,} files, {sizes}"
        sys.stderr.write(f"\r{line[: shutil.get_terminal_size().columns - 1]}\x1b[K{chr(10) * last}")
        sys.stderr.flush()


def _print(found: Collection, to: Any = None) -> None:
    number = len(found.files)
    print(f"Found {number:,} result file{'s' * (number != 1)}:", file=to)
    for one in found.files:
        print(f"  {plain(below(found.folder, one.path))}: {megabytes(one.size)}", file=to)


def _fields(desk: Desk, submission: Submission, found: Collection) -> dict[str, Any]:
    into = desk.results(submission.id)
    return {
        "id": submission.id, "results": str(into), "collected": str(into / COLLECTED), "listed": found.as_of,
        "more": found.more, "trouble": found.trouble,
        "files": [
            {
                "path": _text(one.path), "name": _text(below(found.folder, one.path)), "size": one.size,
                "moment": one.moment, "here": at in found.here, "failed": found.failed.get(at, ""),
            }
            for at, one in enumerate(found.files)
        ],
    }  # fmt: skip


def _text(path: str) -> str:
    """A path that may be no text, as far as it is."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
