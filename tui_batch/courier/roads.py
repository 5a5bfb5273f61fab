"""The ways to the targets: a lane for each, opened when it is first needed, and how each target is."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from tui_batch import backends
from tui_batch.backends.base import Backend
from tui_batch.config import Config
from tui_batch.courier import pace
from tui_batch.courier.lane import Lane
from tui_batch.courier.log import say
from tui_batch.courier.messages import Answer, Bring, Probe, Survey, Tell
from tui_batch.courier.pause import Pause, about
from tui_batch.courier.questions import Asker
from tui_batch.courier.tracked import Tracked
from tui_batch.errors import ConfigError, RequestError, StoreError, TuiBatchError, Unanswered
from tui_batch.model import Contact, Health, Order
from tui_batch.store import contacts
from tui_batch.store.home import Home
from tui_batch.times import stamp

LATER = object()  # an order stays until its lane has answered
STAYS = object()  # an order stays: it cannot be carried out yet
WORTH_SECONDS = 5.0  # what comes sooner is no news
WRITE_SECONDS = 15.0  # so old may be what is written down of a target that answers


@dataclass(slots=True)
class Road:
    """A target's lane, when it is asked next, and whether it answers at all."""

    lane: Lane
    backend: Backend  # its lane alone calls it: here stands what it is like
    next_look: float
    changed: float  # when something was last sent there, or learnt from there
    least_seconds: float = 0.0  # the site's
    pause: Pause = field(default_factory=Pause)  # nothing is asked of it before that is over
    took: float = 0.0  # seconds, its last answer
    locked: bool = False  # nothing lets us in: it is only looked at, until something new is there
    hurried: bool = False  # while it was being asked, something came up that it is to be asked about as well
    again: Collection[str] = ()  # the submissions whose lost jobs it is asked for
    owners: dict[str, Tracked] = field(default_factory=dict)  # the target's id of a job → its submission
    asked: float = float("-inf")  # when it was asked last
    jobs: int = 0  # that are open there

    @property
    def due(self) -> float:
        """When it is asked next as far as anybody has to wait for that; what tells by itself is seen at once."""
        if self.backend.crowded is None:
            return self.pause.until or float("inf")
        return max(self.next_look, self.pause.until)

    def looks(self, now: float, jobs: int) -> None:
        """It is being asked about so many jobs: one question at a time."""
        self.asked, self.jobs, self.next_look = now, jobs, float("inf")

    def look_later(self, now: float) -> None:
        """Ask at its pace: no more often than it can take, soon after a change, and seldom where nothing happens."""
        crowded = self.backend.crowded
        wait = about(pace.wait(self.backend.pace, now - self.changed, self.took, crowded is not None))
        self._look(now if self.hurried else now + wait)
        self.hurried = False

    def look_now(self, now: float) -> None:
        """Something is about to be seen there."""
        self.changed = now
        self.hurried = self.next_look == float("inf")  # it is being asked
        if not self.hurried:
            self._look(now)

    def lock(self, now: float) -> None:
        """Nothing lets us in: whether there is something new is looked at, at its pace."""
        self.locked = True
        self.pause.wait(self.backend.pace, now)
        self._look(now)

    def unanswered(self, now: float) -> None:
        """It has not answered: it is asked again as soon as its pause is over."""
        self._look(now)

    def _look(self, when: float) -> None:
        """At this moment, unless that is too soon after the last question."""
        least = pace.least(self.backend.crowded, self.jobs, self.least_seconds)
        self.next_look = max(when, self.asked + least)


