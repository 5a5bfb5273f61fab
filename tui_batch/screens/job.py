"""One job: what it is, what became of it, what was sent, and where its files are."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_batch.model import JobRow, Snapshot, Submission
from tui_batch.screens.page import contents
from tui_batch.screens.rows import elapsed, title
from tui_batch.screens.view import View, age
from tui_batch.times import seconds
from tui_batch.widgets.lines import Line
from tui_batch.widgets.progress import TONES
from tui_batch.widgets.text_view import TextView, heading, pair

if TYPE_CHECKING:
    from tui_batch.screens.copying import Copy


class JobView(View):
    """A page of text: summary, variables, the target's words, paths, rendered files."""

    HINTS = ("job.log", "view.back")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("l", "log", "log", id="job.log")]

    def __init__(self, submission: Submission, row: JobRow) -> None:
        super().__init__()
        self._submission, self._row = submission, row
        self._varying: tuple[str, ...] = ()
        self._paths: dict[str, Path] = {}
        self._files: Mapping[str, str] | None = None

    def body(self) -> Iterable[Widget]:
        """The page."""
        yield TextView(id="page")

    def look(self, snapshot: Snapshot) -> None:
        """The job may have moved on."""
        self.go_instead("fill", self._fill)

    def tick(self) -> None:
        """Ages."""
        self._show()

    async def _fill(self) -> None:
        submission, index = self._submission, self._row.index
        jobs = await self.ask(self.desk.jobs, submission.id)
        self._varying = jobs.varying
        self._row = next((row for row in jobs.rows if row.index == index), self._row)
        self._paths = {
            "stdout": await self.ask(self.desk.log, submission.id, index, "out"),
            "stderr": await self.ask(self.desk.log, submission.id, index, "err"),
            "results": await self.ask(self.desk.results, submission.id) / self._row.name,
        }
        self._show()
        if self._files is None:
            self._files = await self.ask(self.desk.job_files, submission.batch, self._row.name)
            self._show()

    def _show(self) -> None:
        row, submission = self._row, self._submission
        self.status.show(f"{title(submission)} job {row.index}", ((row.name, ""),))
        self.query_one(TextView).show(
            [
                *self._summary(),
                *_section("Variables", dict(zip(self._varying, row.values, strict=False))),
                *_section("Paths", {name: str(path) for name, path in self._paths.items()}),
                *([(), *contents(self._files)] if self._files else []),
            ]
        )

    def _summary(self) -> list[Line]:
        status, now = self._row.status, self.now()
        word = str(status.state).replace("_", " ")
        shown = {
            "id": status.id,
            "attempt": str(status.attempt) if status.attempt > 1 else "",
            "exit code": "" if status.exit_code is None else str(status.exit_code),
            "started": moment(status.started),
            "ended": moment(status.ended),
            "ran for": took(self._row) or elapsed(self._row, now),
            "evidence": status.evidence,
            "seen": f"{past} ago" if (past := age(status.as_of, now)) not in ("", "now") else past,
        }
        return [
            heading("Job"),
            pair("state", f"{status.state.code}  {word}", TONES[status.state]),
            pair("target", f"{self._submission.target} ({self._submission.kind})"),
            *(pair(label, value) for label, value in shown.items() if value),
            *([pair("the target says", status.detail)] if status.detail else []),
        ]

    def chosen(self) -> Submission | None:
        """The one that the job is of."""
        return self._submission

    def copies(self) -> "Sequence[Copy]":
        """Of this job."""
        from tui_batch.screens.copying import of_jobs

        return of_jobs(self.desk, [(self._submission, self._row)])

    def action_log(self) -> None:
        """Its log."""
        from tui_batch.screens.log import Log

        self.app.push_screen(Log(self._submission, self._row))


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


def _section(name: str, values: Mapping[str, str]) -> list[Line]:
    return [(), heading(name), *(pair(label, value) for label, value in values.items())] if values else []
