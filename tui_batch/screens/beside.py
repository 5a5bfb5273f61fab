"""The other steps to a new batch, beside the form: what it is made from, where it goes, and its jobs as one types."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widget import Widget

from tui_batch.desk import Desk
from tui_batch.model import Target
from tui_batch.screens.clerk import apart
from tui_batch.screens.drafts import Drafts, draft_columns
from tui_batch.screens.totals import draft, totals
from tui_batch.shown import JobList, JobRow
from tui_batch.widgets.facts import Facts
from tui_batch.widgets.lines import Line
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.text_view import TextView, heading

if TYPE_CHECKING:
    from tui_batch.sweep import Sweep
    from tui_batch.template import Template

FIRST = 50  # jobs: as many as there is ever room for
LABELS = 5  # cells: the pane is narrow


class Beside(Vertical):
    """There only where the terminal is wide; no key is for it."""

    def compose(self) -> Iterable[Widget]:
        """The target with the totals, above the jobs."""
        come_to = TextView(id="come-to")  # of one height: the jobs stay where they are while one types
        come_to.can_focus = False
        yield come_to
        jobs: LiveTable[JobRow] = LiveTable(draft_columns(JobList((), ())), lambda r: str(r.index), id="first")
        jobs.can_focus = False
        yield jobs

    async def tell(self, desk: Desk, sweep: "Sweep", name: str, target: Target | None) -> None:
        """These are the jobs now."""
        lines, rows = await apart(_looked, desk, sweep, name, target)
        table = self.query_one(LiveTable)
        table.set_columns(draft_columns(JobList(sweep.varying, rows)))
        table.show(rows, stay=False)
        table.cursor = -1  # none of them is in hand
        table.repaint()
        self.query_one(TextView).show(lines)

    def wait(self) -> None:
        """There are no jobs yet."""
        if not self.query_one(LiveTable).rows:
            self.query_one(LiveTable).show((), ("None yet.",))


def _looked(desk: Desk, sweep: "Sweep", name: str, target: Target | None) -> tuple[Sequence[Line], list[JobRow]]:
    rows = [row for row, _ in zip(Drafts(sweep), range(FIRST), strict=False)]
    come_to = totals(desk, draft(sweep, name), sweep, target or desk.default_target(), LABELS)
    return [heading("Target"), *come_to.lines], rows


def origin(template: "Template") -> Facts:
    """What a job of this template is, in a narrow pane."""
    parts = {
        template.name: [template.description],
        "Command": template.command.strip().splitlines(),
        "Files of a job": list(dict.fromkeys([*template.files, *template.shared])),
        "Results": template.results,
    }
    pane = Facts(id="origin")
    pane.lines = [
        line
        for name, texts in parts.items()
        if any(texts)
        for line in (heading(name), *(((f"  {text}", ""),) for text in texts), ())
    ]
    return pane
