"""What the lanes answer, brought to the submissions and orders that it concerns."""

import time
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui_batch.courier import carry
from tui_batch.courier.lane import Answer, Examined, Fetch, Fetched, Learnt, Probe, Send, Tell, Told, Took, Trouble
from tui_batch.courier.log import say
from tui_batch.courier.roads import Road
from tui_batch.errors import TuiBatchError, Unsupported
from tui_batch.model import Status
from tui_batch.times import stamp

if TYPE_CHECKING:
    from tui_batch.courier.loop import Courier


def take(courier: "Courier", target: str, answer: Answer) -> None:
    """Write down what one answer says."""
    if not isinstance(answer, Trouble):
        recovered(courier, target)
    match answer:
        case Took(name, accepted) if name in courier.tracked:
            tracked = courier.tracked[name]
            tracked.took(accepted, stamp(time.time()))
            tracked.sending = False
            courier.roads.to(target).owners.update((taken.id, tracked) for taken in accepted)
            courier.listen_now()  # an order may have waited for this
        case Learnt(statuses):
            learn(courier, courier.roads.to(target), statuses)
        case Fetched(name, jobs, failed) if name in courier.tracked:
            courier.tracked[name].fetched((job.index for job in jobs), failed)
        case Told(order):
            courier.inbox.done(order)
        case Examined(order, health):
            courier.roads.examined(target, health)
            courier.inbox.done(order)
        case Trouble(request, error):
            trouble(courier, target, request, error)


def learn(courier: "Courier", road: Road, statuses: Mapping[str, Status]) -> None:
    """Bring what a target said to the submissions it speaks of."""
    by_owner: dict[str, dict[str, Status]] = defaultdict(dict)
    for job_id, status in statuses.items():
        if owner := road.owners.get(job_id):
            by_owner[owner.submission.id][job_id] = status
    for name, theirs in by_owner.items():
        if name in courier.tracked:
            courier.tracked[name].learn(theirs)


def trouble(courier: "Courier", target: str, request: object, error: TuiBatchError) -> None:
    """Say it where it is seen; no state changes, since nothing was learnt."""
    say(f"{target}: {error}")
    courier.roads.to(target).failures += 1
    courier.roads.silent(target, error)
    for tracked in courier.tracked.values():
        if tracked.submission.target == target and tracked.health != str(error):
            tracked.health, tracked.unwritten = str(error), True
    if isinstance(request, Fetch) and request.submission in courier.tracked:
        courier.tracked[request.submission].fetched((), {job.index: str(error) for job in request.jobs})
    elif isinstance(request, Tell) and not isinstance(error, Unsupported):
        courier.inbox.again(request.order)
    elif isinstance(request, Tell | Probe):
        courier.inbox.done(request.order)
    elif isinstance(request, Send) and request.submission in courier.tracked:
        courier.tracked[request.submission].sending = False
        carry.hold(courier.tracked[request.submission], str(error), stamp(time.time()))


def recovered(courier: "Courier", target: str) -> None:
    """It answers: what it was in trouble for is over."""
    courier.roads.heard(target)
    road = courier.roads.to(target)
    if not road.failures:
        return
    road.failures = 0
    for tracked in courier.tracked.values():
        if tracked.submission.target == target and tracked.health:
            tracked.health, tracked.unwritten = "", True
