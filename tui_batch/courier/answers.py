"""What the lanes answer, brought to the submissions and orders that it concerns."""

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from tui_batch.courier import collecting, receiving, sending, telling, watching
from tui_batch.courier.log import say
from tui_batch.courier.messages import (
    Answer,
    Bring,
    Brought,
    Examined,
    Fetch,
    Fetched,
    Found,
    Learnt,
    Look,
    Probe,
    Request,
    Seek,
    Send,
    Sent,
    Survey,
    Surveyed,
    Tail,
    Tailed,
    Tell,
    Told,
    Took,
    Trouble,
)  # fmt: skip
from tui_batch.errors import (
    Busy,
    Expired,
    Full,
    Refused,
    StoreError,
    TuiBatchError,
    Unanswered,
    Unreachable,
    Unsupported,
)
from tui_batch.model import Order
from tui_batch.store import state

if TYPE_CHECKING:
    from tui_batch.courier.loop import Courier


def take(courier: "Courier", target: str, answer: Answer) -> None:
    """Write down what one answer says."""
    if not isinstance(answer, Trouble) and not (isinstance(answer, Examined) and not answer.health.reachable):
        recovered(courier, target)
    match answer:
        case Took():
            sending.took(courier, target, answer)
        case Sent(name) if name in courier.tracked:
            sending.sent(courier, target, courier.tracked[name])
        case Found(name) if name in courier.tracked:
            sending.found(courier, target, courier.tracked[name], answer)
        case Learnt():
            watching.learnt(courier, target, answer)
        case Fetched(name) if name in courier.tracked:
            receiving.fetched(courier.tracked[name], answer)
        case Tailed(Tail(saving=True)):
            courier.saving.tailed(target, answer)
        case Surveyed():
            collecting.surveyed(courier, answer)
        case Brought():
            collecting.brought(courier, answer)
        case Tailed():
            courier.spool.tailed(answer)
        case Told(order):
            telling.told(courier, order)
            courier.inbox.done(order)
        case Examined(order, health):
            courier.roads.examined(target, health)
            courier.inbox.done(order)
        case Trouble(request, error):
            trouble(courier, target, request, error)


def trouble(courier: "Courier", target: str, request: Request | None, error: TuiBatchError) -> None:
    """No state changes, since nothing was learnt; whose call it was says when it is made again."""
    if not isinstance(error, Full):  # which is as it should be, for as long as that takes
        say(f"{target}: {error}")
    _of_target(courier, target, request, error)
    match request:
        case Send(name) if name in courier.tracked:
            sending.unsent(courier, target, request, error)
        case Seek(name) if name in courier.tracked:
            sending.unsought(courier, target, request, error)
        case Look():
            watching.unseen(courier, target)
        case Fetch(name) if name in courier.tracked:
            receiving.missed(courier, target, courier.tracked[name], request, error)
        case Tail(saving=True):
            courier.saving.missed(target, request, error)
        case Survey(order) | Bring(order):
            collecting.missed(courier, order, error)
        case Tail():
            courier.spool.missed(request)
        case Tell(order) if isinstance(error, Refused | Unsupported):
            _refused(courier, order, error)
            courier.inbox.done(order)
        case Tell(order):
            courier.inbox.again(order)
        case Probe(order):
            courier.inbox.done(order)


def _of_target(courier: "Courier", target: str, request: Request | None, error: TuiBatchError) -> None:
    """If the target itself is in trouble, nothing else is asked of it for a while, and all its jobs say so."""
    road = courier.roads.to(target)
    match error:
        case Unanswered():
            road.pause.shut()
        case Expired():  # whether something new is there costs nobody anything to see
            road.lock(time.monotonic())
        case Busy() | Refused() | Unsupported() if not isinstance(request, Look):
            recovered(courier, target)  # it says no, or not now: it answers
            return
        case _ if isinstance(error, Unreachable) or isinstance(request, Look | Tell | Probe):
            road.pause.failed(road.backend.pace, time.monotonic())
        case _ if request:  # it concerns what was asked alone
            return
    courier.roads.silent(target, error)
    watching.give_up(courier, target)
    for tracked in courier.tracked.values():
        if tracked.submission.target == target:
            tracked.ails("target", str(error))


def _refused(courier: "Courier", order: Order, error: TuiBatchError) -> None:
    """What was asked for is not done: that is said at the submission, open or not."""
    if tracked := courier.tracked.get(order.submission):
        tracked.ails("order", str(error))  # until the next order: a poll that goes well says nothing against it
    else:
        with suppress(StoreError):  # it is in courier.log as well
            state.say(courier.home.submission(order.submission) / "state.toml", str(error))


def recovered(courier: "Courier", target: str) -> None:
    """It answers: what it was in trouble for is over."""
    courier.roads.heard(target)
    road = courier.roads.to(target)
    road.pause.end()
    road.locked = False
    for tracked in courier.tracked.values():
        if tracked.submission.target == target:
            tracked.ails("target", "")
