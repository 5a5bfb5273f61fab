"""Processes of this machine: start one in its own session, recognise it later, signal its whole group."""

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from tui_batch.errors import Refused

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND
# Python ignores some of these and the courier others; a job must find all as a login shell would.
_SIGNALS = [signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM]


def spawn(argv: list[str], environment: Mapping[str, str], out: str, err: str) -> int:
    """Start a program apart from this terminal, reading nothing, its output going to files; its pid."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, out, _APPEND, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, err, _APPEND, 0o600),
    ]
    try:
        return os.posix_spawn(argv[0], argv, environment, file_actions=actions, setsid=True, setsigdef=_SIGNALS)
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
    return fields[0] if fields and not _given_away(pid, seen_alive) else ""


def session(leader: int, seen_alive: float) -> list[int]:
    """The living processes of the session that this process led at `seen_alive`."""
    if _given_away(leader, seen_alive):
        return []
    return [pid for pid, fields in _all_stats() if fields[3] == str(leader) and fields[0] not in "ZX"]


def above(limits: Mapping[int, tuple[float, float]]) -> dict[int, float]:
    """Which sessions (leader: limit in MB, when it was seen alive) hold more memory than their limit, and how much."""
    mapped = dict.fromkeys(map(str, limits), 0)
    for _, fields in _all_stats() if limits else ():
        if fields[3] in mapped:
            mapped[fields[3]] += int(fields[21])
    # What processes share counts often here; only who seems to be above is asked what is really its own, which is dear.
    suspects = [int(leader) for leader, pages in mapped.items() if pages * _PAGE / 2**20 > limits[int(leader)][0]]
    held = {leader: _own_memory_mb(leader, limits[leader][1]) for leader in suspects}
    return {leader: now for leader, now in held.items() if now > limits[leader][0]}


def _own_memory_mb(leader: int, seen_alive: float) -> float:
    """Of memory that is shared, each process counts its share."""
    shares = (_read(f"/proc/{pid}/smaps_rollup") for pid in session(leader, seen_alive))
    return sum(int(line.split()[1]) for text in shares for line in text.splitlines() if line.startswith("Pss:")) / 1024


def signal_group(leader: int, seen_alive: float, name: str) -> None:
    """Send a signal to a whole process group; one that is gone is no error, and a stranger's is left alone."""
    if _given_away(leader, seen_alive):
        return
    try:
        os.killpg(leader, getattr(signal, f"SIG{name}"))
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise Refused(f"process group {leader} may not be signalled: {error.strerror}.") from error


def _given_away(leader: int, seen_alive: float) -> bool:
    """Whether the number belongs to a later process: then nothing is left of the group, for its number was free."""
    fields = _stat(leader)
    return bool(fields) and int(fields[19]) / _TICKS > seen_alive + 0.02


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
