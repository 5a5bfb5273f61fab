"""What every kind of target must be able to do."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from tui_batch.errors import Unsupported
from tui_batch.model import WRITTEN, Accepted, Batch, Health, Job, LogChunk, Output, Outputs, Poll, Status


class Files(Protocol):
    """A batch opened for sending."""

    def shared(self) -> Iterator[tuple[str, bytes, int]]:
        """Path, bytes and mode of every file that all jobs share."""

    def job(self, name: str) -> Mapping[str, bytes]:
        """Path → bytes of every rendered file of one job, its `command` among them."""


class Backend(ABC):
    """One open target. Calls block; the courier makes one at a time, on the target's own lane.

    Besides, a kind's module has the pure functions `check(target, batch, known)`, `limits(target, batch, known)`,
    `why(target, busy)` and `preview(target, batch, job, files)`; `known` is what `probe` last found that it offers.
    """

    pace: float = 30.0  # seconds between two polls, where nothing has changed for a while

    # About more open jobs than this its scheduler, which is other people's too, is asked no more often than the site
    # allows. None: it is nobody else's, and tells of changes by itself.
    crowded: int | None = 100

    # A kind that claims each job on the target before it runs cannot run one twice, however often it is submitted, and
    # looks by itself at what is there: after a crash the courier submits again. For all others it writes its intent
    # first, and looks before it resends.
    claims: bool = False

    # Whether the target still knows, after a restart of the courier, the jobs that it took. One that does not is handed
    # all that have not ended once more, and starts none twice.
    remembers: bool = True

    # For kinds that do not claim: how many jobs one call takes, and so how many are in doubt after a crash; and after
    # how many seconds what the target took is certainly found there.
    send_at_once: int = 1
    settles: float = 60.0

    # For kinds that do not claim: whether a job that was sent twice would run once all the same, since it claims its
    # folder before it begins. What two looks have not found is sent again then, without asking a person.
    guards: bool = False

    brings: bool = True  # whether what jobs made can be brought; else that is only said when a person asks for it
    fetch_at_once: int = 1  # jobs whose results are brought by one call

    # What `tail` knows of a job, and after how many seconds the target has forgotten it; 0 where it stays. What is
    # forgotten is copied when a job has ended and now and then while it runs, whether anybody looks at it or not.
    streams: Sequence[str] = WRITTEN
    forgets: float = 0.0
    save_seconds: float = 600.0  # between two copies of what a job wrote that runs

    @abstractmethod
    def submit(self, batch: Batch, files: Files, jobs: Sequence[Job]) -> Iterator[Sequence[Accepted]]:
        """Send jobs, yielding what each call to the target had it take; the next call is made when that is on disk.

        Busy when the target takes no more for now: what was not yielded is sent later. Unclear when a call may or may
        not have been heard: what was not yielded is in doubt, and looked for before it is sent again.
        """

    @abstractmethod
    def find(self, marker: str) -> Mapping[int, str]:
        """What the target knows of a submission: adopt these, never send them again."""

    def doubtful(self, marker: str) -> Collection[int] | None:
        """Of which jobs of a submission, besides those that `find` knows, it may be that they were sent; None: of all.

        A kind that keeps a journal of its calls knows which it has certainly not made. It is asked before `find`.
        """
        return None

    @abstractmethod
    def poll(self, jobs: Sequence[Job]) -> Poll:
        """What the target says of these jobs, by id, and whether its answer was complete.

        A job that the target says nothing of is left out, and keeps its state, until there is evidence of its end or
        its grace time is over: then it is lost.
        """

    @abstractmethod
    def cancel(self, ids: Collection[str]) -> None:
        """Ask for these jobs to be ended; one that has ended already is no error."""

    def hold(self, ids: Collection[str]) -> None:
        """Ask for these jobs not to begin; one that has begun goes on. The next poll says what came of it."""
        raise Unsupported("This kind of target cannot hold jobs that it has: they go on as they are.")

    def release(self, ids: Collection[str]) -> None:
        """Let held jobs begin. Where the kind claims jobs they are submitted again instead."""
        raise Unsupported("This kind of target cannot release jobs: they stay as they are.")

    def requeue(self, ids: Collection[str]) -> None:
        """Have the queue end these jobs and run them once more: they stay the same jobs, of the same attempt."""
        raise Unsupported("This kind of target cannot requeue jobs: nothing was done to them.")

    def signal(self, ids: Collection[str], name: str) -> None:
        """Send running jobs a signal, as USR1; what it does to them is theirs to know."""
        raise Unsupported("This kind of target cannot send signals: the jobs go on as they are.")

    def limit(self, ids: Collection[str], minutes: float) -> None:
        """Give these jobs, waiting or running, so long in all."""
        raise Unsupported("This kind of target cannot change the time limit of jobs: they keep theirs.")

    @abstractmethod
    def tail(self, job: Job, stream: str, cursor: str) -> LogChunk:
        """What a stream of a job holds since the cursor ("" for all of it), as much as one answer holds.

        A cursor is the number of bytes read so far. Of a log that is shorter than that, since it was begun anew, the
        beginning is given, with the cursor that follows it; and so is what is told as a whole each time. An answer that
        says when to ask again is all there is for now. Refused when the target has nothing of it any more, and only
        then: an empty answer says that it holds nothing.
        """

    @abstractmethod
    def fetch(self, batch: Batch, files: Files, jobs: Sequence[Job], into: Path) -> Iterator[Job]:
        """Bring what ended jobs made or changed into a folder for each; yields each that is there whole."""

    def outputs(self, patterns: Sequence[str]) -> Outputs:
        """The files outside of jobs' folders that these patterns name, all of them or an error."""
        raise Unsupported("Files outside of the jobs' folders cannot be reached from here: nothing was looked for.")

    def bring(self, output: Output, into: Path) -> None:
        """Bring one of them to `into`, going on where an earlier try broke; Refused when it is not as it was then."""
        raise Unsupported("Files outside of the jobs' folders cannot be reached from here: nothing was fetched.")

    def remove(self, submission: str) -> None:
        """Delete what is left of an ended submission on the target: only when a person asked for it."""
        raise Unsupported("This kind of target keeps nothing of ours that could be removed.")

    @abstractmethod
    def probe(self) -> Health:
        """Whether the target works: reachable, versions, limits."""

    def close(self) -> None:  # noqa: B027 - most kinds have nothing to let go of
        """Let go of whatever is open; the jobs are not touched."""

    # A target that can tell of changes by itself, without being asked at a pace:

    def watched(self) -> Collection[int]:
        """Descriptors that become readable when `changes` has something to say."""
        return ()

    def patience(self) -> float:
        """For how many seconds `changes` may wait although nothing that is watched has moved."""
        return self.pace

    def changes(self) -> Mapping[str, Status]:
        """What was learnt, without asking, since the last call."""
        return {}
