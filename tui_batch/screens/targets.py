"""Targets: how each is, what it has to do, and what is known of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_batch.model import Contact, Question, Submission, Target
from tui_batch.screens.asking import answer
from tui_batch.screens.undo import Undoing
from tui_batch.screens.view import age, ago
from tui_batch.screens.waiting import examined, next_try
from tui_batch.settings import shown
from tui_batch.shown import Snapshot
from tui_batch.states import JobState, active
from tui_batch.times import seconds
from tui_batch.widgets.columns import Column
from tui_batch.widgets.lines import Line
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.text_view import TextView, heading, pair, pairs

ASKS = "needs answer"


@dataclass(frozen=True, slots=True)
class Place:
    """A target as it is now."""

    target: Target
    contact: Contact
    running: int
    waiting: int
    next: str = ""  # when it is asked again; "" while nobody would
    examined: bool = False  # somebody asked how it is, and the answer is not here
    question: Question | None = None  # what it asks a person

    @property
    def state(self) -> str:
        """Whether it can be reached, as far as is known."""
        if self.question or (self.contact.unanswered and not self.examined):
            return ASKS
        if self.examined:
            return "examining..."
        if self.contact.trouble or self.contact.reachable is False:
            return "no answer"
        return "reachable" if self.contact.reachable or self.contact.heard else "not asked yet"

    @property
    def wants(self) -> str:
        """What it asks a person, and the key for that."""
        return f"{self.question.text.rstrip(':.')}: Enter answers" if self.question else "Enter has it ask again"

    @property
    def tone(self) -> str:
        """How urgent that is."""
        tones = {"no answer": "trouble", ASKS: "attention", "reachable": "", "examining...": "running"}
        return tones.get(self.state, "quiet")


def places(snapshot: Snapshot) -> list[Place]:
    """The targets of the configuration, with what is under way on each."""
    asked = examined(snapshot)
    questions = {question.target: question for question in snapshot.questions}
    here: dict[str, list[Submission]] = {}
    for one in snapshot.submissions:
        if not one.ended:
            here.setdefault(one.target, []).append(one)
    watched = bool(snapshot.courier and snapshot.courier.alive)
    found = []
    for target in snapshot.targets:
        counts = [one.counts for one in here.get(target.name, ())]
        running = sum(each.get(JobState.RUNNING, 0) for each in counts)
        left = sum(map(active, counts)) - running
        contact = snapshot.contacts.get(target.name, Contact())
        due = contact.next if watched and running + left and not contact.unanswered else ""
        found.append(Place(target, contact, running, left, due, target.name in asked, questions.get(target.name)))
    return found


class Places(LiveTable[Place]):
    """A table whose rows can be tested."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "test", id="list.open")]


class Targets(Undoing):
    """A table, and below it, or beside it on a wide screen, the facts of the one under the cursor."""

    HINTS = ("list.open", "list.filter", "list.sort", "view.back")

    def __init__(self) -> None:
        super().__init__()
        self.add_class("panes", "-tenths-6")

    def body(self) -> Iterable[Widget]:
        """The table and the facts."""
        now = self.now
        columns: list[Column[Place]] = [
            Column("name", "TARGET", 12, lambda p: p.target.name, grow=True, letter="n"),
            Column("kind", "KIND", 10, lambda p: p.target.kind, letter="k", rank=2),
            Column("state", "IS", 13, lambda p: p.state, tone=lambda p: p.tone, letter="i"),
            _count("running", "RUN", lambda p: p.running),
            _count("waiting", "WAIT", lambda p: p.waiting),
            Column("heard", "HEARD", 5, lambda p: age(p.contact.heard, now()) or "-",
                   lambda p: _past(p.contact.heard, now()), right=True, letter="h", unit="time", plain=False),
            Column("next", "NEXT", 17, lambda p: next_try(p.next, now()).removeprefix("next try ") or "-",
                   lambda p: p.next or None, letter="x", rank=1, plain=False),
        ]  # fmt: skip
        yield Places(columns, lambda p: p.target.name, id="targets")
        yield TextView(id="facts")

    @property
    def targets(self) -> LiveTable[Place]:
        """The table."""
        return self.query_one("#targets", LiveTable)

    def on_mount(self) -> None:
        """The keys are for the table first."""
        self.set_focus(self.targets)

    def look(self, snapshot: Snapshot) -> None:
        """An answer may have come."""
        super().look(snapshot)
        self.targets.show(places(snapshot), ("No target is configured.",))
        here = [one for one in snapshot.submissions if not one.ended]
        self.status.show("targets", ((str(len(snapshot.targets)), ""),), self.freshness(here))
        self._show_facts()

    def tick(self) -> None:
        """Ages."""
        super().tick()
        self._show_facts()

    @on(LiveTable.Moved)
    def _show_facts(self) -> None:
        place = self.targets.current
        self.query_one("#facts", TextView).show(facts(place, self.now()) + self._more() if place else [])

    def _more(self) -> list[Line]:
        """For whoever has only this machine: how there come to be others."""
        if len(self.targets.rows) > 1:
            return []
        path = self.desk.config.path or "config.toml"
        return [(), heading("More targets"),
                ((f"  A table [targets.NAME] in {path} with kind = \"...\" makes one.", "quiet"),)]  # fmt: skip

    @on(LiveTable.OpenRequested)
    def _test(self, message: LiveTable.OpenRequested) -> None:
        if message.row.state == ASKS:
            answer(self, message.row.target.name)
        else:
            self.go(self._probe, message.row)

    async def _probe(self, place: Place) -> None:
        await self.ask(self.desk.probe, place.target.name)
        self.prompt.say(f"{place.target.name} is being examined; what comes out stands here.")


def facts(place: Place, now: float) -> list[Line]:
    """All that is known of a target."""
    contact, settings = place.contact, place.target.settings
    never = {ASKS: "never", "examining...": "now"}.get(place.state, "never: Enter does")
    known = {
        "says": contact.detail,
        "examined": ago(contact.as_of, now) or never,
        "last answer": ago(contact.heard, now),
    }
    return [
        heading(f"{place.target.name} ({place.target.kind})"),
        *([pair("waits for you", place.wants, "attention")] if place.state == ASKS else []),
        *([pair("trouble", contact.trouble, "trouble")] if contact.trouble else []),
        *([pair("warning", contact.warning, "attention")] if contact.warning else []),
        *(pair(name, value) for name, value in known.items() if value),
        *_pairs("Facts", contact.facts),
        *_pairs("Settings", {key: shown(key, value) for key, value in settings.items()}),
    ]


def _pairs(name: str, values: Mapping[str, object]) -> Sequence[Line]:
    return [(), heading(name), *pairs({key: str(value) for key, value in values.items()})] if values else []


def _past(moment: str, now: float) -> float | None:
    return now - seconds(moment) if moment else None


def _count(name: str, label: str, count: Callable[[Place], int]) -> Column[Place]:
    return Column(name, label, 5, lambda p: str(count(p) or "-"), count, right=True, letter=name[0], plain=False)
