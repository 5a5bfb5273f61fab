"""Carrying out orders: the effect of each is on disk before it is removed, and carrying one out twice does no harm.

A cancellation that concerns the target is carried out when the target was told, not when it was asked for.
"""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_batch import indices
from tui_batch.courier import collecting, keeping, telling
from tui_batch.courier.messages import Tell
from tui_batch.courier.roads import STAYS
from tui_batch.courier.tracked import Tracked, doubtful
from tui_batch.model import SOUGHT, WAITS, Order, Status, Submission
from tui_batch.states import BEGUN, JobState
from tui_batch.store import more, orders
from tui_batch.store.history import note_record, reopened_record, submission_record
from tui_batch.times import stamp

if TYPE_CHECKING:
    from tui_batch.courier.loop import Courier


def out(courier: "Courier", order: Order) -> Tracked | object | None:
    """Do what an order asks for; the submission that has something to be sent now, or LATER."""
    match order.verb:
        case "submit":
            return submit(courier, order)
        case "retry":
            return retry(courier, order)
        case "cancel":
            return cancel(courier, order)
        case "hold":
            return keeping.hold(courier, order)
        case "release":
            return keeping.release(courier, order)
        case "requeue" | "signal":
            return telling.requeue_or_signal(courier, order)
        case "limit":
            return telling.limit(courier, order)
        case "probe":
            return courier.roads.probe(order)
        case "fetch":
            return fetch(courier, order)
        case "survey":
            return collecting.survey(courier, order)
        case "collect":
            return collecting.collect(courier, order)
        case "remove":
            return remove(courier, order)
        case "note":
            moment = stamp(time.time())
            courier.history.append(note_record(order.submission, order.text, moment), moment)
    return None


def submit(courier: "Courier", order: Order) -> Tracked | None:
    """Enter the submission in the history; one that is there already was entered before a crash."""
    courier.past.refresh()
    known = courier.past.submissions
    if order.submission in known:
        return None
    target = courier.config.targets.get(order.target)
    submission = Submission(
        order.submission, order.batch, order.digest, order.template, order.target, target.kind if target else "",
        _free_run(courier, order.batch), order.total, order.created,
    )  # fmt: skip
    tracked = courier.track(submission)
    if order.first:
        keeping.keep_for_first(tracked)  # before it is in the history: whoever finds it there finds them kept back
    courier.history.append(submission_record(submission), stamp(time.time()))
    known[submission.id] = submission
    return tracked


def _free_run(courier: "Courier", batch: str) -> int:
    """The next run's number; one whose results lie there already belongs to a history that was lost."""
    run = courier.past.next_run(batch)
    while courier.home.results(batch, run).exists():
        run += 1
    return run


def cancel(courier: "Courier", order: Order) -> object | None:
    """Jobs that the target has are cancelled there; the others never leave; what is in doubt is looked for first."""
    tracked = courier.tracked.get(order.submission)
    if tracked is None:
        return None
    asked = set(indices.from_text(order.jobs)) if order.jobs else set(tracked.statuses)
    chosen = {index: tracked.statuses[index] for index in tracked.unfinished() if index in asked}
    doubt = {index for index, status in chosen.items() if doubtful(status) and status.evidence != SOUGHT}
    if doubt and len(doubt) == len(chosen):
        return STAYS
    if doubt:  # an order of their own, so that the others need not wait; written twice it is the same
        orders.write(
            courier.home.orders, replace(order, id=f"{order.id}-doubt", jobs=indices.to_text(doubt), leaves="")
        )
    there = [status.id for status in chosen.values() if status.id]
    courier.saving.before_the_end(tracked, [n for n, one in chosen.items() if one.id and one.state in BEGUN])
    here = [index for index, status in chosen.items() if not status.id and index not in doubt]
    moment = stamp(time.time())
    detail = "cancelled before it was sent"
    tracked.set_all(here, Status(JobState.CANCELLED, ended=moment, as_of=moment, evidence="order", detail=detail))
    return courier.roads.tell(tracked, order, there)


def retry(courier: "Courier", order: Order) -> Tracked | None:
    """Another attempt of jobs that have ended, and another try for those that were held back."""
    moment = stamp(time.time())
    tracked = courier.tracked.get(order.submission)
    if tracked is None:
        submission = _known(courier, order)
        if submission is None:
            return None
        moment = max(moment, submission.as_of)  # a clock may be behind the one that saw it end
        courier.history.append(reopened_record(submission.id, moment), moment)
        tracked = courier.track(submission._replace(counts={}, ended="", as_of=moment))
    for attempt, numbers in orders.by_attempt(order.jobs):
        chosen = [index for index in numbers if index in tracked.statuses]
        held = [index for index in chosen if _held_back(tracked.statuses[index])]
        tracked.set_all(held, Status(JobState.QUEUED, as_of=moment, detail=WAITS))
        if order.more:
            tracked.grant(more.granted(order.more, attempt + 1, indices.to_text(chosen)))
        tracked.again(chosen, attempt, moment)
    tracked.ails("sending", "")
    return tracked


def _held_back(status: Status) -> bool:
    """It could not be sent, or nobody knows whether it was, the target neither."""
    return (status.state is JobState.HELD and not status.kept) or (doubtful(status) and status.evidence == SOUGHT)


def fetch(courier: "Courier", order: Order) -> Tracked | None:
    """Results that are not here yet are asked for once more, and lost jobs looked for."""
    tracked = courier.tracked.get(order.submission)
    if tracked is None and (submission := _known(courier, order)):
        tracked = courier.track(submission)
    if tracked:
        tracked.fetch_again()
        tracked.look_again = bool(tracked.lost())
    return tracked


def remove(courier: "Courier", order: Order) -> object | None:
    """What an ended submission left on its target is deleted there; while it is open, nothing is."""
    tracked, submission = courier.tracked.get(order.submission), _known(courier, order)
    if submission is None:
        return None
    if tracked and not tracked.submission.ended:
        tracked.ails("order", "Nothing was removed: jobs of it have not ended, or their results are not all here.")
        return None
    return courier.roads.ask(submission.target, Tell(order, ()))


def _known(courier: "Courier", order: Order) -> Submission | None:
    courier.past.refresh()
    return courier.past.submissions.get(order.submission)
