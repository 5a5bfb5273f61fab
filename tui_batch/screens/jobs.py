"""The jobs of one submission."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_batch.model import JobList, JobRow, Snapshot, Submission
from tui_batch.screens.rows import job_columns, title
from tui_batch.screens.verbs import Verbs
from tui_batch.screens.view import freshness
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.progress import words


class Jobs(Verbs):
    """One table: state, what varies, the target's id, how long, how it ended."""

    HINTS = ("list.open", "job.log", "job.details", "submission.cancel", "submission.retry", "list.filter")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log", "log", id="job.log"),
        Binding("d", "details", "details", id="job.details"),
    ]

    def __init__(self, submission: Submission, jobs: JobList | None = None) -> None:
        super().__init__()
        self._submission = submission
        self._list = jobs  # what is known already is in the first picture

    def body(self) -> Iterable[Widget]:
        """The table."""
        table = LiveTable(job_columns(self._list or JobList((), ()), self.now), _key, id="jobs")
        if self._list:
            table.show(self._list.rows)
        yield table

    @property
    def about(self) -> str:
        """Its submission."""
        return self._submission.id

    @property
    def jobs(self) -> LiveTable[JobRow]:
        """The table."""
        return self.query_one("#jobs", LiveTable)

    def look(self, snapshot: Snapshot) -> None:
        """The submission moved on, perhaps; then its jobs did."""
        known = (submission for submission in snapshot.submissions if submission.id == self._submission.id)
        self._submission = next(known, self._submission)
        self._head()
        self.go_instead("fill", self._fill)

    def tick(self) -> None:
        """Ages."""
        super().tick()
        self._head()

    def _head(self) -> None:
        submission = self._submission
        right = freshness([] if submission.ended else [submission], self.front.unwatched, self.now())
        if submission.health:
            right = (f"{submission.target}: {submission.health}", "attention")
        self.status.show(f"{title(submission)} on {submission.target}", ((words(submission.counts), ""),), right)

    async def _fill(self) -> None:
        found = await self.ask(self.desk.jobs, self._submission.id)
        if found is not self._list:
            self._list = found
            self.jobs.set_columns(job_columns(found, self.now))
            self.jobs.show(found.rows, ("No job of it is known yet.", "They are listed here as the target takes them."))

    # -- keys ------------------------------------------------------------------------------------------------------
    def chosen(self) -> Submission | None:
        """The one that the screen is about."""
        return self._submission

    def chosen_jobs(self) -> Sequence[int]:
        """The job under the cursor, while something may still happen to it."""
        row = self.jobs.current
        return [row.index] if row and not row.status.state.ended else []

    @on(LiveTable.OpenRequested)
    def action_details(self) -> None:
        """All there is to know of the job."""
        from tui_batch.screens.job import JobView

        if row := self.jobs.current:
            self.app.push_screen(JobView(self._submission, row))

    def action_log(self) -> None:
        """The job's log."""
        from tui_batch.screens.log import Log

        if row := self.jobs.current:
            self.app.push_screen(Log(self._submission, row))


def _key(row: JobRow) -> str:
    return str(row.index)
