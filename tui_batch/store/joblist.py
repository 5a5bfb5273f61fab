"""The jobs of a submission as they are listed."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tui_batch.errors import StoreError
from tui_batch.model import WAITS, Status, Submission
from tui_batch.shown import JobList, JobRow
from tui_batch.states import JobState
from tui_batch.store.home import Home
from tui_batch.store.ledger import LedgerView

KEPT = 200_000  # jobs that are kept at hand


class JobLists:
    """The lists of the submissions that were looked at last."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._views: dict[str, _JobsView] = {}

    def of(self, submission: Submission) -> tuple[JobList, Sequence[str]]:
        """Its jobs, and the lines of its ledger that could not be read."""
        view = self._views.pop(submission.id, None)
        if view is None or view.draft != _is_draft(submission):
            with _all_of_it_stays():
                view = _JobsView(self._home, submission)
        self._views[submission.id] = view
        while len(self._views) > 1 and sum(view.size for view in self._views.values()) > KEPT:
            del self._views[next(iter(self._views))]
        return view.refresh(), view.problems


@contextmanager
def _all_of_it_stays() -> Iterator[None]:
    """Look for no garbage while a hundred thousand rows are made, which costs a fifth of the time, for nothing."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class _JobsView:
    """The batch's names and values beside the ledger's statuses; the same list while nothing changed."""

    def __init__(self, home: Home, submission: Submission) -> None:
        from tui_batch.store import batches

        self._view = LedgerView(home.submission(submission.id) / "ledger.tsv")
        self.draft = _is_draft(submission)
        word, detail = (JobState.DRAFT, "not sent yet") if self.draft else (JobState.QUEUED, WAITS)
        if submission.ended:
            word, detail = JobState.UNKNOWN, "the ledger of this submission does not name it"
        blank = Status(word, as_of=submission.created, detail=detail)
        known = self._view.refresh()
        try:
            varying, listed = batches.jobs(home.batches / f"{submission.batch}.zip")
        except StoreError:  # the zip is gone; what became of its jobs is known all the same
            varying, numbers = (), range(submission.jobs)
            listed = [(index, _name(str(index), known.get(index, blank)), ()) for index in numbers]
        rows = [JobRow(index, name, values, known.get(index, blank)) for index, name, values in listed]
        self._list = JobList(varying, rows)

    @property
    def size(self) -> int:
        return len(self._list.rows)

    @property
    def problems(self) -> Sequence[str]:
        """The lines of the ledger that could not be read."""
        return self._view.problems

    def refresh(self) -> JobList:
        changed = self._view.refresh()
        if changed:
            rows = list(self._list.rows)
            for index, status in changed.items():
                if index < len(rows):
                    row = rows[index]
                    nameless = not self._list.varying and row.name == str(index)
                    rows[index] = JobRow(index, _name(row.name, status) if nameless else row.name, row.values, status)
            self._list = JobList(self._list.varying, rows)
        return self._list


def _name(number: str, status: Status) -> str:
    """Of a job whose zip is gone: what its id ends with, or its number."""
    return status.id.rpartition("/")[2] or number


def _is_draft(submission: Submission) -> bool:
    """Its order can still be taken back."""
    return set(submission.counts) == {JobState.DRAFT}
