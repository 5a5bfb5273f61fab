"""Asking targets how the jobs are, each at its pace, and bringing what they say to the submissions."""

import time
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui_batch.courier.log import say
from tui_batch.courier.messages import Learnt, Look
from tui_batch.courier.roads import Road
from tui_batch.courier.tracked import Tracked
from tui_batch.errors import StoreError
from tui_batch.model import Status
from tui_batch.states import JobState
from tui_batch.store.history import reopened_record
from tui_batch.times import stamp

if TYPE_CHECKING:
    from tui_batch.courier.loop import Courier

WEEK = 7 * 86400.0  # seconds; so long a lost job may be found


def due(road: Road) -> float:
    """When a target is asked next, by the monotonic clock."""
    return max(road.next_look, road.pause.until)


def look(courier: "Courier", target: str, road: Road) -> None:
    """One question for all open jobs of a target; nothing open, no question, unless it has to let us in first."""
    there = _there(courier, target)
    jobs = [
        job
        for tracked in there
        for job in tracked.jobs([*tracked.unfinished(), *(tracked.lost() if tracked.look_again else ())])
        if job.id
    ]
    road.again = [tracked.submission.id for tracked in there if tracked.look_again and tracked.batch]
    if jobs or road.locked:
        road.looks(time.monotonic(), len(jobs))
        road.lane.ask(Look(jobs))
    else:
        road.look_later(time.monotonic())


def learnt(courier: "Courier", target: str, answer: Learnt) -> None:
    """Bring what a target said to the submissions it speaks of."""
    road, now = courier.roads.to(target), time.monotonic()
    for owner, theirs in _by_owner(courier, road, answer).items():
        if news := owner.learn(theirs):
            road.changed = now
            courier.saving.learnt(owner, news)
            _reopen(courier, owner)
            if any(owner.statuses[index].state.ended for index in news):
                _room(courier, target)
    if answer.seconds is not None:
        road.took = answer.seconds
        road.look_later(now)
        courier.roads.told(target, answer.warning)
        for tracked in _there(courier, target):
            tracked.look_again &= tracked.submission.id not in road.again
            tracked.ails("warning", answer.warning)


def _room(courier: "Courier", target: str) -> None:
    """A job has ended: what the target had no room for is sent at once."""
    for tracked in _there(courier, target):
        tracked.send_pause.room()


def unseen(courier: "Courier", target: str) -> None:
    """No answer: it is asked again as soon as it may be asked at all."""
    courier.roads.to(target).unanswered(time.monotonic())


def _by_owner(courier: "Courier", road: Road, answer: Learnt) -> Mapping[Tracked, Mapping[str, Status]]:
    by_owner: dict[Tracked, dict[str, Status]] = defaultdict(dict)
    for job_id, status in answer.statuses.items():
        # Only a complete answer may prove that a job is absent from it.
        if status.state is JobState.LOST and not answer.complete:
            continue
        owner = road.owners.get(job_id)
        if owner and courier.tracked.get(owner.submission.id) is owner:
            by_owner[owner][job_id] = status
    return by_owner


# -- what was lost -----------------------------------------------------------------------------------------------------


def revisit(courier: "Courier") -> None:
    """Look once more at the jobs that were lost in the last week; their submissions have ended, or so it seemed."""
    oldest = stamp(time.time() - WEEK)
    for submission in list(courier.past.submissions.values()):
        if submission.counts.get(JobState.LOST) and submission.ended > oldest:
            try:
                courier.track(submission).only_look()
            except (StoreError, OSError) as error:
                say(f"the lost jobs of submission {submission.id} are not looked for: {error}")


def _reopen(courier: "Courier", tracked: Tracked) -> None:
    """Something was learnt of a submission that had ended: it is open again."""
    if not tracked.submission.ended:
        return
    moment = max(stamp(time.time()), tracked.submission.as_of)
    courier.history.append(reopened_record(tracked.submission.id, moment), moment)
    tracked.submission = tracked.submission._replace(counts={}, ended="", as_of=moment)


def give_up(courier: "Courier", target: str) -> None:
    """Its lost jobs cannot be looked at now: nothing is kept open for that."""
    for tracked in _there(courier, target):
        tracked.look_again = False


def _there(courier: "Courier", target: str) -> list[Tracked]:
    return [tracked for tracked in courier.tracked.values() if tracked.submission.target == target]
