"""What became of a job that has ended: by the word of the queue, its account, its end record, or by none of them."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from tui_batch.backends import records
from tui_batch.backends.hosted.staging import Ended
from tui_batch.backends.slurm.answers import Account
from tui_batch.backends.slurm.listing import Listed, first_word, moment
from tui_batch.model import Job, Resources, Status
from tui_batch.states import JobState
from tui_batch.times import stamp

S = JobState

ENDS: Mapping[str, JobState] = {
    "COMPLETED": S.SUCCEEDED, "CD": S.SUCCEEDED,
    "FAILED": S.FAILED, "F": S.FAILED,
    "CANCELLED": S.CANCELLED, "CA": S.CANCELLED,
    "TIMEOUT": S.TIMED_OUT, "TO": S.TIMED_OUT, "DEADLINE": S.TIMED_OUT, "DL": S.TIMED_OUT,
    "OUT_OF_MEMORY": S.OUT_OF_MEMORY, "OOM": S.OUT_OF_MEMORY,
    "NODE_FAIL": S.NODE_FAILED, "NF": S.NODE_FAILED, "BOOT_FAIL": S.NODE_FAILED, "BF": S.NODE_FAILED,
    "PREEMPTED": S.PREEMPTED, "PR": S.PREEMPTED,
}  # fmt: skip

SLOW = 15.0  # seconds that the accounting may lag behind
NO_RECORD, NO_ACCOUNT = Ended({}, {}, ""), Account("", "", "", "")

_LOST = "it left the queue, and neither the accounting nor its end record says how it ended"
_NEVER = (None, 2, 125, 126, 127, 128 + 53)  # codes of a job whose script or folder cannot be found
_NEARLY = 0.95  # of its limit: what it held when it was last looked at is less than what it was killed for


@lru_cache
def ended(word: str) -> JobState | None:
    """What a job with this word ended as; None while it has not."""
    return ENDS.get(first_word(word))


def wanting(one: Listed | None) -> bool:
    """Whether more has to be known than what the queue says of a job's end."""
    return one is None or ended(one.word) is not S.SUCCEEDED


def gone(
    job: Job, one: Listed | None, left: Ended, account: Account | None, waited: float, most: float, kept: bool = False
) -> Status | None:
    """What became of it, not seen to go on for so many seconds; None while that is not known yet.

    `kept` says whether the cluster keeps accounts: then there will be one.
    """
    soon = waited < SLOW  # more may be known in a moment: a file server shows records late, the accounting is behind
    if account and not (account.ended and ended(account.word)):  # back from being away it says FAILED of all
        account = None
    if soon and one and not account and kept and wanting(one) and not left.cause:
        return None
    if told := account or (_by_queue(job, one) if one else None):
        if ended(told.word) is S.FAILED and left.end and left.end["job"] != job.id:
            return _by_record(job, left)  # the cluster had it twice, and this one found that it was taken
        known = left.start if account else left.end
        return (
            None if ended(told.word) is S.FAILED and soon and not known and not left.cause else _told(job, left, told)
        )
    if left.end:
        return None if left.end["code"] != "0" and soon else _by_record(job, left)
    if left.cause and (not soon or not left.start):
        word, _, detail = left.cause.partition(" ")
        return _status(job, left, NO_ACCOUNT, JobState(word), detail, "left the queue")
    if 0 < waited >= most:
        return _status(job, left, NO_ACCOUNT, S.LOST, _LOST, "left the queue")
    return None


def _by_queue(job: Job, one: Listed) -> Account:
    started, over = moment(one.started), moment(one.ended)
    return Account(job.id, "", one.word, "squeue", started=started, ended=over, nodes=one.nodes)


def _by_record(job: Job, left: Ended) -> Status:
    code = int(left.end["code"])
    return _status(job, left, NO_ACCOUNT, *records.outcome(code, left.cause), "end record", code)


