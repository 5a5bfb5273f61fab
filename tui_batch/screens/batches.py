"""Batches: what was generated, and how often it was sent."""

from asyncio import Future
from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_batch.model import Batch
from tui_batch.screens.cloning import Cloning
from tui_batch.screens.panes import Panes
from tui_batch.screens.submitting import Submitting
from tui_batch.screens.undo import Undoing
from tui_batch.screens.verbs import sure
from tui_batch.screens.view import age
from tui_batch.shown import BatchRow, Snapshot
from tui_batch.times import seconds
from tui_batch.widgets.columns import Column
from tui_batch.widgets.lines import Line
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.progress import counted
from tui_batch.widgets.text_view import TextView, heading, pair

EMPTY = ("No batch was made yet: this will be the list of what was generated.", "", "n   makes one from a template")


class Batches(Submitting, Undoing, Panes, Cloning):
    """One table, newest first. On a wide screen, beside it, what varies in the one under the cursor."""

    HINTS = ("list.open", "batch.submit", "app.new", "batch.delete", "list.filter", "list.sort", "view.back")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("S", "submit", "submit", id="batch.submit"),
        Binding("X,delete", "delete", "delete", id="batch.delete"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._wanted = ""

    def body(self) -> Iterable[Widget]:
        """The table, and room for the axes."""
        now = self.now
        columns: list[Column[BatchRow]] = [
            Column("name", "NAME", 20, lambda b: b.name, grow=True, ending=True, letter="n"),
            Column("template", "TEMPLATE", 14, lambda b: b.template, letter="t", rank=2),
            Column("jobs", "JOBS", 6, lambda b: str(b.jobs), lambda b: b.jobs, right=True, letter="j", plain=False),
            Column("made", "MADE", 5, lambda b: age(b.created, now()), lambda b: now() - seconds(b.created),
                             right=True, letter="m", rank=1, unit="time", plain=False),
            Column("sent", "SENT", 4, lambda b: str(b.submitted) if b.submitted else "-",
                             lambda b: b.submitted, right=True, letter="s", plain=False),
            Column("last", "LAST", 5, lambda b: age(b.last_submitted, now()) or "-",
                             lambda b: now() - seconds(b.last_submitted) if b.last_submitted else None,
                             right=True, letter="l", unit="time", plain=False),
        ]  # fmt: skip
        yield LiveTable(columns, lambda b: b.name, id="batches")
        yield TextView(id="axes")

    def want(self, batch: str) -> None:
        """Put the cursor on this batch when it is listed."""
        self._wanted = batch

    def batch_name(self) -> str:
        """The one under the cursor."""
        return row.name if (row := self.batches.current) else ""

    @property
    def batches(self) -> LiveTable[BatchRow]:
        """The table."""
        return self.query_one("#batches", LiveTable)

    def on_mount(self) -> None:
        """The place."""
        self.status.show("batches")

    def look(self, snapshot: Snapshot) -> None:
        """A batch may have come, or been sent."""
        super().look(snapshot)
        self.go_instead("fill", self._fill)

    async def _fill(self) -> None:
        rows = await self.ask(self.desk.batches)
        self.batches.show(rows, EMPTY)
        if self._wanted in (row.name for row in rows):
            self.batches.go_to(self._wanted)
            self._wanted = ""
        self.status.show("batches", ((f"{len(rows)}", ""), ("newest first", "quiet")))
        self.beside()

    @on(LiveTable.Moved)
    def beside(self) -> None:
        """What the batch under the cursor was made from."""
        if self.has_class("-wide"):
            self.go_instead("axes", self._axes)

    async def _axes(self) -> None:
        row = self.batches.current
        lines = about(await self.ask(self.desk.batch, row.name)) if row else []
        self.query_one("#axes", TextView).show(lines)

    # -- keys ------------------------------------------------------------------------------------------------------
    @on(LiveTable.OpenRequested)
    def _open(self, message: LiveTable.OpenRequested) -> None:
        from tui_batch.screens.batch_jobs import BatchJobs

        row: BatchRow = message.row
        self.app.push_screen(BatchJobs(row.name, row.jobs))

    def action_submit(self) -> None:
        """Ask where to, then order it."""
        if row := self.batches.current:
            self.go(self.submit, row.name)

    def action_delete(self) -> None:
        """Ask whether to delete it; the number is typed if it was ever sent, or is large."""
        if row := self.batches.current:
            once = {0: "never submitted", 1: "submitted once"}
            times = once.get(row.submitted, f"submitted {row.submitted} times")
            questions = [f"Delete {row.name}, {counted(row.jobs)}, {times}?"]
            if row.submitted:
                short = f"Delete {row.name}? Its {counted(row.jobs)} cannot be run again."
                questions = [f"{questions[0]} Its jobs cannot be run again.", short]
            self.go(self._delete, row, sure(self.prompt, row.jobs, *questions, always=row.submitted > 0))

    async def _delete(self, row: BatchRow, answer: "Future[str | None]") -> None:
        if await answer not in ("y", str(row.jobs)):
            self.prompt.say("Nothing was deleted.")
            return
        await self.ask(self.desk.delete, row.name)
        await self._fill()
        kept = " Its submissions and their results stay." if row.submitted else ""
        self.prompt.say(f"{row.name} is deleted.{kept}")


def about(batch: Batch) -> list[Line]:
    """What a batch was made from."""
    needs = batch.resources
    each = [f"{needs.cpus} CPU{'s' * (needs.cpus > 1)}"]
    each += [f"{needs.memory_mb} MB"] if needs.memory_mb else []
    each += [f"{needs.gpus} GPUs"] if needs.gpus else []
    each += [f"{needs.minutes:g} min"] if needs.minutes else []
    return [
        heading(batch.name),
        pair("template", batch.template),
        pair("jobs", f"{batch.jobs:,}"),
        pair("each", ", ".join(each)),
        (),
        heading("Axes"),
        *([pair(key, text) for key, text in batch.axes.items()] or [(("  Nothing varies.", "quiet"),)]),
    ]
