"""The log of one job, the whole screen for it."""

from asyncio import Future
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_batch.model import Logs, Submission
from tui_batch.screens.rows import title
from tui_batch.screens.streams import after, at_risk, called, interval, is_, lost
from tui_batch.screens.view import View
from tui_batch.shown import JobRow, Snapshot
from tui_batch.states import JobState
from tui_batch.times import stamp
from tui_batch.widgets.lines import Part
from tui_batch.widgets.log_hunt import Quarry, errors_quarry, word_quarry
from tui_batch.widgets.log_lines import CONTEXT
from tui_batch.widgets.log_view import LogView
from tui_batch.widgets.printable import printable
from tui_batch.widgets.progress import TONES

if TYPE_CHECKING:
    from tui_batch.screens.copying import Copy


class Log(View):
    """Opens at the end and follows; everything else is a key."""

    HINTS = ("log.stream", "log.search", "log.next", "log.error", "log.only", "log.follow", "log.wrap", "view.back")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "search", id="log.search"),
        Binding("n", "again(True)", "next", id="log.next"),
        Binding("N", "again(False)", "previous", id="log.previous"),
        Binding("e", "error(True)", "error", id="log.error"),
        Binding("E", "error(False)", "previous error", id="log.previous-error"),
        Binding("ampersand", "only", "only", id="log.only"),
        Binding("o", "stream", "next log", id="log.stream"),
        Binding("f", "follow", "follow", id="log.follow"),
        Binding("w", "wrap", "wrap", id="log.wrap"),
        Binding("z", "collapse", "carriage returns collapsed or not", id="log.collapse"),
        Binding("l,right", "sideways(0.5)", "half a screen to the right", id="log.right"),
        Binding("h,left", "sideways(-0.5)", "half a screen to the left", id="log.left"),
        Binding("m", "mark", "drop a marker at the end", id="log.mark"),
    ]

    def __init__(self, submission: Submission, row: JobRow) -> None:
        super().__init__()
        self._submission, self._row = submission, row
        self._stream, self._logs = "out", Logs()
        self._gone: Sequence[str] | None = None  # the logs whose rest is, where it is known what is here
        self._elsewhere = False  # its target writes it, and it is brought here
        self._far = False  # nothing of it has come here yet
        self._sought = ""
        self._word: Quarry | None = None
        self._errors = errors_quarry()

    def body(self) -> Iterable[Widget]:
        """The log."""
        yield LogView(id="log")

    @property
    def log_view(self) -> LogView:
        """The log."""
        return self.query_one(LogView)

    def on_mount(self) -> None:
        """Begin with the standard output."""
        self.set_focus(self.log_view)
        self.go(self._open)

    def look(self, snapshot: Snapshot) -> None:
        """The job may have moved on."""
        self.go_instead("state", self._state)

    def tick(self) -> None:
        """Somebody still looks, and what takes long goes on."""
        self.go_instead("follow", self._follow)
        self._head()

    async def _follow(self) -> None:
        await self._look_for_it()
        self._wait()

    @on(LogView.Changed)
    def _tell_where(self) -> None:
        self._head()

    async def _state(self) -> None:
        jobs = await self.ask(self.desk.jobs, self._submission.id)
        self._row = next((row for row in jobs.rows if row.index == self._row.index), self._row)
        self._wait()
        self._head()

    def _wait(self) -> None:
        """What the log says while there is nothing in it, and where its end is."""
        status = self._row.status
        self.log_view.ended = status.state.ended
        so_far, target = "" if status.state.ended else " so far", self._submission.target
        if lost(status, self._logs, self._lost):
            self.log_view.wait(is_(self._called, f"gone: {target} had forgotten before anything was saved."))
        elif self._far and status.started:
            coming = ", and comes when that answers." if self._in_trouble else ": what it holds is being brought here."
            self.log_view.wait(is_(self._called, f"on {target}{coming}"))
        else:
            self.log_view.wait(is_(self._called, f"empty{so_far}: the job {_became(self._row)}."))

    async def _open(self) -> None:
        self._logs = await self.ask(self.desk.logs, self._submission)
        path = await self._look_for_it()
        self._wait()
        self.log_view.open(path)
        self._head()

    async def _look_for_it(self) -> Path:
        """Where it is, or will be: where the job runs elsewhere, it comes here while somebody looks."""
        log = self._submission.id, self._row.index, self._stream
        path, self._elsewhere = await self.ask(self.desk.log, *log), await self.ask(self.desk.follow, *log)
        self._far = self._elsewhere and not await self.ask(path.exists)
        if self._logs.forgets:
            self._gone = await self.ask(self.desk.saved, *log[:2])
        return path

    @property
    def _called(self) -> str:
        """What is shown, in words."""
        return called(self._stream, self._logs)

    @property
    def _lost(self) -> Sequence[str]:
        """What is shown, if its rest is gone."""
        return [stream for stream in self._gone or () if stream == self._stream]

    @property
    def _in_trouble(self) -> bool:
        """Whether nothing new of it comes here for now."""
        contact = self.contacts.get(self._submission.target)
        return self._elsewhere and contact is not None and bool(contact.trouble)

    def _head(self) -> None:
        view, state, look = self.log_view, self._row.status.state, self.log_view.look
        status, logs = self._row.status, self._logs
        facts: list[Part] = [(self._called, "key"), (_word(self._row), TONES[state])]
        if often := interval(status, logs):
            facts.append((often, ""))
        if lost(status, logs, self._lost):
            facts.append(("the rest is gone", "attention"))
        if fate := at_risk(status, logs, self._gone is not None, self.now()):
            facts.append((fate, "attention"))
        if look.wrap:
            facts.append(("wrapped", ""))
        if not look.collapse:
            facts.append(("not collapsed", ""))
        if look.left:
            facts.append((f"from column {look.left + 1}", ""))
        if view.percent is not None:
            facts.append((f"searching {view.percent} %", "attention"))
        around = f", with {CONTEXT} lines around" if view.percent is None else ""
        self.status.show_filter(f"only: {printable(view.only)}{around}" if view.only else "")
        where: Part = (view.where, "")
        if self._in_trouble:
            where = (f"{self._submission.target} in trouble  {view.where}", "attention")
        self.status.show(f"{self._row.name or title(self._submission)}", tuple(facts), where)

    def chosen(self) -> Submission | None:
        """The one that the job is of."""
        return self._submission

    def chosen_job(self) -> JobRow:
        """The one whose log it is."""
        return self._row

    def copies(self) -> "Sequence[Copy]":
        """Of this job."""
        from tui_batch.screens.copying import of_jobs

        one = self._submission, self._row
        return of_jobs(self.desk, lambda: [one], self._stream)

    # -- ways to look ----------------------------------------------------------------------------------------------
    def action_stream(self) -> None:
        """The next one that there is of the job."""
        self._stream = after(self._stream, self._logs)
        self.go(self._open)

    def action_wrap(self) -> None:
        """Fold long lines, or cut them."""
        self.log_view.toggle_wrap()

    def action_collapse(self) -> None:
        """What carriage returns left, or all that was there."""
        self.log_view.toggle_collapse()

    def action_sideways(self, screens: float) -> None:
        """To the right or to the left."""
        self.log_view.sideways(screens)

    def action_follow(self) -> None:
        """Follow the end, or stay."""
        self.log_view.toggle_follow()

    def action_mark(self) -> None:
        """Something to see what is new by."""
        if not self.log_view.mark(stamp(self.now())[11:19]):
            self.prompt.say("The log is empty: there is nothing to mark the end of.", "attention")
        elif not self.log_view.following:
            self.prompt.say("A marker stands at the end of the log: G.")

    def action_only(self) -> None:
        """Ask which lines to show."""
        self.go(self._ask_only, self.prompt.ask("only lines with", self.log_view.only))

    async def _ask_only(self, answer: "Future[str | None]") -> None:
        if (text := await answer) is not None:
            self.log_view.show_only(text)

    def action_leave(self) -> None:
        """Esc ends what takes long, then clears the filter, then leaves."""
        if self.log_view.stop_hunting():
            return
        if self.log_view.only:
            self.log_view.show_only("")
        else:
            self.action_back()

    # -- looking for something -------------------------------------------------------------------------------------
    def action_search(self) -> None:
        """Ask what to look for."""
        self.go(self._ask_word, self.prompt.ask("search", self._sought))

    async def _ask_word(self, answer: "Future[str | None]") -> None:
        if text := await answer:
            self._sought, self._word = text, word_quarry(text)
            self.go_instead("hunt", self._hunt, self._word, True)

    def action_again(self, forward: bool) -> None:
        """The next place, or the one before."""
        if self._word:
            self.go_instead("hunt", self._hunt, self._word, forward)
        else:
            self.action_search()

    def action_error(self, forward: bool) -> None:
        """The next line that says that something went wrong, or the one before."""
        self.go_instead("hunt", self._hunt, self._errors, forward)

    async def _hunt(self, quarry: Quarry, forward: bool) -> None:
        there = await self.log_view.hunt(quarry, forward)
        if there is None:
            self.prompt.say(f"No longer looking for {quarry.name}.")
        elif not there:
            where = "below" if forward else "above"
            self.prompt.say(f"{quarry.name} is not found {where}.", "attention")
        self._head()


def _word(row: JobRow) -> str:
    if row.status.state is JobState.FAILED and row.status.exit_code:
        return f"failed, exit {row.status.exit_code}"
    return str(row.status.state).replace("_", " ")


def _became(row: JobRow) -> str:
    state = row.status.state
    if state in (JobState.SUCCEEDED, JobState.FAILED, JobState.TIMED_OUT):
        return f"has {_word(row)}"
    return f"has ended: {_word(row)}" if state.ended else f"is {_word(row)}"
