"""The ways to the targets: a lane for each, opened when it is first needed."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tui_batch import backends
from tui_batch.config import Config
from tui_batch.courier.lane import Answer, Lane
from tui_batch.courier.tracked import Tracked
from tui_batch.store.home import Home


@dataclass(slots=True)
class Road:
    """A target's lane, when it is asked next, and how often it failed in a row."""

    lane: Lane
    pace: float
    next_look: float
    failures: int = 0
    owners: dict[str, Tracked] = field(default_factory=dict)  # the target's id of a job → its submission


class Roads:
    """All roads that are open."""

    def __init__(self, home: Home, config: Config, answer: Callable[[str, Answer], None]) -> None:
        self._home, self._config, self._answer = home, config, answer
        self._open: dict[str, Road] = {}

    def __iter__(self) -> Iterator[tuple[str, Road]]:
        return iter(list(self._open.items()))

    def to(self, target: str) -> Road:
        """The road to a target; a ConfigError or RequestError when the configuration does not know it."""
        if target not in self._open:
            backend = backends.connect(self._config.target(target), self._home.path)
            lane = Lane(target, backend, self._answer)
            lane.start()
            self._open[target] = Road(lane, backend.pace, time.monotonic() + backend.pace)
        return self._open[target]

    def forget(self, target: str, tracked: Tracked) -> None:
        """A submission is closed: nothing that its target says concerns it any more."""
        if road := self._open.get(target):
            for job_id in tracked.ids():
                road.owners.pop(job_id, None)

    def stop(self) -> None:
        for road in self._open.values():
            road.lane.stop()
