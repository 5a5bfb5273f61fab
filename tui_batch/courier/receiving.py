"""Bringing home what ended jobs left behind, and closing a submission when all of it is here."""

import time
from typing import TYPE_CHECKING

from tui_batch.courier.messages import Fetch, Fetched
from tui_batch.courier.tracked import Tracked
from tui_batch.errors import Busy, TuiBatchError, Unclear, Unreachable
from tui_batch.store.history import outcome_record
from tui_batch.times import stamp

if TYPE_CHECKING:
    from tui_batch.courier.loop import Courier

FETCH_AT_ONCE = 256
FETCH_PACE = 0.5  # seconds between two such requests while jobs run


def due(courier: "Courier", tracked: Tracked) -> float:
    """When results of it are to be fetched, by the monotonic clock."""
    if not (tracked.something_to_fetch and tracked.batch):
        return float("inf")
    soon = 0.0 if tracked.ended else tracked.fetch_at
    return max(soon, tracked.fetch_pause.until, courier.roads.passable(tracked.submission.target))


def fetch(courier: "Courier", tracked: Tracked, now: float) -> None:
    """Ask for what some of its ended jobs left."""
    submission, road = tracked.submission, courier.roads.to(tracked.submission.target)
    if not (road.backend.brings or tracked.results_asked):
        tracked.leave_results()
        return
    chosen = tracked.next_to_fetch(max(FETCH_AT_ONCE, road.backend.fetch_at_once))
    tracked.fetch_at = now + FETCH_PACE
    into = courier.home.results(submission.batch, submission.run)
    if tracked.batch and tracked.files:
        road.lane.ask(Fetch(submission.id, tracked.batch, tracked.files, tracked.jobs(chosen), into))


def fetched(tracked: Tracked, answer: Fetched) -> None:
    """Some results are here."""
    tracked.fetched((job.index for job in answer.jobs), answer.failed)
    tracked.fetch_pause.end()


def missed(courier: "Courier", target: str, tracked: Tracked, request: Fetch, error: TuiBatchError) -> None:
    """They are fetched later, if that may help; else they are given up until somebody asks for them again."""
    if isinstance(error, Unreachable | Unclear | Busy):
        tracked.fetched((), {})
        if not isinstance(error, Unreachable):
            tracked.fetch_pause.failed(courier.roads.to(target).backend.pace, time.monotonic())
            tracked.ails("results", str(error))
    else:
        left = [job.index for job in request.jobs if job.index not in tracked.received]
        tracked.fetched((), dict.fromkeys(left, str(error)))


def finish(courier: "Courier", tracked: Tracked) -> None:
    """Close a submission: its summary, then its outcome in the history, unless that stands there already."""
    submission = tracked.submission
    moment = max(stamp(time.time()), submission.as_of)
    outcome = tracked.outcome(moment)
    news = not submission.ended or (submission.counts, submission.fetched) != (outcome.counts, outcome.fetched)
    if news or tracked.unwritten:
        tracked.write_summary(moment)
    if news:
        courier.history.append(outcome_record(outcome), moment)
        courier.past.submissions[outcome.id] = outcome
    tracked.close()
    del courier.tracked[outcome.id]
    courier.roads.forget(submission.target, tracked)
    courier.saving.forget(tracked)
