"""Why a job waits in Slurm's queue, in plain words."""

from dataclasses import dataclass

from tui_batch.states import JobState


@dataclass(frozen=True, slots=True)
class Reason:
    """What a reason means."""

    state: JobState
    words: str


def read(reason: str) -> Reason:
    return Reason(JobState.HELD if "Held" in reason else JobState.QUEUED, reason)
