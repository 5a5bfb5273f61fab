"""Handing jobs to their target: when, and what becomes of those that it did not take.

What a target that cannot be reached, or has no room, did not take waits and is sent later. What may or may not have
been heard is in doubt: it is looked for, and never sent blindly again.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_batch.courier.messages import Found, Seek, Send, Took
from tui_batch.courier.roads import Road
from tui_batch.courier.tracked import Tracked, doubtful
from tui_batch.errors import BackendError, Busy, ConfigError, Full, StoreError, TuiBatchError, Unclear, Unreachable
from tui_batch.model import SOUGHT, WAITS, Accepted, Status
from tui_batch.states import JobState
from tui_batch.times import stamp

if TYPE_CHECKING:
    from tui_batch.courier.loop import Courier

LOOKS = 2  # so often what is in doubt is looked for before a person is asked
RESENDS = 3  # so often one job is sent again before that, where it cannot run twice


def due(courier: "Courier", tracked: Tracked) -> float:
    """When something of it is to be sent, by the monotonic clock."""
    if tracked.sending or not tracked.to_be_sent:
        return float("inf")
    return max(tracked.send_pause.until, tracked.look_due, courier.roads.sendable(tracked.submission.target))


def send(courier: "Courier", tracked: Tracked) -> None:
    """Hand what waits to its target; what is wrong is said at the submission, nothing is sent then."""
    submission = tracked.submission
    tracked.to_be_sent = False
    try:
        road = courier.roads.to(submission.target)
        if tracked.openable:
            tracked.open_batch(courier.home.batches / f"{submission.batch}.zip")
    except TuiBatchError as error:
        hold(tracked, str(error))
        tracked.look_again = False
        return
    courier.saving.begin(tracked, road)
    road.owners.update(dict.fromkeys(tracked.ids(), tracked))
    tracked.look_again &= road.backend.remembers
    if road.backend.claims:
        chosen = tracked.to_send() if road.backend.remembers else tracked.to_take()
    elif _sought(tracked):
        tracked.sending = True
        road.lane.ask(Seek(submission.id))
        return
    else:
        chosen = _intended(tracked, road)
    if chosen and tracked.batch and tracked.files:
        tracked.sending = True
        road.lane.ask(Send(submission.id, tracked.batch, tracked.files, tracked.jobs(chosen)))


def _intended(tracked: Tracked, road: Road) -> list[int]:
    """What one call takes, once it is on disk that it is about to be made."""
    free = [index for index in tracked.to_send() if not doubtful(tracked.statuses[index])]
    chosen = free[: road.backend.send_at_once]
    tracked.to_be_sent = len(free) > len(chosen)
    _set(tracked, chosen, JobState.SUBMITTING, "is being sent")
    tracked.sync()
    return chosen


# -- what is answered --------------------------------------------------------------------------------------------------


def took(courier: "Courier", target: str, answer: Took) -> None:
    """Put down what one call had the target take; then the next call is made."""
    road = courier.roads.to(target)
    if tracked := courier.tracked.get(answer.submission):
        _adopt(tracked, road, answer.accepted)
    road.lane.go_on()


def _adopt(tracked: Tracked, road: Road, accepted: Sequence[Accepted]) -> None:
    tracked.took(accepted, stamp(time.time()))
    tracked.sync()
    road.owners.update((taken.id, tracked) for taken in accepted)
    road.jobs += len(accepted)


def sent(courier: "Courier", target: str, tracked: Tracked) -> None:
    """All went well; how the jobs are is asked at once."""
    _answered(courier, tracked)
    tracked.ails("sending", "")
    tracked.send_pause.end()
    road = courier.roads.to(target)
    if road.backend.remembers:
        road.look_now(time.monotonic())


def unsent(courier: "Courier", target: str, request: Send, error: TuiBatchError) -> None:
    """What the target did not take waits, is in doubt, or is held, whichever the error says."""
    tracked, road, now = courier.tracked[request.submission], courier.roads.to(target), time.monotonic()
    _answered(courier, tracked)
    left = [job.index for job in request.jobs if not tracked.statuses[job.index].id]
    if len(left) < len(request.jobs) and road.backend.remembers:
        road.look_now(now)
    match error:
        case Unreachable():
            _wait(tracked, left)
        case Busy():
            _wait(tracked, left, str(error), trouble=not isinstance(error, Full))
            tracked.send_pause.wait(road.backend.pace, now, for_room=True)
        case Unclear():
            _doubt(tracked, left, str(error))
            tracked.send_pause.failed(road.backend.pace, now)
        case BackendError() | StoreError() | ConfigError():
            hold(tracked, str(error))
        case _ if road.backend.claims:
            hold(tracked, str(error))
        case _:  # something in this program went wrong, who knows where
            _doubt(tracked, left, str(error))


def found(courier: "Courier", target: str, tracked: Tracked, answer: Found) -> None:
    """Adopt what the target has of what is in doubt, and send what it was certainly not sent.

    After two looks the rest is sent again where that does no harm; elsewhere a person decides about it.
    """
    _answered(courier, tracked)
    known, doubt = tracked.former_ids(), set(tracked.in_doubt())
    here = [Accepted(index, name) for index, name in answer.ids.items() if index in doubt and name not in known]
    road = courier.roads.to(target)
    if here:
        _adopt(tracked, road, here)
        road.look_now(time.monotonic())
    tracked.send_pause.end()
    tracked.looks += 1
    left = [index for index in tracked.in_doubt() if not _given_up(tracked.statuses[index])]
    if answer.doubtful is not None:
        _set(tracked, sorted(set(left) - set(answer.doubtful)), JobState.QUEUED, WAITS)
        left = sorted(set(left) & set(answer.doubtful))
    if left and tracked.looks < LOOKS:
        tracked.look_due = time.monotonic() + road.backend.settles
    else:
        tracked.looks, tracked.look_due = 0, 0.0
        left = _again(tracked, left) if road.backend.guards else left
        _doubt(tracked, left, f"{target} has nothing of it: run it again to send it once more, or cancel it", SOUGHT)
        tracked.ails("sending", f"{_jobs(len(left))} may or may not have been sent, see there." if left else "")
    tracked.to_be_sent = True


def _again(tracked: Tracked, left: Sequence[int]) -> list[int]:
    """Queue these once more, since none of them can run twice; what that did not help before is left."""
    tried = {index: (index, tracked.statuses[index].attempt) for index in left}
    free = [index for index in left if tracked.resent[tried[index]] < RESENDS]
    tracked.resent.update(tried[index] for index in free)
    _set(tracked, free, JobState.QUEUED, WAITS)
    return [index for index in left if index not in set(free)]


def unsought(courier: "Courier", target: str, request: Seek, error: TuiBatchError) -> None:
    """What is in doubt could not be looked for: that is done later."""
    tracked, road = courier.tracked[request.submission], courier.roads.to(target)
    _answered(courier, tracked)
    if not isinstance(error, Unreachable):
        tracked.ails("sending", str(error))
        tracked.send_pause.failed(road.backend.pace, time.monotonic())
    tracked.to_be_sent = True


def _answered(courier: "Courier", tracked: Tracked) -> None:
    tracked.sending = False
    courier.listen_now()  # an order may have waited for this


# -- what is said of jobs ----------------------------------------------------------------------------------------------


def hold(tracked: Tracked, why: str) -> None:
    """Keep back what was certainly not sent, until a person acts; jobs that the target has are not touched."""
    tracked.ails("sending", why)
    tracked.to_be_sent = False
    here = [index for index in tracked.to_send() if tracked.statuses[index].state is not JobState.SUBMIT_UNKNOWN]
    _set(tracked, here, JobState.HELD, why, "order")


def _wait(tracked: Tracked, left: Sequence[int], why: str = "", trouble: bool = True) -> None:
    """They are sent later. What was in doubt before is so still."""
    if why:
        tracked.ails("sending", why if trouble else "")
    some = [tracked.statuses[index] for index in left]
    back = [
        index
        for index, status in zip(left, some, strict=True)
        if status.state is JobState.SUBMITTING or (why and status.state is JobState.QUEUED and status.detail == WAITS)
    ]
    _set(tracked, back, JobState.QUEUED, why or WAITS)
    tracked.to_be_sent = True


def _doubt(tracked: Tracked, left: Sequence[int], why: str, evidence: str = "") -> None:
    """They may or may not have been sent."""
    if not evidence:
        tracked.ails("sending", why)
    tracked.to_be_sent = True
    _set(tracked, left, JobState.SUBMIT_UNKNOWN, why, evidence)


def _sought(tracked: Tracked) -> bool:
    """Whether something in doubt is to be looked for; what a killed courier was about to send is."""
    doubt = tracked.in_doubt()
    killed = [index for index in doubt if tracked.statuses[index].state is JobState.SUBMITTING]
    _set(tracked, killed, JobState.SUBMIT_UNKNOWN, "the courier ended while this was being sent")
    return any(not _given_up(tracked.statuses[index]) for index in doubt)


def _given_up(status: Status) -> bool:
    return status.state is JobState.SUBMIT_UNKNOWN and status.evidence == SOUGHT


def _set(tracked: Tracked, numbers: Sequence[int], state: JobState, detail: str, evidence: str = "") -> None:
    status = Status(state, as_of=stamp(time.time()), evidence=evidence, detail=detail)
    tracked.set_all([n for n in numbers if not _says(tracked.statuses[n], status)], status)


def _says(known: Status, status: Status) -> bool:
    """Whether that is known already: a line in the ledger for each job and each try would be many."""
    return replace(status, attempt=known.attempt, as_of=known.as_of) == known


def _jobs(number: int) -> str:
    return "1 job" if number == 1 else f"{number} jobs"
