"""What the loop asks of lanes, and what they answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui_batch.backends.base import Files
from tui_batch.errors import TuiBatchError
from tui_batch.model import Accepted, Batch, Health, Job, LogChunk, Order, Output, Outputs, Status

# -- asked -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Send:
    """Have the target take these; answered by a Took for each call, then Sent."""

    submission: str
    batch: Batch
    files: Files
    jobs: Sequence[Job]


@dataclass(frozen=True, slots=True)
class Seek:
    """Look for what the target has of a submission."""

    submission: str


@dataclass(frozen=True, slots=True)
class Look:
    """Poll these."""

    jobs: Sequence[Job]


@dataclass(frozen=True, slots=True)
class Tell:
    """What an order wants done to jobs that the target has; the order stays until this is answered."""

    order: Order  # to cancel, hold, release, requeue, signal, limit or remove
    ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Probe:
    """Find out how the target is."""

    order: Order


@dataclass(frozen=True, slots=True)
class Fetch:
    """Bring what these left behind, as much of it as comes in a short while."""

    submission: str
    batch: Batch
    files: Files
    jobs: Sequence[Job]
    into: Path


@dataclass(frozen=True, slots=True)
class Tail:
    """What a job wrote since so many bytes that are here already."""

    job: Job
    stream: str
    spool: Path
    size: int
    ended: bool  # nothing more is written there
    forgets: bool = False  # its target does, so what is here is kept
    saving: bool = False  # nobody need look at it


@dataclass(frozen=True, slots=True)
class Survey:
    """List the files that a batch names outside of its jobs' folders; the order stays until this is answered."""

    order: Order
    batch: Batch
    folder: str  # that all of them lie below
    results: Path


@dataclass(frozen=True, slots=True)
class Bring:
    """Bring these of them, by their places in the list, as many as come in a short while."""

    order: Order
    wanted: Mapping[int, Output]
    folder: str
    results: Path


# -- answered ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Took:
    """One call had the target take these; the lane goes on when that is on disk."""

    submission: str
    accepted: Sequence[Accepted]


@dataclass(frozen=True, slots=True)
class Sent:
    """All that was to be sent was taken."""

    submission: str


@dataclass(frozen=True, slots=True)
class Found:
    """What the target has of a submission: index → id; of what else it may be that it was sent, None for all."""

    submission: str
    ids: Mapping[int, str]
    doubtful: Collection[int] | None


@dataclass(frozen=True, slots=True)
class Learnt:
    """The target said this of jobs; `seconds` is how long it took when it was asked, None when it spoke by itself."""

    statuses: Mapping[str, Status]
    complete: bool = True
    seconds: float | None = None
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The results of these jobs are here; those of some others cannot be had, and why; the rest was not asked for."""

    submission: str
    jobs: Sequence[Job]
    failed: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Surveyed:
    """Which files there are, and the places in the list of those that are here already."""

    request: Survey
    found: Outputs
    here: Collection[int]


@dataclass(frozen=True, slots=True)
class Brought:
    """These are here; those cannot be had, and why; the rest is asked for again, unless there is `more` to come."""

    order: Order
    came: list[int]
    failed: dict[int, str]
    more: bool


@dataclass(frozen=True, slots=True)
class Tailed:
    """A piece of a log."""

    request: Tail
    chunk: LogChunk


@dataclass(frozen=True, slots=True)
class Told:
    """The target was told what an order wants."""

    order: Order


@dataclass(frozen=True, slots=True)
class Examined:
    """How the target is."""

    order: Order
    health: Health


@dataclass(frozen=True, slots=True)
class Trouble:
    """A call that did not do what it should; nothing is known of what it asked for."""

    request: "Request | None"
    error: TuiBatchError


Request = Send | Seek | Look | Tell | Fetch | Survey | Bring | Probe | Tail
Answer = Took | Sent | Found | Learnt | Fetched | Surveyed | Brought | Tailed | Told | Examined | Trouble