def _told(job: Job, left: Ended, account: Account) -> Status:
    """The scheduler's word decides on the state; the record, where there is one, on the code."""
    state, code = ended(account.word) or S.UNKNOWN, None
    if state is S.FAILED and left.cause and not left.end and _code(account) in _NEVER:
        state = S.CANCELLED  # it began when it had been cancelled, and found that noted
    match state:
        case S.SUCCEEDED:
            code, detail = 0, _warning(account)
        case S.FAILED:
            code = int(left.end["code"]) if left.end else _code(account)
            state, detail = _failed(account, job.resources, code, bool(left.start))
        case S.CANCELLED:
            detail = _by_whom(account, left)
        case S.TIMED_OUT:
            detail = _over_time(account, job.resources)
        case S.OUT_OF_MEMORY:
            account = _as_measured(account, job.resources)
            detail = _over_memory(account, job.resources)
        case S.NODE_FAILED:
            detail = f"{account.nodes or 'its node'} failed"
        case _:
            detail = "it made way for other jobs"
    how = f"{account.by} and end record" if left.end else account.by
    return _status(job, left, account, state, detail, how, code)


def _warning(account: Account) -> str:
    if account.starved:
        return "a step of it ran out of memory, and it went on"
    return f"a step of it ended with {account.steps}, and it went on" if account.steps else ""


def _code(account: Account) -> int | None:
    return 128 + account.signal if account.signal and not account.code else account.code or None


def _failed(account: Account, needs: Resources, code: int | None, began: bool) -> tuple[JobState, str]:
    """Why it failed; one that was ended by those who look after memory now and then has run out of it."""
    asked = account.asked_mb or needs.memory_mb
    if code == 137 and asked and account.peak_mb and account.peak_mb >= _NEARLY * asked:
        return S.OUT_OF_MEMORY, _over_memory(account, needs)
    if not began and code in _NEVER:
        where = f" on {account.nodes}" if account.nodes else ""
        return S.FAILED, f"could not be started{where}: is its folder to be seen there?"
    return records.outcome(code, "") if code else (S.FAILED, "the queue does not say with which code")


def _by_whom(account: Account, left: Ended) -> str:
    before = "" if left.start or _ran(account) else " before it began"
    if left.cause:
        return left.cause.partition(" ")[2] + before
    who = {"": "", "0": " by the system"}.get(account.who, f" by user {account.who}")
    return f"cancelled{who}, not from here{before}"


def _over_time(account: Account, needs: Resources) -> str:
    if first_word(account.word) in ("DEADLINE", "DL"):
        return "its deadline came before it had ended"
    minutes = account.minutes or needs.minutes
    return records.limit(minutes) if minutes else "its time was up"


def _as_measured(account: Account, needs: Resources) -> Account:
    """Without what was measured when it had hardly begun: it is looked at now and then, and may have grown since."""
    asked = account.asked_mb or needs.memory_mb or 0
    return account if (account.peak_mb or 0) >= asked / 2 else replace(account, peak_mb=None)


def _over_memory(account: Account, needs: Resources) -> str:
    asked, peak = account.asked_mb or needs.memory_mb, account.peak_mb
    if not asked:
        return "it held more memory than it may"
    return f"its limit is {asked:.0f} MB" + (f", it was seen with {peak:.0f} MB" if peak else "")


def _status(
    job: Job, left: Ended, account: Account, state: JobState, detail: str, how: str, code: int | None = None
) -> Status:
    began = account.started if _ran(account) else ""
    return Status(
        state, job.attempt, job.id, code, _moment(left.start) or began, _moment(left.end) or account.ended,
        evidence=how, detail=detail, peak_mb=account.peak_mb,
    )  # fmt: skip


def _ran(account: Account) -> bool:
    """Whether it did: of one that never began the two moments are one."""
    return bool(account.started) and account.started != account.ended


def _moment(record: records.Record) -> str:
    return stamp(float(record["clock"])) if record else ""
