"""Jobs that are kept back on purpose: until the first one has succeeded, or until a person lets them go."""

import time
from typing import TYPE_CHECKING

from tui_batch import indices
from tui_batch.courier.tracked import Tracked
from tui_batch.model import BY_FIRST, BY_PERSON, WAITS, Order, Status
from tui_batch.states import JobState
from tui_batch.times import stamp

if TYPE_CHECKING:
    from tui_batch.courier.loop import Courier

FIRST = 0  # the job that goes ahead


def keep_for_first(tracked: Tracked) -> None:
    """All but the first job wait until that one has succeeded."""
    others = [index for index in tracked.statuses if index != FIRST]
    _set(tracked, others, JobState.DRAFT, BY_FIRST, f"is sent when job {FIRST} has succeeded")
    tracked.after_first = True


def settle_first(tracked: Tracked) -> bool:
    """When the first job has ended, let the others go or ask a person; whether there is something to send."""
    first = tracked.statuses[FIRST].state
    if not tracked.after_first or not first.ended:
        return False
    if first is not JobState.SUCCEEDED and not tracked.number(JobState.DRAFT):
        return False  # a person was asked already
    waiting = [index for index, status in tracked.statuses.items() if status.kept and status.evidence == BY_FIRST]
    if first is JobState.SUCCEEDED:
        _queue(tracked, waiting)
        tracked.after_first = False
        return True
    drafts = [index for index in waiting if tracked.statuses[index].state is JobState.DRAFT]
    words = str(first).replace("_", " ")
    what = f"job {FIRST} was sent first and has not succeeded: {words}; run it again, or release this"
    _set(tracked, drafts, JobState.HELD, BY_FIRST, what)
    return False


def hold(courier: "Courier", order: Order) -> object | None:
    """Jobs that the target has are held there; the others are not sent. What waits for the first job waits as it is."""
    tracked = courier.tracked.get(order.submission)
    if tracked is None:
        return None
    chosen = [index for index in asked(tracked, order) if tracked.statuses[index].state is JobState.QUEUED]
    here = [index for index in chosen if not tracked.statuses[index].id]
    there = [name for index in chosen if (name := tracked.statuses[index].id)]
    _set(tracked, here, JobState.HELD, BY_PERSON, "held until it is released")
    return courier.roads.tell(tracked, order, there)


def release(courier: "Courier", order: Order) -> Tracked | object | None:
    """Held jobs go on: where they are held. What waits for the first job goes only if it is named."""
    tracked = courier.tracked.get(order.submission)
    if tracked is None:
        return None
    held = (JobState.HELD, JobState.DRAFT) if order.jobs else (JobState.HELD,)
    chosen = [index for index in asked(tracked, order) if tracked.statuses[index].state in held]
    here = [index for index in chosen if tracked.statuses[index].kept]
    there = [one.id for index in chosen if (one := tracked.statuses[index]).id and not one.kept]
    _queue(tracked, here)
    tracked.to_be_sent = True
    return courier.roads.tell(tracked, order, there) or tracked


def asked(tracked: Tracked, order: Order) -> list[int]:
    """The jobs that an order is about and that have not ended."""
    named = set(indices.from_text(order.jobs)) if order.jobs else None
    return [index for index in tracked.unfinished() if named is None or index in named]


def _queue(tracked: Tracked, numbers: list[int]) -> None:
    _set(tracked, numbers, JobState.QUEUED, "", WAITS)


def _set(tracked: Tracked, numbers: list[int], state: JobState, evidence: str, detail: str) -> None:
    moment = stamp(time.time())
    tracked.set_all(numbers, Status(state, as_of=moment, evidence=evidence, detail=detail))
