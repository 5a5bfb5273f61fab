"""Bringing here the logs of jobs that run elsewhere, while somebody looks at them."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tui_batch.backends import LOGS_HERE
from tui_batch.courier import copies
from tui_batch.courier.log import say
from tui_batch.courier.messages import Tail, Tailed
from tui_batch.errors import StoreError, TuiBatchError
from tui_batch.model import Job, Status
from tui_batch.store import followed
from tui_batch.store.followed import Followed
from tui_batch.store.joblist import JobLists
from tui_batch.times import stamp

if TYPE_CHECKING:
    from tui_batch.courier.loop import Courier

PACE = 2.0  # seconds between two looks at what is followed, and at a log that has nothing new
MISSED = 30.0  # seconds after a look that failed
SETTLED = 10.0  # seconds after the end of a job in which its last words may still come to light


class Spool:
    """What is followed, and when each log is asked for."""

    def __init__(self, courier: "Courier") -> None:
        self._courier = courier
        self._lists = JobLists(courier.home)
        self.followed: list[Followed] = []
        self._next_look = 0.0
        self._due: dict[Path, float] = {}  # copy → when its source is asked next; while it is being asked, never

    def due(self) -> float:
        """When something is to be done, by the monotonic clock."""
        return min([self._next_look, *self._due.values()])

    def attend(self, now: float) -> None:
        """See what is followed, and ask for what is due."""
        if now >= self._next_look:
            self._next_look = now + PACE
            self.followed = followed.recent(self._courier.home, time.time())
        before, self._due = self._due, {}
        for log in self.followed:
            try:
                self._ask(log, now, before)
            except TuiBatchError as error:  # only shown: no job is to wait for it
                say(f"the log of job {log.index} of {log.submission} is not here: {error}")

    def _ask(self, log: Followed, now: float, before: Mapping[Path, float]) -> None:
        """Ask for what is new in it; where the jobs run here, so are their logs."""
        courier = self._courier
        submission = courier.past.submissions.get(log.submission)
        if submission is None or submission.kind in LOGS_HERE or not 0 <= log.index < submission.jobs:
            return
        job, status = self._job(log)
        path = copies.path(courier.home, job, log.stream)
        due = max(before.get(path, 0.0), courier.roads.passable(submission.target))
        if not job.id:
            due = now + PACE
        elif now >= due:
            due = float("inf")  # one question at a time
            road = courier.roads.to(submission.target)
            forgets = road.backend.forgets > 0
            road.lane.ask(copies.asked(courier.home, job, log.stream, _settled(status), forgets))
        self._due[path] = due

    def _job(self, log: Followed) -> tuple[Job, Status]:
        """The job as its target knows it."""
        tracked = self._courier.tracked.get(log.submission)
        if tracked and tracked.batch:
            return tracked.jobs([log.index])[0], tracked.statuses[log.index]
        row = self._lists.of(self._courier.past.submissions[log.submission])[0].rows[log.index]
        return Job(log.submission, log.index, row.name, row.status.attempt, row.status.id), row.status

    def tailed(self, answer: Tailed) -> None:
        """Add to the copy; there may be more at once, after a while, or never."""
        request, now = answer.request, time.monotonic()
        try:
            news = copies.take(answer)
        except StoreError as error:
            say(str(error))
            self.missed(request)
            return
        if news or not request.ended:
            self._due[request.spool] = now + (answer.chunk.wait or (0.0 if news else PACE))

    def missed(self, request: Tail) -> None:
        """It could not be read: it is tried again in a while."""
        self._due[request.spool] = time.monotonic() + MISSED


def _settled(status: Status) -> bool:
    """Nothing more will be found in its log."""
    return status.state.ended and status.as_of < stamp(time.time() - SETTLED)
