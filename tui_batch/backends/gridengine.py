"""Grid Engine, on this machine or over SSH, by its commands: `qsub`, `qstat`, `qacct`, `qdel`, `qhold`, `qrls`, `qmod`.

Jobs whose needs are equal go as one array. A job's id is `<number>` or `<number>.<task>`; its name ends with the
submission and the key of its call, so it is found again when the answer to the call was lost, and a number that came
round again is not taken for ours.
"""

import re
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tui_batch import tables
from tui_batch.backends import gridengine_answers as answers
from tui_batch.backends import gridengine_calls as calls
from tui_batch.backends import gridengine_outcome as outcome
from tui_batch.backends.base import Backend, Files
from tui_batch.backends.gridengine_answers import Listed
from tui_batch.backends.gridengine_calls import Group
from tui_batch.backends.gridengine_heard import Calls
from tui_batch.backends.gridengine_queue import Queue
from tui_batch.backends.journal import Call
from tui_batch.backends.staging import Ended, Staging
from tui_batch.errors import BackendError, Busy, ConfigError, Refused, Unclear, Unreachable
from tui_batch.model import Accepted, Batch, Health, Job, Limits, LogChunk, Poll, Problem, Status, Target
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

# Of several errors the one that decides what is done about the jobs that were not taken.
_GRAVEST = (Unclear, Unreachable, Busy, Refused)

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


class GridEngine(Backend):
    """Asks for all jobs of the person at once, and of an end only what the end record does not say."""

    fetch_at_once = 64
    send_at_once = 75_000  # a call that was not heard is not made twice, however many jobs are in it
    settles = outcome.SLOW

    def __init__(self, settings: Settings, host: Host) -> None:
        self.pace = settings.poll_seconds
        self._settings, self._host = settings, host
        self._queue, self._staging = Queue(host), Staging(host, settings.workdir)
        self._calls = Calls(host.name, self._staging, self._queue)
        self._jobs: dict[str, Job] = {}  # by id, as they were sent or asked for
        self._gone: dict[str, float] = {}  # since when the queue lacks them

    # -- sending -------------------------------------------------------------------------------------------------------

    def submit(self, batch: Batch, files: Files, jobs: Sequence[Job]) -> Iterator[Sequence[Accepted]]:
        submission = jobs[0].submission
        heard = self._calls.heard(submission)
        there = self._calls.known_already(submission, heard, jobs)
        if there:
            yield [self._accepted(job, there[job.index]) for job in jobs if job.index in there]
        left = [job for job in jobs if job.index not in there]
        going = left[: self._room(len(left))] if left else []
        if going:
            self._staging.stage(batch, files, going)
            yield from self._call(batch, list(calls.groups(going, _most(self._settings))), heard.silent)
        if len(going) < len(left):
            raise Busy(_full(self._host.name, self._settings.max_queued, len(left) - len(going)))

    def _call(self, batch: Batch, groups: Sequence[Group], tries: Counter[str]) -> Iterator[Sequence[Accepted]]:
        """Send what was never sent; of several errors the gravest is raised at the end."""
        submission, refused = groups[0].jobs[0].submission, list[BackendError]()
        folder = self._staging.path(submission)
        asked = [
            Call(f"{group.key}.{tries[group.key]}", calls.script(self._settings, batch, group, folder))
            for group in groups
        ]
        sent = self._staging.send(submission, asked)
        for group, call in zip(groups, asked, strict=True):
            if number := answers.taken(sent[call.key].out):
                self._calls.note(submission, group.key)
                ids = calls.ids(number, group.key)
                yield [self._accepted(job, name) for job, name in zip(group.jobs, ids, strict=True)]
            else:
                refused.append(answers.failure(self._host.name, sent[call.key]))
        if refused:
            raise min(refused, key=lambda error: _GRAVEST.index(type(error)))

    def _accepted(self, job: Job, name: str) -> Accepted:
        self._jobs[name] = replace(job, id=name)
        return Accepted(job.index, name)

    def _room(self, wanted: int) -> int:
        """How many jobs more there may be in the queue, where those count that somebody sent by hand."""
        most = self._settings.max_queued
        room = most - sum(len(one.tasks) or 1 for one in self._queue.listed()) if most else wanted
        if room <= 0:
            raise Busy(_full(self._host.name, most, wanted))
        return min(room, wanted)

    def find(self, marker: str) -> Mapping[int, str]:
        numbers = {**self._queue.named(marker), **self._calls.heard(marker).numbers}
        return {index: name for (index, _), name in sorted(self._calls.placed(marker, numbers).items())}  # the last

    def doubtful(self, marker: str) -> Collection[int] | None:
        sent = self._calls.sent(marker, self._calls.heard(marker).doubtful)
        return {index for jobs in sent.values() for index, _ in jobs}

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
            if one and calls.owner(one.name)[0] == job.submission:
                statuses[job.id] = seen(job, one, reasons)
                self._gone.pop(job.id, None)
            elif calls.chosen([job.id]):
                absent.append(job)
        statuses |= self._ends(absent, now)
        return Poll({name: replace(status, as_of=stamp(now)) for name, status in statuses.items()})

    def _ends(self, absent: Sequence[Job], now: float) -> dict[str, Status]:
        """What became of jobs that the queue has not any more."""
        ends: dict[str, Ended] = {}
        for theirs in calls.by_submission(absent):
            left = self._staging.ended(theirs)
            ends |= {job.id: left[job.index] for job in theirs if job.index in left}
        accounts = self._queue.accounts([job for job in absent if outcome.wanting(ends.get(job.id))])
        found = {}
        for job in absent:
            waited = now - self._gone.setdefault(job.id, now)
            lost = self._settings.lost_seconds
            if status := outcome.gone(job, ends.get(job.id), accounts.get(job.id), waited, lost):
                found[job.id] = status
                del self._gone[job.id]
        return found

    # -- telling -------------------------------------------------------------------------------------------------------

    def cancel(self, ids: Collection[str]) -> None:
        for theirs in calls.by_submission(self._known(ids)):
            self._staging.set_cause(theirs, f"{S.CANCELLED} cancelled by you")
        self._queue.tell(["qdel"], ids)

    def _known(self, ids: Collection[str]) -> Sequence[Job]:
        """The jobs with these ids; those that another courier sent are found by their names."""
        if strange := set(calls.chosen(set(ids) - self._jobs.keys())):
            named = {calls.owner(one.name): str(one.number) for one in self._queue.listed() if strange & {*one.ids}}
            for submission, key in named.keys() - {("", "")}:
                there = self._calls.placed(submission, {key: named[submission, key]})
                self._jobs |= {name: Job(submission, at[0], "", at[1], name) for at, name in there.items()}
        return [self._jobs[name] for name in ids if name in self._jobs]

    def hold(self, ids: Collection[str]) -> None:
        self._queue.tell(["qhold"], ids)

    def release(self, ids: Collection[str]) -> None:
        self._queue.tell(["qrls"], ids)
        self._queue.tell(["qmod", "-cj"], ids)  # it ends with 1 also where it did what it should

    # -- what jobs leave -----------------------------------------------------------------------------------------------

    def tail(self, job: Job, stream: str, cursor: str) -> LogChunk:
        return self._staging.log(job, stream, cursor)

    def fetch(self, batch: Batch, files: Files, jobs: Sequence[Job], into: Path) -> Iterator[Job]:
        return self._staging.collect(batch, files, jobs, into)

    def remove(self, submission: str) -> None:
        self._staging.remove(submission)

    def probe(self) -> Health:
        ours = self._settings
        return self._queue.health(self._staging.path(""), ours.queue, ours.parallel_environment)

    def close(self) -> None:
        self._host.close()


