"""Local copies of the logs of jobs that run elsewhere, while somebody looks at them."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tui_batch.backends import LOGS_HERE
from tui_batch.courier.log import say
from tui_batch.courier.messages import Tail, Tailed
from tui_batch.errors import StoreError, TuiBatchError
from tui_batch.model import Job, Status
from tui_batch.store import followed
from tui_batch.store.followed import Followed
from tui_batch.store.home import explained
from tui_batch.store.joblist import JobLists
from tui_batch.times import stamp

if TYPE_CHECKING:
    from tui_batch.courier.loop import Courier

PACE = 2.0  # seconds between two looks at what is followed, and at a log that has nothing new
MISSED = 30.0  # seconds after a look that failed
SETTLED = 10.0  # seconds after the end of a job in which its last words may still come to light


class Spool:
    """What is followed, and when each log is asked for; the size of a copy is how far its source was read."""

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
        path = courier.home.submission(log.submission) / "logs" / str(job.attempt) / f"{job.name}.{log.stream}"
        due = max(before.get(path, 0.0), courier.roads.passable(submission.target))
        if not job.id:
            due = now + PACE
        elif now >= due:
            due = float("inf")  # one question at a time
            courier.roads.to(submission.target).lane.ask(Tail(job, log.stream, path, _size(path), _settled(status)))
        self._due[path] = due

    def _job(self, log: Followed) -> tuple[Job, Status]:
        """The job as its target knows it."""
        tracked = self._courier.tracked.get(log.submission)
        if tracked and tracked.batch:
            return tracked.jobs([log.index])[0], tracked.statuses[log.index]
        row = self._lists.of(self._courier.past.submissions[log.submission])[0].rows[log.index]
        return Job(log.submission, log.index, row.name, row.status.attempt, row.status.id), row.status

    def tailed(self, answer: Tailed) -> None:
        """Add to the copy; where the source was begun anew, so is the copy."""
        request, data = answer.request, answer.chunk.data
        path, end = request.spool, request.size + len(answer.chunk.data)
        try:
            if answer.chunk.cursor != str(end) and answer.chunk.cursor:
                _write(path, data, anew=True)
            elif _size(path) == request.size and (data or not path.exists()):  # nothing yet is something to know
                _write(path, data)
        except StoreError as error:
            say(str(error))
            self.missed(request)
            return
        if data:
            self._due[path] = time.monotonic()  # there may be more
        elif not request.ended:
            self._due[path] = time.monotonic() + PACE

    def missed(self, request: Tail) -> None:
        """It could not be read: it is tried again in a while."""
        self._due[request.spool] = time.monotonic() + MISSED


def _size(path: Path) -> int:
    with explained(path, "look at the copy of the log"):
        return path.stat().st_size if path.exists() else 0


def _settled(status: Status) -> bool:
    """Nothing more will be found in its log."""
    return status.state.ended and status.as_of < stamp(time.time() - SETTLED)


def _write(path: Path, data: bytes, anew: bool = False) -> None:
    with explained(path, "keep a copy of the log"):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not anew:
            with path.open("ab") as file:
                file.write(data)
            return
        aside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
        aside.write_bytes(data)
        aside.rename(path)
