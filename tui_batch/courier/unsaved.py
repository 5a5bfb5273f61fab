"""Which logs of a submission are still to be saved from a target that forgets them, and which of them comes next."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from tui_batch.model import Status
from tui_batch.states import JobState

UNSEEN, SEEN, RUNNING = range(3)  # ranks: not looked at since its job ended; looked at, but for last words; runs still


@dataclass(frozen=True, slots=True, order=True)
class Errand:
    """A log to be looked at; the first of them is the one that is forgotten first."""

    rank: int
    since: str  # when its job ended
    attempt: int
    index: int
    stream: int  # its place among the streams
    misses: int = field(default=0, compare=False)  # how often in a row it could not be looked at

    @property
    def key(self) -> tuple[int, int]:
        return self.attempt, self.index


@dataclass(slots=True)
class Ended:
    """An attempt of a job that has ended, and whose logs are not known to be here whole."""

    id: str
    since: str
    lost: bool  # or so it seems: it may be found again, and nothing is final
    left: set[int]  # the places of its streams
    unseen: set[int]  # those of them that were not looked at since it ended
    gone: list[str] = field(default_factory=list)


class Unsaved:
    """What is left to do: at once, in a while, and again and again of what runs."""

    def __init__(self, streams: Sequence[str]) -> None:
        self.streams = streams
        self.ended: dict[tuple[int, int], Ended] = {}  # by attempt and index
        self.tries: Counter[tuple[int, int]] = Counter()  # how often its logs were asked for before it is cancelled
        self.next_round = 0.0  # when what runs is looked at, by the monotonic clock
        self.trouble = ""  # why what came could not be kept
        self._ready: list[Errand] = []
        self._later: list[tuple[float, Errand]] = []

    def heard(self, index: int, status: Status) -> None:
        """A job is known to be so; what has ended is to be looked at."""
        key, places = (status.attempt, index), range(len(self.streams))
        self.ended.pop(key, None)
        if status.state.ended and status.id:
            since = min(filter(None, (status.ended, status.as_of)), default="")
            lost = status.state is JobState.LOST
            self.ended[key] = Ended(status.id, since, lost, set(places), set(places))
            for place in places:
                heappush(self._ready, Errand(UNSEEN, since, *key, place))

    def begin_round(self, jobs: Iterable[tuple[int, int]]) -> None:
        """These run, by attempt and index: what they wrote so far is to be looked at."""
        waiting = [*self._ready, *(errand for _, errand in self._later)]
        queued = {errand.key for errand in waiting if errand.rank == RUNNING}
        for key in jobs:
            if key not in queued:
                for place in range(len(self.streams)):
                    heappush(self._ready, Errand(RUNNING, "", *key, place))

    # -- what comes next -----------------------------------------------------------------------------------------------

    def due(self) -> float:
        """When something is to be looked at, by the monotonic clock."""
        if self._ready:
            return 0.0
        return min(self.next_round, self._later[0][0] if self._later else self.next_round)

    def first(self, now: float) -> Errand | None:
        """What is to be looked at now, before all else."""
        while self._later and self._later[0][0] <= now:
            heappush(self._ready, heappop(self._later)[1])
        while self._ready and not self._wanted(self._ready[0]):
            heappop(self._ready)
        return self._ready[0] if self._ready else None

    def take(self) -> Errand:
        """The first of them, from now on in good hands."""
        return heappop(self._ready)

    def _wanted(self, errand: Errand) -> bool:
        known = self.known(errand)
        return errand.rank == RUNNING or (known is not None and errand.stream in known.left)

    # -- what came of it -----------------------------------------------------------------------------------------------

    def known(self, errand: Errand) -> Ended | None:
        """The attempt that it is about, if that has ended, and not once more since."""
        known = self.ended.get(errand.key)
        return known if known and known.since == errand.since else None

    def again(self, errand: Errand, due: float = 0.0) -> None:
        """Look at it once more: now, or when it is due."""
        if due:
            heappush(self._later, (due, errand))
        else:
            heappush(self._ready, errand)

    def seen(self, errand: Errand) -> bool:
        """All that is there has come, as far as one look shows; whether that was the first one since its job ended."""
        known = self.known(errand)
        first = known is not None and errand.stream in known.unseen
        if known:
            known.unseen.discard(errand.stream)
        return first

    def done(self, errand: Errand, gone: bool = False) -> None:
        """It is here whole, or the rest of it cannot be had."""
        if known := self.known(errand):
            known.left.discard(errand.stream)
            known.unseen.discard(errand.stream)
            known.gone += [self.streams[errand.stream]] if gone else []
            if not known.left:
                del self.ended[errand.key]

    def unseen(self) -> Collection[str]:
        """When each attempt ended that was not looked at since."""
        return [one.since for one in self.ended.values() if one.unseen and one.since and not one.lost]
