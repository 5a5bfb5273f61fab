"""Processes of this machine: start one in its own session, recognise it later, signal its whole group."""

import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tui_batch.errors import Refused

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND


def spawn(argv: list[str], environment: Mapping[str, str], out: str, err: str) -> int:
    """Start a program apart from this terminal, reading nothing, its output going to files; its pid."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, out, _APPEND, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, err, _APPEND, 0o600),
    ]
    try:
        return os.posix_spawn(argv[0], argv, environment, file_actions=actions, setsid=True)
    except OSError as error:
        raise Refused(f"this machine cannot start {argv[0]}: {error.strerror}.") from error


def reap(pid: int) -> int | None:
    """The exit code of a child that has ended (128 + n for signal n); None while it runs or when it is not ours."""
    try:
        done, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return None
    if not done:
        return None
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def handle(pid: int) -> int | None:
    """A descriptor that becomes readable when the process ends; None where the kernel offers none."""
    try:
        return os.pidfd_open(pid)
    except (OSError, AttributeError):
        return None


def boot() -> str:
    """What tells one start of this machine from another; "" where nothing does."""
    return _read("/proc/sys/kernel/random/boot_id").strip()


def uptime() -> float:
    """Seconds since the machine started: what /proc/uptime says."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def state(pid: int, seen_alive: float) -> str:
    """The kernel's letter for the process that had this pid at `seen_alive` (in uptime); "" when it is gone.

    A process that was given the same number later started after that moment.
    """
    fields = _stat(pid)
    if not fields or int(fields[19]) / _TICKS > seen_alive + 0.02:
        return ""
    return fields[0]


def start_ticks(pid: int) -> str:
    """When a process started, in the kernel's ticks; "" when there is none. With the pid it names one process."""
    fields = _stat(pid)
    return fields[19] if fields else ""


def session(leader: int) -> list[int]:
    """The living processes of a session."""
    return [pid for pid, fields in _all_stats() if fields[3] == str(leader) and fields[0] not in "ZX"]


def memory_mb(leaders: Sequence[int]) -> dict[int, float]:
    """How much memory the processes of each of these sessions hold, counted once for all."""
    held = dict.fromkeys(map(str, leaders), 0)
    for _, fields in _all_stats():
        if fields[3] in held:
            held[fields[3]] += int(fields[21])
    return {int(leader): pages * _PAGE / 2**20 for leader, pages in held.items()}


def signal_group(leader: int, name: str) -> None:
    """Send a signal to a whole process group; one that is gone is no error."""
    try:
        os.killpg(leader, getattr(signal, f"SIG{name}"))
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise Refused(f"process group {leader} may not be signalled: {error.strerror}.") from error


def _all_stats() -> list[tuple[int, list[str]]]:
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [(number, fields) for number in numbers if (fields := _stat(number))]


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on; the second, a name, may hold anything."""
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
