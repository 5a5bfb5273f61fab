"""This machine: at most `slots` jobs at once, each in its own folder, session and process group, apart from terminals.

In a submission's folder: `jobs/<attempt>/<name>/` is where a job runs, `records/<attempt>/<name>.start`, `.end` and
`.cause` tell what became of it, `logs/<attempt>/<name>.out` and `.err` are what it wrote. A job's id is
`<submission>/<attempt>/<name>`: enough to find all of these again.
"""

import os
import select
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tui_batch import tables
from tui_batch.backends import records
from tui_batch.backends.base import Backend, Files
from tui_batch.backends.workplace import Paths, Workplace
from tui_batch.errors import ConfigError, TuiBatchError
from tui_batch.model import Accepted, Batch, Health, Job, LogChunk, Poll, Problem, Status, Target
from tui_batch.states import JobState
from tui_batch.times import stamp
from tui_batch.wire import processes

STATES = {"T": JobState.SUSPENDED, "t": JobState.SUSPENDED}  # the kernel's letters; all others are running

WRAPPER = str(Path(__file__).with_name("job.sh"))
SHELL = "/bin/sh"
RECORD_GRACE = 3.0  # seconds that an end record may lag behind its process
SAMPLE = 0.25  # seconds between two looks at the memory of jobs that have a limit


@dataclass(frozen=True, slots=True)
class Settings:
    """The keys of a `local` target."""

    slots: int = 0  # jobs at once; 0 for one less than the machine has cores
    workdir: str = ""  # where the jobs' folders are made; "" for the store
    grace_seconds: float = 5.0  # between asking a job to end and killing it


@dataclass(slots=True)
class _Running:
    """A job under way, or one whose outcome is looked up: its process is gone and its record is not there yet."""

    job: Job
    batch: Batch
    pid: int  # the wrapper's, which leads the session; 0 while it is not known
    handle: int | None
    alive_at: float  # in uptime
    started: str
    since: float = 0.0  # monotonic: when its process was found gone, or when it was adopted without a pid
    kill_at: float = 0.0  # monotonic: when patience with its ending ends
    exit_code: int | None = None  # what we were told as its parent


