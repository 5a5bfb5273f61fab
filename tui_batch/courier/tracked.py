"""One open submission, as the courier follows it: what is known of each job, kept in the ledger and the summary."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

from tui_batch import indices
from tui_batch.errors import StoreError
from tui_batch.model import Accepted, Batch, Job, Status, Submission
from tui_batch.states import JobState
from tui_batch.store import batches, state
from tui_batch.store.archive import Archive
from tui_batch.store.ledger import Ledger, LedgerView


class Tracked:
    """Everything learnt goes into the ledger first; the summary follows when there is time."""

    def __init__(self, folder: Path, submission: Submission) -> None:
        self.submission, self.folder = submission, folder
        self.health = ""
        self.batch: Batch | None = None  # None until the batch was opened for sending
        self.files: Archive | None = None
        self.fetching: set[int] = set()
        self.fetch_at = 0.0  # monotonic: not before then
        self.sending = False  # handed to the target, whose answer is not here yet
        self.unwritten = True  # the summary lags behind
        self._ledger = Ledger(folder / "ledger.tsv")
        view = LedgerView(folder / "ledger.tsv")
        view.refresh()
        queued = Status(JobState.QUEUED, as_of=submission.created, detail="waiting to be sent")
        self.statuses = dict.fromkeys(range(submission.jobs), queued) | view.statuses
        self._counts = Counter(status.state for status in self.statuses.values())
        self._by_id = {status.id: index for index, status in self.statuses.items() if status.id}
        self.received: set[int] = set()
        self._to_fetch: set[int] = set()
        with suppress(StoreError):  # it can be made anew from the ledger; results that are here already are found there
            self.received = set(indices.from_text(state.read(folder / "state.toml").received))
        self._to_fetch = {index for index, status in self.statuses.items() if _left_something(status)} - self.received

    def open_batch(self, path: Path) -> None:
        """Open the batch for sending; a StoreError if it is not what was submitted."""
        batch = batches.read(path)
        if batch.digest != self.submission.digest:
            raise StoreError(
                f"The batch {batch.name} was changed after it was submitted: its jobs are not sent. "
                f"Put the former {path.name} back and retry, or submit it as a new batch."
            )
        self.files, self.batch = Archive(path), batch
        self._names = [name for _, name, _ in batches.jobs(path)[1]]

    def jobs(self, numbers: Iterable[int]) -> Sequence[Job]:
        """These jobs as they are sent."""
        known, names, name = self.statuses, self._names, self.submission.id
        return [Job(name, index, names[index], known[index].attempt, known[index].id) for index in numbers]

    # -- what is known -------------------------------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        return all(state.ended for state, number in self._counts.items() if number)

    @property
    def complete(self) -> bool:
        """All jobs have ended and what they left behind is here, as far as it can be had."""
        return self.ended and not self.fetching and not self._to_fetch

    def ids(self) -> Collection[str]:
        """The target's words for its jobs, those of earlier attempts among them."""
        return self._by_id.keys()

    def unfinished(self) -> list[int]:
        return [index for index, status in self.statuses.items() if not status.state.ended]

    # -- results -------------------------------------------------------------------------------------------------------

    def next_to_fetch(self, most: int) -> list[int]:
        """Some ended jobs whose results are to be fetched now; none while others are on their way."""
        if self.fetching:
            return []
        chosen = list(islice(self._to_fetch, most))
        self._to_fetch.difference_update(chosen)
        self.fetching.update(chosen)
        return chosen

    def fetched(self, numbers: Iterable[int]) -> None:
        self.received.update(numbers)
        self.fetching.clear()
        self.unwritten = True

    def not_fetched(self, why: str) -> None:
        """Give up on what was being fetched; `fetch` asks for it again."""
        self.health, self.unwritten = why, True
        self.fetching.clear()

    def fetch_again(self) -> None:
        self._to_fetch |= {index for index, status in self.statuses.items() if _left_something(status)} - self.received

    # -- what is learnt ------------------------------------------------------------------------------------------------

    def took(self, accepted: Sequence[Accepted], as_of: str) -> None:
        """The target gave these jobs their ids."""
        new = [(taken.index, taken.id) for taken in accepted if self.statuses[taken.index].id != taken.id]
        self._by_id.update((job_id, index) for index, job_id in new)
        self._put([(index, replace(self.statuses[index], id=job_id, as_of=as_of, detail="")) for index, job_id in new])

    def learn(self, statuses: Mapping[str, Status]) -> None:
        """What the target said of its jobs; an end is final for its attempt, save that a lost job may be found."""
        self._put(
            (index, status)
            for name, status in statuses.items()
            if (index := self._by_id.get(name)) is not None and _news(self.statuses[index], status)
        )

    def set_all(self, numbers: Iterable[int], status: Status) -> None:
        """One status for many jobs, each keeping its attempt."""
        self._put([(index, replace(status, attempt=self.statuses[index].attempt)) for index in numbers])

    def again(self, numbers: Iterable[int], as_of: str) -> list[int]:
        """Queue another attempt of jobs that have ended; those that have not are left alone."""
        chosen = [index for index in numbers if index in self.statuses and self.statuses[index].state.ended]
        self.received.difference_update(chosen)
        self._to_fetch.difference_update(chosen)
        detail = "waiting to be sent"
        self._put(
            [
                (index, Status(JobState.QUEUED, self.statuses[index].attempt + 1, as_of=as_of, detail=detail))
                for index in chosen
            ]
        )
        return chosen

    def _put(self, entries: Iterable[tuple[int, Status]]) -> None:
        entries = list(entries)
        if not entries:
            return
        self._ledger.append(entries)
        for index, status in entries:
            self._counts[self.statuses[index].state] -= 1
            self._counts[status.state] += 1
            self.statuses[index] = status
            if _left_something(status) and index not in self.received:
                self._to_fetch.add(index)
        self.unwritten = True

    # -- what is written -----------------------------------------------------------------------------------------------

    def write_summary(self, as_of: str) -> None:
        received = indices.to_text(self.received)
        state.write(self.folder / "state.toml", state.of(self.statuses, as_of, self.health, received))
        self.unwritten = False

    def outcome(self, ended: str) -> Submission:
        """The submission as the history is told of its end."""
        self._ledger.sync()
        counts = {state: number for state, number in self._counts.items() if number}
        return self.submission._replace(counts=counts, ended=ended, fetched=len(self.received))

    def close(self) -> None:
        self._ledger.sync()
        self._ledger.close()
        if self.files:
            self.files.close()


def _left_something(status: Status) -> bool:
    return status.state.ended and bool(status.started)


def _news(known: Status, told: Status) -> bool:
    """Whether this says more than is known already."""
    if told.attempt < known.attempt:
        return False
    if known.state.ended and told.attempt == known.attempt:
        return known.state is JobState.LOST and told.state is not JobState.LOST
    return replace(told, as_of=known.as_of) != known
