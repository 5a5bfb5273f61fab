"""A question: which target is the batch sent to?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_batch.desk import Desk
from tui_batch.errors import TuiBatchError
from tui_batch.model import Batch, Problem, Target
from tui_batch.screens.table_view import TableView
from tui_batch.screens.totals import waves
from tui_batch.screens.waiting import examined
from tui_batch.settings import shown
from tui_batch.shown import Snapshot
from tui_batch.widgets.columns import Column
from tui_batch.widgets.live_table import ChoiceTable, LiveTable
from tui_batch.widgets.progress import counted
from tui_batch.widgets.text_view import TextView

ALL, FIRST = "A", "1"
SENT = {ALL: "all", FIRST: "one first", "n": "no"}


@dataclass(frozen=True, slots=True)
class Place:
    """A target, and how it would run the batch, or why it cannot be asked."""

    target: Target
    runs: str
    trouble: bool = False


class ChooseTarget(TableView):
    """Dismisses with a target, or with None."""

    HINTS = ("list.open", "list.filter", "view.back")
    FLOW: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(FIRST, "first", "one first, when it is chosen", show=False, id="target.first")
    ]

    def __init__(self, batch: Batch, before: Target | None = None) -> None:
        super().__init__()
        self._batch, self._before = batch, before
        self._offers: Mapping[str, Mapping[str, Any]] = {}  # by the target's name, as they are shown

    def body(self) -> Iterable[Widget]:
        """The targets."""
        columns: list[Column[Place]] = [
            Column("name", "TARGET", 14, lambda p: p.target.name, letter="n"),
            Column("kind", "KIND", 10, lambda p: p.target.kind, letter="k"),
            Column("runs", "RUNS", 34, lambda p: p.runs, grow=True, tone=lambda p: "trouble" if p.trouble else ""),
            Column("settings", "SETTINGS", 20, _settings, grow=True, tone=lambda p: "quiet", rank=1),
        ]
        yield ChoiceTable(columns, lambda p: p.target.name, id="targets")
        notes = TextView(id="notes")
        notes.display = notes.can_focus = False
        yield notes

    def on_mount(self) -> None:
        """The default one is under the cursor, or the one that was chosen before."""
        self.status.show("submit", ((f"{self._batch.name}: {counted(self._batch.jobs)}. Where to?", ""),))
        self.go(self._fill)

    def look(self, snapshot: Snapshot) -> None:
        """A target may have said what it offers."""
        super().look(snapshot)
        offers = {name: contact.known for name, contact in snapshot.contacts.items()}
        if offers != self._offers:
            self._offers = offers
            self.go_instead("offers", self._weigh)

    async def _weigh(self) -> None:
        places = await self.ask(_places, self.desk, self._batch)
        self.query_one(LiveTable).show(places, ("No target is configured.",))

    async def _fill(self) -> None:
        table = self.query_one(LiveTable)
        await self._weigh()
        if self._before is None:
            self._before = await self.ask(self.desk.default_target)
        table.go_to(self._before.name)

    @on(LiveTable.OpenRequested)
    def _chosen(self, message: "LiveTable.OpenRequested") -> None:
        self.choose(message.row.target)

    def choose(self, target: Target) -> None:
        """This one it is."""
        self.dismiss(target)

    def action_first(self) -> None:
        """Not home, as elsewhere: whoever wants one job first is a step too early."""
        self.prompt.say("Enter chooses the target; what is sent there is asked then.")

    def action_back(self) -> None:
        """None of them."""
        self.dismiss(None)


class Sending(NamedTuple):
    """Where a batch goes, and whether one job goes ahead of the others."""

    target: Target
    first: bool


class PickTarget(ChooseTarget):
    """The same with the last question: dismisses once the person has said what is sent there."""

    _asking: Target | None = None  # the target that the question is about

    def choose(self, target: Target) -> None:
        """Ask whether it is meant."""
        self.go_instead("confirm", self._confirm, target)

    async def _confirm(self, target: Target) -> None:
        name, jobs = self._batch.name, counted(self._batch.jobs)
        await self.ask(self.desk.inquire, target)
        problems = await self.ask(self.desk.check, self._batch, target)
        if fatal := [problem.text for problem in problems if problem.fatal]:
            self._note([])
            self.prompt.say(f"{target.name} cannot run {name}: {'; '.join(fatal)}.", "trouble")
            return
        self._asking = target
        self._warn(target, problems)
        question = f"Submit {jobs} of {name} to {target.name}{' all the same' * bool(problems)}?"
        answer = await (
            self.prompt.choose(question, SENT, ALL) if self._batch.jobs > 1 else self.prompt.yes(question, "y")
        )
        self._asking = None
        self._note([])
        if answer in (ALL, FIRST, "y"):
            self.dismiss(Sending(target, answer == FIRST))

    def look(self, snapshot: Snapshot) -> None:
        """While the question is open, too."""
        super().look(snapshot)
        if self._asking:
            self.go_instead("notes", self._renew, self._asking)

    async def _renew(self, target: Target) -> None:
        problems = await self.ask(self.desk.check, self._batch, target)
        if self._asking is target:
            self._warn(target, problems)

    def _warn(self, target: Target, problems: Sequence[Problem]) -> None:
        waiting = target.name in examined(self.front.snapshot)
        asking = [f"asking {target.name} what it offers..."] if waiting else []
        self._note([*(problem.text for problem in problems), *asking])

    def _note(self, problems: list[str]) -> None:
        """Above the question, what the target would make of the batch."""
        notes = self.query_one("#notes", TextView)
        notes.display = bool(problems)
        notes.show([((text, "attention"),) for text in problems])


def _places(desk: Desk, batch: Batch) -> list[Place]:
    return [_place(desk, batch, target) for target in desk.targets()]


def _place(desk: Desk, batch: Batch, target: Target) -> Place:
    try:
        return Place(target, waves(desk.limits(batch, target), batch.jobs, batch.resources))
    except TuiBatchError as error:
        return Place(target, str(error), True)


def _settings(place: Place) -> str:
    return ", ".join(f"{key} = {shown(key, value)}" for key, value in place.target.settings.items())
