"""What the platform says of jobs: one list of all sessions, and more only of those that wait or have ended."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from tui_batch.backends.canfar import carrying, events, outcome
from tui_batch.backends.canfar.deleted import Deleted
from tui_batch.backends.canfar.service import Session, Sessions
from tui_batch.backends.canfar.storage import Storage
from tui_batch.backends.hosted.staging import Ended
from tui_batch.errors import Expired, Unclear, Unreachable
from tui_batch.model import Job, Status
from tui_batch.states import JobState
from tui_batch.times import stamp

S = JobState
T = TypeVar("T")

REASONS, NO_REASON = 30.0, 5.0  # seconds between two looks why a session waits, and where there was nothing to be seen
SECONDS = 5.0  # of a look go to questions for single sessions, and one question more; the next look goes on with them
PATIENCE = 300.0  # so long a log is waited for that cannot be read and may hold the exit code


class Watching:
    """Remembers of each job since when it is not seen to go on, and why it waits."""

    def __init__(self, sessions: Sessions, storage: Storage, deleted: Deleted, lost_seconds: float) -> None:
        self._sessions, self._storage, self._deleted, self._lost = sessions, storage, deleted, lost_seconds
        self._over: dict[str, float] = {}  # by session: since when it is not seen to go on
        self._ran: set[str] = set()
        self._told: dict[str, tuple[float, events.Told]] = {}  # why it waits, and when that was asked
        self._until = 0.0  # when a look has taken long enough, by the monotonic clock

    def look(self, jobs: Sequence[Job]) -> tuple[Mapping[str, Status], str]:
        """What is known of each job; and what is in the way of knowing more."""
        now, self._until = time.time(), time.monotonic() + SECONDS
        listed = {one.id: one for one in self._sessions.list()}
        ours = {job: one for job in jobs if (one := listed.get(job.id)) and belongs(one, job)}
        there = {job for job, session in ours.items() if not outcome.state(session).ended}
        left, trouble = self._storage.ended([job for job in jobs if job not in there])
        found = {}
        for job in sorted(jobs, key=lambda job: self._turn(job, job in there)):
            if status := self._of(job, ours.get(job), left.get(job, outcome.NO_RECORD), listed, now):
                found[job.id] = replace(status, id=job.id, as_of=stamp(now))
        return found, trouble

    def _turn(self, job: Job, there: bool) -> tuple[bool, float]:
        """What has ended first, since that is forgotten; then that of which it was not asked for long why it waits."""
        return there, self._told[job.id][0] if job.id in self._told else 0.0

    @property
    def _late(self) -> bool:
        return time.monotonic() > self._until

    def _of(
        self, job: Job, session: Session | None, left: Ended, listed: Mapping[str, Session], now: float
    ) -> Status | None:
        if session and not outcome.state(session).ended:
            self._over.pop(job.id, None)
            return self._active(job, session, now)
        if session and not left.end and self._late:
            return None
        waited = now - self._over.setdefault(job.id, now)
        if session is None:
            status = self._vanished(job, left, waited)
        else:
            log = None if left.end else self._perhaps(lambda: self._sessions.log(session.id))
            last = carrying.ended(log.body if log else b"", job)
            owner = outcome.owner(left, last)
            if not left.end and owner not in ("", job.id):  # it was sent twice: how it is, that session knows
                return self._of(replace(job, id=owner), listed.get(owner), left, listed, now)
            more = waited < (outcome.SLOW if log is not None else PATIENCE)
            status = self._settled(job, session, left, last, now, more)
        if status is None:
            return _ending(job, session) if session else None
        del self._over[job.id]
        self._told.pop(job.id, None)
        return status

    # -- while it is there ---------------------------------------------------------------------------------------------

    def _active(self, job: Job, session: Session, now: float) -> Status | None:
        """What its word says. One that ran and is said to wait is about to end: there is no second try."""
        state, detail = outcome.state(session), session.used
        if state is S.RUNNING:
            self._ran.add(job.id)
        elif state is S.QUEUED:
            if job.id in self._ran:
                return None
            state, detail = self._waits(session, now)
        elif state is S.UNKNOWN:
            detail = f"the platform says {session.word!r}"
        started = session.started if state in (S.RUNNING, S.COMPLETING) else ""
        return Status(state, job.attempt, job.id, started=started, evidence="session list", detail=detail)

    def _waits(self, session: Session, now: float) -> tuple[JobState, str]:
        """Why, as it was when it was last asked; asked once in a while, since each is a question of its own."""
        asked, told = self._told.get(session.id, (0.0, events.Told(S.QUEUED, "")))
        if now - asked >= (REASONS if told.words else NO_REASON) and not self._late:
            body = self._perhaps(lambda: self._sessions.events(session.id))
            told = events.why(events.read(body), now) if body is not None else told
            self._told[session.id] = (now, told)
        return told.state, told.words

    # -- when it is not ------------------------------------------------------------------------------------------------

    def _settled(self, job: Job, session: Session, left: Ended, last: Ended, now: float, more: bool) -> Status | None:
        """By what it left; only of a failure that nothing else explains it is asked what happened around it."""
        cause = None
        if not (left.end or last.end or more) and outcome.state(session) is S.FAILED:
            body = self._perhaps(lambda: self._sessions.events(session.id))
            cause = events.cause(events.read(body)) if body else None
        return outcome.settled(job, session, left, last, cause, now, more)

    def _vanished(self, job: Job, left: Ended, waited: float) -> Status | None:
        """One look is not enough: only when the time is over, it is asked for by its name as well."""
        status = outcome.vanished(job, left, job in self._deleted, waited, self._lost)
        if status and status.state is S.LOST and (one := self._sessions.one(job.id)) and belongs(one, job):
            return None
        return status

    def _perhaps(self, ask: Callable[[], T]) -> T | None:
        """What is answered; one answer that does not come keeps no other job from being watched."""
        try:
            return ask()
        except Expired:
            raise
        except (Unreachable, Unclear):
            return None


def _ending(job: Job, session: Session) -> Status:
    """It does not run any more, and how it ended may still come to light."""
    detail = f"the platform says {session.word}: its exit code is looked for"
    return Status(
        S.COMPLETING, job.attempt, job.id, started=session.started, evidence="session list", detail=detail
    )  # fmt: skip


def belongs(session: Session, job: Job) -> bool:
    """Whether it is this job's: an id may come round again."""
    return carrying.marked(session.name) == (job.submission, job.index, job.attempt)
