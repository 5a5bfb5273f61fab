"""What the screens are shown, as values that never change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tui_batch.model import NOTHING, Contact, Order, Output, Question, Status, Submission, Target


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
class Collection:
    """The files that a submission's batch names outside of its jobs' folders, as they were when they were listed.

    A file is known by its place in the list.
    """

    as_of: str = ""  # when they were listed; "" for never
    folder: str = ""  # that all of them lie below, there
    files: tuple[Output, ...] = ()
    more: bool = False  # these are not all
    here: frozenset[int] = frozenset()  # those that have come, as they are there
    asked: str = ""  # the order that asked for some of them last
    wanted: frozenset[int] = frozenset()  # what it asked for
    failed: Mapping[int, str] = field(default_factory=dict)  # what of that did not come, and why
    trouble: str = ""  # why what was asked for last could not be done
    coming: int = 0  # bytes that have come of files that are not here whole

    @property
    def left(self) -> Sequence[int]:
        """What is wanted and not here, as far as it can be had."""
        return sorted(self.wanted - self.here - self.failed.keys())

    def size(self, some: Iterable[int]) -> int:
        """The bytes of these files."""
        return sum(self.files[at].size for at in some)


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
