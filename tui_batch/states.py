"""What a job can be: the states, their groups, and the one word for many of them."""

from collections.abc import Mapping
from enum import StrEnum


class JobState(StrEnum):
    """One word for what is known of a job. Age is not a state: see `as_of`."""

    DRAFT = "draft"
    SUBMITTING = "submitting"
    SUBMIT_UNKNOWN = "submit_unknown"
    REJECTED = "rejected"
    QUEUED = "queued"
    HELD = "held"
    STARTING = "starting"
    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETING = "completing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    NODE_FAILED = "node_failed"
    PREEMPTED = "preempted"
    LOST = "lost"
    UNKNOWN = "unknown"

    @property
    def ended(self) -> bool:
        """Nothing more will happen to the job by itself, as far as is known."""
        return self in ENDED

    @property
    def code(self) -> str:
        """The two letters that a narrow column shows."""
        return CODES[self]


ENDED = frozenset(
    {
        JobState.REJECTED, JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.TIMED_OUT,
        JobState.OUT_OF_MEMORY, JobState.NODE_FAILED, JobState.PREEMPTED, JobState.LOST,
    }
)  # fmt: skip

FAILURES = ENDED - {JobState.SUCCEEDED, JobState.CANCELLED}

BEGUN = frozenset({JobState.STARTING, JobState.RUNNING, JobState.SUSPENDED, JobState.COMPLETING})

ATTENTION = frozenset({JobState.SUBMIT_UNKNOWN, JobState.HELD, JobState.LOST, JobState.UNKNOWN})

CODES: Mapping[JobState, str] = {
    JobState.DRAFT: "DR", JobState.SUBMITTING: "ST", JobState.SUBMIT_UNKNOWN: "??", JobState.REJECTED: "F",
    JobState.QUEUED: "PD", JobState.HELD: "HD", JobState.STARTING: "ST", JobState.RUNNING: "R",
    JobState.SUSPENDED: "HD", JobState.COMPLETING: "ST", JobState.SUCCEEDED: "CD", JobState.FAILED: "F",
    JobState.CANCELLED: "CA", JobState.TIMED_OUT: "TO", JobState.OUT_OF_MEMORY: "OM", JobState.NODE_FAILED: "NF",
    JobState.PREEMPTED: "NF", JobState.LOST: "LO", JobState.UNKNOWN: "??",
}  # fmt: skip

# While anything is active the most advanced state speaks for all; when all have ended, the worst does.
_MOST_ADVANCED = (
    JobState.RUNNING, JobState.COMPLETING, JobState.STARTING, JobState.SUSPENDED, JobState.UNKNOWN,
    JobState.SUBMIT_UNKNOWN, JobState.QUEUED, JobState.SUBMITTING, JobState.HELD, JobState.DRAFT,
)  # fmt: skip
_WORST = (
    JobState.LOST, JobState.NODE_FAILED, JobState.OUT_OF_MEMORY, JobState.TIMED_OUT, JobState.FAILED,
    JobState.REJECTED, JobState.PREEMPTED, JobState.CANCELLED, JobState.SUCCEEDED,
)  # fmt: skip

Counts = Mapping[JobState, int]


def summary(counts: Counts) -> JobState:
    """The one word for many jobs; a submission without jobs is a draft."""
    for state in (*_MOST_ADVANCED, *_WORST):
        if counts.get(state):
            return state
    return JobState.DRAFT


def failed(counts: Counts) -> int:
    """How many ended otherwise than hoped, but for those that somebody cancelled."""
    return sum(number for state, number in counts.items() if state in FAILURES)


def active(counts: Counts) -> int:
    """How many jobs something may still happen to."""
    return sum(number for state, number in counts.items() if state not in ENDED)
