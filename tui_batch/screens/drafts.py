"""The jobs of a sweep that is not made yet, as rows of a table."""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui_batch.model import Status, Value
from tui_batch.numbers import spell
from tui_batch.screens.rows import WIDEST, longest, sampled, value_columns
from tui_batch.shown import JobList, JobRow
from tui_batch.states import JobState
from tui_batch.widgets.columns import Column

if TYPE_CHECKING:
    from tui_batch.sweep import Sweep

DRAFT = Status(JobState.DRAFT)


class Drafts(Sequence[JobRow]):
    """Rows that are made when one looks at them: a hundred thousand cost nothing.

    `kept` are the combinations that a condition keeps; without it every single row would be a walk to it.
    """

    def __init__(self, sweep: "Sweep", kept: Sequence[int] | None = None) -> None:
        self._sweep, self._kept = sweep, kept

    def __len__(self) -> int:
        return self._sweep.count

    def __getitem__(self, index: Any) -> Any:
        found = range(len(self))[index]
        return self._row(found, self.values(found)) if isinstance(found, int) else [self[n] for n in found]

    def __iter__(self) -> Iterator[JobRow]:
        return (self._row(index, values) for index, values in enumerate(self._sweep.values()))

    def values(self, index: int) -> Mapping[str, Value]:
        """All variables of one job."""
        return self._sweep.combination(self._kept[index]) if self._kept is not None else self._sweep.at(index)

    def _row(self, index: int, values: Mapping[str, Value]) -> JobRow:
        return JobRow(index, "", tuple(spell(values[key]) for key in self._sweep.varying), DRAFT)


def drafts(sweep: "Sweep", breath: Callable[[], None]) -> Drafts:
    """The rows of a sweep; with a condition it takes a walk through all combinations to find them."""
    return Drafts(sweep, array("Q", sweep.kept(breath)) if sweep.where else None)


def widest(sweep: "Sweep") -> JobRow:
    """A row that no job has: of each variable the longest value, for which there is to be room."""
    columns = {key: column for step in sweep.steps for key, column in step.items()}
    return JobRow(0, "", tuple(max(map(spell, columns[key]), key=len) for key in sweep.varying), DRAFT)


def draft_columns(jobs: JobList, named: bool = False) -> list[Column[JobRow]]:
    """The number of each job, its name once it has one, and what varies."""
    names = longest("NAME+", [row.name for row in sampled(jobs.rows)] if named else ())
    name: list[Column[JobRow]] = [
        Column("name", "NAME", min(names, WIDEST), lambda r: r.name, wants=names, ending=True, letter="n")
    ]
    return [
        Column("job", "JOB", 6, lambda r: str(r.index), lambda r: r.index, right=True, letter="j"),
        *(name if named else []),
        *value_columns(jobs.varying, jobs.rows),
    ]
