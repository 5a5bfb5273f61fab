"""For some seconds an order can be taken back: what waits to leave, and the key that undoes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui_batch import indices
from tui_batch.model import Order, Submission
from tui_batch.screens.rows import title
from tui_batch.screens.table_view import TableView
from tui_batch.shown import Snapshot
from tui_batch.states import active
from tui_batch.times import seconds
from tui_batch.widgets.progress import counted

UNDONE = ("submit", "cancel")  # what can be taken back


@dataclass(frozen=True, slots=True)
class Waiting:
    """Orders that one answer made, and that leave together."""

    orders: tuple[Order, ...]
    what: str  # "12 jobs of netmc"

    def told(self, now: float) -> str:
        """What is about to happen, and for how long it can be stopped."""
        left = ceil(max(seconds(order.leaves) for order in self.orders) - now)
        first = self.orders[0]
        if first.verb == "cancel":
            return f"Cancelling {self.what} in {left} s: u takes it back"
        ahead = "one of " * first.first
        return f"Submitting {ahead}{self.what} to {first.target} in {left} s: u takes it back"

    def taken_back(self, number: int) -> str:
        """What became of the wish to undo it, when so many orders had not left yet."""
        cancels = self.orders[0].verb == "cancel"
        if not number:
            return f"Too late, {'being cancelled' if cancels else 'on the way'} already: {self.what}."
        late = len(self.orders) - number
        rest = f" {late} of {len(self.orders)} orders had left already." if late else ""
        kept = "" if cancels else " The batch is kept."
        return f"Taken back, not {'cancelled' if cancels else 'submitted'}: {self.what}.{kept}{rest}"


class Undo:
    """Remembers which orders were made by one answer, so that one key undoes them all."""

    def __init__(self) -> None:
        self._together: list[frozenset[str]] = []

    def made(self, orders: Iterable[str]) -> None:
        """These orders belong together."""
        self._together.append(frozenset(orders))

    def newest(self, snapshot: Snapshot, now: float) -> Waiting | None:
        """What was asked for last and has not left."""
        waiting = [order for order in snapshot.orders if can_be_undone(order, now)]
        if not waiting:
            return None
        newest = max(waiting, key=lambda order: (order.created, order.id))
        group = next((ids for ids in self._together if newest.id in ids), frozenset({newest.id}))
        orders = tuple(order for order in waiting if order.id in group)
        return Waiting(orders, _what(orders, snapshot))


def can_be_undone(order: Order, now: float) -> bool:
    """Whether it waits to leave."""
    return order.verb in UNDONE and bool(order.leaves) and seconds(order.leaves) > now


def concerned(order: Order, submission: Submission | None) -> int:
    """How many jobs an order is about."""
    if order.verb == "submit":
        return order.total
    if order.jobs:
        return sum(1 for _ in indices.from_text(order.jobs))
    return active(submission.counts) if submission else 0


def _what(orders: Sequence[Order], snapshot: Snapshot) -> str:
    known = {submission.id: submission for submission in snapshot.submissions}
    number = sum(concerned(order, known.get(order.submission)) for order in orders)
    first = orders[0]
    name = first.batch or (title(known[first.submission]) if first.submission in known else first.submission)
    return f"{counted(number)} of {name if len(orders) == 1 else f'{len(orders)} submissions'}"


class Undoing(TableView):
    """A list on which the last order can be taken back while the bottom line counts down."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("u", "undo", "undo", show=False, id="list.undo")]

    def look(self, snapshot: Snapshot) -> None:
        """An order may have come, or left."""
        self._count_down(snapshot)

    def tick(self) -> None:
        """A second less."""
        super().tick()
        if self.front.snapshot is not None:
            self._count_down(self.front.snapshot)

    def _count_down(self, snapshot: Snapshot) -> None:
        waiting = self.front.undo.newest(snapshot, self.now())
        self.prompt.stand(waiting.told(self.now()) if waiting else "")

    def action_undo(self) -> None:
        """Take the newest order back."""
        self.go(self._undo)

    async def _undo(self) -> None:
        # The snapshot on the screen may be older than the last answer.
        snapshot = await self.ask(self.desk.snapshot)
        waiting = self.front.undo.newest(snapshot, self.now())
        if waiting is None:
            return self.prompt.say("Nothing to take back.")
        number = 0
        for order in waiting.orders:
            number += await self.ask(self.desk.withdraw, order.id)
        return self.prompt.say(waiting.taken_back(number))
