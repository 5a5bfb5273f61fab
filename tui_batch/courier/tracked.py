"""One open submission, as the courier follows it: what is known of each job, kept in the ledger and the summary."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

from tui_batch import indices
from tui_batch.courier.news import news
from tui_batch.courier.opened import Missing, Opened, opened
from tui_batch.courier.pause import Pause
from tui_batch.errors import StoreError
from tui_batch.model import BY_FIRST, WAITS, Accepted, Batch, Job, Status, Submission
from tui_batch.states import JobState
from tui_batch.store import ledger, state
from tui_batch.store.archive import Archive
from tui_batch.store.ledger import Ledger, LedgerView
from tui_batch.store.more import Grant, More

# What may be wrong; the first of them is said first.
AILMENTS = ("logs", "target", "order", "sending", "batch", "results", "warning")


class Tracked:
    """Everything learnt goes into the ledger first; the summary follows when there is time."""

    def __init__(self, folder: Path, submission: Submission) -> None:
        self.submission, self.folder = submission, folder
        self._ailments: dict[str, str] = {}
        self._opened: Opened | None = None  # until the batch was opened for sending
        self._jobs: dict[int, Job] = {}  # as they were handed out: a hundred thousand are, at each poll
        self.to_be_sent = True  # something may be waiting to be sent
        self.sending = False  # handed to the target, whose answer is not here yet
        self.send_pause = Pause()
        self.resent: Counter[tuple[int, int]] = Counter()  # index, attempt → how often it was sent again by itself
        self.looks, self.look_due = 0, 0.0  # how often jobs in doubt were looked for, and when that is next, monotonic
        self.look_again = False  # its lost jobs are looked at once more
        self.fetching: set[int] = set()
        self.fetch_at, self.fetch_pause = 0.0, Pause()
        self.results_asked = False  # by a person
        self._missing: dict[int, str] = {}  # results that could not be fetched, and why
        self.unwritten = True  # the summary lags behind
        self._ledger = Ledger(folder / "ledger.tsv")
        view = LedgerView(folder / "ledger.tsv")
        view.refresh()
        queued = Status(JobState.QUEUED, as_of=submission.created, detail=WAITS)
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

    def asked(self) -> None:
        """A person wants something of it: what is in doubt is sent again, what was put off is tried now."""
        self.to_be_sent |= bool(self.in_doubt())
        self.send_pause.asked()
        self.fetch_pause.asked()
        self.ails("order", "")

    def only_look(self) -> None:
        """It has ended: its lost jobs are looked at, and nothing is fetched or written unless that brings news."""
        self.look_again, self.unwritten = bool(self.lost()), False
        self._to_fetch.clear()

    # -- its batch -----------------------------------------------------------------------------------------------------

    def open_batch(self, path: Path) -> None:
        """Open the batch for sending."""
        if self._opened:
            self._opened.close()
        self._opened = opened(path, self.submission, self.statuses)
        self._jobs.clear()
        self.ails("batch", self._opened.trouble)

    @property
    def openable(self) -> bool:
        """Whether the batch is still to be opened, or should be tried again."""
        return self._opened is None or isinstance(self._opened.files, Missing)

    @property
    def batch(self) -> Batch | None:
        """None until it was opened."""
        return self._opened.batch if self._opened else None

    @property
    def files(self) -> Archive | Missing | None:
        """What is sent."""
        return self._opened.files if self._opened else None

    def jobs(self, numbers: Iterable[int]) -> Sequence[Job]:
        """These jobs as they are sent; none before the batch was opened."""
        if self._opened is None:
            return []
        return [self._job(index, self._opened) for index in numbers]

    def _job(self, index: int, of: Opened) -> Job:
        """A job as it was sent before, unless it is another attempt by now, or its target's word for it is known."""
        status, job = self.statuses[index], self._jobs.get(index)
        if job is None or job.id != status.id or job.attempt != status.attempt:
            needs = self._more.needs(index, status.attempt, of.batch.resources)
            job = Job(self.submission.id, index, of.names[index], status.attempt, status.id, needs)
            self._jobs[index] = job
        return job

    # -- how it is -----------------------------------------------------------------------------------------------------

    def ails(self, where: str, sentence: str) -> None:
        """This is wrong there now; "" for nothing."""
        before = self.health
        self._ailments[where] = sentence
        self.unwritten |= self.health != before

    @property
    def health(self) -> str:
        """What troubles it most."""
        return next((sentence for where in AILMENTS if (sentence := self._ailments.get(where))), "")

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
        return self.ended and not (self.fetching or self._to_fetch or self.sending or self.look_again)

    def ids(self) -> Collection[str]:
        """The target's words for its jobs, those of earlier attempts among them."""
        return self._by_id.keys()

    def unfinished(self) -> list[int]:
        return [index for index, status in self.statuses.items() if not status.state.ended]

    def to_send(self) -> list[int]:
        """What is not with the target, but for what has ended and what is kept back on purpose."""
        return [index for index in self.to_take() if not self.statuses[index].id]

    def to_take(self) -> list[int]:
        """What the target should have: all that has not ended, but for what is kept back on purpose."""
        return [index for index, status in self.statuses.items() if not status.state.ended and not status.kept]

    def in_doubt(self) -> list[int]:
        """What may or may not have been sent."""
        known = self._counts[JobState.SUBMITTING] + self._counts[JobState.SUBMIT_UNKNOWN]
        return [index for index, status in self.statuses.items() if doubtful(status)] if known else []

    def lost(self) -> list[int]:
        """What the target knew nothing of, and may be asked for again."""
        return [index for index, status in self.statuses.items() if status.state is JobState.LOST and status.id]

    # -- results -------------------------------------------------------------------------------------------------------

    @property
    def something_to_fetch(self) -> bool:
        """Results could be asked for, and none are on their way."""
        return bool(self._to_fetch) and not self.fetching

    def next_to_fetch(self, most: int) -> list[int]:
        """Some ended jobs whose results are to be fetched now; none while others are on their way."""
        if self.fetching:
            return []
        chosen = list(islice(self._to_fetch, most))
        self._to_fetch.difference_update(chosen)
        self.fetching.update(chosen)
        return chosen

    def fetched(self, numbers: Iterable[int], failed: Mapping[int, str]) -> None:
        """These are here, those are given up until `fetch` asks for them again, and the rest is still to be fetched."""
        self.received.update(numbers)
        self._missing.update(failed)
        jobs = "1 job" if len(self._missing) == 1 else f"{len(self._missing)} jobs"
        why = next(iter(self._missing.values()), "")
        self.ails("results", why and f"The results of {jobs} are not here: {why}")
        self._to_fetch |= self.fetching - self.received - self._missing.keys()
        self.fetching.clear()
        self.unwritten = True

    def leave_results(self) -> None:
        """They stay where they are."""
        self._to_fetch.clear()

    def fetch_again(self) -> None:
        self.results_asked = True
        self._missing.clear()
        self.ails("results", "")
        self._to_fetch |= {index for index, status in self.statuses.items() if _left_something(status)} - self.received

    # -- what is learnt ------------------------------------------------------------------------------------------------

    def took(self, accepted: Sequence[Accepted], as_of: str) -> None:
        """The target gave these jobs their ids."""
        new = [(taken.index, taken.id) for taken in accepted if self.statuses[taken.index].id != taken.id]
        self._by_id.update((job_id, index) for index, job_id in new)
        self._put(
            (index, Status(JobState.QUEUED, self.statuses[index].attempt, job_id, as_of=as_of)) for index, job_id in new
        )

    def learn(self, statuses: Mapping[str, Status]) -> Sequence[int]:
        """What the target said of its jobs, and of which it was news.

        An end is final for its attempt, save that a lost job may be found.
        """
        return self._put(
            (index, now)
            for name, status in statuses.items()
            if (index := self._by_id.get(name)) is not None and (now := news(self.statuses[index], status))
        )

    def set_all(self, numbers: Iterable[int], status: Status) -> None:
        """One status for many jobs, each keeping its attempt."""
        self._put([(index, replace(status, attempt=self.statuses[index].attempt)) for index in numbers])

    def grant(self, grant: Grant) -> None:
        """Give an attempt of some jobs more than the batch says."""
        self._more.give(grant)
        self._jobs.clear()

    def again(self, numbers: Iterable[int], attempt: int, as_of: str) -> None:
        """Queue another attempt of jobs whose attempt so far has ended; what was queued again already is left alone."""
        known, queued = self.statuses, Status(JobState.QUEUED, attempt + 1, as_of=as_of, detail=WAITS)
        chosen = [n for n in numbers if n in known and known[n].state.ended and known[n].attempt == attempt]
        self.received.difference_update(chosen)
        self._to_fetch.difference_update(chosen)
        for index in chosen:
            self._missing.pop(index, None)
        self._put([(index, queued) for index in chosen])

    def _put(self, entries: Iterable[tuple[int, Status]]) -> Sequence[int]:
        entries = list(entries)
        if not entries:
            return []
        self._ledger.append(entries)
        for index, status in entries:
            self._counts[self.statuses[index].state] -= 1
            self._counts[status.state] += 1
            self.statuses[index] = status
            if _left_something(status) and index not in self.received:
                self._to_fetch.add(index)
        self.unwritten = True
        return [index for index, _ in entries]

    def sync(self) -> None:
        """What was learnt outlives the machine as well."""
        self._ledger.sync()

    def former_ids(self) -> set[str]:
        """Every id that the target ever gave to one of its jobs."""
        return self._by_id.keys() | ledger.ids(self.folder / "ledger.tsv")

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
        if self._opened:
            self._opened.close()


def doubtful(status: Status) -> bool:
    """It may or may not have been sent."""
    return status.state in (JobState.SUBMITTING, JobState.SUBMIT_UNKNOWN) and not status.id


def _left_something(status: Status) -> bool:
    return status.state.ended and bool(status.started or status.evidence == "end record")
