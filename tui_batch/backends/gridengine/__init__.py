"""Grid Engine, on this machine or over SSH, by its commands: `qsub`, `qstat`, `qacct`, `qdel`, `qhold`, `qrls`, `qmod`.

Jobs whose needs are equal go as one array. A job's id is `<number>` or `<number>.<task>`; its name ends with the
submission and the key of its call, so it is found again when the answer to the call was lost, and a number that came
round again is not taken for ours.
"""

import re
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tui_batch import tables
from tui_batch.backends.gridengine import calls, outcome
from tui_batch.backends.gridengine.answers import Listed
from tui_batch.backends.gridengine.queue import Queue
from tui_batch.backends.hosted import arrays, saying
from tui_batch.backends.hosted.arrays import Group
from tui_batch.backends.hosted.scheduler import Scheduler
from tui_batch.errors import ConfigError
from tui_batch.model import Batch, Health, Job, Limits, Poll, Problem, Status, Target
from tui_batch.states import JobState
from tui_batch.times import stamp
from tui_batch.wire.host import Ask, Host, HostSettings, open_host

S = JobState

# The letters of `qstat` are a set, not a word: the first of these that fits them decides.
STATES: Mapping[str, JobState] = {
    "d": S.COMPLETING,  # being deleted
    "E": S.HELD,  # in error
    "h.*[qw]": S.HELD,
    "[sST]": S.SUSPENDED,
    "[qw]": S.QUEUED,
    "t": S.STARTING,
    "r": S.RUNNING,
}