class Roads:
    """All roads that are open."""

    def __init__(self, home: Home, config: Config, answer: Callable[[str, Answer], None]) -> None:
        self._home, self._config, self._answer = home, config, answer
        self._open: dict[str, Road] = {}
        self._contacts = dict(contacts.read(home.contacts, config.targets))
        self._stopped = False
        self._unwritten: dict[str, float] = {}  # target → when it is to be written, by the monotonic clock

    def __iter__(self) -> Iterator[tuple[str, Road]]:
        return iter(list(self._open.items()))

    def to(self, target: str) -> Road:
        """The road to a target; a ConfigError or RequestError when the configuration does not know it."""
        if target not in self._open:
            asker = Asker(self._home, target, lambda: self._stopped)
            backend = backends.connect(self._config.target(target), self._home.path, asker)
            lane = Lane(target, backend, self._answer)
            lane.start()
            now = time.monotonic()
            self._open[target] = Road(
                lane, backend, now + (0.0 if backend.remembers else backend.pace), now, self._config.least_seconds
            )
        return self._open[target]

    def passable(self, target: str) -> float:
        """From when on a target may be asked something, by the monotonic clock."""
        return self._open[target].pause.until if target in self._open else 0.0

    def sendable(self, target: str) -> float:
        """From when on it may be sent something: each try is put down before, so there is none while it is locked."""
        locked = target in self._open and self._open[target].locked
        return float("inf") if locked else self.passable(target)

    def look_now(self) -> None:
        """A person wants to know how all targets are."""
        for target in self._open:
            self.asked(target)

    def asked(self, target: str) -> None:
        """A person wants something of it: whatever it is waited for, that is over."""
        if road := self._open.get(target):
            road.pause.asked()
            road.look_now(time.monotonic())

    def forget(self, target: str, tracked: Tracked) -> None:
        """A submission is closed: nothing that its target says concerns it any more."""
        if road := self._open.get(target):
            for job_id in tracked.ids():
                road.owners.pop(job_id, None)

    def stop(self) -> None:
        self._stopped = True
        for road in self._open.values():
            road.lane.stop()

    # -- what orders want of a target ----------------------------------------------------------------------------------

    def tell(self, tracked: Tracked, order: Order, ids: Sequence[str]) -> object | None:
        """Have a target told what an order wants done to these jobs; LATER, unless there are none."""
        return self.ask(tracked.submission.target, Tell(order, ids)) if ids else None

    def ask(self, target: str, request: Tell | Survey | Bring) -> object:
        """Have a target do what an order wants; STAYS when it cannot be told now."""
        if self.passable(target) > time.monotonic():
            return STAYS
        try:
            self.to(target).lane.ask(request)
        except (ConfigError, RequestError) as error:  # the target is not in the configuration any more
            self.silent(target, error)
            return STAYS
        return LATER

    def probe(self, order: Order) -> object | None:
        """Have a target examined."""
        try:
            self.to(order.target).lane.ask(Probe(order))
        except (ConfigError, RequestError) as error:
            self.silent(order.target, error)
            return None
        return LATER

    # -- how the targets are -------------------------------------------------------------------------------------------

    def heard(self, target: str) -> None:
        """It has answered."""
        before = self._contacts.get(target, Contact())
        urgent = bool(before.trouble) or before.reachable is not True
        self._note(
            target, replace(before, reachable=True, heard=stamp(time.time()), trouble="", unanswered=False), urgent
        )

    def told(self, target: str, warning: str) -> None:
        """It has told how its jobs are: when it is asked next is worth a word where that takes a while."""
        before = self._contacts.get(target, Contact())
        if warning != before.warning or WORTH_SECONDS < self._open[target].due - time.monotonic() < float("inf"):
            self._note(target, replace(before, warning=warning), True)

    def silent(self, target: str, error: TuiBatchError) -> None:
        """It has not, or not what was hoped for."""
        before = self._contacts.get(target, Contact())
        now = replace(before, reachable=False, trouble=str(error), unanswered=isinstance(error, Unanswered))
        self._note(target, now, True)

    def examined(self, target: str, health: Health) -> None:
        """This came out when it was looked at closely."""
        before = self._contacts.get(target, Contact())
        known = health.known or before.known  # what it offers it still does where it could not say so
        contact = replace(before, detail=health.detail, facts=health.facts, known=known)
        self._note(target, replace(contact, reachable=health.reachable, as_of=stamp(time.time())), True)

    def _note(self, target: str, contact: Contact, urgent: bool) -> None:
        self._contacts[target] = contact
        due = time.monotonic() + (0.0 if urgent else WRITE_SECONDS)
        self._unwritten[target] = min(due, self._unwritten.get(target, due))

    def write_contacts(self, at_once: bool = False) -> None:
        """Put down how the targets are, at once when it matters, else now and then."""
        now = time.monotonic()
        for target in [name for name, due in self._unwritten.items() if at_once or due <= now]:
            del self._unwritten[target]
            road = self._open.get(target)
            due = road.due if road else float("inf")
            when = stamp(time.time() + due - now) if due < float("inf") else ""
            try:
                contacts.write(self._home.contacts, target, replace(self._contacts[target], next=when))
            except StoreError as error:  # only shown: no job is to wait for it
                say(str(error))
