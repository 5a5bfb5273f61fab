"""Batches: what was generated, and how often it was sent."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_batch.model import BatchRow, Snapshot
from tui_batch.screens.submitting import Submitting
from tui_batch.screens.view import age
from tui_batch.times import seconds
from tui_batch.widgets.columns import Column
from tui_batch.widgets.live_table import LiveTable

EMPTY = ("No batch was made yet: this will be the list of what was generated.", "", "n   makes one from a template")


class Batches(Submitting):
    """One table; newest submission first."""

    HINTS = ("list.open", "batch.submit", "app.new", "list.filter", "list.sort", "view.back")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("S", "submit", "submit", id="batch.submit")]

    def body(self) -> Iterable[Widget]:
        """The table."""
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

    def on_mount(self) -> None:
        """The place."""
        self.status.show("batches")

    def look(self, snapshot: Snapshot) -> None:
        """A batch may have come, or been sent."""
        self.go_instead("fill", self._fill)

    async def _fill(self) -> None:
        rows = await self.ask(self.desk.batches)
        self.query_one(LiveTable).show(rows, EMPTY)
        self.status.show("batches", ((f"{len(rows)}", ""),))

    @on(LiveTable.OpenRequested)
    def _open(self, message: LiveTable.OpenRequested) -> None:
        from tui_batch.screens.preview import BatchJobs

        row: BatchRow = message.row
        self.app.push_screen(BatchJobs(row.name, row.jobs))

    def action_submit(self) -> None:
        """Ask where to, then order it."""
        row: BatchRow | None = self.query_one(LiveTable).current
        if row:
            self.go(self.submit, row.name)