# Letters that say more than the state's own word.
_CURIOUS = (S.HELD, S.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Settings(HostSettings):
    """The keys of a `gridengine` target."""

    queue: str = ""
    project: str = ""
    parallel_environment: str = ""  # for jobs with more than one CPU
    arrays: bool = True  # one call for many jobs
    at_once: int = 0  # jobs of one array that run at the same time; 0 for no limit
    max_queued: int = 0  # jobs of yours, waiting or running, whoever sent them; 0 for no limit
    max_tasks: int = 75000  # in one array
    memory_key: str = "h_vmem"  # the resource that memory is asked as, for each slot; "" for not at all
    gpu_key: str = ""  # the resource that GPUs are asked as
    soft_seconds: int = 0  # before its time is up a job is sent USR1; 0 for not at all
    setup: tuple[str, ...] = ()  # lines of sh before each job
    extra: tuple[str, ...] = ()  # more words for qsub
    poll_seconds: float = 30.0
    lost_seconds: float = 300.0  # how long one that left the queue is looked for


class GridEngine(Scheduler):
    """Asks for all jobs of the person at once, and of an end only what the end record does not say."""

    settles = outcome.SLOW

    def __init__(self, settings: Settings, host: Host) -> None:
        self._queue = Queue(host)
        super().__init__(host, settings.workdir, self._queue, settings.max_queued)
        self.pace = settings.poll_seconds
        self._settings = settings
        self._gone: dict[str, float] = {}  # since when the queue lacks them

    # -- sending -------------------------------------------------------------------------------------------------------

    def _groups(self, jobs: Sequence[Job]) -> Iterator[Group]:
        return arrays.groups(jobs, self._settings.max_tasks if self._settings.arrays else 1)

    def _script(self, batch: Batch, group: Group, folder: str) -> str:
        return calls.script(self._settings, batch, group, folder)

    def _there(self) -> Iterable[tuple[str, str, str]]:
        return ((*arrays.owner(one.name), str(one.number)) for one in self._queue.listed())

    def _queued(self) -> int:
        return sum(len(one.tasks) or 1 for one in self._queue.listed())

    # -- looking -------------------------------------------------------------------------------------------------------

    def poll(self, jobs: Sequence[Job]) -> Poll:
        listed = self._queue.listed()
        now = time.time()
        reasons = self._queue.reasons(listed)
        here = {name: one for one in listed for name in one.ids}
        statuses, absent = {}, []
        for job in jobs:
            self._jobs[job.id] = job
            one = here.get(job.id)
            if one and arrays.owner(one.name)[0] == job.submission:
                statuses[job.id] = seen(job, one, reasons)
                self._gone.pop(job.id, None)
            elif calls.chosen([job.id]):
                absent.append(job)
        statuses = self._ends(absent, now) | statuses  # a lost job may have had the number of one that is there now
        return Poll({name: replace(status, as_of=stamp(now)) for name, status in statuses.items()})

    def _ends(self, absent: Sequence[Job], now: float) -> dict[str, Status]:
        """What became of jobs that the queue has not any more."""
        ends = self._staging.ended(absent)
        accounts = self._queue.accounts([job for job in absent if outcome.wanting(ends.get(job))])
        found = {}
        for job in absent:
            waited = now - self._gone.setdefault(job.id, now)
            lost = self._settings.lost_seconds
            if status := outcome.gone(job, ends.get(job), accounts.get(job.id), waited, lost):
                found[job.id] = status
                del self._gone[job.id]
        return found

    # -- telling -------------------------------------------------------------------------------------------------------

    def _delete(self, ids: Collection[str]) -> None:
        self._queue.tell(["qdel"], ids)

    def hold(self, ids: Collection[str]) -> None:
        self._queue.tell(["qhold"], ids)

    def release(self, ids: Collection[str]) -> None:
        self._queue.tell(["qrls"], ids)
        self._queue.tell(["qmod", "-cj"], ids)  # it ends with 1 also where it did what it should

    def probe(self) -> Health:
        ours = self._settings
        return self._queue.health(self._staging.path(""), ours.queue, ours.parallel_environment)


def settings(target: Target) -> Settings:
    """The target's keys; a ConfigError lists all that is wrong with them."""
    where = f"targets.{target.name}"
    found = tables.build(Settings, target.settings, where, ConfigError)
    least = {"at_once": 0, "max_queued": 0, "max_tasks": 1, "soft_seconds": 0, "poll_seconds": 0, "lost_seconds": 0}
    if wrong := [*saying.too_small(found, least, where)]:
        raise ConfigError.of(wrong)
    return found


def connect(target: Target, home: Path, ask: Ask) -> GridEngine:
    found = settings(target)
    return GridEngine(found, open_host(found, ask))


# -- what is said of a batch before it goes ----------------------------------------------------------------------------


def check(target: Target, batch: Batch, known: Mapping[str, object]) -> Sequence[Problem]:
    """What this kind cannot do."""
    ours, needs = settings(target), batch.resources
    try:
        asked = calls.options(ours, batch)
    except ConfigError as error:
        return [Problem(line) for line in str(error).splitlines()]
    problems = [*saying.problems("qsub", calls.ours(asked.extra), ours.at_once, ours.arrays)]
    if needs.gpus and not ours.gpu_key:
        problems.append(Problem(f"GPUs are asked for, and {target.name} has no gpu_key, the name of that resource"))
    if needs.cpus > 1 and not asked.parallel_environment:
        problems.append(Problem(f"each job asks for {needs.cpus} CPUs, and no parallel_environment is named"))
    if needs.memory_mb and not ours.memory_key:
        problems.append(Problem("memory is not asked for: memory_key is empty", fatal=False))
    return problems


def limits(target: Target, batch: Batch, known: Mapping[str, object]) -> Limits:
    ours = settings(target)
    return Limits(ours.at_once or None, ours.max_queued or None)


def why(target: Target, busy: int) -> str:
    """Why a job that it took has not begun."""
    return saying.why(settings(target).at_once)


def preview(target: Target, batch: Batch, job: Job, files: Mapping[str, str]) -> str:
    """The call that would be made for a job, were it alone, and what it runs."""
    ours = settings(target)
    return saying.preview(ours, job, files, lambda group, folder: calls.script(ours, batch, group, folder))


# -- what is read ------------------------------------------------------------------------------------------------------


def state(letters: str) -> JobState:
    return next((found for fits, found in STATES.items() if re.search(fits, letters)), S.UNKNOWN)


def seen(job: Job, one: Listed, reasons: Mapping[str, str]) -> Status:
    """What the queue says of a job that it has."""
    now = state(one.letters)
    reason = reasons.get(f"{one.number}.{job.id.partition('.')[2] or 1}") if "E" in one.letters else ""
    reason = reason or (reasons.get(str(one.number)) if now is S.QUEUED else "") or ""
    told = [reason, one.queue, "run again by the queue" if "R" in one.letters else ""]
    detail = ", ".join(filter(None, [*told, f"({one.letters})" if now in _CURIOUS else ""]))
    return Status(now, job.attempt, job.id, started=one.started, evidence="qstat", detail=detail)
