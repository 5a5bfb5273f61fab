"""What there is to know of one job, as lines of a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tui_batch.model import Resources, Submission
from tui_batch.screens.failure import UNSUCCESSFUL, account, memory
from tui_batch.screens.rows import elapsed
from tui_batch.screens.view import ago
from tui_batch.shown import JobRow
from tui_batch.times import seconds
from tui_batch.widgets.lines import Line
from tui_batch.widgets.progress import TONES
from tui_batch.widgets.text_view import heading, pair, pairs


@dataclass(frozen=True, slots=True)
class JobPage:
    """A job of a submission; `varying` names its values, and `again` the key that runs it again."""

    submission: Submission
    row: JobRow
    varying: Sequence[str]
    trouble: str = ""  # of its target, now
    needs: Resources = field(default_factory=Resources)
    again: str = ""
    logs: str = ""  # what of its logs is gone, or may be soon

    def failure(self) -> list[Line]:
        """What went wrong, if anything did."""
        return account(self.row, self.needs, self.again)

    def summary(self, now: float) -> list[Line]:
        """What became of it, and how that is known."""
        status = self.row.status
        word = str(status.state).replace("_", " ")
        failed = status.state in UNSUCCESSFUL  # then its account stands above
        shown = {
            "id": status.id,
            "attempt": str(status.attempt) if status.attempt > 1 else "",
            "exit code": "" if failed or status.exit_code is None else str(status.exit_code),
            "memory": "" if failed else memory(status, self.needs),
            "started": moment(status.started),
            "ended": moment(status.ended),
            "ran for": "" if failed else took(self.row) or elapsed(self.row, now),
            "evidence": status.evidence,
            "seen": ago(status.as_of, now),
        }
        return [
            heading("Job"),
            pair("name", self.row.name),
            pair("state", f"{status.state.code}  {word}", TONES[status.state]),
            pair("target", f"{self.submission.target} ({self.submission.kind})"),
            *(pair(label, value) for label, value in shown.items() if value),
            *([pair("the target says", status.detail)] if status.detail and not failed else []),
            *([pair("trouble", self.trouble, "attention")] if self.trouble else []),
            *([pair("logs", self.logs, "attention")] if self.logs else []),
        ]

    def variables(self) -> list[Line]:
        """The values of what varies."""
        return section("Variables", dict(zip(self.varying, self.row.values, strict=False)))


def section(name: str, values: Mapping[str, str]) -> list[Line]:
    """A part of the page; nothing where there is nothing."""
    return [(), heading(name), *pairs(values)] if values else []


def text(name: str, lines: Sequence[str], empty: str = "") -> list[Line]:
    """A part that is text of another program."""
    if not lines and not empty:
        return []
    body: list[Line] = [((f"  {line.expandtabs()}", ""),) for line in lines]
    return [(), heading(name), *(body or [((f"  {empty}", "quiet"),)])]


def paths(known: Mapping[str, Path]) -> list[Line]:
    """Where its files are."""
    return section("Paths", {name: str(path) for name, path in known.items()})


def moment(stamp: str) -> str:
    """`2026-11-20 07:15:11 UTC` for a moment."""
    return f"{stamp[:10]} {stamp[11:19]} UTC" if stamp else ""


def took(row: JobRow) -> str:
    """How long a short job took, to the tenth of a second; nothing for longer ones."""
    status = row.status
    if not (status.started and status.ended):
        return ""
    past = seconds(status.ended) - seconds(status.started)
    return f"{past:.1f}s" if 0 <= past < 10 else ""
