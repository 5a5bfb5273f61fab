"""When something that failed is tried again."""

import random
from dataclasses import dataclass

LONGEST = 600.0  # seconds


def about(seconds: float) -> float:
    """So long, give or take a fifth: what began together need not go on together."""
    return seconds * random.uniform(0.8, 1.2)


@dataclass(slots=True)
class Pause:
    """After failures in a row 1, 2, 4... times a pace, to ten minutes; `until` is on the monotonic clock."""

    failures: int = 0
    until: float = 0.0
    for_room: bool = False  # the target takes no more until something there has ended

    def failed(self, pace: float, now: float) -> None:
        """It failed; what was asked before it failed last, and is answered only now, counts as the same failure."""
        if now >= self.until:
            self.until = now + min(LONGEST, about(pace * 2 ** min(self.failures, 30)))
            self.failures, self.for_room = self.failures + 1, False

    def wait(self, pace: float, now: float, for_room: bool = False) -> None:
        """It did not fail, and is to be asked later all the same: always after the same time."""
        self.until, self.for_room = now + about(pace), for_room

    def room(self) -> None:
        """Something has ended there."""
        if self.for_room:
            self.until, self.for_room = 0.0, False

    def shut(self) -> None:
        """It is not tried again until a person asks for it."""
        self.until = float("inf")

    def asked(self) -> None:
        """A person asks: it is tried now."""
        self.until = 0.0

    def end(self) -> None:
        """It went well."""
        self.failures, self.until, self.for_room = 0, 0.0, False
