"""This machine: at most `slots` jobs at once, each in its own folder, session and process group, apart from terminals.

In a submission's folder: `jobs/<attempt>/<name>/` is where a job runs, `records/<attempt>/<name>.start`, `.end` and
`.cause` tell what became of it, `logs/<attempt>/<name>.out` and `.err` are what it wrote. A job's id is
`<submission>/<attempt>/<name>`: enough to find all of these again.
"""

import os
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tui_batch import tables
from tui_batch.backends import records
from tui_batch.backends.base import Backend, Files
from tui_batch.backends.hosted import collecting
from tui_batch.backends.watch import Watch
from tui_batch.backends.workplace import Paths, Workplace
from tui_batch.errors import ConfigError, Refused, TuiBatchError
from tui_batch.model import (
    BY_PERSON,
    Accepted,
    Batch,
    Health,
    Job,
    Limits,
    LogChunk,
    Output,
    Outputs,
    Poll,
    Problem,
    Status,
    Target,
)  # fmt: skip
from tui_batch.states import JobState
from tui_batch.times import stamp
from tui_batch.wire import processes
from tui_batch.wire.here import LocalHost
from tui_batch.wire.host import Ask

WRAPPER = str(Path(__file__).with_name("job.sh"))
SHELL = "/bin/sh"


@dataclass(frozen=True, slots=True)
class Settings:
    """The keys of a `local` target."""

    slots: int = 0  # jobs at once; 0 for one less than the machine has cores
    workdir: str = ""  # where the jobs' folders are made; "" for the store
    grace_seconds: float = 5.0  # between asking a job to end and killing it


