"""The running jobs of this machine: recognised, waited for, ended when their time or memory is up."""

import os
import select
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass

from tui_batch.backends import records
from tui_batch.backends.workplace import Workplace
from tui_batch.errors import Refused
from tui_batch.model import Batch, Job, Status
from tui_batch.states import JobState
from tui_batch.times import stamp
from tui_batch.wire import processes

SUSPENDED = ("T", "t")  # the kernel's letters; all others of a living process are running

RECORD_GRACE = 3.0  # seconds that an end record may lag behind its process
SAMPLE = 0.25  # seconds between two looks at the memory of jobs that have a limit
LOOK = 2.0  # seconds between two looks at what no descriptor tells of


@dataclass(slots=True)
class Running:
    """A job under way, or one whose outcome is looked up: its process is gone and its record is not there yet."""

    job: Job
    batch: Batch
    pid: int = 0  # the wrapper's, which leads the session; 0 while it is not known
    handle: int | None = None
    alive_at: float = 0.0  # in uptime
    started: str = ""
    since: float = 0.0  # monotonic: when its process was found gone, or its claim without a process
    kill_at: float = 0.0  # monotonic: when patience with its ending ends
    exit_code: int | None = None  # what we were told as its parent
    cause: str = ""  # why we end it, also when that could not be written


