"""What became of a job that its session no longer runs.

The platform says at most Completed or Failed: no exit code, no moment, no reason. These are in the end record that the
job leaves on the storage, else in the last line of its session's log, else, of a failure, in what happened around it.
A session that is not listed any more says nothing at all.
"""

from tui_batch.backends import records
from tui_batch.backends.canfar.events import Told
from tui_batch.backends.canfar.service import Session
from tui_batch.backends.hosted.staging import Ended
from tui_batch.model import Job, Status
from tui_batch.states import JobState
from tui_batch.times import seconds, stamp

S = JobState

STATES: dict[str, JobState] = {
    "pending": S.QUEUED, "running": S.RUNNING, "terminating": S.COMPLETING,
    "completed": S.SUCCEEDED, "succeeded": S.SUCCEEDED, "failed": S.FAILED, "error": S.FAILED,
}  # fmt: skip

NO_RECORD = Ended({}, {}, "")
SLOW = 15.0  # seconds that a file server may lag behind
DEADLINE = 14 * 86400.0  # seconds after which the platform ends any session

_LOST = "the platform no longer knows its session, and no end record of it can be read"


def state(session: Session) -> JobState:
    """What the word of a session means."""
    return STATES.get(session.word.lower(), S.UNKNOWN)


def settled(
    job: Job, session: Session, left: Ended, last: Ended, cause: Told | None, now: float, more: bool
) -> Status | None:
    """How a session's job ended: by its record, by the last line of its log, by the platform's word; None: look again.

    `more` says whether one of the first two may still come to light.
    """
    if left.end:
        return _by_code(job, left, session, left.cause, "end record")
    if last.end:
        return _by_code(job, last, session, left.cause or last.cause, "last line of its log")
    if more:
        return None
    if state(session) is S.SUCCEEDED:
        return _status(job, left, session, S.SUCCEEDED, None, session.word, "with which exit code is not known")
    if left.cause:
        word, _, detail = _caused(job, left.cause).partition(" ")
        return _status(job, left, session, JobState(word), None, session.word, detail)
    if cause:
        return _status(job, left, session, cause.state, None, "events", cause.words)
    began = session.started or _moment(left.start)
    if began and now - seconds(began) >= DEADLINE:
        return _status(job, left, session, S.TIMED_OUT, None, session.word, "the platform's limit is 14 days")
    return _status(job, left, session, S.FAILED, None, session.word, "the platform does not say why")


def owner(left: Ended, last: Ended) -> str:
    """Which session runs the job, by its claim; of one that was sent twice the other has ended without touching it."""
    return (left.start or last.start).get("job", "")


def vanished(job: Job, left: Ended, deleted: bool, waited: float, most: float) -> Status | None:
    """What became of a job whose session is not listed for so many seconds; None while that is not known."""
    if left.end:
        return _by_code(job, left, None, left.cause, "end record")
    if deleted:
        return _status(job, left, None, S.CANCELLED, None, "session deleted", "cancelled by you")
    if waited >= most > 0:
        return _status(job, left, None, S.LOST, None, "not listed", _LOST)
    return None


def _by_code(job: Job, left: Ended, session: Session | None, cause: str, evidence: str) -> Status:
    code = int(left.end["code"])
    found, detail = records.outcome(code, _caused(job, cause))
    return _status(job, left, session, found, code, evidence, detail)


def _caused(job: Job, cause: str) -> str:
    """Why it was ended, in whole words."""
    if cause == S.TIMED_OUT:
        return f"{cause} {records.limit(job.resources.minutes or 0)}"
    return f"{cause} the kernel ended a process of it for want of memory" if cause == S.OUT_OF_MEMORY else cause


def _status(
    job: Job, left: Ended, session: Session | None, found: JobState, code: int | None, evidence: str, detail: str
) -> Status:
    began = _moment(left.start) or (session.started if session else "")
    return Status(found, job.attempt, job.id, code, began, _moment(left.end), evidence=evidence, detail=detail)


def _moment(record: records.Record) -> str:
    clock = record.get("clock", "")  # empty where an image has no `date`
    return stamp(float(clock)) if clock.isdecimal() else ""
