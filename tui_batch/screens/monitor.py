"""The lower part of home: what there is to know of the submission under the cursor, and its jobs as they go on."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from tui_batch.model import Submission
from tui_batch.screens.panes import Panes
from tui_batch.screens.rows import job_columns, monitored, title, unwritten
from tui_batch.screens.verbs import Verbs
from tui_batch.screens.view import View
from tui_batch.screens.waiting import Reason, about, reasons, spoken
from tui_batch.shown import JobList, JobRow, Snapshot
from tui_batch.widgets.lines import Part
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.log_tail import LogTail, last_lines
from tui_batch.widgets.printable import cells
from tui_batch.widgets.progress import words
from tui_batch.widgets.status_line import StatusLine, room_of

if TYPE_CHECKING:
    from tui_batch.screens.copying import Copy

# While somebody runs through the list the monitor waits: a pane is ten times the bytes of a cursor step.
REST_SECONDS = 0.15
PATIENCE_SECONDS = 0.3  # so long the jobs of the one before stand there rather than nothing


class Monitor(Verbs, Panes):
    """Follows the submission that `chosen` names."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log", "log", id="job.log"),
        Binding("d", "details", "details", id="job.details"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._resting: Timer | None = None
        self._watched = ""  # id of the submission whose jobs stand in the monitor
        self._jobs: JobList | None = None  # of those
        self._told = ""  # id of the one whose name stands above them: the same, but for the moment of a change
        self._found: Sequence[Reason] = ()  # why some of them wait, where the target says so of each
        self._reasons: Sequence[Reason] = ()  # and in other words where it does not

    def side(self) -> Sequence[Widget]:
        """Two lines about the chosen submission, its jobs, and on a wide screen the log of one."""
        columns = job_columns(JobList((), ()), self.now)
        table = LiveTable(columns, lambda r: str(r.index), self._stale, id="monitor", marks=True)
        return StatusLine(id="about"), StatusLine(id="why"), table, LogTail(id="tail")

    @property
    def monitor(self) -> LiveTable[JobRow]:
        """The table of jobs."""
        return self.query_one("#monitor", LiveTable)

    def _stale(self, row: JobRow) -> bool:
        return (submission := self.chosen()) is not None and self.stale(submission)

    def tick(self) -> None:
        """Ages, what is left of a wait, the log."""
        super().tick()
        self._tell_why()
        self._show_tail()

    @property
    def underway(self) -> Sequence[object]:
        """Also the jobs, for whoever is in the monitor: those of the submission before are not meant."""
        behind = self.focused is self.monitor and not self.jobs_are_theirs
        return [*super().underway, *(one.id for one in (self.chosen(),) if behind and one and one.kind)]

    # -- showing ---------------------------------------------------------------------------------------------------
    @on(LiveTable.Moved, "#history")
    def _rest(self) -> None:
        if self._resting:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, self.choose)

    def choose(self) -> None:
        """Show what is under the cursor now."""
        submission = self.chosen()
        self.set_class(submission is None, "-nothing")
        if submission:
            self.go_instead("monitor", self._watch, submission)

    async def _watch(self, submission: Submission) -> None:
        if submission.id != self._watched:
            self._watched, self._jobs, self._found = submission.id, None, ()
            self.monitor.unmark()  # they were jobs of another one
            if submission.kind:
                self.set_timer(PATIENCE_SECONDS, self._still_loading)
        if not submission.kind:
            return self._clear(submission, "Ordered; the courier will submit it.")
        jobs, snapshot = await self.ask(self.desk.jobs, submission.id), self.front.snapshot or Snapshot()
        if new := jobs is not self._jobs:
            rows, self._found = await self.ask(monitored, jobs), await self.ask(reasons, jobs.rows)
        self._reasons = await self.ask(spoken, self._found, self.desk, submission.target, snapshot)
        if new:
            self._jobs = jobs
            self.monitor.set_columns(job_columns(jobs, self.now, self.has_class("-wide")))
            # While nobody is in the pane, what goes on stays in sight at its top.
            self.monitor.show(rows, ("No job of it is known yet.",), stay=self.monitor.has_focus)
        self._tell(submission)
        return self._show_tail()

    def _still_loading(self) -> None:
        if self._jobs is None and (submission := self.chosen()) and submission.id == self._watched and submission.kind:
            self._clear(submission, "loading...")

    def _clear(self, submission: Submission, words: str) -> None:
        """Nothing of the one before is left beside the name of this one."""
        self._reasons = ()
        self.monitor.set_columns(job_columns(JobList((), ()), self.now))
        self.monitor.show((), (words,))
        self._tell(submission)
        self._show_tail()

    def _tell(self, submission: Submission) -> None:
        self._told = submission.id
        shown, whole = len(self.monitor.rows), len(self._jobs.rows) if self._jobs else 0
        part = f"first {shown} of {whole:,}" if shown < whole else ""
        place = f"{title(submission)} on {submission.target}"
        self.query_one("#about", StatusLine).show(place, ((words(submission.counts), ""),), (part, "quiet"))
        self._tell_why()

    def on_resize(self) -> None:
        """Beside the history there is less room."""
        if self._jobs is not None:
            self.monitor.set_columns(job_columns(self._jobs, self.now, self.has_class("-wide")))

    def _tell_why(self) -> None:
        if (submission := self.chosen()) and submission.id == self._told:
            note = ((submission.note, "quiet"),) if submission.note else ()
            why = self._why(submission)
            line, parts = self.query_one("#why", StatusLine), ((why,) if why[0] else ()) + note
            coming = self.next_look(submission)
            room = line.size.width - room_of(parts)  # all that is said of it stays whole
            line.show("", parts, (coming, "quiet") if coming and cells(coming) + 2 <= room else ("", ""))

    def _why(self, submission: Submission) -> Part:
        snapshot = self.front.snapshot or Snapshot()
        return about(submission, self._reasons, snapshot.orders, snapshot.contacts, self.now())

    @on(LiveTable.Moved, "#monitor")
    def _show_tail(self) -> None:
        if self.has_class("-wide") and self.chosen():
            self.go_instead("tail", self._tail)

    async def _tail(self) -> None:
        tail, row = self.query_one(LogTail), self.monitor.current
        if row is None:
            return tail.show("", ())
        await self.ask(self.desk.follow, self._watched, row.index, "out")
        path = await self.ask(self.desk.log, self._watched, row.index)
        lines = await self.ask(last_lines, path, tail.page)
        return tail.show(f"stdout of {row.name}", lines or (unwritten(row.status),))

    # -- keys ------------------------------------------------------------------------------------------------------
    @property
    def jobs_are_theirs(self) -> bool:
        """Whether the jobs in the monitor are of the submission under the cursor, and not still of the one before."""
        return self._jobs is not None and (submission := self.chosen()) is not None and submission.id == self._watched

    def chosen_job(self) -> JobRow | None:
        """The one under the cursor, while the monitor has the keys."""
        return self.monitor.current if self.monitor.has_focus and self.jobs_are_theirs else None

    def copies(self) -> "Sequence[Copy]":
        """Nothing of a job that is not of the submission under the cursor."""
        return () if self.monitor.has_focus and not self.jobs_are_theirs else super().copies()

    @on(LiveTable.OpenRequested, "#history")
    def _open(self) -> None:
        from tui_batch.screens.jobs import Jobs

        if (submission := self.chosen()) and submission.kind:
            self.app.push_screen(Jobs(submission, self._jobs if submission.id == self._watched else None))

    @on(LiveTable.OpenRequested, "#monitor")
    def action_details(self) -> None:
        """All there is to know of the job in the monitor."""
        from tui_batch.screens.job import JobView

        self._show_job(JobView)

    def action_log(self) -> None:
        """The log of the job in the monitor."""
        from tui_batch.screens.log import Log

        self._show_job(Log)

    def _show_job(self, view: Callable[[Submission, JobRow], View]) -> None:
        if submission := self.chosen():
            self.lead("open", self._show_job_of, submission, view)

    async def _show_job_of(self, submission: Submission, view: Callable[[Submission, JobRow], View]) -> None:
        # Keys may be faster than the monitor: it must show this submission's jobs before one of them is opened.
        if submission.id != self._watched or self._jobs is None:
            await self._watch(submission)
        if row := self.monitor.current:
            self.app.push_screen(view(submission, row))
