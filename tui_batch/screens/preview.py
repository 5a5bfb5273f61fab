"""The jobs of a batch before they are sent: of a sweep not yet generated, or of a batch that lies in the store."""

from asyncio import to_thread
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_batch.errors import StoreError, TemplateError
from tui_batch.model import Batch, JobList, JobRow, Status, Value
from tui_batch.screens.page import Page, contents
from tui_batch.screens.rows import SAMPLED, value_columns
from tui_batch.screens.submitting import Submitting
from tui_batch.states import JobState
from tui_batch.widgets.columns import Column
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.progress import counted
from tui_batch.widgets.text_view import heading, pair

if TYPE_CHECKING:
    from tui_batch.sweep import Sweep


class Drafts(Sequence[JobRow]):
    """The jobs of a sweep as rows that are made when one looks at them: a hundred thousand cost nothing."""

    def __init__(self, sweep: "Sweep") -> None:
        self._sweep = sweep

    def __len__(self) -> int:
        return self._sweep.count

    def __getitem__(self, index: Any) -> Any:
        return self._row(index, self._sweep.at(index))

    def __iter__(self) -> Iterator[JobRow]:
        # One walk through the sweep: with a condition every single `at` is such a walk.
        return (self._row(index, values) for index, values in enumerate(self._sweep.values()))

    def _row(self, index: int, values: Mapping[str, Value]) -> JobRow:
        return JobRow(index, "", tuple(str(values[key]) for key in self._sweep.varying), Status(JobState.DRAFT))


class Preview(Submitting):
    """All jobs of a sweep: `A` generates and submits them, `D` only generates."""

    HINTS = ("list.open", "preview.all", "preview.write", "preview.edit", "list.filter", "list.sort")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("A", "all", "submit all", id="preview.all"),
        Binding("D", "write", "only write", id="preview.write"),
        Binding("e", "back", "edit", id="preview.edit"),
    ]

    def __init__(self, template: str, sweep: "Sweep", name: str) -> None:
        super().__init__()
        self._template, self._sweep, self._called = template, sweep, name
        self._made: int | None = None  # how many are written while that goes on
        self._batch: Batch | None = None  # a target may refuse it: then it need not be written again for another

    def body(self) -> Iterable[Widget]:
        """The table."""
        yield LiveTable(draft_columns(JobList(self._sweep.varying, ())), lambda r: str(r.index), id="jobs")

    def on_mount(self) -> None:
        """Nothing here changes."""
        self._head()
        self.go(self._fill)

    @property
    def about(self) -> str:
        """The batch that this becomes."""
        return self._called or self._template

    async def _fill(self) -> None:
        drafts: Sequence[JobRow] = Drafts(self._sweep)
        if self._sweep.where:
            drafts = await to_thread(list, drafts)
        first = await to_thread(list, islice(drafts, SAMPLED))
        table = self.query_one(LiveTable)
        table.set_columns(draft_columns(JobList(self._sweep.varying, first)))
        table.show(drafts)

    def tick(self) -> None:
        """How far the generation is."""
        self._head()

    def _head(self) -> None:
        count = self._sweep.count
        made = ("nothing is written yet", "") if self._batch is None else (f"written as {self._batch.name}", "")
        if self._made is not None:
            made = (f"{self._made:,} written", "running")
        self.status.show(f"new batch: {self._called or self._template}", ((counted(count), "key"), made))

    @on(LiveTable.OpenRequested)
    def _open(self, message: LiveTable.OpenRequested) -> None:
        self.go_instead("open", self._show_job, message.row.index)

    async def _show_job(self, index: int) -> None:
        # Not the clerk: with a condition, finding one job is a walk through the sweep.
        values = await to_thread(self._sweep.at, index)
        lines = [heading("Values"), *(pair(key, str(value)) for key, value in values.items()), ()]
        name = ""
        try:
            name, files = await to_thread(self.desk.rendered, self._sweep, index)
            lines += contents(files)
        except (TemplateError, StoreError) as error:
            lines += [((f"  {line}", "trouble"),) for line in str(error).splitlines()]
        self.app.push_screen(Page(f"job {index}", lines, name))

    def action_all(self) -> None:
        """Where to, then generate, then order."""
        if self._made is None:
            self.go(self._all)

    async def _all(self) -> None:
        from tui_batch.screens.pick import PickTarget

        batch = draft(self._sweep, self._called or self._template)
        if (target := await self.app.push_screen_wait(PickTarget(batch))) is not None:
            await self.order((await self._generate()).name, target)

    def action_write(self) -> None:
        """Generate and stay here."""
        if self._made is None:
            self.go(self._write)

    async def _write(self) -> None:
        batch = await self._generate()
        self.front.action_batches()
        self.front.say(f"{batch.name} is written: {counted(batch.jobs)}. S submits it.")

    async def _generate(self) -> Batch:
        def count(made: int) -> None:
            self._made = made

        if self._batch is not None:
            return self._batch
        self._made = 0
        try:
            # Not the clerk: he has to go on looking while this takes its time.
            self._batch = await to_thread(self.desk.generate, self._sweep, self._called, count)
            return self._batch
        finally:
            self._made = None


class BatchJobs(Submitting):
    """The jobs of a batch in the store, with the files that were rendered for each."""

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
        files = await self.ask(self.desk.job_files, self._batch, row.name)
        self.app.push_screen(Page(row.name, contents(files)))

    def action_submit(self) -> None:
        """Ask where to, then order it."""
        self.go(self.submit, self._batch)


def draft(sweep: "Sweep", name: str) -> Batch:
    """The batch that the sweep would become, as far as a target may have something to say of it."""
    template = sweep.template
    types = {key: template.variable(key).type for key in sweep.varying}
    return Batch(name, Path(), template.name, "", sweep.count, "", sweep.varying, types, sweep.axes,
                 template.resources, template.options, template.results)  # fmt: skip


def draft_columns(jobs: JobList, named: bool = False) -> list[Column[JobRow]]:
    """The number of each job, its name once it has one, and what varies."""
    name: list[Column[JobRow]] = [Column("name", "NAME", 24, lambda r: r.name, grow=True, ending=True, letter="n")]
    return [
        Column("job", "JOB", 6, lambda r: str(r.index), lambda r: r.index, right=True, letter="j"),
        *(name if named else []),
        *value_columns(jobs.varying, jobs.rows),
    ]
