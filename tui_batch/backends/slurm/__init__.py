"""Slurm, on this machine or over SSH, by its commands: `sbatch`, `squeue`, `sacct`, `scancel`, `scontrol`.

Jobs whose needs are equal go as one array. A job's id is `<number>` or `<number>_<task>`; its name ends with the
submission and the key of its call, so it is found again when the answer to the call was lost, and a number that came
round again is not taken for ours.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tui_batch import tables
from tui_batch.backends.hosted import arrays, saying
from tui_batch.backends.hosted.arrays import Group
from tui_batch.backends.hosted.scheduler import Scheduler
from tui_batch.backends.slurm import calls, fitting, outcome, reasons
from tui_batch.backends.slurm.listing import Listed, first_word, moment
from tui_batch.backends.slurm.prospects import Prospects
from tui_batch.backends.slurm.queue import Queue
from tui_batch.errors import ConfigError
from tui_batch.model import Batch, Health, Job, Limits, Poll, Problem, Status, Target
from tui_batch.states import JobState
from tui_batch.times import stamp
from tui_batch.wire.host import Ask, Host, HostSettings, open_host

S = JobState

# What `squeue` says of a job that has not ended; of its ends `outcome.ENDS` tells. All other words are unknown.
STATES: Mapping[str, JobState] = {
    "PENDING": S.QUEUED, "PD": S.QUEUED,  # its reason may say that it is held
    "REQUEUED": S.QUEUED, "RQ": S.QUEUED, "REQUEUE_FED": S.QUEUED, "RF": S.QUEUED, "EXPEDITING": S.QUEUED,
    "REQUEUE_HOLD": S.HELD, "RH": S.HELD, "RESV_DEL_HOLD": S.HELD, "RD": S.HELD, "SPECIAL_EXIT": S.HELD, "SE": S.HELD,
    "CONFIGURING": S.STARTING, "CF": S.STARTING, "POWER_UP_NODE": S.STARTING,
    "RUNNING": S.RUNNING, "R": S.RUNNING, "RESIZING": S.RUNNING, "RS": S.RUNNING, "SIGNALING": S.RUNNING,
    "SI": S.RUNNING,
    "SUSPENDED": S.SUSPENDED, "S": S.SUSPENDED, "STOPPED": S.SUSPENDED, "ST": S.SUSPENDED,
    "COMPLETING": S.COMPLETING, "CG": S.COMPLETING, "STAGE_OUT": S.COMPLETING, "SO": S.COMPLETING,
}  # fmt: skip

# Something is being changed there: what is said next counts.
_PASSING = ("UPDATE_DB", "LAUNCH_FAILED")


@dataclass(frozen=True, slots=True)
class Settings(HostSettings):
    """The keys of a `slurm` target."""

    partition: str = ""
    account: str = ""
    qos: str = ""
    constraint: str = ""
    nodes: int = 0  # for each job; 0 for what the cluster gives
    gpu_key: str = "gres"  # how GPUs are asked for: as "gres" or as "gpus"
    gpu_type: str = ""
    arrays: bool = True  # one call for many jobs
    at_once: int = 0  # jobs of one array that run at the same time; 0 for no limit
    max_queued: int = 0  # jobs of yours, waiting or running, whoever sent them; 0 for no limit
    max_array: int = 0  # jobs in one array; 0 for as many as the cluster takes
    requeue: bool = True  # whether the cluster may run a job again, as when its node has failed
    signal_seconds: int = 0  # before its time is up a job is sent USR1; 0 for not at all
    conf: str = ""  # the slurm.conf on the host, where the cluster is not the usual one there
    setup: tuple[str, ...] = ()  # lines of sh before each job
    extra: tuple[str, ...] = ()  # more words for sbatch
    poll_seconds: float = 30.0
    lost_seconds: float = 300.0  # how long one that left the queue is looked for


class Slurm(Scheduler):
    """Asks for all jobs of the person at once, and of ends only what the queue does not say."""

    settles = 20.0

    def __init__(self, settings: Settings, host: Host) -> None:
        self._queue = Queue(host, settings.conf)
        super().__init__(host, settings.workdir, self._queue, settings.max_queued)
        self.pace = settings.poll_seconds
        self._settings = settings
        self._prospects = Prospects(self._queue)
        self._gone: dict[str, float] = {}  # since when they are not seen to go on
        self._here: Mapping[str, Listed] = {}  # by id, the line of each job when it was last asked for them
        self._told: dict[str, Status] = {}  # what was said then

    # -- sending -------------------------------------------------------------------------------------------------------

    def _groups(self, jobs: Sequence[Job]) -> Iterator[Group]:
        many = len(jobs) > 1 and self._settings.arrays
        return arrays.groups(jobs, (self._settings.max_array or self._queue.biggest_array()) if many else 1)

    def _script(self, batch: Batch, group: Group, folder: str) -> str:
        return calls.script(self._settings, batch, group, folder)

    def _there(self) -> Iterable[tuple[str, str, str]]:
        return ((one.submission, one.key, one.number) for one in self._queue.listed())

    def _queued(self) -> int:
        return sum(1 for one in self._queue.listed() if not outcome.ended(one.word) for _ in one.ids)

    # -- looking -------------------------------------------------------------------------------------------------------

    def poll(self, jobs: Sequence[Job]) -> Poll:
        listed = self._queue.listed()
        now = time.time()
        as_of = stamp(now)
        here = {name: one for one in listed if one.submission for name in one.ids}
        prospects = self._prospects.of(listed, now)
        statuses, ending = {}, []
        for job in jobs:
            self._jobs[job.id] = job
            one = here.get(job.id)
            if one and one.submission != job.submission:  # the number came round again
                one = None
            if one is None or outcome.ended(one.word):
                ending.append((job, one))
            elif one.word not in _PASSING:
                statuses[job.id] = self._seen(job, one, prospects.get(job.id, ""), as_of)
                self._gone.pop(job.id, None)
        self._here = here
        ends = self._ends(ending, now)
        # A lost job may have had the number of one that is there now: that one counts.
        return Poll({name: replace(status, as_of=as_of) for name, status in ends.items()} | statuses)

    def _seen(self, job: Job, one: Listed, prospect: str, as_of: str) -> Status:
        """What the queue says of a job: while its line is the same, the same value, which is known at a glance."""
        if not prospect and self._here.get(job.id) is one and (told := self._told.get(job.id)):
            return told
        status = seen(job, one, prospect, as_of)
        if prospect:
            self._told.pop(job.id, None)
        else:
            self._told[job.id] = status
        return status

    def _ends(self, ending: Sequence[tuple[Job, Listed | None]], now: float) -> dict[str, Status]:
        """What became of jobs that are seen to have ended, or not seen at all."""
        ends = self._staging.ended([job for job, _ in ending])
        kept = self._queue.keeps_accounts
        accounts, whole = self._queue.accounts(
            [job for job, one in ending if outcome.wanting(one) and (kept or not ends.get(job, outcome.NO_RECORD).end)]
        )
        kept = self._queue.keeps_accounts
        traceless = [job for job, one in ending if not one and job.id not in accounts and job not in ends]
        accounts = {**accounts, **self._queue.accounts_together(traceless if whole else ())}
        lost = self._settings.lost_seconds * (1 if whole else 6)
        found = {}
        for job, one in ending:
            waited = now - self._gone.setdefault(job.id, now)
            record = ends.get(job, outcome.NO_RECORD)
            if status := outcome.gone(job, one, record, accounts.get(job.id), waited, lost, kept):
                found[job.id] = status
                del self._gone[job.id]
                self._told.pop(job.id, None)
        return found

    # -- telling -------------------------------------------------------------------------------------------------------

    def _delete(self, ids: Collection[str]) -> None:
        self._queue.tell(["scancel"], ids)

    def hold(self, ids: Collection[str]) -> None:
        self._queue.tell(["scontrol", "hold"], ids)

    def release(self, ids: Collection[str]) -> None:
        self._queue.tell(["scontrol", "release"], ids)

    def requeue(self, ids: Collection[str]) -> None:
        # One that has ended meanwhile would run again, over its own results.
        there = {name for one in self._queue.listed() if not outcome.ended(one.word) for name in one.ids}
        self._queue.tell(["scontrol", "requeue"], there.intersection(ids))

    def signal(self, ids: Collection[str], name: str) -> None:
        if name == "KILL":
            self._by_you(ids)
        # Most are told to the wrapper alone, which passes them on: told to all, a job would hear them twice. Those that
        # nothing can catch go to all. Of jobs that do not run scancel would wait for minutes.
        whom = "--full" if name in ("KILL", "STOP", "CONT") else "--batch"
        self._queue.tell(["scancel", "--state=RUNNING", f"--signal={name}", whom], ids)

    def limit(self, ids: Collection[str], minutes: float) -> None:
        self._queue.limit(ids, minutes)

    def probe(self) -> Health:
        return self._queue.health(self._staging.path(""), self._settings)


def settings(target: Target) -> Settings:
    """The target's keys; a ConfigError lists all that is wrong with them."""
    where = f"targets.{target.name}"
    found = tables.build(Settings, target.settings, where, ConfigError)
    least = ("at_once", "max_queued", "max_array", "nodes", "signal_seconds", "poll_seconds", "lost_seconds")
    wrong = [*saying.too_small(found, dict.fromkeys(least, 0), where)]
    if found.gpu_key not in ("gres", "gpus"):
        wrong.append(f"{where}: gpu_key must be gres or gpus, not {found.gpu_key!r}.")
    if wrong:
        raise ConfigError.of(wrong)
    return found


