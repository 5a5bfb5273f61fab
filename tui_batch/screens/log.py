"""The log of one job, the whole screen for it."""

from asyncio import Future
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_batch.model import JobRow, Snapshot, Submission
from tui_batch.screens.rows import title
from tui_batch.screens.view import View
from tui_batch.states import JobState
from tui_batch.widgets.lines import Part
from tui_batch.widgets.log_view import LogView
from tui_batch.widgets.progress import TONES

if TYPE_CHECKING:
    from tui_batch.screens.copying import Copy

_OTHER = {"out": "err", "err": "out"}


class Log(View):
    """Opens at the end and follows; `o` shows the other stream."""

    HINTS = ("log.stream", "log.search", "log.next", "log.follow", "log.wrap", "view.back")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "stream", "stdout/stderr", id="log.stream"),
        Binding("w", "wrap", "wrap", id="log.wrap"),
        Binding("f", "follow", "follow", id="log.follow"),
        Binding("slash", "search", "search", id="log.search"),
        Binding("n", "again(True)", "next", id="log.next"),
        Binding("N", "again(False)", "previous", id="log.previous"),
    ]

    def __init__(self, submission: Submission, row: JobRow) -> None:
        super().__init__()
        self._submission, self._row = submission, row
        self._stream = "out"

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
        """Where one is in the log."""
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
        so_far = "" if status.state.ended else " so far"
        self.log_view.wait(f"std{self._stream} is empty{so_far}: the job {_became(self._row)}.")

    async def _open(self) -> None:
        path = await self.ask(self.desk.log, self._submission.id, self._row.index, self._stream)
        self._wait()
        self.log_view.open(path)
        self._head()

    def _head(self) -> None:
        view, state = self.log_view, self._row.status.state
        facts: tuple[Part, ...] = ((f"std{self._stream}", "key"), (_word(self._row), TONES[state]))
        if view.wrap:
            facts += (("wrapped", ""),)
        self.status.show(f"{self._row.name or title(self._submission)}", facts, (view.where, ""))

    def chosen(self) -> Submission | None:
        """The one that the job is of."""
        return self._submission

    def copies(self) -> "Sequence[Copy]":
        """Of this job."""
        from tui_batch.screens.copying import of_jobs

        return of_jobs(self.desk, [(self._submission, self._row)], self._stream)

    # -- keys ------------------------------------------------------------------------------------------------------
    def action_stream(self) -> None:
        """Standard output or standard error."""
        self._stream = _OTHER[self._stream]
        self.go(self._open)

    def action_wrap(self) -> None:
        """Fold long lines, or cut them."""
        self.log_view.toggle_wrap()
        self._head()

    def action_follow(self) -> None:
        """Follow the end, or stay."""
        self.log_view.toggle_follow()
        self._head()

    def action_search(self) -> None:
        """Ask what to look for."""
        self.go(self._ask_word, self.prompt.ask("search", self.log_view.word))

    async def _ask_word(self, answer: "Future[str | None]") -> None:
        if word := await answer:
            await self._search(word, True)

    def action_again(self, forward: bool) -> None:
        """The next place, or the one before."""
        if word := self.log_view.word:
            self.go_instead("search", self._search, word, forward)
        else:
            self.action_search()

    async def _search(self, word: str, forward: bool) -> None:
        if not await self.log_view.search(word, forward):
            self.prompt.say(f"'{word}' does not stand {'below' if forward else 'above'} this place.", "attention")
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