class Local(Backend):
    """Its own queue: jobs are accepted at once and started as slots become free, in the order of their submission."""

    pace = 30.0
    claims = True

    def __init__(self, settings: Settings, home: Path) -> None:
        self._settings = settings
        self._slots = settings.slots or max(1, (os.cpu_count() or 2) - 1)
        self._place = Workplace(home / "submissions", Path(settings.workdir).expanduser() if settings.workdir else None)
        self._environment = {**os.environ, "TUI_BATCH_BOOT": processes.boot(), "TUI_BATCH_HOST": os.uname().nodename}
        self._environment["TUI_BATCH_GROUP"] = "1"
        self._waiting: deque[tuple[Batch, Files, Job]] = deque()
        self._ready: deque[tuple[Batch, Job, Paths]] = deque()
        self._running: dict[str, _Running] = {}
        self._elsewhere: dict[str, _Running] = {}  # started on another machine that shares this store
        self._statuses: dict[str, Status] = {}
        self._news: dict[str, Status] = {}
        self._poller = select.epoll() if hasattr(select, "epoll") else None  # readable itself when one of its own is
        self._handles: dict[int, str] = {}
        self._sampled = 0.0

    # -- taking jobs ---------------------------------------------------------------------------------------------------

    def submit(self, batch: Batch, files: Files, jobs: Sequence[Job]) -> Iterator[Accepted]:
        """Take all jobs at once; one that was claimed before is watched on, not started again."""
        for job in jobs:
            job = replace(job, id=f"{job.submission}/{job.attempt}/{job.name}")
            known = self._statuses.get(job.id)
            if known and known.state is not JobState.HELD:
                self._news[job.id] = known  # asked for before: told once more, not started once more
            elif self._place.claimed(job):
                self._adopt(batch, job)
            elif self._place.cause(job):
                self._tell(job, Status(JobState.CANCELLED, detail="cancelled before it started"))
            else:
                self._waiting.append((batch, files, job))
                # No news: that it was accepted says as much.
                self._statuses[job.id] = Status(JobState.QUEUED, job.attempt, job.id, as_of=stamp(time.time()))
            yield Accepted(job.index, job.id)

    def _fill(self) -> None:
        while len(self._running) < self._slots and (ready := self._next()):
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
            "TUI_BATCH_CPUS": str(batch.resources.cpus),
        }
        pid = processes.spawn([SHELL, WRAPPER, folder, record], environment, f"{logs}.out", f"{logs}.err")
        started = stamp(time.time())
        self._watch(_Running(job, batch, pid, processes.handle(pid), processes.uptime(), started))
        self._tell(job, Status(JobState.RUNNING, started=started, evidence="process", detail=f"pid {pid}"))

    def _watch(self, running: _Running) -> None:
        self._running[running.job.id] = running
        if running.handle is not None and self._poller:
            self._handles[running.handle] = running.job.id
            self._poller.register(running.handle, select.EPOLLIN)

    def _adopt(self, batch: Batch, job: Job) -> None:
        """Go on with a job that an earlier courier started: its record knows its process."""
        start = records.parse(self._place.start(job))
        if not start:
            self._watch(_Running(job, batch, 0, None, 0.0, "", since=time.monotonic()))
            self._tell(job, Status(JobState.STARTING, evidence="claim", detail="claimed, not under way yet"))
            return
        alive_at = float(start["clock"])
        started = self._moment(alive_at)
        running = _Running(job, batch, int(start["pid"]), None, alive_at, started)
        if start["host"] != self._environment["TUI_BATCH_HOST"]:
            self._elsewhere[job.id] = running
            there = f"on {start['host']}: only tui-batch there can see its process"
            self._tell(job, Status(JobState.RUNNING, evidence="start record", detail=there))
            return
        self._tell(job, Status(JobState.RUNNING, started=started, evidence="process", detail=f"pid {running.pid}"))
        if start["boot"] != self._environment["TUI_BATCH_BOOT"]:
            self._end(running, JobState.NODE_FAILED, "the machine was started anew while it ran")
            return
        running.handle = processes.handle(running.pid)
        if running.handle is not None and not processes.state(running.pid, alive_at):
            os.close(running.handle)  # another process has the number by now
            running.handle = None
        self._watch(running)

    # -- learning what became of them ----------------------------------------------------------------------------------

    def watched(self) -> Collection[int]:
        return (self._poller.fileno(),) if self._poller else ()

    def patience(self) -> float:
        """Until the next thing that nobody will wake us for."""
        now = time.monotonic()
        wait = 30.0
        for running in self._running.values():
            if running.kill_at:
                wait = min(wait, running.kill_at - now)
            if running.batch.resources.memory_mb:
                wait = min(wait, SAMPLE)
            if (limit := self._deadline(running)) is not None:
                wait = min(wait, limit - time.time())
            if running.handle is None:
                wait = min(wait, 0.2)
        return max(wait, 0.01)

    def changes(self) -> Mapping[str, Status]:
        """End what is over, start what waits: a free slot is filled before anything is written down."""
        over = [self._running[self._handles[handle]] for handle, _ in (self._poller.poll(0) if self._poller else ())]
        for running in over:
            self._release(running)
            del self._running[running.job.id]
        self._fill()
        for running in over:
            self._finish(running)
        for running in [running for running in self._running.values() if running.handle is None]:
            self._look_for(running)
        for running in list(self._elsewhere.values()):
            if end := records.parse(self._place.end(running.job)):
                del self._elsewhere[running.job.id]
                running.started = ""  # its clock is not ours
                state, detail = records.outcome(int(end["code"]), self._place.cause(running.job))
                self._end(running, state, detail, code=int(end["code"]))
        self._enforce_limits()
        self._fill()
        self._make_ready(self._slots)
        news, self._news = self._news, {}
        return news

    def _look_for(self, running: _Running) -> None:
        """Without a handle a process is asked for by its number."""
        if not running.pid:
            start = records.parse(self._place.start(running.job))
            if start:
                del self._running[running.job.id]
                self._adopt(running.batch, running.job)
            elif time.monotonic() - running.since > RECORD_GRACE:
                self._end(running, JobState.LOST, "killed as it was about to start; it is not known whether it did")
        elif running.since or processes.state(running.pid, running.alive_at) in ("", "Z"):
            self._finish(running)

    def _finish(self, running: _Running) -> None:
        """The wrapper is gone: its record says how the job ended; without one, wait a little, then say it is lost."""
        code = processes.reap(running.pid)
        running.exit_code = running.exit_code if code is None else code
        self._release(running)
        self._running[running.job.id] = running  # until its outcome is known
        end = records.parse(self._place.end(running.job))
        if end:
            state, detail = records.outcome(int(end["code"]), self._place.cause(running.job))
            self._end(running, state, detail, int(end["code"]), self._moment(float(end["clock"])))
        elif self._other_wrapper(running):
            self._adopt(running.batch, running.job)
        elif processes.session(running.pid):
            running.since = 0.0  # only the wrapper was killed: what it started still runs
        elif not running.since:
            running.since = time.monotonic()
        elif time.monotonic() - running.since > RECORD_GRACE or self._place.cause(running.job):
            self._end_without_record(running)

    def _other_wrapper(self, running: _Running) -> bool:
        """Another wrapper had claimed the job before ours could: ours has ended without running it."""
        if running.exit_code != 125 or running.since:
            return False
        start = records.parse(self._place.start(running.job))
        return bool(start) and int(start["pid"]) != running.pid

    def _end_without_record(self, running: _Running) -> None:
        cause = self._place.cause(running.job)
        if cause:
            self._end(running, *records.outcome(137, cause))
        elif running.exit_code == 125 and not self._place.start(running.job):
            self._end(running, JobState.FAILED, "it could not be started: no room to record it")
        else:
            how = f" (exit {running.exit_code})" if running.exit_code is not None else ""
            self._end(running, JobState.LOST, f"killed{how}, perhaps for want of memory: it left no end record")

    def _end(self, running: _Running, state: JobState, detail: str, code: int | None = None, ended: str = "") -> None:
        self._release(running)
        self._running.pop(running.job.id, None)
        evidence = "process gone" if code is None else "end record"
        # The wrapper's clock ticks a hundred times a second: a short job may seem to end before it began.
        ended = max(ended or stamp(time.time()), running.started)
        status = Status(state, exit_code=code, started=running.started, ended=ended, evidence=evidence, detail=detail)
        self._tell(running.job, status)

    def _release(self, running: _Running) -> None:
        if running.handle is not None and self._poller:
            self._poller.unregister(running.handle)
            del self._handles[running.handle]
            os.close(running.handle)
            running.handle = None

    def _tell(self, job: Job, status: Status) -> None:
        status = Status(
            status.state, job.attempt, job.id, status.exit_code, status.started, status.ended, stamp(time.time()),
            status.evidence, status.detail,
        )  # fmt: skip
        self._statuses[job.id] = self._news[job.id] = status

    def _moment(self, clock: float) -> str:
        """A moment in uptime as a moment in time."""
        return stamp(time.time() - processes.uptime() + clock)

    # -- ending them ---------------------------------------------------------------------------------------------------

    def _deadline(self, running: _Running) -> float | None:
        """When a job's time is up; None without a limit, or when it is being ended already."""
        minutes = running.batch.resources.minutes
        if not minutes or running.kill_at or not running.pid:
            return None
        return time.time() - processes.uptime() + running.alive_at + 60 * minutes

    def _enforce_limits(self) -> None:
        now = time.monotonic()
        for running in list(self._running.values()):
            limit = self._deadline(running)
            if limit is not None and time.time() >= limit:
                self._stop(running, f"timed_out its limit is {running.batch.resources.minutes:g} minutes")
            elif running.kill_at and now >= running.kill_at:
                processes.signal_group(running.pid, "KILL")
                running.kill_at = now + 1.0
        if now - self._sampled >= SAMPLE:
            self._sampled = now
            self._enforce_memory()

    def _enforce_memory(self) -> None:
        limited = [running for running in self._running.values() if running.batch.resources.memory_mb and running.pid]
        held = processes.memory_mb([running.pid for running in limited]) if limited else {}
        for running in limited:
            limit = running.batch.resources.memory_mb or 0
            if held[running.pid] > limit and not running.kill_at:
                self._stop(running, f"out_of_memory it held {held[running.pid]:.0f} MB, its limit is {limit} MB", 0.0)

    def _stop(self, running: _Running, cause: str, grace: float | None = None) -> None:
        """Ask the whole group to end, and note why first; it is killed when the grace time is over."""
        self._place.set_cause(running.job, cause)
        processes.signal_group(running.pid, "TERM" if grace is None else "KILL")
        running.kill_at = time.monotonic() + (self._settings.grace_seconds if grace is None else 1.0)
        status = self._statuses[running.job.id]
        self._tell(running.job, replace(status, state=JobState.COMPLETING, detail=cause.partition(" ")[2]))

    def cancel(self, ids: Collection[str]) -> None:
        for name in ids:
            status = self._statuses.get(name)
            if status is None or status.state.ended:
                continue
            if (running := self._running.get(name)) is not None:
                if running.pid and not running.kill_at:
                    self._stop(running, "cancelled cancelled while it ran")
                continue
            job = Job(name.split("/")[0], -1, name.split("/")[2], int(name.split("/")[1]), name)
            self._place.set_cause(job, "cancelled cancelled before it started")
            now = stamp(time.time())
            self._tell(
                job, Status(JobState.CANCELLED, ended=now, evidence="queue", detail="cancelled before it started")
            )

    # -- being asked ---------------------------------------------------------------------------------------------------

    def find(self, marker: str) -> Mapping[int, str]:
        starts = map(records.parse, self._place.starts(marker))
        return {int(start["index"]): start["job"] for start in starts if start}

    def poll(self, ids: Collection[str]) -> Poll:
        return Poll({name: self._statuses[name] for name in ids if name in self._statuses})

    def tail(self, job: Job, stream: str, cursor: str) -> LogChunk:
        start = int(cursor or 0)
        data = self._place.read_log(job, stream, start)
        return LogChunk(data, str(start + len(data)))

    def fetch(self, batch: Batch, files: Files, jobs: Sequence[Job], into: Path) -> Iterator[Job]:
        for job in jobs:
            self._place.collect(job, files.job(job.name), batch.results, into)
            yield job

    def probe(self) -> Health:
        facts = {"host": os.uname().nodename, "cores": str(os.cpu_count()), "slots": str(self._slots)}
        facts["free disk"] = f"{self._place.free_bytes() / 2**30:.1f} GB"
        if not os.access(SHELL, os.X_OK):
            return Health(False, f"{SHELL} cannot be run.", facts)
        return Health(True, f"runs at most {self._slots} jobs at once", facts)

    def close(self) -> None:
        for handle in self._handles:
            os.close(handle)
        self._handles.clear()
        if self._poller:
            self._poller.close()


