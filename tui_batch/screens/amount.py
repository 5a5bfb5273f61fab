"""How much of what they ran out of jobs get when they run again: twice what they had, or what a person types."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from tui_batch.desk import Desk
from tui_batch.model import Resources
from tui_batch.numbers import Real
from tui_batch.screens.again import Choice
from tui_batch.shown import JobRow
from tui_batch.widgets.progress import counted

UNITS = {"time": "min", "memory": "MB"}
TWICE = "x2"  # of what each of them had


@dataclass(frozen=True, slots=True)
class Amount:
    """The question, what stands there at first, and the least and the most that one of them had; 0 if not known."""

    label: str
    filled: str
    least: float
    most: float

    def wrong(self, text: str) -> str:
        """Why this is no answer; "" if it is one."""
        word = text.strip()
        try:
            number = float(word.removeprefix("x"))
        except ValueError:
            return "type a number, or x2 for twice as much" if self.least else "type a number"
        if word.startswith("x") and not self.least:
            return "nobody knows of how much: type a number"
        had = 1.0 if word.startswith("x") else self.most
        if not 0 < number < float("inf"):
            return "more than nothing"
        return "" if number >= had else f"it is no more than {Real(had)}, which they had"


def amount(what: str, rows: Sequence[JobRow], needs: Sequence[Resources]) -> Amount:
    """The question for these jobs, and what their attempt so far was given."""
    had = [(need.minutes if what == "time" else need.memory_mb) or 0.0 for need in needs]
    least, most = (min(had), max(had)) if all(had) else (0.0, 0.0)
    peak = max((row.status.peak_mb or 0.0 for row in rows), default=0.0) if what == "memory" else 0.0
    jobs = f"job {rows[0].index}" if len(rows) == 1 else counted(len(rows))
    if least != most:
        before, filled = f"they had {Real(least)} to {Real(most)}", TWICE
    elif most:
        before, filled = f"had {Real(most)}", str(Real(2 * most))
    elif peak:
        before, filled = f"held {peak:.0f}", f"{2 * peak:.0f}"
    else:
        before, filled = "had no limit of ours", ""
    return Amount(f"{what} for {jobs} ({UNITS[what]}; {before}):", filled, least, most)


def asked(desk: Desk, choice: Choice) -> Amount:
    """The question for the jobs of a choice."""
    found: list[tuple[list[JobRow], list[Resources]]] = []
    for one in choice.picked:
        listed = desk.jobs(one.submission.id)
        rows = [listed.rows[index] for index in choice.jobs(listed, one) or ()]
        found.append((rows, desk.needs(one.submission, rows)))
    rows, needs = (list(chain.from_iterable(part)) for part in zip(*found, strict=True))
    return amount(choice.more, rows, needs)
