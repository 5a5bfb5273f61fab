"""Home: the history of submissions, and the monitor of the one under the cursor."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from tui_batch.model import JobRow, Snapshot, Submission
from tui_batch.screens.rows import job_columns, monitored, submission_columns, submissions, title
from tui_batch.screens.verbs import Verbs
from tui_batch.screens.view import freshness
from tui_batch.states import JobState, active
from tui_batch.widgets.lines import Part
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.progress import failed, words
from tui_batch.widgets.status_line import StatusLine

# While somebody runs through the list the monitor waits: a pane is ten times the bytes of a cursor step.
REST_SECONDS = 0.15

_ALWAYS = ("quit", "leave")  # keys that need no submission

EMPTY = (
    "Nothing was submitted yet: this will be the list of what was.",
    "",
    "n   makes a batch of jobs from a template and submits it",
    "2   shows the batches that were made",
    "?   names all keys",
)


class Home(Verbs):
    """The table above, the jobs of what the cursor is on below."""

    HINTS = ("list.open", "job.log", "app.new", "submission.cancel", "submission.retry", "list.filter", "app.batches",
             "home.quit")  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log", "log", id="job.log"),
        Binding("d", "details", "details", id="job.details"),
        Binding("q", "quit", "quit", id="home.quit"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._resting: Timer | None = None
        self._wanted = ""  # id of the submission to put the cursor on when it comes

    def body(self) -> Iterable[Widget]:
        """The history, a line about the chosen submission, its jobs."""
        now = self.now
        yield LiveTable(submission_columns(now), lambda s: s.id, lambda s: bool(s.health), id="history")
        yield StatusLine(id="about")
        yield LiveTable(job_columns((), now, monitor=True), lambda r: str(r.index), self._stale, id="monitor")

    @property
    def history(self) -> LiveTable[Submission]:
        """The upper table."""
        return self.query_one("#history", LiveTable)

    @property
    def monitor(self) -> LiveTable[JobRow]:
        """The lower table."""
        return self.query_one("#monitor", LiveTable)

    def on_mount(self) -> None:
        """The keys are for the history first."""
        self.set_focus(self.history)

    # -- showing ---------------------------------------------------------------------------------------------------
    def look(self, snapshot: Snapshot) -> None:
        """New counts, perhaps new submissions; the jobs of the chosen one may have moved too."""
        trouble = self.front.trouble.splitlines()
        self.history.show(submissions(snapshot), (*trouble, "", "It is tried again.") if trouble else EMPTY)
        self._find_wanted()
        self._head()
        self._choose()

    def tick(self) -> None:
        """Ages."""
        super().tick()
        self._head()

    def _head(self) -> None:
        snapshot = self.front.snapshot or Snapshot()
        right = freshness(snapshot, self.now())
        if self.front.trouble:
            right = (self.front.trouble.splitlines()[0], "trouble")
        self.status.show("tui-batch", _totals(snapshot), right)

    def _stale(self, row: JobRow) -> bool:
        return bool((submission := self.chosen()) and submission.health)

    def want(self, submission: str) -> None:
        """Put the cursor on this submission now, or when it comes."""
        self._wanted = submission
        self._find_wanted()

    def _find_wanted(self) -> None:
        if self._wanted and any(submission.id == self._wanted for submission in self.history.view):
            self.history.go_to(self._wanted)
            self._wanted = ""

    @on(LiveTable.Moved, "#history")
    def _rest(self) -> None:
        if self._resting:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, self._choose)

    def _choose(self) -> None:
        submission = self.chosen()
        about, monitor = self.query_one("#about"), self.monitor
        about.display = monitor.display = submission is not None
        if submission:
            self.run_worker(self._watch(submission), group="monitor", exclusive=True)

    async def _watch(self, submission: Submission) -> None:
        note = ((submission.note, "quiet"),) if submission.note else ()
        trouble: Part = (submission.health, "attention")
        self.query_one("#about", StatusLine).show(title(submission), ((words(submission.counts), ""), *note), trouble)
        if submission.kind:
            rows = monitored(await self.ask(self.desk.jobs, submission.id))
            self.monitor.show(rows, ("No job of it is known yet.",))
        else:
            self.monitor.show((), ("Ordered; the courier will submit it.",))

    # -- keys ------------------------------------------------------------------------------------------------------
    def chosen(self) -> Submission | None:
        """The submission under the cursor."""
        return self.history.current

    @on(LiveTable.OpenRequested, "#history")
    def _open(self) -> None:
        from tui_batch.screens.jobs import Jobs

        if (submission := self.chosen()) and submission.kind:
            self.app.push_screen(Jobs(submission))

    @on(LiveTable.OpenRequested, "#monitor")
    def action_details(self) -> None:
        """All there is to know of the job in the monitor."""
        from tui_batch.screens.job import JobView

        if (submission := self.chosen()) and (row := self.monitor.current):
            self.app.push_screen(JobView(submission, row))

    def action_log(self) -> None:
        """The log of the job in the monitor."""
        from tui_batch.screens.log import Log

        if (submission := self.chosen()) and (row := self.monitor.current):
            self.app.push_screen(Log(submission, row))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is behind home; and what needs a submission waits for one."""
        if action == "back":
            return False
        return action in _ALWAYS or not action.isidentifier() or self.history.current is not None

    def action_back(self) -> None:
        """There is nothing behind home; only `q` leaves."""

    def action_quit(self) -> None:
        """Leave; what was submitted goes on."""
        snapshot = self.front.snapshot or Snapshot()
        left = sum(active(submission.counts) for submission in snapshot.submissions)
        self.app.exit(message=f"{left} jobs go on without the screen." if left else None)


def _totals(snapshot: Snapshot) -> tuple[Part, ...]:
    running = sum(submission.counts.get(JobState.RUNNING, 0) for submission in snapshot.submissions)
    left = sum(active(submission.counts) for submission in snapshot.submissions)
    wrong = sum(failed(submission.counts) for submission in snapshot.submissions if submission.open)
    parts: list[Part] = [(f"{len(snapshot.targets)} target{'s' if len(snapshot.targets) != 1 else ''}", "")]
    if left:
        parts += [(f"R {running}", "running"), (f"PD {left - running}", "waiting")]
    if wrong:
        parts.append((f"F {wrong}", "trouble"))
    if snapshot.problems:
        parts.append((f"! {snapshot.problems[0]}", "attention"))
    return tuple(parts)
