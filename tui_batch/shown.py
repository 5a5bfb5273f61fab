"""What the screens are shown, as values that never change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tui_batch.model import NOTHING, Contact, Order, Question, Status, Submission, Target


@dataclass(frozen=True, slots=True)
class Weight:
    """How many bytes a batch is made of; without `exact` a guess from some of its jobs."""

    jobs: int  # what all jobs have of their own
    shared: int  # what they have in common
    exact: bool

    @property
    def whole(self) -> int:
        """All of it."""
        return self.jobs + self.shared


@dataclass(frozen=True, slots=True)
class Beat:
    """The courier's sign of life."""

    host: str
    pid: int
    started: str
    beat: str
    alive: bool


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch and what was made of it."""

    name: str
    template: str
    jobs: int
    created: str
    submitted: int
    last_submitted: str


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job of a submission, as a list shows it: `values` follow the submission's varying variables."""

    index: int
    name: str
    values: tuple[str, ...]
    status: Status


@dataclass(frozen=True, slots=True)
class JobList:
    """The jobs of a submission; `varying` heads the columns of each row's values."""

    varying: tuple[str, ...]
    rows: Sequence[JobRow]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the screens show, at one moment; newest submission first."""

    submissions: tuple[Submission, ...] = ()
    orders: tuple[Order, ...] = ()
    targets: tuple[Target, ...] = ()
    courier: Beat | None = None
    problems: tuple[str, ...] = ()  # files that could not be read, and what became of them
    contacts: Mapping[str, Contact] = field(default_factory=lambda: NOTHING)  # by the target's name
    writable: bool = True  # whether anything can be asked for
    questions: tuple[Question, ...] = ()  # what targets wait to be told, oldest first

    @property
    def lively(self) -> bool:
        """Whether anything is open or asked for."""
        return bool(self.orders) or not all(submission.ended for submission in self.submissions)
