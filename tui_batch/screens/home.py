"""Home: the history of submissions, and the monitor of the one under the cursor."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_batch.errors import TuiBatchError
from tui_batch.model import Submission
from tui_batch.screens.cloning import Cloning
from tui_batch.screens.monitor import Monitor
from tui_batch.screens.picked import Pick, Picked, of_one
from tui_batch.screens.rows import submission_columns, submissions
from tui_batch.screens.since import since
from tui_batch.shown import Snapshot
from tui_batch.states import JobState, active, failed
from tui_batch.widgets.lines import Part
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.progress import TONES, counted

INTERRUPT_SECONDS = 2.0
READING_SECONDS = 60.0  # what happened meanwhile stands there so long, or until a key is pressed

_ALWAYS = ("quit", "leave", "interrupt", "border", "command", "answer")  # keys that need no submission

# What the top line counts of the jobs that are open.
_HEADED = {
    "R": (JobState.RUNNING, JobState.STARTING, JobState.COMPLETING),
    "PD": (JobState.QUEUED, JobState.DRAFT, JobState.SUBMITTING),
    "HD": (JobState.HELD, JobState.SUSPENDED),
    "??": (JobState.UNKNOWN, JobState.SUBMIT_UNKNOWN),
}

EMPTY = (
    "Nothing was submitted yet: this will be the list of what was.",
    "",
    "n   makes a batch of jobs from a template and submits it",
    "2   shows the batches that were made",
    "?   names all keys",
)
FIRST = (
    "tui-batch makes many jobs from one template, sends them",
    "to this machine, a cluster or a cloud, and watches them",
    "run, also while it is closed. They will be listed here.",
    "",
    "D   tries it out: 18 small jobs on this machine",
    "n   makes a batch of your own",
    "?   names all keys",
)


class Home(Monitor, Cloning):
    """The table above, the jobs of what the cursor is on below."""

    HINTS = ("home.demo", "list.open", "job.log", "app.new", "submission.cancel", "submission.retry", "list.filter",
             "app.batches", "home.quit")  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("D", "demo", "try it out", id="home.demo"),
        Binding("q", "quit", "quit", id="home.quit"),
        Binding("ctrl+c", "interrupt", "twice: quit", show=False, id="home.interrupt"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._interrupted = False
        self._first = False  # nothing was ever made: this is somebody new
        self._wanted = ""  # id of the submission to put the cursor on when it comes
        self._counted: Sequence[Submission] = ()  # what the totals are of
        self._open_ones: Sequence[Submission] = ()
        self._totals: tuple[Part, ...] = ()
        self._greeted = False

    def body(self) -> Iterable[Widget]:
        """The history, and what there is to know of the chosen submission."""
        columns = submission_columns(self.now)
        yield LiveTable(columns, lambda s: s.id, self.stale, id="history", marks=True)
        yield from self.side()

    @property
    def history(self) -> LiveTable[Submission]:
        """The upper table."""
        return self.query_one("#history", LiveTable)

    def on_mount(self) -> None:
        """The keys are for the history first."""
        self.set_focus(self.history)

    # -- showing ---------------------------------------------------------------------------------------------------
    def look(self, snapshot: Snapshot) -> None:
        """New counts, perhaps new submissions; the jobs of the chosen one may have moved too."""
        super().look(snapshot)
        rows = submissions(snapshot)
        if trouble := self.front.trouble.splitlines():
            self.history.show(rows, (*trouble, "", "It is tried again."))
        else:
            self.history.show(rows)
            self._first = self._first and not rows
            if not rows:
                self.go_instead("empty", self._empty)
        self._find_wanted()
        self._count(snapshot)
        self._head()
        self.choose()
        self._greet(snapshot)
        self.prompt.repaint()

    async def _empty(self) -> None:
        first = not await self.ask(self.desk.batches)
        if not self.history.rows:  # else some came meanwhile
            self._first = first
            self.history.show((), FIRST if first else EMPTY)
            self.prompt.repaint()

    def _greet(self, snapshot: Snapshot) -> None:
        """Once: what happened since the app was last open."""
        if not self._greeted and not self.front.trouble:
            self._greeted = True
            before = self.front.clerk.seen.before or {}
            if told := since(before, snapshot, self.now(), self.size.width - 2):
                self.prompt.say(told, "key", READING_SECONDS)

    def tick(self) -> None:
        """Ages."""
        super().tick()
        self._head()

    def _head(self) -> None:
        right = self.freshness(self._open_ones)
        if self.front.trouble:
            right = (self.front.trouble.splitlines()[0], "trouble")
        self.status.show("tui-batch", self._totals, right)

    def _count(self, snapshot: Snapshot) -> None:
        # The courier's beat alone changes none of it.
        if snapshot.submissions is not self._counted:
            self._counted = snapshot.submissions
            self._open_ones = [submission for submission in snapshot.submissions if not submission.ended]
        self._totals = totals(snapshot, self._open_ones)

    def want(self, submission: str) -> None:
        """Put the cursor on this submission now, or when it comes."""
        self._wanted = submission
        self._find_wanted()

    @property
    def underway(self) -> Sequence[object]:
        """Also a submission that the cursor is to be on."""
        return [*super().underway, *filter(None, [self._wanted])]

    def _find_wanted(self) -> None:
        if self._wanted and any(submission.id == self._wanted for submission in self.history.view):
            self.history.go_to(self._wanted)
            self._wanted = ""

    # -- keys ------------------------------------------------------------------------------------------------------
    def chosen(self) -> Submission | None:
        """The submission under the cursor."""
        return self.history.current

    def batch_name(self) -> str:
        """What the submission under the cursor was sent from."""
        return submission.batch if (submission := self.chosen()) else ""

    def picked(self) -> Pick:
        """What is marked in the pane that has the keys, submissions or jobs, else what is under its cursor."""
        if (submission := self.chosen()) and self.monitor.has_focus:
            return partial(of_one, submission, self.monitor.chosen) if self.jobs_are_theirs else list
        chosen = self.history.chosen
        return lambda: [Picked.whole(submission) for submission in chosen.rows()]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is behind home; and what needs a submission waits for one."""
        if action == "demo":
            return self._first
        return action in _ALWAYS or (action != "back" and bool(self.history.rows))

    def action_back(self) -> None:
        """There is nothing behind home; only `q` leaves."""

    def action_demo(self) -> None:
        """Make the example and send it to this machine."""
        self._first = False  # once is enough; should it fail, an empty store offers it again
        self.go(self._demo)

    async def _demo(self) -> None:
        self.prompt.say("Making the example...")
        try:
            self.want(await self.ask(self.desk.demo, "local", self.desk.config.undo_seconds))
        except TuiBatchError:
            await self._empty()
            raise
        self.prompt.hush()

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
    """How many targets there are, and how many jobs run, wait, are held and have failed of what is open."""
    counts = [submission.counts for submission in open_ones]
    wrong = sum(map(failed, counts))
    parts: list[Part] = [(f"{len(snapshot.targets)} target{'s' if len(snapshot.targets) != 1 else ''}", "")]
    for code, states in _HEADED.items():
        if number := sum(each.get(state, 0) for each in counts for state in states):
            parts.append((f"{code} {number}", TONES[states[0]]))
    if wrong:
        parts.append((f"F {wrong}", "trouble"))
    if snapshot.problems:
        parts.append((f"! {snapshot.problems[0]}", "attention"))
    return tuple(parts)
