"""What happened while the app was closed: what it knew when it was last open, and what is different now."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from tui_batch.desk import Desk
from tui_batch.errors import TuiBatchError
from tui_batch.model import Submission
from tui_batch.shown import Snapshot
from tui_batch.states import JobState, failed
from tui_batch.times import clock, stamp
from tui_batch.widgets.printable import cells
from tui_batch.widgets.progress import words

NAME = "seen"  # what it is remembered as
QUIET_SECONDS = 60.0  # so often the moment is put down while nothing happens
BUSY_SECONDS = 2.0  # and while something does

Table = Mapping[str, Any]


class Seen:
    """Puts down what is shown while the app is open, for the next start; used in the clerk's thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.before: Table | None = None  # what the app knew when it was last open
        self._open: Table | None = None
        self._looked_at: Sequence[Submission] | None = None
        self._next = 0.0

    def look(self, snapshot: Snapshot) -> None:
        """Remember this, as often as it is worth it. Nothing of it is worth an error."""
        now = self._desk.now()
        if self.before is None:
            self.before, self._next = self._desk.recall(NAME), now + BUSY_SECONDS
            return
        quiet = now < self._next + QUIET_SECONDS
        if now < self._next or (quiet and snapshot.submissions is self._looked_at):
            return
        known, self._looked_at = _known(snapshot), snapshot.submissions
        if quiet and known == self._open:
            return
        self._open, self._next = known, now + BUSY_SECONDS
        with suppress(TuiBatchError):
            self._desk.remember(NAME, {"at": stamp(now), "open": known})

    @property
    def moment(self) -> str:
        """When the app was last open; "" if never."""
        return str((self.before or {}).get("at", ""))


def _known(snapshot: Snapshot) -> dict[str, dict[str, int]]:
    """What may change of each open submission."""
    return {one.id: _numbers(one) for one in snapshot.submissions if not one.ended}


def _numbers(one: Submission) -> dict[str, int]:
    cancelled = one.counts.get(JobState.CANCELLED, 0)
    return {"failed": failed(one.counts), "cancelled": cancelled, "fetched": one.fetched}


def since(before: Table, snapshot: Snapshot, now: float, room: int) -> str:
    """`Since 14:02 yesterday: raft ended (64 ok), netmc: 3 failed, results of 2 came home`; "" if nothing happened."""
    try:
        moment, known = str(before["at"]), dict(before["open"])
        head = f"Since {clock(moment, now)}: "
    except (KeyError, TypeError, ValueError):
        return ""
    changed = [one for one in snapshot.submissions if one.id in known or one.created > moment]
    ended = [f"{one.batch} ended ({_ended(one)})" for one in changed if one.ended]
    wrong = {one.batch: _wrong(known, one) for one in changed if not one.ended}
    came = sum(max(0, one.fetched - _was(known, one, "fetched")) for one in changed)
    parts = ended + [f"{name}: {news}" for name, news in wrong.items() if news]
    parts += [f"results of {came:,} came home"] if came else []
    return head + _fitted(parts, room - cells(head)) if parts else ""


def _ended(one: Submission) -> str:
    good = one.counts.get(JobState.SUCCEEDED, 0)
    rest: dict[JobState, int] = {state: number for state, number in one.counts.items() if state != JobState.SUCCEEDED}
    return ", ".join(([f"{good:,} ok"] if good else []) + ([words(rest)] if sum(rest.values()) else []))


def _wrong(known: Mapping[str, Any], one: Submission) -> str:
    """What more of it has failed or was cancelled."""
    more = {word: _numbers(one)[word] - _was(known, one, word) for word in ("failed", "cancelled")}
    return ", ".join(f"{number:,} {word}" for word, number in more.items() if number > 0)


def _was(known: Mapping[str, Any], one: Submission, what: str) -> int:
    try:
        return int(known[one.id][what])
    except (KeyError, TypeError, ValueError):
        return 0


def _fitted(parts: list[str], room: int) -> str:
    """As many as there is room for, and how many more there are."""
    whole = ", ".join(parts)
    shown = len(parts)
    while cells(whole) > room and shown > 1:
        shown -= 1
        whole = f"{', '.join(parts[:shown])} and {len(parts) - shown} more"
    return whole