def connect(target: Target, home: Path, ask: Ask) -> Slurm:
    found = settings(target)
    return Slurm(found, open_host(found, ask))


# -- what is said of a batch before it goes ----------------------------------------------------------------------------


def check(target: Target, batch: Batch, known: Mapping[str, object]) -> Sequence[Problem]:
    """What this kind cannot do."""
    ours = settings(target)
    try:
        asked = calls.options(ours, batch)
    except ConfigError as error:
        return [Problem(line) for line in str(error).splitlines()]
    said = saying.problems("sbatch", calls.ours(asked.extra), ours.at_once, ours.arrays)
    return [*said, *fitting.problems(known, asked, batch)]


def limits(target: Target, batch: Batch, known: Mapping[str, object]) -> Limits:
    ours = settings(target)
    try:
        theirs = fitting.limits(known, calls.options(ours, batch), batch)
    except ConfigError:  # `check` says what is wrong
        theirs = Limits()
    at_once = min(filter(None, (ours.at_once, theirs.at_once)), default=None)
    return Limits(at_once, min(filter(None, (ours.max_queued, theirs.held)), default=None))


def why(target: Target, busy: int) -> str:
    """Why a job that it took has not begun."""
    return saying.why(settings(target).at_once)


def preview(target: Target, batch: Batch, job: Job, files: Mapping[str, str]) -> str:
    """The call that would be made for a job, were it alone, and what it runs."""
    ours = settings(target)
    return saying.preview(ours, job, files, lambda group, folder: calls.script(ours, batch, group, folder))


# -- what is read ------------------------------------------------------------------------------------------------------


def seen(job: Job, one: Listed, prospect: str = "", as_of: str = "") -> Status:
    """What the queue says of a job that it has."""
    now = STATES.get(first_word(one.word), S.UNKNOWN)
    started, detail = moment(one.started), one.nodes
    if now in (S.QUEUED, S.HELD):
        told = reasons.read(one.reason)
        now, started = (told.state if now is S.QUEUED else now), ""
        detail = f"{told.words}{prospect}"
    elif now is S.UNKNOWN:
        detail = f"the queue says {one.word}"
    return Status(now, job.attempt, job.id, None, started, "", as_of, "squeue", detail)
