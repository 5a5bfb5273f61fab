"""What the form makes, beside it, while one types: the totals and the first jobs."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.widget import Widget

from tui_batch.desk import Desk
from tui_batch.model import JobList, JobRow, Target
from tui_batch.screens.clerk import apart
from tui_batch.screens.drafts import Drafts, draft_columns
from tui_batch.screens.totals import Totals, draft, totals
from tui_batch.widgets.facts import Facts
from tui_batch.widgets.live_table import LiveTable

if TYPE_CHECKING:
    from tui_batch.sweep import Sweep

FIRST = 50  # jobs: as many as there is ever room for


class Beside(Vertical):
    """There only where the terminal is wide; no key is for it."""

    def compose(self) -> Iterable[Widget]:
        """The totals above the jobs."""
        yield Facts(id="totals")
        jobs: LiveTable[JobRow] = LiveTable(draft_columns(JobList((), ())), lambda r: str(r.index), id="first")
        jobs.can_focus = False
        yield jobs

    async def tell(self, desk: Desk, sweep: "Sweep", name: str, target: Target | None) -> None:
        """These are the jobs now."""
        come_to, rows = await apart(_looked, desk, sweep, name, target)
        table = self.query_one(LiveTable)
        table.set_columns(draft_columns(JobList(sweep.varying, rows)))
        table.show(rows, stay=False)
        table.cursor = -1  # none of them is in hand
        table.repaint()
        self.query_one(Facts).show(come_to.lines)


def _looked(desk: Desk, sweep: "Sweep", name: str, target: Target | None) -> tuple[Totals, list[JobRow]]:
    rows = [row for row, _ in zip(Drafts(sweep), range(FIRST), strict=False)]
    return totals(desk, draft(sweep, name), sweep, target or desk.default_target()), rows
