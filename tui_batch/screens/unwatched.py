"""Since when something is open and no courier is alive to watch it."""

from collections.abc import Callable

from tui_batch.shown import Snapshot


class Unwatched:
    """How long there has been none where one is wanted."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._since: float | None = None

    def look(self, snapshot: Snapshot) -> None:
        """Note the moment at which the last courier was gone."""
        if not snapshot.lively or (snapshot.courier is not None and snapshot.courier.alive):
            self._since = None
        elif self._since is None:
            self._since = self._now()

    @property
    def seconds(self) -> float:
        """0 while there is one, or none is wanted."""
        return self._now() - self._since if self._since is not None else 0.0
