"""The open orders: which of them may be carried out now, and when the next one may."""

from collections.abc import Iterator

from tui_batch.courier.log import say
from tui_batch.model import Order
from tui_batch.store import orders
from tui_batch.store.home import Home


class Inbox:
    """Orders are carried out in the order in which they were left, for each submission by itself."""

    def __init__(self, home: Home) -> None:
        self._folder = home.orders
        self._asked: set[str] = set()  # those that a lane has been asked to carry out
        self._known: set[str] = set()  # those that were carried out, or tried, before
        self.open: list[Order] = []

    def look(self) -> None:
        """See what there is."""
        self.open, problems = orders.read(self._folder)
        for problem in problems:
            say(problem)

    def ready(self, now: str) -> Iterator[Order]:
        """Those to be carried out now: none before it leaves, and none before an earlier one of its submission."""
        waiting = set()
        for order in self.open:
            if order.leaves > now or order.submission in waiting:
                waiting.add(order.submission)
            elif order.id not in self._asked and orders.take(self._folder, order):
                yield order

    @property
    def next(self) -> str:
        """When the next one leaves; "" if none waits for that."""
        return min((order.leaves for order in self.open if order.leaves), default="")

    def fresh(self, order: Order) -> bool:
        """Whether a person has just asked for it: it is looked at for the first time."""
        fresh = order.id not in self._known
        self._known.add(order.id)
        return fresh

    def answer_awaited(self, order: Order) -> None:
        """A lane was asked to carry it out."""
        self._asked.add(order.id)

    def again(self, order: Order) -> None:
        """Its lane could not: it is asked at the next look."""
        self._asked.discard(order.id)

    def done(self, order: Order) -> None:
        """It was carried out: its effect is on disk, and only now the order goes."""
        self._asked.discard(order.id)
        self._known.discard(order.id)
        orders.done(self._folder, order)
