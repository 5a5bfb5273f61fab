"""The store as the front sees it: one value for the screens, made anew only when a file changed."""

import time
from collections.abc import Mapping
from dataclasses import replace
from operator import itemgetter
from pathlib import Path

from tui_batch.errors import StoreError
from tui_batch.model import Contact, Order, Question, Submission, Target
from tui_batch.shown import Beat, Snapshot
from tui_batch.states import Counts, JobState
from tui_batch.store import contacts, lock, orders, questions, state
from tui_batch.store.home import Home, modified, set_aside
from tui_batch.store.ledger import LedgerView
from tui_batch.store.past import Past

_CREATED = itemgetter(Submission._fields.index("created"))  # an id tells the second only


class View:
    """Reads only files whose stat changed; an unchanged store gives the same snapshot object."""

    def __init__(self, home: Home, targets: Mapping[str, Target]) -> None:
        self._home, self._targets = home, targets
        self._past = Past(home.history)
        self._snapshot: Snapshot | None = None
        self._open: dict[str, Path] = {}  # by id, the summary; looked at so often that making a path costs most of it
        self._summaries: dict[str, tuple[int, Submission]] = {}
        self._orders: tuple[int, tuple[Order, ...]] = (0, ())
        self._beat: tuple[float, Beat | None] = (0.0, None)
        self._contacts: tuple[int, Mapping[str, Contact]] = (0, {})
        self._questions: tuple[int, tuple[Question, ...]] = (0, ())
        self._problems: list[str] = []
        self._was_there = False
        self._writable = True

    def report(self, *problems: str) -> None:
        """Show problems with the store's files along with those found here."""
        new = [problem for problem in problems if problem not in self._problems]
        if new:
            self._problems += new
            self._snapshot = None

    def snapshot(self) -> Snapshot:
        """All that the screens show; the same object while nothing changed."""
        self._check_that_it_is_there()
        changed = self._snapshot is None
        # Orders first: one that is done is in the history before it goes, so no submission is missed between the two.
        changed |= self._read_orders()
        if self._past.refresh():
            known = self._past.submissions.items()
            self._open = {name: self._home.submission(name) / "state.toml" for name, one in known if not one.ended}
            self._summaries.clear()  # a note or another attempt may have come
            changed = True
        changed |= self._read_summaries()
        changed |= self._look_for_courier()
        changed |= self._read_contacts()
        changed |= self._read_questions()
        self._check_that_it_is_there()  # or it went while it was read
        if changed or self._snapshot is None:
            self._snapshot = Snapshot(
                self._overlaid(),
                self._orders[1],
                tuple(self._targets.values()),
                self._beat[1],
                (*self._past.problems, *self._problems),
                self._contacts[1],
                self._writable,
                self._questions[1],
            )
        return self._snapshot

    def _check_that_it_is_there(self) -> None:
        """A store that was there and is gone is no empty one: a folder was renamed, or a file system left."""
        there = modified(self._home.history) > 0
        if self._was_there and not there:
            raise StoreError(f"The store is gone: {self._home.path}. What is shown is what was last seen.")
        self._was_there = there

    def _read_summaries(self) -> bool:
        """The state of open submissions, of those whose summary was written anew."""
        changed = False
        for name, path in self._open.items():
            written = modified(path)
            if name in self._summaries and self._summaries[name][0] == written:
                continue
            self._summaries[name] = written, self._summarised(self._past.submissions[name], path)
            changed = True
        return changed

    def _summarised(self, submission: Submission, path: Path) -> Submission:
        try:
            summary = state.read(path)
        except StoreError:
            self._problems.append(set_aside(path))
            summary = state.Summary()
        if not summary.as_of:  # the ledger knows it all; the courier writes a new one
            view = LedgerView(path.with_name("ledger.tsv"))
            view.refresh()
            summary = state.of(view.statuses, submission.created, "", "")
        counts: Counts = summary.by_state()
        missing = submission.jobs - sum(counts.values())
        if missing > 0:
            counts = {**counts, JobState.QUEUED: counts.get(JobState.QUEUED, 0) + missing}
        as_of, typical = summary.as_of or submission.created, summary.typical
        health, fetched = summary.health, summary.fetched
        return submission._replace(counts=counts, as_of=as_of, health=health, fetched=fetched, typical=typical)

    def _read_orders(self) -> bool:
        before, changed = self._orders, modified(self._home.orders)
        if changed == before[0] and not before[1]:  # while there are some, one may go in the same tick of the clock
            return False
        found, problems = orders.read(self._home.orders)
        self._problems += problems
        self._orders = changed, tuple(found)
        return self._orders[1] != before[1] or bool(problems)

    def _read_contacts(self) -> bool:
        written = modified(self._home.contacts)
        if written == self._contacts[0]:
            return False
        before, now = self._contacts[1], contacts.read(self._home.contacts, self._targets)
        self._contacts = written, now
        return now != before

    def _read_questions(self) -> bool:
        before, changed = self._questions, modified(self._home.questions)
        if changed == before[0] and not before[1]:  # while there are some, one may go in the same tick of the clock
            return False
        self._questions = changed, tuple(questions.read(self._home)) if changed else ()
        return self._questions[1] != before[1]

    def _look_for_courier(self) -> bool:
        now = time.monotonic()
        if now - self._beat[0] < 1.0:
            return False
        before, beat = self._beat[1], lock.look(self._home)
        if beat and beat.alive:
            beat = replace(beat, beat="")  # it moves every second, and nobody looks at it
        writable, self._writable = self._writable, self._home.writable()
        self._beat = now, beat
        return beat != before or writable != self._writable

    def _overlaid(self) -> tuple[Submission, ...]:
        """The history's submissions, newest first, with what is known of the open ones and what was ordered since."""
        known = dict(self._past.submissions)
        known.update((name, summarised) for name, (_, summarised) in self._summaries.items() if name in self._open)
        for order in self._orders[1]:
            if order.verb == "submit" and order.submission not in known:
                known[order.submission] = self._ordered(order, known)
            elif order.verb == "retry" and order.submission in known:
                known[order.submission] = _reopened(known[order.submission], order)
        return tuple(sorted(known.values(), key=_CREATED, reverse=True))

    def _ordered(self, order: Order, known: Mapping[str, Submission]) -> Submission:
        run = 1 + max((other.run for other in known.values() if other.batch == order.batch), default=0)
        target = self._targets.get(order.target)
        word = JobState.DRAFT if order.leaves else JobState.QUEUED  # it can still be taken back
        return Submission(
            order.submission, order.batch, order.digest, order.template, order.target, target.kind if target else "",
            run, order.total, order.created, {word: order.total}, order.created,
        )  # fmt: skip


def _reopened(submission: Submission, order: Order) -> Submission:
    """A submission of which jobs were asked to run again: they count as queued from now on."""
    number = sum(1 for _, numbers in orders.by_attempt(order.jobs) for _ in numbers)
    ended = [word for word in submission.counts if word.ended and word is not JobState.SUCCEEDED]
    counts = {word: count for word, count in submission.counts.items() if word not in ended}
    left = submission.jobs - sum(count for word, count in counts.items() if word is not JobState.QUEUED)
    return submission._replace(counts={**counts, JobState.QUEUED: max(0, min(number, left))}, ended="")
