"""What all screens have in common: a line at the top, a line at the bottom, and the way back."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec, TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker, WorkType

from tui_batch.desk import Desk
from tui_batch.model import Contact, Submission
from tui_batch.screens.fresh import freshness, next_look, stale
from tui_batch.shown import Snapshot
from tui_batch.times import seconds, span
from tui_batch.widgets.lines import Part
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.printable import cells, fit, printable
from tui_batch.widgets.prompt_line import HELP, PromptLine
from tui_batch.widgets.status_line import StatusLine
from tui_batch.widgets.too_small import COLUMNS, ROWS, TooSmall

if TYPE_CHECKING:
    from tui_batch.app import BatchApp
    from tui_batch.screens.copying import Copy

P = ParamSpec("P")
T = TypeVar("T")

WIDE = 120  # cells from which on there is room for a second pane at the right
FILTER_CELLS = 20  # of a filter's text in the top line


class View(Screen[Any], inherit_bindings=False):
    """A screen between its two lines. `look` is told of every new snapshot, `tick` of every second."""

    HINTS: ClassVar[tuple[str, ...]] = ("view.back",)  # the bindings that the bottom line names, most wanted first
    FLOW: ClassVar[bool] = False  # a step on the way to a submission, on which no other way begins
    HELPS: ClassVar[str] = HELP  # the binding that names all keys
    ANSWERS: ClassVar[str] = "view.answer"  # the binding that answers what a target asks
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "leave", "back", show=False, id="view.leave"),
        Binding("q,backspace", "back", "back", id="view.back"),
        Binding("tab", "app.focus_next", "next pane", show=False, id="view.next-pane"),
        Binding("shift+tab", "app.focus_previous", "previous pane", show=False, id="view.previous-pane"),
        Binding("y", "copy", "copy", show=False, id="view.copy"),
        Binding("a", "answer", "answer what a target asks", show=False, id="view.answer"),
        Binding("colon,ctrl+p", "command", "command", show=False, id="view.command"),
    ]

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]

    # Textual paints the whole screen whenever the focus moves, 3.5 KB; our widgets show it by themselves.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    _asked: Sequence[Worker[None]] = ()  # what keys have asked for

    def compose(self) -> ComposeResult:
        """The two lines, and what stands between them."""
        yield StatusLine(id="status")
        yield from self.body()
        yield PromptLine(id="prompt")
        yield TooSmall(id="too-small")

    def body(self) -> Iterable[Widget]:
        """What stands between the two lines."""
        raise NotImplementedError

    @property
    def hints(self) -> Sequence[str]:
        """Those of the bindings in `HINTS` that come to something now."""
        return self.HINTS

    @property
    def front(self) -> "BatchApp":
        """The app, by its own type."""
        return cast("BatchApp", self.app)

    @property
    def desk(self) -> Desk:
        """What can be asked."""
        return self.front.desk

    @property
    def too_small(self) -> bool:
        """Whether there is no room for what one would act on."""
        width, height = self.app.size
        return width < COLUMNS or height < ROWS

    def on_resize(self) -> None:
        """Say so where there is no room, and go on as before where there is."""
        self.set_class(self.too_small, "-too-small")

    @property
    def status(self) -> StatusLine:
        """The top line."""
        return self.query_one("#status", StatusLine)

    @property
    def prompt(self) -> PromptLine:
        """The bottom line."""
        return self.query_one("#prompt", PromptLine)

    @property
    def contacts(self) -> Mapping[str, Contact]:
        """How each target was when it was last asked."""
        return self.front.snapshot.contacts if self.front.snapshot else {}

    def now(self) -> float:
        """Seconds since the epoch, by the desk's clock."""
        return self.desk.now()

    async def ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Have the clerk ask the desk; the screen goes on meanwhile."""
        return await self.front.clerk.ask(question, *args, **kwargs)

    def go(self, work: Callable[P, Awaitable[None]], *args: P.args, **kwargs: P.kwargs) -> None:
        """Do what a key asks for; the screen goes on, and the keys that follow wait for it."""
        self.wait_for(self._run(partial(work, *args, **kwargs)))

    def lead(self, group: str, work: Callable[P, Awaitable[None]], *args: P.args, **kwargs: P.kwargs) -> None:
        """The same in place of what of the same group is still being done."""
        self.wait_for(self._run(partial(work, *args, **kwargs), group))

    def go_regardless(self, work: Callable[P, Awaitable[None]], *args: P.args, **kwargs: P.kwargs) -> None:
        """Do this even if the screen is left meanwhile."""
        self.app.run_worker(partial(work, *args, **kwargs))

    def go_instead(self, group: str, work: Callable[P, Awaitable[None]], *args: P.args, **kwargs: P.kwargs) -> None:
        """Do this in place of what of the same group is still being done; no key waits for it."""
        self._run(partial(work, *args, **kwargs), group)

    def _run(self, work: Callable[[], Awaitable[None]], group: str = "") -> Worker[None]:
        async def while_here() -> None:
            try:
                await work()
            except NoMatches:  # a screen that was left meanwhile lacks what the work wants to fill
                if self in self.app.screen_stack:
                    raise

        # Not a coroutine but what makes one: a worker that is cancelled before it began would leave it unawaited.
        worker: WorkType[None] = while_here
        return self.run_worker(worker, group=group or "default", exclusive=bool(group))

    def wait_for(self, worker: Worker[None]) -> None:
        """Let the keys that follow wait until this is done, or has led to another screen or a question."""
        self._asked = [*filter(_going_on, self._asked), worker]

    @property
    def underway(self) -> Sequence[object]:
        """What the keys so far have led to, and is not there yet."""
        if not self.is_mounted:
            return (self,)
        if self.prompt.question:
            return ()
        table = self.focused
        unsettled = [table] if isinstance(table, LiveTable) and not table.settled else []
        return [*unsettled, *filter(_going_on, self._asked)]

    def look(self, snapshot: Snapshot) -> None:
        """Something changed."""

    def freshness(self, open_ones: Sequence[Submission]) -> Part:
        """Whether one sees these open submissions as they are."""
        if self.front.clerk.paused:
            return ("paused: p", "attention")
        return freshness(open_ones, self.contacts, self.front.unwatched.seconds, self.now())

    def stale(self, submission: Submission) -> bool:
        """Whether its jobs may be otherwise by now than one sees them."""
        return stale(submission, self.contacts)

    def next_look(self, submission: Submission) -> str:
        """When its target is asked next how it is; "" while nobody sees to that."""
        unseen = self.front.clerk.paused or self.front.unwatched.seconds
        return "" if unseen else next_look(submission, self.contacts, self.now())

    def tick(self) -> None:
        """A second went by: ages may read differently."""
        for table in self.query(LiveTable):
            table.repaint()

    def on_screen_resume(self) -> None:
        """There at last, or back from another screen: see what came meanwhile."""
        self.show_banner()
        if self.front.snapshot is not None or self.front.trouble:
            self.look(self.front.snapshot or Snapshot())

    def show_banner(self) -> None:
        """Say what concerns every screen."""
        self.status.show_banner(self.front.banner(self.prompt.key_of(self.ANSWERS)))

    @on(LiveTable.Filtered)
    @on(LiveTable.Marked)
    def _tell_filters(self) -> None:
        self.status.show_filter("; ".join(filter(None, map(_told, self.query(LiveTable)))))
        self.prompt.repaint()  # where there is no row there is nothing to open

    def on_descendant_focus(self) -> None:
        """Other keys apply."""
        self.prompt.repaint()

    def chosen(self) -> Submission | None:
        """The submission that the keys are for, if they are for one."""
        return None

    def copies(self) -> "Sequence[Copy]":
        """What can be copied here."""
        return ()

    def action_copy(self) -> None:
        """Ask what to copy, then do."""
        from tui_batch.screens.copying import choose

        if copies := self.copies():
            letters = {copy.letter: copy.word for copy in copies}
            self.go(choose, self, copies, self.prompt.choose("copy", letters))
        else:
            self.prompt.say("There is nothing here to copy.")

    def action_answer(self) -> None:
        """Answer what a target asks."""
        from tui_batch.screens.asking import answer

        answer(self)

    def action_command(self) -> None:
        """A command with its arguments."""
        from tui_batch.screens.command_line import ask

        ask(self)

    def action_leave(self) -> None:
        """Esc: out of whatever one is in."""
        self.action_back()

    def action_back(self) -> None:
        """To the screen before."""
        self.dismiss()


def _going_on(worker: Worker[None]) -> bool:
    return not (worker.is_finished or worker.is_cancelled)


def _told(table: LiveTable[Any]) -> str:
    """What is marked in a table and what hides a part of it, lest it be forgotten."""
    told = [f"{len(table.marked):,} marked"] if table.marked else []
    if table.filter_text:
        text = fit(table.filter_text, min(FILTER_CELLS, cells(printable(table.filter_text))))
        told.append(f"filter: {text}, {len(table.view):,} of {len(table.rows):,}")
    return "; ".join(told)


def age(moment: str, now: float) -> str:
    """How long ago, as coarse as keeps a quiet screen quiet."""
    if not moment:
        return ""
    past = now - seconds(moment)
    return "now" if past < 10 else span(past // 10 * 10 if past < 100 else past)


def ago(moment: str, now: float) -> str:
    """The same as it is said in a sentence: `3m ago`, `now`; nothing for no moment."""
    past = age(moment, now)
    return f"{past} ago" if past not in ("", "now") else past
