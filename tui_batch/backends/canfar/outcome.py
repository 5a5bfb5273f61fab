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
    job: Job, session: Session, left: Ended, code: int | None, cause: Told | None, now: float, more: bool
) -> Status | None:
    """How a session's job ended, by its record, by the code in its log, by the platform's word; None to look again.

    `more` says whether its record may still come to light.
    """
    over = session.started or _moment(left.start)
    if left.end and left.end["job"] == job.id:
        return _by_code(job, left, session, int(left.end["code"]), "end record")
    if left.start and left.start["job"] != job.id:
        return _status(job, left, session, S.FAILED, None, "start record",
                       f"session {left.start['job']} runs this job: this one ended without touching it")  # fmt: skip
    if code is not None:
        return _by_code(job, left, session, code, "last line of its log")
    if more:
        return None
    if state(session) is S.SUCCEEDED:
        return _status(job, left, session, S.SUCCEEDED, None, session.word, "with which exit code is not known")
    if left.cause:
        word, _, detail = _caused(job, left).partition(" ")
        return _status(job, left, session, JobState(word), None, session.word, detail)
    if cause:
        return _status(job, left, session, cause.state, None, "events", cause.words)
    if over and now - seconds(over) >= DEADLINE:
        return _status(job, left, session, S.TIMED_OUT, None, session.word, "the platform's limit is 14 days")
    return _status(job, left, session, S.FAILED, None, session.word, "the platform does not say why")


def vanished(job: Job, left: Ended, deleted: bool, waited: float, most: float) -> Status | None:
    """What became of a job whose session is not listed for so many seconds; None while that is not known."""
    if left.end and left.end["job"] == job.id:
        return _by_code(job, left, None, int(left.end["code"]), "end record")
    if deleted:
        return _status(job, left, None, S.CANCELLED, None, "session deleted", "cancelled by you")
    if waited >= most > 0:
        return _status(job, left, None, S.LOST, None, "not listed", _LOST)
    return None


def _by_code(job: Job, left: Ended, session: Session | None, code: int, evidence: str) -> Status:
    found, detail = records.outcome(code, _caused(job, left))
    return _status(job, left, session, found, code, evidence, detail)


def _caused(job: Job, left: Ended) -> str:
    """Why we ended it, in whole words."""
    return f"timed_out {records.limit(job.resources.minutes or 0)}" if left.cause == "timed_out" else left.cause


def _status(
    job: Job, left: Ended, session: Session | None, found: JobState, code: int | None, evidence: str, detail: str
) -> Status:
    began = _moment(left.start) or (session.started if session else "")
    return Status(found, job.attempt, job.id, code, began, _moment(left.end), evidence=evidence, detail=detail)


def _moment(record: records.Record) -> str:
    return stamp(float(record["clock"])) if record else ""
