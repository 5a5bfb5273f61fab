"""What a key is for: jobs of one submission or of several, and how a question names them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from tui_batch.model import JobRow, Submission
from tui_batch.screens.rows import title
from tui_batch.states import Counts, JobState
from tui_batch.widgets.printable import cells, printable
from tui_batch.widgets.progress import counted, jobs_in_words

Keeps = Callable[[JobState], bool]


@dataclass(frozen=True)
class Picked:
    """These jobs of a submission; all of them where `rows` is None."""

    submission: Submission
    rows: tuple[JobRow, ...] | None = None

    @cached_property  # a hundred thousand may be marked, and every question asks several times
    def counts(self) -> Counts:
        """How many there are in each state."""
        return self.submission.counts if self.rows is None else Counter(row.status.state for row in self.rows)

    def indices(self, keeps: Keeps) -> list[int] | None:
        """Which jobs of such states; None where it is not only some of the submission's."""
        return None if self.rows is None else [row.index for row in self.rows if keeps(row.status.state)]


def by_submission(chosen: Iterable[tuple[Submission, JobRow]]) -> list[Picked]:
    """Jobs of several submissions, those of each together."""
    groups: dict[str, tuple[Submission, list[JobRow]]] = {}
    for submission, row in chosen:
        groups.setdefault(submission.id, (submission, []))[1].append(row)
    return [Picked(submission, tuple(rows)) for submission, rows in groups.values()]


def counts(picked: Iterable[Picked], keeps: Keeps) -> Counts:
    """How many of them all are in each state of such a kind."""
    found: Counter[JobState] = Counter()
    for one in picked:
        found.update({state: number for state, number in one.counts.items() if number and keeps(state)})
    return found


def those(picked: Sequence[Picked], keeps: Keeps) -> list[Picked]:
    """The submissions that have any job of such a state among what was picked."""
    return [one for one in picked if any(number and keeps(state) for state, number in one.counts.items())]


def what(picked: Sequence[Picked]) -> str:
    """`netmc`, or how many submissions."""
    return title(picked[0].submission) if len(picked) == 1 else f"{len(picked)} submissions"


def where(picked: Sequence[Picked]) -> str:
    """`netmc on fir`, `4 submissions on fir, local`."""
    return f"{what(picked)} on {', '.join(dict.fromkeys(one.submission.target for one in picked))}"


def in_words(picked: Sequence[Picked], keeps: Keeps) -> tuple[str, str]:
    """The jobs of such states, at length and in short; `job 12` where it is about that one alone."""
    found = picked[0].indices(keeps) if len(picked) == 1 else None
    if found and len(found) == 1:
        return (f"job {found[0]}",) * 2
    number = counts(picked, keeps)
    return jobs_in_words(number), counted(sum(number.values()))


def fitting(room: int, *wordings: str) -> str:
    """The first of these that fits, else the last."""
    return next((words for words in wordings if cells(printable(words)) <= room), wordings[-1])