def settings(target: Target) -> Settings:
    """The target's keys; a ConfigError lists all that is wrong with them."""
    found = tables.build(Settings, target.settings, f"targets.{target.name}", ConfigError)
    if found.slots < 0:
        raise ConfigError(f"targets.{target.name}: slots must be at least 0, not {found.slots}.")
    if found.grace_seconds < 0:
        raise ConfigError(f"targets.{target.name}: grace_seconds must be at least 0, not {found.grace_seconds:g}.")
    return found


def connect(target: Target, home: Path) -> Local:
    return Local(settings(target), home)


def check(target: Target, batch: Batch) -> Sequence[Problem]:
    """What this kind cannot do."""
    settings(target)
    problems = []
    if batch.resources.gpus:
        problems.append(Problem("this machine gives no GPUs out: each job sees all of them", fatal=False))
    if batch.resources.cpus > (os.cpu_count() or 1):
        problems.append(Problem(f"each job asks for {batch.resources.cpus} CPUs, this machine has {os.cpu_count()}"))
    return problems


def preview(target: Target, batch: Batch, job: Job, files: Mapping[str, str]) -> str:
    """What would be run for a job."""
    limits = [f"{batch.resources.minutes:g} minutes"] if batch.resources.minutes else []
    limits += [f"{batch.resources.memory_mb} MB"] if batch.resources.memory_mb else []
    others = sorted(set(files) - {"command"})
    lines = [f"# in its own folder on this machine, {', '.join(limits) or 'without limits'}"]
    lines += [f"# with {', '.join(others)}"] if others else []
    return "\n".join([*lines, files.get("command", "")])
