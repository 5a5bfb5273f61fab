"""What a key is for: jobs of one submission or of several, and how a question names them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tui_batch.model import Submission
from tui_batch.screens.rows import title
from tui_batch.shown import JobRow
from tui_batch.states import Counts, JobState
from tui_batch.widgets.marks import Chosen
from tui_batch.widgets.printable import cells, printable
from tui_batch.widgets.progress import counted, jobs_in_words

Keeps = Callable[[JobState], bool]


@dataclass(frozen=True, slots=True)
class Picked:
    """These jobs of a submission, all of them where `rows` is None; and how many there are in each state."""

    submission: Submission
    rows: Sequence[JobRow] | None
    counts: Counts

    @classmethod
    def whole(cls, submission: Submission) -> "Picked":
        """All its jobs."""
        return cls(submission, None, submission.counts)

    @classmethod
    def some(cls, submission: Submission, rows: Sequence[JobRow]) -> "Picked":
        """Only these; a hundred thousand of them take their time to be counted."""
        return cls(submission, rows, Counter(row.status.state for row in rows))

    def indices(self, keeps: Keeps) -> list[int] | None:
        """Which jobs of such states; None where it is not only some of the submission's."""
        return None if self.rows is None else [row.index for row in self.rows if keeps(row.status.state)]


# Answers in another thread what a key is for: so many rows may be marked that the next key would wait for it.
Pick = Callable[[], Sequence[Picked]]


def of_one(submission: Submission, chosen: Chosen[JobRow]) -> list[Picked]:
    """Jobs of this submission, if there are any."""
    rows = chosen.rows()
    return [Picked.some(submission, rows)] if rows else []


def by_submission(chosen: Iterable[tuple[Submission, JobRow]]) -> list[Picked]:
    """Jobs of several submissions, those of each together."""
    groups: dict[str, tuple[Submission, list[JobRow]]] = {}
    for submission, row in chosen:
        groups.setdefault(submission.id, (submission, []))[1].append(row)
    return [Picked.some(submission, rows) for submission, rows in groups.values()]


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
    number = counts(picked, keeps)
    whole = sum(number.values())
    if len(picked) == whole == 1 and (found := picked[0].indices(keeps)):
        return (f"job {found[0]}",) * 2
    return jobs_in_words(number), counted(whole)


def refusal(picked: Sequence[Picked], otherwise: str, rule: str) -> str:
    """Why nothing comes of it: how the one job is that was picked, and which jobs it is for; else of all of them."""
    if len(picked) != 1 or len(rows := picked[0].rows or ()) != 1:
        return otherwise
    state = rows[0].status.state
    word = state.replace("_", " ")
    return f"Job {rows[0].index} {f'has ended: {word}' if state.ended else f'is {word}'}; only {rule}."


def fitting(room: int, *wordings: str) -> str:
    """The first of these that fits, else the last."""
    return next((words for words in wordings if cells(printable(words)) <= room), wordings[-1])
