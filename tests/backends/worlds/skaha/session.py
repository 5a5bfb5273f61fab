"""One session: what was asked for, what the service knows of it, and the processes of this machine that it is."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

NOT_STARTED = (
    "Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create "
    "failed: unable to start container process: "
)


@dataclass
class Event:
    """Something that befell a pod, so often between two moments."""

    type: str
    reason: str
    message: str
    first: float
    last: float


@dataclass
class Session:
    """A session; one whose word is fixed is nothing else, and stays so."""

    id: str
    user: str
    name: str
    image: str
    type: str = "headless"
    argv: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    cores: str = ""  # as they were asked for, "" for a flexible session
    ram: str = ""
    gpus: str = ""
    home: Path = Path()
    log: Path = Path()
    waits: str = ""  # for its image, for room, in the queue; "" for its turn
    created: float = field(default_factory=time.time)
    started: float = 0.0  # the moment since which the cluster has to do with it, not that of its pod
    ended: float = 0.0
    code: int | None = None
    flicker: int = 0  # answers that have called it pending although it had ended
    fixed: str = ""
    word: str = ""  # what it is called since it was deleted
    left: int = 0  # answers that still have a deleted one
    kill: float = 0.0  # when what is left of a deleted one is killed
    events: list[Event] = field(default_factory=list)
    process: subprocess.Popen | None = None

    @property
    def runs(self):
        return bool(self.process) and not self.ended

    def tell(self, type_, reason, message):
        """Note an event, or that it came about again; those of the scheduler are told without a moment."""
        now = 0.0 if reason in ("Scheduled", "FailedScheduling") else time.time()
        for event in self.events:
            if (event.reason, event.message) == (reason, message):
                event.last = now
                return
        self.events.append(Event(type_, reason, message, now, now))

    def start(self):
        """Start its container; what cannot be started has failed, and only its events say why."""
        for reason, message in (
            ("Pulling", f'Pulling image "{self.image}"'),
            ("Pulled", f'Successfully pulled image "{self.image}" in 41.2s (41.2s including waiting).'),
            ("Created", "Created container: headless"),
        ):
            self.tell("Normal", reason, message)
        if not self.argv:  # an image of its own mind: it does nothing, and well
            self.argv = ["true"]
        try:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    self.argv, cwd=self.home, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                    stderr=subprocess.STDOUT, start_new_session=True,
                )  # fmt: skip
        except (OSError, ValueError) as error:
            self.tell("Warning", "Failed", f"{NOT_STARTED}{why(self.argv[0], error)}: unknown")
            self.end(128)
            return
        self.tell("Normal", "Started", "Started container headless")

    def look(self):
        """See whether the first process has ended: all others of a container end with it."""
        if self.runs and os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            self.clear()
            code = self.process.returncode
            self.end(code if code >= 0 else 128 - code)

    def end(self, code):
        self.code, self.ended = code, time.time()

    def ask_to_end(self):
        """Send the signal that a deleted pod is sent: the first process alone gets it, and only if it listens to it."""
        if self.runs and listens(self.process.pid, signal.SIGTERM):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGTERM)

    def clear(self):
        """Kill every process of it, also those that have left its group."""
        if not self.process:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        mark = f"skaha_sessionid={self.id}".encode()
        for environ in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if mark in environ.read_bytes().split(b"\0"):
                    os.kill(int(environ.parent.name), signal.SIGKILL)
        self.process.wait()


def why(program, error):
    """Why a container's first program cannot be started, in the words of what starts it."""
    if isinstance(error, FileNotFoundError):
        missing = (
            f"stat {program}: no such file or directory" if "/" in program else "executable file not found in $PATH"
        )
        return f'exec: "{program}": {missing}'
    return f"exec {program}: {(getattr(error, 'strerror', None) or str(error)).lower()}"


def listens(pid, number):
    """Whether a process has something to do when it gets a signal; the first of a container is not ended by it else."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) & 1 << (number - 1))
    return False
