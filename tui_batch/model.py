"""The nouns, as values that never change: make a new one with `dataclasses.replace`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from tui_batch.states import Counts, JobState, active, summary

Value = int | float | bool | str
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Resources:
    """What one job needs."""

    cpus: int = 1
    memory_mb: int | None = None
    gpus: int = 0
    minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """The jobs of one sweep: a zip that never changes."""

    name: str
    path: Path
    template: str
    created: str
    jobs: int
    digest: str  # SHA-256 of the zip: what was submitted can be told from what was changed later
    varying: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=lambda: NOTHING)  # of the variables that vary
    axes: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    resources: Resources = Resources()
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: NOTHING)
    results: tuple[str, ...] = ()  # patterns of what is brought home; all that a job wrote without any
    fixed: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    zips: tuple[tuple[str, ...], ...] = ()
    where: str = ""
    exclude: tuple[str, ...] = ()  # patterns of what is not brought home all the same

    @property
    def own(self) -> tuple[str, ...]:
        """The patterns of what is brought home from the jobs' own folders."""
        return tuple(pattern for pattern in self.results if not pattern.startswith("/"))

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """The patterns of files outside of the jobs' folders, on the target's storage: fetched when one asks."""
        return tuple(pattern for pattern in self.results if pattern.startswith("/"))


# Why a job is held on purpose, as its evidence: nothing but what is named here lets it go.
BY_PERSON = "asked to wait"
BY_FIRST = "sent after the first job"
# Why it is not known whether a job was sent, as its evidence: the target has been asked, and a person decides now.
SOUGHT = "looked for twice"


@dataclass(frozen=True, slots=True)
class Job:
    """One rendered run of a submission, as it is sent; `id` is the target's word for it, once it has one."""

    submission: str
    index: int
    name: str
    attempt: int = 1
    id: str = ""
    resources: Resources = Resources()  # what this attempt of it needs


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of a job: how we know (`evidence`), since when (`as_of`), in the target's own words (`detail`)."""

    state: JobState
    attempt: int = 1
    id: str = ""
    exit_code: int | None = None
    started: str = ""
    ended: str = ""
    as_of: str = ""
    evidence: str = ""
    detail: str = ""
    peak_mb: float | None = None  # memory that it held at most

    @property
    def kept(self) -> bool:
        """It is held on purpose: no new try at sending it sends it."""
        return self.state is JobState.DRAFT or (self.state is JobState.HELD and self.evidence in (BY_PERSON, BY_FIRST))


class Submission(NamedTuple):
    """A batch sent to a target: run `run` of it. Its id is the marker that finds its jobs again on the target.

    A tuple, because a list of ten thousand of them is made at each start, and a dataclass takes five times as long.
    """

    id: str
    batch: str
    digest: str
    template: str
    target: str
    kind: str
    run: int
    jobs: int
    created: str
    counts: Counts = MappingProxyType({})
    as_of: str = ""
    note: str = ""
    ended: str = ""
    health: str = ""  # what troubles its target now, "" for nothing
    fetched: int = 0  # jobs whose results have been received
    typical: float = 0.0  # seconds that a job of it takes, by those that have ended; 0 while that is not known

    @property
    def state(self) -> JobState:
        """The one word for all its jobs; of those whose number is not even known, that they are lost."""
        return summary(self.counts) if self.counts or not self.ended else JobState.LOST

    @property
    def open(self) -> bool:
        """Something may still happen to one of its jobs."""
        return active(self.counts) > 0