class Local(Backend):
    """Its own queue: jobs are accepted at once and started as slots become free, in the order of their submission."""

    pace = 30.0
    crowded = None
    claims, remembers = True, False

    def __init__(self, settings: Settings, home: Path) -> None:
        self._settings = settings
        self._slots = _slots(settings)
        self._place = Workplace(home / "submissions", Path(settings.workdir).expanduser() if settings.workdir else None)
        self._host = LocalHost(collecting.SECONDS)  # for files that lie elsewhere
        self._watch = Watch(self._place, settings.grace_seconds, self._tell)
        self._environment = {**os.environ, "TUI_BATCH_BOOT": self._watch.boot, "TUI_BATCH_HOST": self._watch.host}
        self._waiting: deque[tuple[Batch, Files, Job]] = deque()
        self._ready: deque[tuple[Batch, Job, Paths]] = deque()
        self._statuses: dict[str, Status] = {}
        self._news: dict[str, Status] = {}

    # -- taking jobs ---------------------------------------------------------------------------------------------------

    def submit(self, batch: Batch, files: Files, jobs: Sequence[Job]) -> Iterator[Sequence[Accepted]]:
        """Take all jobs at once; one that was claimed before is watched on, not started again."""
        yield [self._take(batch, files, job) for job in jobs]

    def _take(self, batch: Batch, files: Files, job: Job) -> Accepted:
        job = replace(job, id=f"{job.submission}/{job.attempt}/{job.name}")
        known = self._statuses.get(job.id)
        if known and known.state is not JobState.HELD:
            self._news[job.id] = known  # asked for before: told once more, not started once more
        elif self._place.claimed(job):
            self._watch.adopt(batch, job)
        elif self._place.cause(job):
            self._tell(job, Status(JobState.CANCELLED, detail="cancelled before it started"))
        else:
            self._waiting.append((batch, files, job))
            # No news: that it was accepted says as much.
            self._statuses[job.id] = Status(JobState.QUEUED, job.attempt, job.id, as_of=stamp(time.time()))
        return Accepted(job.index, job.id)

    def _fill(self) -> None:
        while len(self._watch) < self._slots and (ready := self._next()):
            try:
                self._start(*ready)
            except TuiBatchError as error:
                self._hold_back(ready[1], error)

    def _next(self) -> tuple[Batch, Job, Paths] | None:
        """The next job whose folder is made."""
        if not self._ready:
            self._make_ready(1)
        return self._ready.popleft() if self._ready else None

    def _make_ready(self, number: int) -> None:
        """Make the folders of jobs that are about to start, so that a free slot need not wait for that."""
        while self._waiting and len(self._ready) < number:
            batch, files, job = self._waiting.popleft()
            if self._statuses[job.id].state.ended:  # cancelled in the queue
                continue
            try:
                self._ready.append((batch, job, self._place.prepare(files, job)))
            except TuiBatchError as error:
                self._hold_back(job, error)

    def _hold_back(self, job: Job, error: TuiBatchError) -> None:
        """It could not be started, which is not the end of it: there may be room on the disk later."""
        self._tell(job, Status(JobState.HELD, evidence="not started", detail=str(error)))

    def _start(self, batch: Batch, job: Job, paths: Paths) -> None:
        if self._statuses[job.id].state.ended:  # cancelled since its folder was made
            return
        folder, record, logs = paths
        environment = {
            **self._environment,
            "TUI_BATCH_JOB_ID": job.id,
            "TUI_BATCH_INDEX": str(job.index),
            "TUI_BATCH_JOB": job.name,
            "TUI_BATCH_SUBMISSION": job.submission,
            "TUI_BATCH_ATTEMPT": str(job.attempt),
            "TUI_BATCH_CPUS": str(job.resources.cpus),
        }
        pid = processes.spawn([SHELL, WRAPPER, folder, record], environment, f"{logs}.out", f"{logs}.err")
        self._watch.begin(batch, job, pid)

    # -- what becomes of them ------------------------------------------------------------------------------------------

    def watched(self) -> Collection[int]:
        return self._watch.descriptors()

    def patience(self) -> float:
        return self._watch.patience()

    def changes(self) -> Mapping[str, Status]:
        """What is over, what started: a free slot is filled before anything is written down."""
        over = self._watch.over()
        try:
            self._fill()
        finally:
            self._watch.settle(over)
        self._watch.look()
        self._fill()
        self._make_ready(self._slots)
        news, self._news = self._news, {}
        return news

    def cancel(self, ids: Collection[str]) -> None:
        elsewhere = self._watch.elsewhere.keys() & ids
        for name in ids:
            status = self._statuses.get(name)
            if (
                status is None
                or status.state.ended
                or name in elsewhere
                or self._watch.stop(name, "cancelled cancelled while it ran")
            ):
                continue
            submission, attempt, job_name = name.split("/")
            job, detail = Job(submission, -1, job_name, int(attempt), name), "cancelled before it started"
            self._place.set_cause(job, f"cancelled {detail}")
            self._tell(job, Status(JobState.CANCELLED, ended=stamp(time.time()), evidence="queue", detail=detail))
        if elsewhere:
            raise Refused(f"{len(elsewhere)} jobs run on another machine that shares this store: cancel them there.")

    def hold(self, ids: Collection[str]) -> None:
        """Out of the queue they go; submitted again, they stand at its end."""
        chosen = {name for name in ids if name in self._statuses and self._statuses[name].state is JobState.QUEUED}
        queued = [entry[2] for entry in self._waiting] + [entry[1] for entry in self._ready]
        for job in queued:
            if job.id in chosen:
                self._tell(job, Status(JobState.HELD, evidence=BY_PERSON, detail="held until it is released"))
        self._waiting = deque(entry for entry in self._waiting if entry[2].id not in chosen)
        self._ready = deque(entry for entry in self._ready if entry[1].id not in chosen)

    def _tell(self, job: Job, status: Status) -> None:
        """Note what is known of a job, if it is new."""
        known = self._statuses.get(job.id)
        told = Status(
            status.state, job.attempt, job.id, status.exit_code, status.started, status.ended,
            stamp(time.time()), status.evidence, status.detail, records.held_mb(status.detail),
        )  # fmt: skip
        if known is None or replace(told, as_of=known.as_of) != known:
            self._statuses[job.id] = self._news[job.id] = told

    # -- being asked ---------------------------------------------------------------------------------------------------

    def find(self, marker: str) -> Mapping[int, str]:
        starts = map(records.parse, self._place.starts(marker))
        return {int(start["index"]): start["job"] for start in starts if start}

    def poll(self, jobs: Sequence[Job]) -> Poll:
        return Poll({job.id: self._statuses[job.id] for job in jobs if job.id in self._statuses})

    def tail(self, job: Job, stream: str, cursor: str) -> LogChunk:
        start = int(cursor or 0)
        data = self._place.read_log(job, stream, start)
        return LogChunk(data, str(start + len(data)))

    def fetch(self, batch: Batch, files: Files, jobs: Sequence[Job], into: Path) -> Iterator[Job]:
        for job in jobs:
            self._place.collect(job, files.job(job.name), batch, into)
            yield job

    def outputs(self, patterns: Sequence[str]) -> Outputs:
        return collecting.outputs(self._host, patterns)

    def bring(self, output: Output, into: Path) -> None:
        collecting.bring(self._host, output, into)

    def probe(self) -> Health:
        facts = {"host": os.uname().nodename, "cores": str(os.cpu_count()), "slots": str(self._slots)}
        facts["free disk"] = f"{self._place.free_bytes() / 2**30:.1f} GB"
        if not os.access(SHELL, os.X_OK):
            return Health(False, f"{SHELL} cannot be run.", facts)
        return Health(True, f"runs at most {self._slots} job{'s' * (self._slots != 1)} at once", facts)

    def close(self) -> None:
        self._watch.close()


