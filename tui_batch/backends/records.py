"""What `job.sh` leaves of a job: that it started, and how it ended. A record without its last line is no record."""

import re
from collections.abc import Mapping

from tui_batch.states import JobState

Record = Mapping[str, str]

_HELD = re.compile(r"it held (\d+) MB")  # it is kept nowhere else, and must be known after a restart
SIGNALS = {1: "HUP", 2: "INT", 6: "ABRT", 9: "KILL", 11: "SEGV", 15: "TERM", 24: "XCPU", 25: "XFSZ"}


def parse(text: str) -> Record:
    """The record's `key value` lines; empty unless it is whole."""
    lines = text.split("\n")
    if lines[-2:] != ["ok", ""]:
        return {}
    return dict(line.partition(" ")[::2] for line in lines[:-2])


def held_mb(detail: str) -> float | None:
    """The memory that a job held by what was said when it was ended for that."""
    found = _HELD.match(detail)
    return float(found[1]) if found else None


def outcome(code: int, cause: str) -> tuple[JobState, str]:
    """The state and the detail of a job that ended with `code`; `cause` is why we ended it, if we did.

    A job that succeeds although it was cancelled keeps its success; one whose time was up is not saved by a clean exit.
    """
    word, _, detail = cause.partition(" ")
    if cause and (code != 0 or word == JobState.TIMED_OUT):
        return JobState(word), detail
    if code == 0:
        return JobState.SUCCEEDED, ""
    if code > 128 and code - 128 in SIGNALS:
        perhaps = ", perhaps by the kernel for want of memory" if code == 137 else ""
        return JobState.FAILED, f"killed by signal {SIGNALS[code - 128]}{perhaps}"
    hint = {126: " (the command cannot be run)", 127: " (a command was not found)"}.get(code, "")
    return JobState.FAILED, f"exit {code}{hint}"


def limit(minutes: float) -> str:
    """Why a job whose time was up was ended."""
    return f"its limit is {minutes:g} minute{'s' * (minutes != 1)}"