@dataclass(frozen=True, slots=True)
class Target:
    """A named place in the configuration that runs jobs; `settings` are the keys of its kind."""

    name: str
    kind: str
    settings: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Order:
    """Something a person asked for that is not done yet; `jobs` are index ranges, "" for all that it may concern.

    To retry names the attempt that had ended with each range, `1:0-4,7 2:5`, so that it can be carried out twice.
    """

    id: str
    verb: (
        str  # submit, cancel, hold, release, requeue, signal, limit, retry, fetch, survey, collect, remove, note, probe
    )
    submission: str
    created: str
    batch: str = ""
    digest: str = ""
    template: str = ""
    target: str = ""
    total: int = 0
    jobs: str = ""
    text: str = ""  # a note; the name of a signal; the minutes of a limit; when the files to collect were listed
    leaves: str = ""  # not carried out before this moment; until then it can be taken back
    first: bool = False  # of a submission: one job is sent first, the others when it has succeeded
    more: str = ""  # to retry: what the new attempts get more of, as `store.more` reads it


@dataclass(frozen=True, slots=True)
class Accepted:
    """A target took a job and gave it an id."""

    index: int
    id: str


@dataclass(frozen=True, slots=True)
class Poll:
    """What a target said of many jobs; only a `complete` answer may prove that a job is absent from it."""

    statuses: Mapping[str, Status]
    complete: bool = True
    warning: str = ""  # what a person should see to before it hurts, in one sentence


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a kind of target cannot do, or would mangle; said before anything is sent."""

    text: str
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """What a target does at most with a batch; None for what it does not say."""

    at_once: int | None = None  # jobs that run at the same time
    held: int | None = None  # jobs that it takes at the same time, running or waiting


WRITTEN = ("out", "err")  # the streams that a job writes; others are what its target says of it


@dataclass(frozen=True, slots=True)
class Output:
    """A file on a target's storage: its whole path, and when it was last written; a link is what it leads to."""

    path: str
    size: int
    moment: str


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files that patterns name on a target's storage, by their paths; `more` where that is not all of them."""

    files: tuple[Output, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class LogChunk:
    """A piece of a log from a cursor on; hand `cursor` in again for what follows."""

    data: bytes
    cursor: str
    wait: float = 0.0  # seconds until it should be asked for again, where that costs the target much
    whole: bool = False  # nothing follows, by what was read


@dataclass(frozen=True, slots=True)
class Logs:
    """What a kind of target knows of each job, as its module's `LOGS` says; without that it is this."""

    streams: tuple[str, ...] = WRITTEN
    every: float = 0.0  # seconds between two looks at one that somebody follows, where those cost the target much
    forgets: float = 0.0  # seconds after the end of the job in which the target has forgotten them; 0 where they stay

    @property
    def merged(self) -> bool:
        """What the job writes to stderr stands in `out` as well."""
        return "err" not in self.streams


@dataclass(frozen=True, slots=True)
class Health:
    """How a target is: what was found out by asking it."""

    reachable: bool
    detail: str
    facts: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    known: Mapping[str, Any] = field(default_factory=lambda: NOTHING)  # what it offers: for its kind, but for `as_of`


@dataclass(frozen=True, slots=True)
class Contact:
    """How a target was when the courier last had to do with it; "" and None for what is not known."""

    reachable: bool | None = None
    detail: str = ""
    facts: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    as_of: str = ""  # when it was examined
    heard: str = ""  # its last good answer
    next: str = ""  # when it is asked next, while it has open jobs
    trouble: str = ""  # why its last answer was none
    warning: str = ""  # what a person should see to before it hurts
    unanswered: bool = False  # it asked a person in vain, and is not tried again until one asks for that
    known: Mapping[str, Any] = field(default_factory=lambda: NOTHING)  # what it offers, since its `as_of`


LONGEST_ANSWER = 4094  # bytes: with the end of its line, what a terminal and a FIFO take whole


@dataclass(frozen=True, slots=True)
class Question:
    """What a person has to say before a target lets us in; the answer is kept in memory only."""

    kind: str  # "host key", "password", "passphrase", "code", "token"
    text: str  # one line: who asks, for what; of a host key its fingerprint
    secret: bool = True  # not shown while it is typed; a host key is answered with yes or no
    target: str = ""
    asked: str = ""  # when
