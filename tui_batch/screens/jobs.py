"""The jobs of one submission."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_batch.model import Submission
from tui_batch.screens.cloning import Cloning
from tui_batch.screens.failure import UNSUCCESSFUL, last_words, looked_up
from tui_batch.screens.fresh import UP_TO_DATE
from tui_batch.screens.job_page import JobPage
from tui_batch.screens.panes import Panes
from tui_batch.screens.picked import Pick, fitting, of_one
from tui_batch.screens.rerun import RERUN
from tui_batch.screens.rows import by_urgency, job_columns, title, unwritten
from tui_batch.screens.verbs import FETCH, WHY, Verbs
from tui_batch.screens.waiting import trouble
from tui_batch.shown import JobList, JobRow, Snapshot
from tui_batch.states import JobState
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.printable import cells
from tui_batch.widgets.progress import words
from tui_batch.widgets.text_view import TextView

BESIDE = 4  # the spaces around what stands at the left and at the right of the top line


class Jobs(Verbs, Panes, Cloning):
    """One table: state, what varies, the target's id, how long, how it ended. On a wide screen details beside it."""

    HINTS = ("list.open", "job.log", "submission.why", "submission.cancel", "submission.retry", "list.filter",
             "list.sort", "view.back")  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log", "log", id="job.log"),
        Binding("d", "details", "details", id="job.details"),
    ]

    def __init__(self, submission: Submission, jobs: JobList | None = None) -> None:
        super().__init__()
        self._submission = submission
        self._list = jobs  # what is known already is in the first picture

    def body(self) -> Iterable[Widget]:
        """The table, and room for the details."""
        columns = job_columns(self._list or JobList((), ()), self.now)
        table = LiveTable(columns, _key, self._stale, id="jobs", marks=True)
        if self._list:
            table.show(by_urgency(self._list))
        yield table
        yield TextView(id="details")

    @property
    def about(self) -> str:
        """Its submission."""
        return self._submission.id

    def batch_name(self) -> str:
        """What the submission was sent from."""
        return self._submission.batch

    @property
    def jobs(self) -> LiveTable[JobRow]:
        """The table."""
        return self.query_one("#jobs", LiveTable)

    def _stale(self, row: JobRow) -> bool:
        return self.stale(self._submission)

    def look(self, snapshot: Snapshot) -> None:
        """The submission moved on, perhaps; then its jobs did."""
        super().look(snapshot)
        known = [submission for submission in snapshot.submissions if submission.id == self._submission.id]
        if not known:
            self.action_back()
            left = self._submission.state is not JobState.DRAFT
            what = "is not in the history any more." if left else "was taken back: none of its jobs was submitted."
            return self.front.say(f"{title(self._submission)} {what}")
        before, [self._submission] = self._submission, known
        if self._submission.ended and not before.ended:
            self.go_instead("ended", self._point_out)
        if self._submission.health != before.health and not self.stale(self._submission):
            self.prompt.say(self._submission.health, "attention")  # what was asked for here may have been refused
        self._head()
        return self.go_instead("fill", self._fill)

    async def _point_out(self) -> None:
        """What its batch names elsewhere does not come by itself."""
        if await self.ask(self.desk.named_elsewhere, self._submission.id):
            key = self.prompt.key_of(FETCH)
            self.prompt.say(f"All jobs have ended: {key} lists the files that its template names elsewhere.")

    def tick(self) -> None:
        """Ages, and the last words of a job that failed, which may come from elsewhere."""
        super().tick()
        self._head()
        if (row := self.jobs.current) and row.status.state in UNSUCCESSFUL:
            self.beside()

    def _head(self) -> None:
        submission = self._submission
        place = f"{title(submission)} on {submission.target}"
        right = self.freshness([] if submission.ended else [submission])
        if right[0] == UP_TO_DATE and (coming := self.next_look(submission)):
            right = (coming, "")
        if told := trouble(submission, self.contacts, self.now()):
            short = (right[0] or told) if self.stale(submission) else f"trouble: {self.prompt.key_of(WHY)}"
            right = (fitting(self.size.width - cells(place) - BESIDE, told, short), "attention")
        order = (("running first", "quiet"),) if not self.jobs.sorting.name else ()
        self.status.show(place, ((words(submission.counts), ""), *order), right)

    async def _fill(self) -> None:
        found = await self.ask(self.desk.jobs, self._submission.id)
        if found is not self._list:
            rows = await self.ask(by_urgency, found)
            self._list = found
            self.jobs.set_columns(job_columns(found, self.now))
            self.jobs.show(rows, ("No job of it is known yet.", "They are listed here as the target takes them."))
        self.beside()

    # -- the details beside it -------------------------------------------------------------------------------------
    @on(LiveTable.Moved)
    def beside(self) -> None:
        """All there is to know of the job under the cursor."""
        if self.has_class("-wide"):
            self.go_instead("details", self._details)

    async def _details(self) -> None:
        if (row := self.jobs.current) is not None and self._list is not None:
            told, again = trouble(self._submission, self.contacts, self.now()), self.prompt.key_of(RERUN)
            needs, ends = await self.ask(looked_up, self.desk, self._submission, row)
            page = JobPage(self._submission, row, self._list.varying, told, needs, again)
            words = last_words(ends, unwritten(row.status)) if (failure := page.failure()) else []
            lines = [*failure, *words, *page.summary(self.now()), *page.variables()]
            self.query_one("#details", TextView).show(lines)

    # -- keys ------------------------------------------------------------------------------------------------------
    def chosen(self) -> Submission | None:
        """The one that the screen is about."""
        return self._submission

    def chosen_job(self) -> JobRow | None:
        """The one under the cursor."""
        return self.jobs.current

    def picked(self) -> Pick:
        """The marked jobs, else the one under the cursor."""
        return partial(of_one, self._submission, self.jobs.chosen)

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
