"""What is asked of jobs that a target has: run again by its queue, sent a signal, given another limit of time."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from tui_batch import indices
from tui_batch.courier.keeping import asked
from tui_batch.courier.roads import STAYS
from tui_batch.courier.tracked import Tracked, doubtful
from tui_batch.model import SOUGHT, Order
from tui_batch.states import BEGUN, JobState
from tui_batch.store.more import Grant

if TYPE_CHECKING:
    from tui_batch.courier.loop import Courier


def requeue_or_signal(courier: "Courier", order: Order) -> object | None:
    """Both concern jobs that have begun; what came of it is learnt by the next poll."""
    tracked = courier.tracked.get(order.submission)
    return courier.roads.tell(tracked, order, _there(tracked, order, BEGUN)) if tracked else None


def limit(courier: "Courier", order: Order) -> object | None:
    """Jobs that the target has are given it there; the others are sent with it."""
    tracked = courier.tracked.get(order.submission)
    if tracked is None:
        return None
    chosen = [tracked.statuses[index] for index in asked(tracked, order)]
    if any(doubtful(status) and status.evidence != SOUGHT for status in chosen):
        return STAYS  # the target may have them, and would not be told
    grant(tracked, order, [index for index in asked(tracked, order) if not tracked.statuses[index].id])
    return courier.roads.tell(tracked, order, _there(tracked, order))


def told(courier: "Courier", order: Order) -> None:
    """The target has done it: a limit is from now on what the job needs, and what another attempt is measured by."""
    if order.verb == "limit" and (tracked := courier.tracked.get(order.submission)):
        grant(tracked, order, asked(tracked, order))


def grant(tracked: Tracked, order: Order, numbers: Collection[int]) -> None:
    """Note the limit of these jobs, each in its present attempt."""
    for attempt in sorted({tracked.statuses[index].attempt for index in numbers}):
        chosen = [index for index in numbers if tracked.statuses[index].attempt == attempt]
        tracked.grant(Grant(attempt, indices.to_text(chosen), minutes=float(order.text)))


def _there(tracked: Tracked, order: Order, states: Collection[JobState] = ()) -> list[str]:
    """The target's words for the jobs that an order is about and that have not ended, in these states or in any."""
    known = [tracked.statuses[index] for index in asked(tracked, order)]
    return [status.id for status in known if status.id and (not states or status.state in states)]
