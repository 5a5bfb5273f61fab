"""New batch, third step: every job before it is made, what they come to, and where they go."""

from asyncio import CancelledError, Event, to_thread
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget

from tui_batch.errors import TuiBatchError
from tui_batch.model import Batch, Contact, Target
from tui_batch.numbers import spell
from tui_batch.screens.batches import Batches
from tui_batch.screens.clerk import Brake, Stopped, apart, braked
from tui_batch.screens.drafts import Drafts, draft_columns, drafts, widest
from tui_batch.screens.page import Page, contents
from tui_batch.screens.picked import fitting
from tui_batch.screens.rerun import ANSWER
from tui_batch.screens.submitting import Submitting
from tui_batch.screens.totals import Totals, draft, totals
from tui_batch.screens.typed import drawer
from tui_batch.screens.waiting import examined
from tui_batch.shown import JobList, Snapshot
from tui_batch.widgets.facts import Facts
from tui_batch.widgets.lines import Line
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.progress import counted
from tui_batch.widgets.text_view import TextView, heading, pairs

if TYPE_CHECKING:
    from tui_batch.sweep import Sweep

REST_SECONDS = 0.15  # the job beside the table waits while somebody runs through it


class Preview(Submitting):
    """All jobs of a sweep and what they come to. Dismisses with the target that was chosen."""

    HINTS = ("list.open", "preview.all", "preview.first", "preview.target", "preview.edit", "preview.write",
             "list.filter", "list.sort")  # fmt: skip
    FLOW = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("A", "all", "submit all", id="preview.all"),
        Binding("1", "first", "one first", id="preview.first"),
        Binding("t", "target", "target", id="preview.target"),
        Binding("D", "write", "only write", id="preview.write"),
        Binding("e", "back", "edit", id="preview.edit"),
    ]

    def __init__(self, sweep: "Sweep", called: str, name: str, target: Target | None = None) -> None:
        super().__init__()
        self._sweep, self._called, self._target = sweep, called, target
        self._draft = draft(sweep, name)
        self._rows = Drafts(sweep)
        self._totals: Totals | None = None
        self._known: Mapping[str, Any] = {}  # what the target offers, as they were reckoned with
        self._inquired: set[str] = set()  # the targets that were asked for that
        self._reckoned = Event()
        self._brake = Brake()
        self._made: int | None = None  # how many are written while that goes on
        self._ordering = False  # the order is being left: a large batch is read once more for that
        self._batch: Batch | None = None  # a target may refuse it: then it need not be written again for another
        self._resting: Timer | None = None

    def body(self) -> Iterable[Widget]:
        """What it comes to, the jobs, and where there is room the one under the cursor."""
        yield Facts(id="totals")
        with Horizontal():
            yield LiveTable(draft_columns(JobList(self._sweep.varying, ())), lambda r: str(r.index), id="jobs")
            yield TextView(id="beside")

    def on_mount(self) -> None:
        """The sweep never changes here; what it comes to does with the target."""
        self.set_focus(self.query_one(LiveTable))
        self._head()
        self.go(self._fill)
        self.go_instead("totals", self._reckon)

    @property
    def about(self) -> str:
        """The batch that this becomes."""
        return self._draft.name

    async def _fill(self) -> None:
        self._rows = await braked(drafts, self._sweep)
        longest = await apart(widest, self._sweep)
        table = self.query_one(LiveTable)
        table.set_columns(draft_columns(JobList(self._sweep.varying, [longest])))
        table.show(self._rows)

    async def _reckon(self) -> None:
        if self._target is None:
            self._target = await self.ask(self.desk.default_target)
        target = self._target
        self._known = self._contact.known
        self._totals = await apart(totals, self.desk, self._draft, self._sweep, target)
        self.query_one("#totals", Facts).show(self._totals.lines)
        self._reckoned.set()
        if target.name not in self._inquired:
            await self.ask(self.desk.inquire, target)
            self._inquired.add(target.name)

    def look(self, snapshot: Snapshot) -> None:
        """The target may have said what it offers."""
        super().look(snapshot)
        self._head()
        if self._contact.known != self._known:
            self.go_instead("totals", self._reckon)

    @property
    def _contact(self) -> Contact:
        """How the target was when it was last asked."""
        return self.contacts.get(self._target.name, Contact()) if self._target else Contact()

    def tick(self) -> None:
        """How far the generation is."""
        self._head()

    def _head(self) -> None:
        made = ("nothing is written yet", "") if self._batch is None else (f"written as {self._batch.name}", "")
        if self._made is not None:
            made = (f"{self._made:,} written; Esc stops", "running")
        elif self._target and self._target.name in examined(self.front.snapshot):
            made = (f"asking {self._target.name} what it offers...", "running")
        elif wrong := self._contact.trouble or (self._contact.detail if self._contact.reachable is False else ""):
            made = (wrong, "attention")
        self.status.show(f"new batch: {self._draft.name}", ((counted(self._sweep.count), "key"), made))

    # -- one job ---------------------------------------------------------------------------------------------------
    @on(LiveTable.OpenRequested)
    def _open(self, message: LiveTable.OpenRequested) -> None:
        self.lead("open", self._show_job, message.row.index)

    async def _show_job(self, index: int) -> None:
        name, lines = await apart(self._job, index)
        self.app.push_screen(Page(f"job {index}", lines, name))

    def on_resize(self) -> None:
        """There may be room now for the job under the cursor."""
        self._rest()

    @on(LiveTable.Moved)
    def _rest(self) -> None:
        if self._resting:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, lambda: self.go_instead("beside", self._show_beside))

    async def _show_beside(self) -> None:
        if self.has_class("-wide") and (row := self.query_one(LiveTable).current):
            _, lines = await apart(self._job, row.index)
            self.query_one("#beside", TextView).show(lines)

    def _job(self, index: int) -> tuple[str, list[Line]]:
        """The name of a job, and its values, what its target would get, and its files; in a thread of its own."""
        values = self._rows.values(index)
        lines = [heading("Values"), *pairs({key: spell(value) for key, value in values.items()}), ()]
        name = ""
        try:
            name, files = self.desk.rendered(self._sweep, index, self._draft.name)
            target = self._target or self.desk.default_target()
            script = self.desk.script(self._draft, target, name, files)
            lines += [*contents({f"What {target.name} gets": script}), (), *contents(files)]
        except TuiBatchError as error:
            lines += [((f"  {line}", "trouble"),) for line in str(error).splitlines()]
        return name, lines

    @property
    def _busy(self) -> bool:
        """What was answered is being done, and is not to be done twice."""
        return self._made is not None or self._ordering

    # -- where it goes ---------------------------------------------------------------------------------------------
    def action_target(self) -> None:
        """Choose another target."""
        if not self._busy:
            self.go(self._choose)

    async def _choose(self) -> None:
        from tui_batch.screens.pick import ChooseTarget

        chosen = await self.app.push_screen_wait(ChooseTarget(self._draft, self._target))
        if chosen is not None:
            self._target, self._totals = chosen, None
            self._reckoned.clear()
            self.go_instead("totals", self._reckon)
            self._rest()

    def action_all(self) -> None:
        """Generate and submit them all, if it is meant."""
        self._send(False)

    def action_first(self) -> None:
        """The same with one job ahead of the others."""
        if self._sweep.count > 1:
            self._send(True)
        else:
            self.prompt.say("There is only one job: A submits it.")

    def _send(self, first: bool) -> None:
        if not self._busy:
            self.lead("send", self._submit, first)

    async def _submit(self, first: bool) -> None:
        if self._totals is None:
            self.prompt.say(f"Still looking at what {self._draft.name} comes to.")
            await self._reckoned.wait()
        come_to, target = self._totals, self._target
        if come_to is None or target is None:
            return
        if come_to.refusal:
            self.prompt.say(come_to.refusal, "trouble")
            return
        answer = self.prompt.yes(fitting(self.size.width - ANSWER, *self._questions(come_to, target, first)), safe="y")
        if await answer == "y" and (batch := await self._generate()):
            self._ordering = True
            try:
                await self.order(batch.name, target.name, first)
            finally:
                self._ordering = False

    def _questions(self, come_to: Totals, target: Target, first: bool) -> list[str]:
        """What is asked, at length and in short."""
        jobs, name, more = counted(self._sweep.count), self._draft.name, " all the same" * come_to.warned
        if not first:
            return [f"Submit {jobs} of {name} to {target.name}{more}?"]
        begun = f"Submit 1 of {jobs} of {name} to {target.name}, then the rest"
        return [
            f"{begun} if it succeeds{more}?",
            f"{begun}{more}?",
            f"Submit 1 of {jobs} to {target.name} first{more}?",
        ]

    # -- making it -------------------------------------------------------------------------------------------------
    def action_write(self) -> None:
        """Generate only."""
        if not self._busy:
            self.go(self._write)

    async def _write(self) -> None:
        if batch := await self._generate():
            self.front.action_batches()
            if isinstance(batches := self.app.screen, Batches):
                batches.want(batch.name)
            self.front.say(f"{batch.name} is written: {counted(batch.jobs)}. S submits it.")

    async def _generate(self) -> Batch | None:
        """The batch; None if it was stopped."""
        if self._batch is not None:
            return self._batch
        self._made = 0
        self._head()
        try:
            self._batch = await self._written()
        except Stopped:
            self.prompt.say("Stopped: nothing is written.")
        finally:
            self._made = None
        self._head()
        if self._batch is not None:
            self.go_regardless(self._drop_draft)
        return self._batch

    async def _drop_draft(self) -> None:
        await self.ask(self.desk.remember, drawer(self._sweep.template.name), {})

    async def _written(self) -> Batch:
        self._brake = brake = Brake()

        def count(made: int) -> None:
            brake()
            self._made = made

        try:
            # Not the clerk, who has to go on looking; and no daemon: it must tidy up if the program ends.
            return await to_thread(self.desk.generate, self._sweep, self._called, count)
        except CancelledError:
            brake.pull()
            raise

    def action_back(self) -> None:
        """To the form with all that was typed; a generation is stopped first."""
        if self._made is None:
            self.dismiss(self._target)
        else:
            self._brake.pull()
