"""How the command line prints: plain tables and JSON on stdout, words on stderr."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from tui_batch.model import Submission
from tui_batch.shown import Snapshot
from tui_batch.states import JobState, active, failed


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns as wide as their widest cell; nothing that a terminal would obey."""
    cells = [tuple(map(str, heads)), *(tuple(plain(str(cell)) for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def plain(text: str) -> str:
    """A text without control characters: names and details may hold anything."""
    return "".join(character if character.isprintable() else "?" for character in text)


def as_json(value: Any) -> None:
    readable = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    print(json.dumps(value, indent=2, ensure_ascii=not readable))


def say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def jobs(number: int) -> str:
    return f"{number:,} job{'' if number == 1 else 's'}"


def say_problems(snapshot: Snapshot) -> None:
    """Files that could not be read, and what became of them."""
    for problem in snapshot.problems:
        say(f"tui-batch: {problem}")


def interactive() -> bool:
    """A person sits at a terminal and can be asked."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr.isatty())


def agrees(question: str) -> bool:
    """Ask; anything but y is no."""
    return answer(f"{question} [y/N] ").lower() in ("y", "yes")


def answer(question: str) -> str:
    """What a person says to a question, which is no data: it is asked on stderr."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def counts(submission: Submission) -> dict[str, int]:
    return {state.value: number for state, number in submission.counts.items() if number}


def submission_row(submission: Submission) -> tuple[object, ...]:
    run = f" #{submission.run}" if submission.run > 1 else ""
    return (
        submission.id, submission.batch + run, submission.target, submission.state,
        f"{submission.jobs - active(submission.counts)}/{submission.jobs}", submission.counts.get(JobState.RUNNING, 0),
        failed(submission.counts),
    )  # fmt: skip


# When it was submitted is how the id begins; with that the table fits into 80 columns.
SUBMISSION_HEADS = ("ID", "BATCH", "ON", "STATE", "DONE/ALL", "R", "TROUBLE")
