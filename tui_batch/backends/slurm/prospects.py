"""When what waits in Slurm's queue may begin: its place there, and what the scheduler expects."""

from collections.abc import Collection, Mapping

from tui_batch.backends.slurm.listing import Listed, moment
from tui_batch.backends.slurm.queue import Queue

SECONDS = 300.0  # between two looks at it: others' jobs are looked at for it, and much changes without being news
_OWN_TURN = ("Priority", "Resources")


class Prospects:
    """Of each line that waits for its turn those of its first job; they stay as they were until it is looked again."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._turns: Mapping[str, tuple[int, int]] = {}
        self._begins: dict[str, str] = {}  # of all that waited at the last look; "" until the scheduler expects it
        self._next = 0.0

    def of(self, listed: Collection[Listed], now: float) -> Mapping[str, str]:
        """By id what is added to the reason."""
        waiting = {one.number: one for one in reversed([*listed]) if one.submission and one.reason in _OWN_TURN}
        if waiting.keys() - self._begins.keys() and self._next > now + SECONDS / 10:
            self._next = now + SECONDS / 10  # there is something new
        if waiting and now >= self._next:
            self._next = now + SECONDS  # also if the answer does not come
            self._begins = dict.fromkeys(waiting, "")
            self._turns = self._queue.turns()
        for number, one in waiting.items():
            if self._begins.get(number) == "":
                self._begins[number] = moment(one.started)
        return {
            next(one.ids): told(one.partition, self._turns.get(number), self._begins.get(number, ""))
            for number, one in waiting.items()
        }


def told(partition: str, turn: tuple[int, int] | None, begins: str) -> str:
    """`, 12th of 340 in main, expected to begin on 2026-11-20 at 14:30 UTC`."""
    place = f", {nth(turn[0])} of {turn[1]:,} in {partition}" if turn else ""
    return place + (f", expected to begin on {begins[:10]} at {begins[11:16]} UTC" if begins else "")


def nth(number: int) -> str:
    """`1st`, `12th`."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number:,}{ending}"