def settings(target: Target) -> Settings:
    """The target's keys; a ConfigError lists all that is wrong with them."""
    found = tables.build(Settings, target.settings, f"targets.{target.name}", ConfigError)
    least = {"at_once": 0, "max_queued": 0, "max_tasks": 1, "soft_seconds": 0, "poll_seconds": 0, "lost_seconds": 0}
    wrong = [f"targets.{target.name}: {key} must be at least {number}, not {getattr(found, key):g}."
             for key, number in least.items() if getattr(found, key) < number]  # fmt: skip
    if wrong:
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
    problems = [Problem(f"the word {word} for qsub would take the place of ours") for word in calls.ours(asked.extra)]
    if needs.gpus and not ours.gpu_key:
        problems.append(Problem(f"GPUs are asked for, and {target.name} has no gpu_key, the name of that resource"))
    if needs.cpus > 1 and not asked.parallel_environment:
        problems.append(Problem(f"each job asks for {needs.cpus} CPUs, and no parallel_environment is named"))
    if needs.memory_mb and not ours.memory_key:
        problems.append(Problem("memory is not asked for: memory_key is empty", fatal=False))
    if ours.at_once and not ours.arrays:
        problems.append(Problem("at_once counts within an array, and arrays is false: it does nothing", fatal=False))
    return problems


def limits(target: Target, batch: Batch, known: Mapping[str, object]) -> Limits:
    ours = settings(target)
    return Limits(ours.at_once or None, ours.max_queued or None)


def why(target: Target, busy: int) -> str:
    """Why a job that it took has not begun."""
    most = settings(target).at_once
    return f"waiting for its turn{f', at most {most} of an array at once' if most else ''}"


def preview(target: Target, batch: Batch, job: Job, files: Mapping[str, str]) -> str:
    """The call that would be made for a job, were it alone, and what it runs."""
    ours = settings(target)
    [group] = calls.groups([job], 1)
    others = sorted(set(files) - {"command"})
    call = calls.script(ours, batch, group, f"{ours.workdir}/{job.submission}")
    where = f"# in jobs/{job.attempt}/{job.name}{', with ' if others else ''}{', '.join(others)}"
    return "\n".join([f"# on {ours.host or 'this machine'}", call, where, files.get("command", "")])


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


def _most(settings: Settings) -> int:
    return settings.max_tasks if settings.arrays else 1


def _full(host: str, most: int, waiting: int) -> str:
    return f"{host}: max_queued = {most} jobs of yours are in the queue; {waiting} more are sent when there is room."
