"""A scheduler that is spoken to by its commands on a host: what all such kinds do alike.

Jobs whose needs are equal go as one array. A job's id is the number that the scheduler gave the call, and behind a
joint that of the task.
"""

import time
from abc import abstractmethod
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tui_batch.backends.base import Backend, Files
from tui_batch.backends.hosted import arrays, collecting
from tui_batch.backends.hosted.arrays import Group
from tui_batch.backends.hosted.heard import Calls, Memory
from tui_batch.backends.hosted.journal import Call
from tui_batch.backends.hosted.staging import Staging
from tui_batch.errors import BackendError, Busy, Full, Refused, Unclear, Unreachable
from tui_batch.model import Accepted, Batch, Job, LogChunk, Output, Outputs
from tui_batch.states import JobState
from tui_batch.wire.host import Host

_LONG = 10.0  # seconds for a refusal

# Of several errors the one that decides what is done about the jobs that were not taken.
_GRAVEST = (Unclear, Unreachable, Busy, Refused)


class Scheduler(Backend):
    """Sends each call at most once, and knows afterwards which were heard."""

    fetch_at_once = 64
    send_at_once = 100_000  # a call that was not heard is not made twice, however many jobs are in it

    def __init__(self, host: Host, workdir: str, memory: Memory, max_queued: int) -> None:
        self._host, self._staging, self._memory = host, Staging(host, workdir), memory
        self._calls = Calls(host.name, self._staging, memory)
        self._max_queued = max_queued
        self._fits = self.send_at_once  # so many jobs it may take by one call, as far as its refusals tell
        self._jobs: dict[str, Job] = {}  # by id, as they were sent or asked for

    # What a kind says for itself.

    @abstractmethod
    def _groups(self, jobs: Sequence[Job]) -> Iterator[Group]:
        """The jobs of each call."""

    @abstractmethod
    def _script(self, batch: Batch, group: Group, folder: str) -> str:
        """Lines of sh that make a call."""

    @abstractmethod
    def _there(self) -> Iterable[tuple[str, str, str]]:
        """Submission, key and number of the calls of which the queue has jobs; "" for what is none of ours."""

    @abstractmethod
    def _queued(self) -> int:
        """How many jobs of the person the queue has, those counted that somebody sent by hand."""

    @abstractmethod
    def _delete(self, ids: Collection[str]) -> None:
        """Have the queue end these jobs."""

    # -- sending -------------------------------------------------------------------------------------------------------

    def submit(self, batch: Batch, files: Files, jobs: Sequence[Job]) -> Iterator[Sequence[Accepted]]:
        submission = jobs[0].submission
        heard = self._calls.heard(submission)
        there = self._calls.known_already(submission, heard, jobs)
        if there:
            yield [self._accepted(job, there[job.index]) for job in jobs if job.index in there]
        left = [job for job in jobs if job.index not in there]
        over = left[self._room(len(left)) :] if left else []
        left = left[: len(left) - len(over)]
        refused: BackendError | None = None
        while left:
            going, left = left[: self._fits], left[self._fits :]
            self._staging.stage(batch, files, going)  # of those that are there already only the list is brought
            began = time.monotonic()
            missed, why = yield from self._call(batch, list(self._groups(going)), heard.silent)
            match why:
                case None:
                    self._fits = max(self._fits, 2 * len(going))
                case Busy() if len(going) > 1:  # an array is refused as a whole where a part of it could be taken
                    self._fits = len(going) // 2
                    left = [*missed, *left]
                    if time.monotonic() - began > _LONG:  # others wait for this lane
                        raise why
                case Refused():
                    refused = why
                case _:
                    raise why
        if refused:
            raise refused
        if over:
            raise Full(_full(self._host.name, self._max_queued, len(over)))

    def _call(
        self, batch: Batch, groups: Sequence[Group], tries: Counter[str]
    ) -> Generator[Sequence[Accepted], None, tuple[Sequence[Job], BackendError | None]]:
        """Send what was never sent; what was not taken, and of several errors the gravest."""
        submission = groups[0].jobs[0].submission
        missed, refused = list[Job](), list[BackendError]()
        folder = self._staging.path(submission)
        asked = [Call(f"{group.key}.{tries[group.key]}", self._script(batch, group, folder)) for group in groups]
        sent = self._staging.send(submission, asked)
        for group, call in zip(groups, asked, strict=True):
            if number := self._memory.taken(sent[call.key].out):
                self._calls.note(submission, group.key)
                ids = arrays.ids(number, group.key, self._memory.joint)
                yield [self._accepted(job, name) for job, name in zip(group.jobs, ids, strict=True)]
            else:
                missed += group.jobs
                refused.append(self._memory.failure(sent[call.key]))
        return missed, min(refused, key=lambda error: _GRAVEST.index(type(error)), default=None)

    def _accepted(self, job: Job, name: str) -> Accepted:
        self._jobs[name] = replace(job, id=name)
        return Accepted(job.index, name)

    def _room(self, wanted: int) -> int:
        """How many jobs more there may be in the queue."""
        most = self._max_queued
        room = most - self._queued() if most else wanted
        if room <= 0:
            raise Full(_full(self._host.name, most, wanted))
        return min(room, wanted)

    def find(self, marker: str) -> Mapping[int, str]:
        numbers = {**self._memory.named(marker), **self._calls.heard(marker).numbers}
        return {index: name for (index, _), name in sorted(self._calls.placed(marker, numbers).items())}  # the last

    def doubtful(self, marker: str) -> Collection[int] | None:
        sent = self._calls.sent(marker, self._calls.heard(marker).doubtful)
        return {index for jobs in sent.values() for index, _ in jobs}

    # -- telling -------------------------------------------------------------------------------------------------------

    def cancel(self, ids: Collection[str]) -> None:
        try:
            self._by_you(ids)
        finally:  # a full disk is no reason to let them run
            self._delete(ids)

    def _by_you(self, ids: Collection[str]) -> None:
        """Note that these jobs are about to be ended because the person wants that."""
        for theirs in arrays.by_submission(self._known(ids)):
            self._staging.set_cause(theirs, f"{JobState.CANCELLED} cancelled by you")

    def _known(self, ids: Collection[str]) -> Sequence[Job]:
        """The jobs with these ids; those that another courier sent are found by their names."""
        if strange := {one.partition(self._memory.joint)[0] for one in ids if one not in self._jobs}:
            ours = {one for one in self._there() if one[0] and one[2] in strange}
            for submission, key, number in ours:
                there = self._calls.placed(submission, {key: number})
                self._jobs |= {name: Job(submission, at[0], "", at[1], name) for at, name in there.items()}
        return [self._jobs[name] for name in ids if name in self._jobs]

    # -- what jobs leave -----------------------------------------------------------------------------------------------

    def tail(self, job: Job, stream: str, cursor: str) -> LogChunk:
        return self._staging.log(job, stream, cursor)

    def fetch(self, batch: Batch, files: Files, jobs: Sequence[Job], into: Path) -> Iterator[Job]:
        return self._staging.collect(batch, files, jobs, into)

    def outputs(self, patterns: Sequence[str]) -> Outputs:
        return collecting.outputs(self._host, patterns)

    def bring(self, output: Output, into: Path) -> None:
        collecting.bring(self._host, output, into)

    def remove(self, submission: str) -> None:
        self._staging.remove(submission)

    def close(self) -> None:
        self._host.close()


def _full(host: str, most: int, waiting: int) -> str:
    return f"{host}: max_queued = {most} jobs of yours are in the queue; {waiting} more are sent when there is room."
