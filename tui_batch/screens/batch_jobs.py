"""The jobs of a batch that lies in the store."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_batch.screens.drafts import draft_columns
from tui_batch.screens.page import Page, contents
from tui_batch.screens.submitting import Submitting
from tui_batch.shown import JobList, JobRow
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.progress import counted


class BatchJobs(Submitting):
    """One table, and the files that were rendered for each."""

    HINTS = ("list.open", "batch.submit", "list.filter", "list.sort", "view.back")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("S", "submit", "submit", id="batch.submit")]

    def __init__(self, batch: str, jobs: int) -> None:
        super().__init__()
        self._batch, self._jobs = batch, jobs

    def body(self) -> Iterable[Widget]:
        """The table."""
        yield LiveTable(draft_columns(JobList((), ())), lambda r: str(r.index), id="jobs")

    def on_mount(self) -> None:
        """A batch never changes."""
        self.status.show(f"batch {self._batch}", ((counted(self._jobs), ""),))
        self.go(self._fill)

    @property
    def about(self) -> str:
        """Its batch."""
        return self._batch

    async def _fill(self) -> None:
        jobs = await self.ask(self.desk.batch_jobs, self._batch)
        table = self.query_one(LiveTable)
        table.set_columns(draft_columns(jobs, named=True))
        table.show(jobs.rows, ("This batch has no job.",))

    @on(LiveTable.OpenRequested)
    def _open(self, message: LiveTable.OpenRequested) -> None:
        self.go(self._files, message.row)

    async def _files(self, row: JobRow) -> None:
        batch, target = await self.ask(self.desk.batch, self._batch), await self.ask(self.desk.default_target)
        files = await self.ask(self.desk.job_files, self._batch, row.name)
        script = await self.ask(self.desk.script, batch, target, row.name, files)
        lines = [*contents({f"What {target.name} gets": script}), (), *contents(files)]
        self.app.push_screen(Page(row.name, lines))

    def action_submit(self) -> None:
        """Ask where to, then order it."""
        self.go(self.submit, self._batch)
