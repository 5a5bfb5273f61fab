"""What became of a job that Grid Engine's queue has not any more: by its end record, by its account, or by neither."""

from tui_batch.backends import records
from tui_batch.backends.gridengine.answers import Account
from tui_batch.backends.hosted.staging import Ended
from tui_batch.model import Job, Resources, Status
from tui_batch.states import JobState
from tui_batch.times import stamp

S = JobState

SLOW = 15.0  # seconds that the accounting may lag behind

_NOT_STARTED = {*range(1, 12), 26, 27, 28, 29, 31, 32, 33, 34, 35, 36, 38}
_PLAIN = {
    26: "its output file could not be opened", 27: "its shell was not found", 28: "its folder could not be entered",
}  # fmt: skip
_FORGOTTEN = (18, 19, 21)  # the one who watched over it is gone, and with him how it ended
_WARNED = (138, 152)  # by USR1 and XCPU, which are sent a while before
_KILLED = (37, 100)  # at a limit, or after it had begun

_LOST = "it left the queue, and neither the accounting nor its end record says how it ended"


def wanting(end: Ended | None) -> bool:
    """Whether the accounting has to be asked as well."""
    return end is None or not end.end or (end.end["code"] != "0" and not end.cause)


def gone(job: Job, end: Ended | None, account: Account | None, waited: float, most: float) -> Status | None:
    """What became of it, missing from the queue for so many seconds; None while that is not known yet."""
    if end and end.end:
        # It may be known soon that it had reached a limit.
        return _by_record(job, end, account) if account or waited >= SLOW or not wanting(end) else None
    if account:
        return _by_account(job, end, account)
    if end and end.cause and (waited >= SLOW or not end.start):
        state, _, detail = end.cause.partition(" ")
        return _status(job, end, None, JobState(state), detail, "left the queue")
    if 0 < waited >= most:
        return _status(job, end, None, S.LOST, _LOST, "left the queue")
    return None


def _by_record(job: Job, end: Ended, account: Account | None) -> Status:
    """The record decides on the code; the accounting on the cause, where it knows better."""
    code = int(end.end["code"])
    state, detail = records.outcome(code, end.cause)
    if account and state is S.FAILED and code > 128 and (limit := _limit(account, job.resources)):
        return _status(job, end, account, limit[0], f"{limit[1]} ({detail})", "accounting and end record", code)
    return _status(job, end, account, state, detail, "end record", code)


def _by_account(job: Job, end: Ended | None, account: Account) -> Status:
    state, detail = outcome(account, end.cause if end else "", job.resources)
    code = account.code if account.failed in (0, *_KILLED) or account.code else None
    return _status(job, end, account, state, detail, "accounting", code)


def _status(
    job: Job,
    end: Ended | None,
    account: Account | None,
    state: JobState,
    detail: str,
    how: str,
    code: int | None = None,
) -> Status:
    started = _moment(end.start if end else {}) or (account.started if account else "")
    over = _moment(end.end if end else {}) or (account.ended if account else "")
    held = account.memory_mb or None if account else None
    return Status(state, job.attempt, job.id, code, started, over, evidence=how, detail=detail, peak_mb=held)


def _moment(record: records.Record) -> str:
    return stamp(float(record["clock"])) if record else ""


def outcome(account: Account, cause: str, needs: Resources) -> tuple[JobState, str]:
    """What an account says; `cause` is why we ended it, if we did."""
    word, _, why = cause.partition(" ")
    if account.failed in _NOT_STARTED:
        detail = f"could not be started: {_PLAIN.get(account.failed, account.words)}"
        return (JobState(word), why) if cause else (S.FAILED, detail)
    if account.failed == 17:
        return S.NODE_FAILED, f"what watched over it on its machine died: {account.words}"
    if account.failed in _FORGOTTEN:
        return S.LOST, f"how it ended is not known: {account.words}"
    if not cause and (account.failed in _KILLED or account.code > 128) and (limit := _limit(account, needs)):
        return limit
    if account.failed == 100 and not account.code:
        return (JobState(word), why) if cause else (S.FAILED, f"killed: {account.words}")
    state, detail = records.outcome(account.code, cause)
    if account.failed not in (0, *_KILLED):
        detail = f"{detail + '; ' if detail else ''}afterwards: {account.words}"
    return state, detail


def _limit(account: Account, needs: Resources) -> tuple[JobState, str] | None:
    """Which limit a job that was killed had reached."""
    memory, minutes = needs.memory_mb, needs.minutes
    if memory and account.memory_mb >= 0.95 * memory:
        return S.OUT_OF_MEMORY, f"it held {account.memory_mb:.0f} MB, its limit is {memory} MB"
    if minutes and (account.seconds >= 0.98 * 60 * minutes or account.code in _WARNED):
        return S.TIMED_OUT, records.limit(minutes)
    if account.failed == 37:
        return S.TIMED_OUT, f"ended at a limit of its queue: {account.words}"
    return None
