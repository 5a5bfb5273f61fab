"""Home: the history of submissions, and the monitor of the one under the cursor."""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from tui_batch.model import JobList, JobRow, Snapshot, Submission
from tui_batch.screens.rows import job_columns, monitored, submission_columns, submissions, title
from tui_batch.screens.verbs import Verbs
from tui_batch.screens.view import View, freshness
from tui_batch.states import JobState, active
from tui_batch.widgets.lines import Part
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.progress import counted, failed, words
from tui_batch.widgets.status_line import StatusLine

# While somebody runs through the list the monitor waits: a pane is ten times the bytes of a cursor step.
REST_SECONDS = 0.15
INTERRUPT_SECONDS = 2.0
PATIENCE_SECONDS = 0.3  # so long the jobs of the one before stand there rather than nothing

_ALWAYS = ("quit", "leave", "interrupt")  # keys that need no submission

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
        Binding("ctrl+c", "interrupt", "twice: quit", show=False, id="home.interrupt"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._resting: Timer | None = None
        self._interrupted = False
        self._wanted = ""  # id of the submission to put the cursor on when it comes
        self._watched = ""  # id of the submission whose jobs stand in the monitor
        self._jobs: JobList | None = None  # of those
        self._counted: Sequence[Submission] = ()  # what the totals are of
        self._open_ones: Sequence[Submission] = ()
        self._totals: tuple[Part, ...] = ()

    def body(self) -> Iterable[Widget]:
        """The history, a line about the chosen submission, its jobs."""
        now = self.now
        yield LiveTable(submission_columns(now), lambda s: s.id, lambda s: bool(s.health), id="history", marks=True)
        yield StatusLine(id="about")
        yield LiveTable(job_columns(JobList((), ()), now), lambda r: str(r.index), self._stale, id="monitor")

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
        self._count(snapshot)
        self._head()
        self._choose()
        self.prompt.repaint()

    def tick(self) -> None:
        """Ages."""
        super().tick()
        self._head()

    def _head(self) -> None:
        right = freshness(self._open_ones, self.front.unwatched, self.now())
        if self.front.trouble:
            right = (self.front.trouble.splitlines()[0], "trouble")
        self.status.show("tui-batch", self._totals, right)

    def _count(self, snapshot: Snapshot) -> None:
        # The courier's beat alone changes none of it.
        if snapshot.submissions is not self._counted:
            self._counted = snapshot.submissions
            self._open_ones = [submission for submission in snapshot.submissions if not submission.ended]
        self._totals = totals(snapshot, self._open_ones)

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
            self.go_instead("monitor", self._watch, submission)

    async def _watch(self, submission: Submission) -> None:
        note = ((submission.note, "quiet"),) if submission.note else ()
        trouble: Part = (submission.health, "attention")
        self.query_one("#about", StatusLine).show(title(submission), ((words(submission.counts), ""), *note), trouble)
        if submission.id != self._watched:
            self._watched, self._jobs = submission.id, None
            if submission.kind:
                self.set_timer(PATIENCE_SECONDS, self._still_loading)
            else:
                self.monitor.show((), ("Ordered; the courier will submit it.",))
        if submission.kind and (jobs := await self.ask(self.desk.jobs, submission.id)) is not self._jobs:
            rows = await self.ask(monitored, jobs)
            self._jobs = jobs
            self.monitor.set_columns(job_columns(jobs, self.now))
            # While nobody is in the pane, what goes on stays in sight at its top.
            self.monitor.show(rows, ("No job of it is known yet.",), stay=self.monitor.has_focus)

    def _still_loading(self) -> None:
        if self._jobs is None and (submission := self.chosen()) and submission.kind:
            self.monitor.show((), ("loading...",))

    # -- keys ------------------------------------------------------------------------------------------------------
    def chosen(self) -> Submission | None:
        """The submission under the cursor."""
        return self.history.current

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
            self.go_instead("open", self._show_job_of, submission, view)

    async def _show_job_of(self, submission: Submission, view: Callable[[Submission, JobRow], View]) -> None:
        # Keys may be faster than the monitor: it must show this submission's jobs before one of them is opened.
        if submission.id != self._watched or self._jobs is None:
            await self._watch(submission)
        if row := self.monitor.current:
            self.app.push_screen(view(submission, row))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is behind home; and what needs a submission waits for one."""
        return action in _ALWAYS or (action != "back" and bool(self.history.rows))

    def action_back(self) -> None:
        """There is nothing behind home; only `q` leaves."""

    def action_interrupt(self) -> None:
        """Leave, if it is meant."""
        if self._interrupted:
            return self.action_quit()
        self._interrupted = True
        self.set_timer(INTERRUPT_SECONDS, self._forget_interrupt)
        return self.prompt.say("ctrl+c once more leaves; the jobs go on.")

    def _forget_interrupt(self) -> None:
        self._interrupted = False

    def action_quit(self) -> None:
        """Leave; what was submitted goes on."""
        left = sum(active(submission.counts) for submission in self._open_ones)
        go = "goes" if left == 1 else "go"
        self.app.exit(message=f"{counted(left)} {go} on without the screen." if left else None)


def totals(snapshot: Snapshot, open_ones: Sequence[Submission]) -> tuple[Part, ...]:
    """How many targets there are, and how many jobs run, wait and have failed of what is open."""
    running = sum(submission.counts.get(JobState.RUNNING, 0) for submission in open_ones)
    left = sum(active(submission.counts) for submission in open_ones)
    wrong = sum(failed(submission.counts) for submission in open_ones)
    parts: list[Part] = [(f"{len(snapshot.targets)} target{'s' if len(snapshot.targets) != 1 else ''}", "")]
    if left:
        shown = ((f"R {running}", "running", running), (f"PD {left - running}", "waiting", left - running))
        parts += [(text, tone) for text, tone, number in shown if number]
    if wrong:
        parts.append((f"F {wrong}", "trouble"))
    if snapshot.problems:
        parts.append((f"! {snapshot.problems[0]}", "attention"))
    return tuple(parts)
