"""The world of `local`: this machine, with strings to pull."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from worlds.world import World

from tui_batch.backends import nobody
from tui_batch.backends.base import Backend
from tui_batch.backends.local import connect
from tui_batch.model import Job, Status, Target


class LocalWorld(World):
    """Jobs that are shell commands, and what a test may do to them behind the backend's back."""

    kind = "local"
    processes = True

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.settings |= {"slots": 2, "grace_seconds": 0.5}

    def open(self) -> Backend:
        return connect(Target("here", "local", self.settings), self.folder / "home", nobody)

    def watch(
        self, backend: Backend, until: Callable[[dict[str, Status]], bool], seconds: float = 20.0
    ) -> dict[str, Status]:
        """Do as the courier's lane does until what is known of the jobs satisfies; the newest status of each."""
        known: dict[str, Status] = {}
        end = time.monotonic() + seconds
        while True:
            known.update(backend.changes())
            if until(known):
                return known
            assert time.monotonic() < end, f"did not come true: {known}"
            waiting = select.poll()
            for descriptor in backend.watched():
                waiting.register(descriptor, select.POLLIN)
            waiting.poll(1000 * min(backend.patience(), 1.0))

    def wrapper(self, status: Status) -> int:
        return int(status.detail.removeprefix("pid "))

    def vanish(self, status: Status) -> None:
        """Kill the whole job, its wrapper with it, as an administrator or the kernel might."""
        os.killpg(self.wrapper(status), signal.SIGKILL)

    def behead(self, status: Status) -> None:
        """Kill the wrapper alone: what it started runs on."""
        os.kill(self.wrapper(status), signal.SIGKILL)

    def suspend(self, status: Status) -> None:
        os.killpg(self.wrapper(status), signal.SIGSTOP)

    def give_pid_away(self, job: Job) -> subprocess.Popen[bytes]:
        """Another process gets the number of the job's, as may happen once that is gone."""
        record = self.folder / "home" / "submissions" / job.submission / "records" / "1" / f"{job.name}.start"
        lines = record.read_text().splitlines()
        began = next(float(line.split()[1]) for line in lines if line.startswith("clock "))
        while time.clock_gettime(time.CLOCK_BOOTTIME) < began + 0.1:  # numbers are not given away as quickly as this
            os.sched_yield()
        stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
        lines = [f"pid {stranger.pid}" if line.startswith("pid ") else line for line in lines]
        record.write_text("\n".join(lines) + "\n")
        return stranger
