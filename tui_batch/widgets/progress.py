"""How far many jobs are: a stacked bar of counts, in words, and how long it may still take."""

from collections.abc import Callable
from math import ceil, sqrt

from tui_batch.model import Submission
from tui_batch.states import ATTENTION, ENDED, FAILURES, Counts, JobState, active
from tui_batch.times import seconds, span

_MOVING = frozenset({JobState.SUBMITTING, JobState.STARTING, JobState.COMPLETING})
FEW, MANY = 5, 30  # jobs that have ended: a rough guess with less than few, a good one from many on
QUICK = 100.0  # seconds: what takes less is told in seconds
_PACED = ENDED - {JobState.CANCELLED}  # those that tell how long a job takes

# Drawn in this order: what has ended, well or not, what goes on, what is still to come.
_GROUPS: tuple[tuple[str, frozenset[JobState]], ...] = (
    ("#", frozenset({JobState.SUCCEEDED})),
    ("x", FAILURES - ATTENTION),
    ("c", frozenset({JobState.CANCELLED})),
    ("=", frozenset({JobState.RUNNING})),
    (">", _MOVING),
    ("-", frozenset({JobState.DRAFT, JobState.QUEUED})),
    ("!", ATTENTION | {JobState.SUSPENDED}),
)

_WAITING = [sign for sign, _ in _GROUPS].index("-")

TONES: dict[JobState, str] = {
    **dict.fromkeys(ENDED, "trouble"),
    **dict.fromkeys(_MOVING, "moving"),
    **dict.fromkeys(ATTENTION, "attention"),
    JobState.SUCCEEDED: "",
    JobState.CANCELLED: "quiet",
    JobState.RUNNING: "running",
    JobState.QUEUED: "waiting",
    JobState.SUSPENDED: "attention",
    JobState.DRAFT: "quiet",
}


def bar(counts: Counts, total: int, width: int) -> str:
    """`[####==----!x]` in this many cells; whatever there is any of gets one cell at least."""
    room = width - 2
    numbers = [sum(counts.get(state, 0) for state in states) for _, states in _GROUPS]
    numbers[_WAITING] += max(0, total - sum(numbers))  # what nothing is known of yet is still to come
    whole = sum(numbers)
    if not whole or room < 1:
        return f"[{' ' * max(0, room)}]"
    shares = [max(1, number * room // whole) if number else 0 for number in numbers]
    while sum(shares) > room:
        shares[shares.index(max(shares))] -= 1
    while sum(shares) < room:
        lacking = [number * room / whole - share for number, share in zip(numbers, shares, strict=True)]
        shares[lacking.index(max(lacking))] += 1
    return f"[{''.join(sign * share for (sign, _), share in zip(_GROUPS, shares, strict=True))}]"


def done(counts: Counts) -> int:
    """How many have ended, however they did."""
    return sum(number for state, number in counts.items() if state.ended)


def counted(jobs: int) -> str:
    """`1 job`, `12,000 jobs`."""
    return "1 job" if jobs == 1 else f"{jobs:,} jobs"


def words(counts: Counts) -> str:
    """`3 running, 12 queued`: what there is any of, most advanced first."""
    order = list(JobState)
    known = sorted(counts.items(), key=lambda item: (item[0].ended, -order.index(item[0])))
    return ", ".join(f"{number:,} {state.replace('_', ' ')}" for state, number in known if number) or "nothing yet"


def jobs_in_words(counts: Counts) -> str:
    """`3 running and 12 queued jobs`."""
    *most, last = words(counts).split(", ")
    return f"{', '.join(most)} and {last} jobs" if most else f"{last} job{'s' * (sum(counts.values()) != 1)}"


class Paces:
    """How long the rest of each submission may take, by what a job of it takes and how many run now."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._ends: dict[str, tuple[int, int, float]] = {}  # by id: how many had ended, were left, and when it may end

    def left(self, submission: Submission) -> float | None:
        """The seconds behind the words, where there is anything to go by."""
        known = self.remaining(submission) not in ("-", "unknown")
        return self._ends[submission.id][2] - self._now() if known else None

    def remaining(self, submission: Submission) -> str:
        """Worded by how much is known, `~5m`, `3m - 8m`, `~10m (rough)` or `unknown`; `-` when nothing is left."""
        left = active(submission.counts)
        if not left and sum(submission.counts.values()) >= submission.jobs:
            return "-"
        ended = sum(number for state, number in submission.counts.items() if state in _PACED)
        if not ended or not submission.typical or not submission.as_of:
            return "unknown"
        running = submission.counts.get(JobState.RUNNING, 0)
        end = seconds(submission.as_of) + _guess(left, running, submission.typical)
        guess = self._never_later(submission.id, ended, left, end) - self._now()
        if guess <= 0:  # it takes longer than was thought
            return "unknown"
        if ended < FEW or not running:  # nobody knows when the next one begins
            return f"~{_coarse(guess)} (rough)"
        if ended < MANY:
            spread = 1 + 1.5 / sqrt(ended)
            least, most = _coarse(guess / spread, int), _coarse(guess * spread, ceil)
            return f"{least} - {most}" if least != most else f"~{most}"
        return f"~{_coarse(guess) if guess < QUICK else span(guess)}"

    def _never_later(self, id: str, ended: int, left: int, end: float) -> float:
        # What is known changes for other reasons too, and no job that still runs makes the rest take longer.
        before = self._ends.get(id)
        if before and before[:2] == (ended, left):
            end = min(end, before[2])
        self._ends[id] = (ended, left, end)
        return end


def _guess(left: int, running: int, job: float) -> float:
    """As many at a time as now: those that run are half done, and the last to begin needs nearly a whole job more."""
    if not running:
        return job * left
    return job * max((left - running / 2) / running, running / (running + 1))


def _coarse(duration: float, whole: Callable[[float], int] = round) -> str:
    """In whole units, as a guess deserves: `40s`, `12m`, `3h`, `2d`; seconds by tens, which keeps a screen quiet."""
    if duration < QUICK:
        return f"{max(1, whole(duration / 10))}0s"
    for size, unit, most in ((60, "m", 6000), (3600, "h", 36 * 3600)):
        if duration < most:
            return f"{whole(duration / size)}{unit}"
    return f"{whole(duration / 86400)}d"
