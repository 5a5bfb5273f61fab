"""One open submission, as the courier follows it: what is known of each job, kept in the ledger and the summary."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from tui_batch import indices
from tui_batch.errors import StoreError
from tui_batch.model import BY_FIRST, Accepted, Batch, Job, Resources, Status, Submission
from tui_batch.states import JobState
from tui_batch.store import batches, state
from tui_batch.store.archive import Archive
from tui_batch.store.ledger import Ledger, LedgerView
from tui_batch.store.more import Grant, More


class Tracked:
    """Everything learnt goes into the ledger first; the summary follows when there is time."""

    def __init__(self, folder: Path, submission: Submission) -> None:
        self.submission, self.folder = submission, folder
        self.health = ""
        self.batch: Batch | None = None  # None until the batch was opened for sending
        self.files: Archive | Missing | None = None
        self.fetching: set[int] = set()
        self._missing: dict[int, str] = {}  # results that could not be fetched, and why
        self.fetch_at = 0.0  # monotonic: not before then
        self.sending = False  # handed to the target, whose answer is not here yet
        self.unwritten = True  # the summary lags behind
        self._ledger = Ledger(folder / "ledger.tsv")
        view = LedgerView(folder / "ledger.tsv")
        view.refresh()
        queued = Status(JobState.QUEUED, as_of=submission.created, detail="waiting to be sent")
        self.statuses = dict.fromkeys(range(submission.jobs), queued)
        self.statuses.update((index, status) for index, status in view.statuses.items() if index < submission.jobs)
        self._counts = Counter(status.state for status in self.statuses.values())
        self.after_first = any(status.kept and status.evidence == BY_FIRST for status in self.statuses.values())
        self._more = More(folder)
        self._by_id = {status.id: index for index, status in self.statuses.items() if status.id}
        self.received: set[int] = set()
        self._to_fetch: set[int] = set()
        with suppress(StoreError):  # it can be made anew from the ledger; results that are here already are found there
            summary = state.read(folder / "state.toml")
            there = indices.from_text(summary.received)
            # What was learnt of a job after the summary was written may be of another attempt.
            self.received = {index for index in there if self._as_of(index) <= summary.as_of}
        self._to_fetch = {index for index, status in self.statuses.items() if _left_something(status)} - self.received

    def _as_of(self, index: int) -> str:
        return self.statuses[index].as_of if index in self.statuses else "~"

    def open_batch(self, path: Path) -> None:
        """Open the batch for sending; if it is not what was submitted, only what the target has already is watched."""
        self._release_files()
        try:
            batch = batches.read(path)
            if batch.digest != self.submission.digest:
                raise StoreError(
                    f"The batch {batch.name} was changed after it was submitted: its jobs are not sent. "
                    f"Put the former {path.name} back and retry, or submit it as a new batch."
                )
            self.files, self.batch = Archive(path), batch
            self._names = [name for _, name, _ in batches.jobs(path)[1]]
        except StoreError as error:
            one = self.submission
            self.batch = Batch(one.batch, path, one.template, one.created, one.jobs, one.digest)
            self.files, self.health, self.unwritten = Missing(str(error)), str(error), True
            self._names = [self.statuses[index].id.rpartition("/")[2] or str(index) for index in range(one.jobs)]

    @property
    def openable(self) -> bool:
        """Whether the batch is still to be opened, or should be tried again."""
        return self.batch is None or isinstance(self.files, Missing)

    def _release_files(self) -> None:
        if isinstance(self.files, Archive):
            self.files.close()

    def jobs(self, numbers: Iterable[int]) -> Sequence[Job]:
        """These jobs as they are sent."""
        known, names, name = self.statuses, self._names, self.submission.id
        needs = self.batch.resources if self.batch else Resources()
        return [
            Job(name, index, names[index], status.attempt, status.id, self._more.needs(index, status.attempt, needs))
            for index in numbers
            for status in (known[index],)
        ]

    # -- what is known -------------------------------------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        return all(state.ended for state, number in self._counts.items() if number)

    def number(self, state: JobState) -> int:
        """How many jobs are in this state."""
        return self._counts[state]

    @property
    def complete(self) -> bool:
        """All jobs have ended and what they left behind is here, as far as it can be had."""
        return self.ended and not self.fetching and not self._to_fetch

    def ids(self) -> Collection[str]:
        """The target's words for its jobs, those of earlier attempts among them."""
        return self._by_id.keys()

    def unfinished(self) -> list[int]:
        return [index for index, status in self.statuses.items() if not status.state.ended]

    def to_send(self) -> list[int]:
        """What the target should have: all that has not ended, but for what is kept back on purpose."""
        return [index for index, status in self.statuses.items() if not status.state.ended and not status.kept]

    # -- results -------------------------------------------------------------------------------------------------------

    def next_to_fetch(self, most: int) -> list[int]:
        """Some ended jobs whose results are to be fetched now; none while others are on their way."""
        if self.fetching:
            return []
        chosen = list(islice(self._to_fetch, most))
        self._to_fetch.difference_update(chosen)
        self.fetching.update(chosen)
        return chosen

    def fetched(self, numbers: Iterable[int], failed: Mapping[int, str]) -> None:
        """These are here; the others are given up until `fetch` asks for them again, and that is said."""
        self.received.update(numbers)
        self._missing.update(failed)
        if failed:
            jobs = "1 job" if len(self._missing) == 1 else f"{len(self._missing)} jobs"
            self.health = f"The results of {jobs} are not here: {next(iter(failed.values()))}"
        self.fetching.clear()
        self.unwritten = True

    def fetch_again(self) -> None:
        self._missing.clear()
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
            (index, replace(status, started=status.started or self.statuses[index].started))
            for name, status in statuses.items()
            if (index := self._by_id.get(name)) is not None and _news(self.statuses[index], status)
        )

    def set_all(self, numbers: Iterable[int], status: Status) -> None:
        """One status for many jobs, each keeping its attempt."""
        self._put([(index, replace(status, attempt=self.statuses[index].attempt)) for index in numbers])

    def grant(self, grant: Grant) -> None:
        """Give an attempt of some jobs more than the batch says."""
        self._more.give(grant)

    def again(self, numbers: Iterable[int], attempt: int, as_of: str) -> None:
        """Queue another attempt of jobs whose attempt so far has ended; what was queued again already is left alone."""
        known, queued = self.statuses, Status(JobState.QUEUED, attempt + 1, as_of=as_of, detail="waiting to be sent")
        chosen = [n for n in numbers if n in known and known[n].state.ended and known[n].attempt == attempt]
        self.received.difference_update(chosen)
        self._to_fetch.difference_update(chosen)
        self._put([(index, queued) for index in chosen])

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
        self._release_files()


@dataclass(frozen=True, slots=True)
class Missing:
    """Stands for the files of a batch that is not there any more: whoever needs one is told why."""

    why: str

    def shared(self) -> Iterator[tuple[str, bytes, int]]:
        raise StoreError(self.why)

    def job(self, name: str) -> Mapping[str, bytes]:
        raise StoreError(self.why)


def _left_something(status: Status) -> bool:
    return status.state.ended and bool(status.started or status.evidence == "end record")


def _news(known: Status, told: Status) -> bool:
    """Whether this says more than is known already."""
    if told.attempt < known.attempt:
        return False
    if known.state.ended and told.attempt == known.attempt:
        return known.state is JobState.LOST and told.state is not JobState.LOST
    return replace(told, as_of=known.as_of) != known