class Watch:
    """Tells what becomes of the jobs it is given, by `tell(job, status)`."""

    def __init__(self, place: Workplace, grace: float, tell: Callable[[Job, Status], None]) -> None:
        self._place, self._grace, self._tell = place, grace, tell
        self.host, self.boot = os.uname().nodename, processes.boot()
        self._running: dict[str, Running] = {}
        self.elsewhere: dict[str, Running] = {}  # started on another machine that shares this store
        self._poller = select.epoll() if hasattr(select, "epoll") else None  # readable itself when one of its own is
        self._handles: dict[int, Running] = {}
        self._next_look = self._next_sample = 0.0

    def __len__(self) -> int:
        return len(self._running)

    # -- which jobs ----------------------------------------------------------------------------------------------------

    def begin(self, batch: Batch, job: Job, pid: int) -> None:
        """Watch a job whose wrapper was started just now."""
        started = stamp(time.time())
        self._add(Running(job, batch, pid, processes.handle(pid), processes.uptime(), started))
        self._tell(job, Status(JobState.RUNNING, started=started, evidence="process", detail=f"pid {pid}"))

    def adopt(self, batch: Batch, job: Job) -> None:
        """Go on with a job that an earlier courier started: its record knows its process."""
        start, end = records.parse(self._place.start(job)), records.parse(self._place.end(job))
        if not start:
            self._add(Running(job, batch, since=time.monotonic()))
            return self._tell(job, Status(JobState.STARTING, evidence="claim", detail="claimed, not under way yet"))
        running = Running(job, batch, int(start["pid"]), None, float(start["clock"]))
        # The same start of the machine is this machine, whatever it is called by now.
        if start["boot"] != self.boot or (not self.boot and start["host"] != self.host):
            return self._adopt_from_afar(running, start, end)
        running.started = _moment(running.alive_at)
        self._tell(
            job, Status(JobState.RUNNING, started=running.started, evidence="process", detail=f"pid {running.pid}")
        )
        if self._place.cause(job):  # it was asked to end: that patience began with the earlier courier
            running.kill_at = time.monotonic() + self._grace
        running.handle = processes.handle(running.pid)
        if running.handle is not None and not processes.state(running.pid, running.alive_at):
            os.close(running.handle)  # another process has the number by now
            running.handle = None
        return self._add(running)

    def _adopt_from_afar(self, running: Running, start: records.Record, end: records.Record) -> None:
        """A job of another machine, or of this one before it was started anew: its clock is not ours."""
        if end:
            self._end_by(running, end)
        elif start["host"] != self.host:
            self.elsewhere[running.job.id] = running
            there = f"on {start['host']}: only tui-batch there can see its process"
            self._tell(running.job, Status(JobState.RUNNING, evidence="start record", detail=there))
        else:
            self._end(running, JobState.NODE_FAILED, "the machine was started anew while it ran")

    def _add(self, running: Running) -> None:
        self._running[running.job.id] = running
        if running.handle is not None and self._poller:
            self._handles[running.handle] = running
            self._poller.register(running.handle, select.EPOLLIN)

    # -- when to look --------------------------------------------------------------------------------------------------

    def descriptors(self) -> Collection[int]:
        return (self._poller.fileno(),) if self._poller else ()

    def patience(self) -> float:
        """Seconds until the next thing that nobody will wake us for."""
        now = time.monotonic()
        wait = LOOK if self._running else 30.0
        for running in self._running.values():
            if running.kill_at:
                wait = min(wait, running.kill_at - now)
            if running.job.resources.memory_mb:
                wait = min(wait, SAMPLE)
            if (limit := _deadline(running)) is not None:
                wait = min(wait, limit - processes.uptime())
            if running.handle is None:
                wait = min(wait, 0.2)
        return max(wait, 0.01)

    def over(self) -> list[Running]:
        """Those whose process has ended: they hold no slot any more; `settle` says what became of them."""
        if not self._poller:
            return []
        found = [self._handles[handle] for handle, _ in self._poller.poll(0)]
        for running in found:
            self._release(running)
            del self._running[running.job.id]
        return found

    def settle(self, over: Iterable[Running]) -> None:
        for running in over:
            self._running[running.job.id] = running  # until its outcome is known
            self._carefully(self._finish, running)

    def _carefully(self, do: Callable[[Running], None], running: Running) -> None:
        """A file that cannot be read this moment changes no state, and keeps no other job from being looked at."""
        try:
            do(running)
        except OSError as error:
            detail = f"its records cannot be read: {error.strerror}"
            self._tell(running.job, Status(JobState.RUNNING, started=running.started, detail=detail))

    def look(self) -> None:
        """At what no descriptor tells of: processes without a handle, suspended ones, limits, other machines."""
        for running in [running for running in self._running.values() if running.handle is None]:
            self._carefully(self._look_for, running)
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + LOOK
            self._look_at_states()
            for running in list(self.elsewhere.values()):
                if end := records.parse(self._place.end(running.job)):
                    self._end_by(self.elsewhere.pop(running.job.id), end)
        self._enforce_time(now)
        if now >= self._next_sample:
            self._enforce_memory()
            # On a machine with thousands of processes a look takes long: at most a twentieth of the time goes there.
            self._next_sample = now + max(SAMPLE, 20 * (time.monotonic() - now))

    def _look_for(self, running: Running) -> None:
        """Without a handle a process is asked for by its number."""
        if not running.pid:
            if records.parse(self._place.start(running.job)):
                del self._running[running.job.id]
                self.adopt(running.batch, running.job)
            elif time.monotonic() - running.since > RECORD_GRACE:
                self._end(running, JobState.LOST, "killed as it was about to start; it is not known whether it did")
        elif running.since or processes.state(running.pid, running.alive_at) in ("", "Z"):
            self._finish(running)

    def _look_at_states(self) -> None:
        for running in self._running.values():
            if not running.pid or running.since or running.kill_at:
                continue
            letter = processes.state(running.pid, running.alive_at)
            if letter:
                word = JobState.SUSPENDED if letter in SUSPENDED else JobState.RUNNING
                detail = f"pid {running.pid}"
                self._tell(running.job, Status(word, started=running.started, evidence="process", detail=detail))

    # -- what became of them -------------------------------------------------------------------------------------------

    def _finish(self, running: Running) -> None:
        """The wrapper is gone: its record says how the job ended; without one, wait a little, then say it is lost."""
        code = processes.reap(running.pid)
        running.exit_code = running.exit_code if code is None else code
        self._release(running)
        if end := records.parse(self._place.end(running.job)):
            self._end_by(running, end, _moment(float(end["clock"])))
        elif self._other_wrapper(running):
            del self._running[running.job.id]
            self.adopt(running.batch, running.job)
        elif processes.session(running.pid, running.alive_at):
            running.since = 0.0  # only the wrapper was killed: what it started still runs
        elif not running.since:
            running.since = time.monotonic()
        elif time.monotonic() - running.since > RECORD_GRACE or self._cause(running):
            self._end_without_record(running)

    def _other_wrapper(self, running: Running) -> bool:
        """Another wrapper had claimed the job before ours could: ours has ended without running it."""
        if running.exit_code != 125:
            return False
        start = records.parse(self._place.start(running.job))
        return bool(start) and int(start["pid"]) != running.pid

    def _end_without_record(self, running: Running) -> None:
        cause = self._cause(running)
        if cause:
            self._end(running, *records.outcome(137, cause))
        elif running.exit_code == 125 and not self._place.claimed(running.job):
            self._end(running, JobState.FAILED, "it could not be started: no room to record it")
        else:
            how = f" (exit {running.exit_code})" if running.exit_code is not None else ""
            self._end(running, JobState.LOST, f"killed{how}, perhaps for want of memory: it left no end record")

    def _cause(self, running: Running) -> str:
        return running.cause or self._place.cause(running.job)

    def _end_by(self, running: Running, end: records.Record, ended: str = "") -> None:
        code = int(end["code"])
        state, detail = records.outcome(code, self._cause(running))
        self._end(running, state, detail, code, ended)

    def _end(self, running: Running, state: JobState, detail: str, code: int | None = None, ended: str = "") -> None:
        self._release(running)
        self._running.pop(running.job.id, None)
        evidence = "process gone" if code is None else "end record"
        # The wrapper's clock ticks a hundred times a second: a short job may seem to end before it began.
        ended = max(ended or stamp(time.time()), running.started)
        status = Status(state, exit_code=code, started=running.started, ended=ended, evidence=evidence, detail=detail)
        self._tell(running.job, status)

    def _release(self, running: Running) -> None:
        if running.handle is not None and self._poller:
            self._poller.unregister(running.handle)
            del self._handles[running.handle]
            os.close(running.handle)
            running.handle = None

    # -- ending them ---------------------------------------------------------------------------------------------------

    def stop(self, job_id: str, cause: str) -> bool:
        """Ask a running job to end, and note why first; False if it is not running here."""
        running = self._running.get(job_id)
        if running and running.pid and not running.kill_at:
            self._stop(running, cause, "TERM", self._grace)
        return running is not None

    def _stop(self, running: Running, cause: str, signal: str, patience: float) -> None:
        """The whole group is told; what is left of it when patience ends is killed."""
        running.cause, running.kill_at = cause, time.monotonic() + patience
        with suppress(Refused):  # a full disk: it ends all the same
            self._place.set_cause(running.job, cause)
        processes.signal_group(running.pid, running.alive_at, signal)
        processes.signal_group(running.pid, running.alive_at, "CONT")  # a suspended job could not obey
        detail = cause.partition(" ")[2]
        status = Status(JobState.COMPLETING, started=running.started, evidence="process", detail=detail)
        self._tell(running.job, status)

    def _enforce_time(self, now: float) -> None:
        for running in list(self._running.values()):
            limit = _deadline(running)
            if limit is not None and processes.uptime() >= limit:
                minutes = running.job.resources.minutes or 0.0
                self._stop(running, f"timed_out {records.limit(minutes)}", "TERM", self._grace)
            elif running.kill_at and now >= running.kill_at:
                processes.signal_group(running.pid, running.alive_at, "KILL")
                running.kill_at = now + 1.0

    def _enforce_memory(self) -> None:
        limited = {one.pid: one for one in self._running.values() if one.job.resources.memory_mb and not one.kill_at}
        limits = {pid: (float(one.job.resources.memory_mb or 0), one.alive_at) for pid, one in limited.items() if pid}
        for pid, held in processes.above(limits).items():
            cause = f"out_of_memory it held {held:.0f} MB, its limit is {limits[pid][0]:.0f} MB"
            self._stop(limited[pid], cause, "KILL", 1.0)

    def close(self) -> None:
        """Let go of the processes; they run on."""
        for handle in self._handles:
            os.close(handle)
        self._handles.clear()
        if self._poller:
            self._poller.close()


def _deadline(running: Running) -> float | None:
    """When a job's time is up, in uptime; None without a limit, or when it is being ended already."""
    minutes = running.job.resources.minutes
    if not minutes or running.kill_at or running.since or not running.pid:
        return None
    return running.alive_at + 60 * minutes


def _moment(clock: float) -> str:
    """A moment in uptime as a moment in time."""
    return stamp(time.time() - processes.uptime() + clock)