def settings(target: Target) -> Settings:
    """The target's keys; a ConfigError lists all that is wrong with them."""
    found = tables.build(Settings, target.settings, f"targets.{target.name}", ConfigError)
    if found.slots < 0:
        raise ConfigError(f"targets.{target.name}: slots must be at least 0, not {found.slots}.")
    if found.grace_seconds < 0:
        raise ConfigError(f"targets.{target.name}: grace_seconds must be at least 0, not {found.grace_seconds:g}.")
    return found


def connect(target: Target, home: Path, ask: Ask) -> Local:
    return Local(settings(target), home)


def check(target: Target, batch: Batch, known: Mapping[str, object]) -> Sequence[Problem]:
    """What this kind cannot do."""
    settings(target)
    problems = []
    if batch.resources.gpus:
        problems.append(Problem("this machine gives no GPUs out: each job sees all of them", fatal=False))
    if batch.resources.cpus > (os.cpu_count() or 1):
        problems.append(Problem(f"each job asks for {batch.resources.cpus} CPUs, this machine has {os.cpu_count()}"))
    return problems


def limits(target: Target, batch: Batch, known: Mapping[str, object]) -> Limits:
    """It takes every job, and runs as many at once as it has slots, whatever each job needs."""
    return Limits(at_once=_slots(settings(target)))


def why(target: Target, busy: int) -> str:
    """Why a job that it took has not begun, while so many others are under way."""
    return f"waiting for a free slot: {busy} of {_slots(settings(target))} in use"


def _slots(settings: Settings) -> int:
    return settings.slots or max(1, (os.cpu_count() or 2) - 1)


def preview(target: Target, batch: Batch, job: Job, files: Mapping[str, str]) -> str:
    """What would be run for a job."""
    needs = job.resources
    limits = [f"{needs.minutes:g} minutes"] if needs.minutes else []
    limits += [f"{needs.memory_mb} MB"] if needs.memory_mb else []
    others = sorted(set(files) - {"command"})
    lines = [f"# in its own folder on this machine, {', '.join(limits) or 'without limits'}"]
    lines += [f"# with {', '.join(others)}"] if others else []
    return "\n".join([*lines, files.get("command", "")])
