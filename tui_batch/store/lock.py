"""One courier for each person and store: its lock, its sign of life, and how the front starts and wakes it.

The lock is the file `courier.toml`, created exclusively; its modification time is the beat. NFS locks may hang or lie,
so none is used: a courier on this host lives while its process does, one on another host while its file is touched.
"""

import contextlib
import os
import sys
import time
from pathlib import Path

from tui_batch import tables
from tui_batch.errors import StoreError
from tui_batch.shown import Beat
from tui_batch.store.home import Home, explained
from tui_batch.times import stamp

ORDERS, TARGETS = b"!", b"?"  # what the courier is rung for: to look at those
SILENCE = 120.0  # seconds without a beat after which a courier on another host counts as gone


def look(home: Home) -> Beat | None:
    """The courier that holds the lock, alive or not; None where there is none."""
    return _read(home.courier)


def _read(path: Path) -> Beat | None:
    try:
        text = path.read_text(encoding="utf-8")
        beat = path.stat().st_mtime
        facts = tables.parse(text, str(path), StoreError)
        host, pid, started, ticks = (facts[key] for key in ("host", "pid", "started", "ticks"))
    except FileNotFoundError:
        return None
    except (OSError, StoreError, KeyError, UnicodeDecodeError):
        return Beat("", 0, "", "", alive=_young(path))  # being written this moment, or damaged
    alive = _ticks(pid) == ticks if host == os.uname().nodename else time.time() - beat < SILENCE
    return Beat(host, pid, started, stamp(beat), alive)


def take(home: Home) -> bool:
    """Become the courier; False when another one is."""
    holder = look(home)
    if holder is not None:
        if holder.alive:
            return False
        _clear_away(home, holder)
    text = (
        f'host = "{os.uname().nodename}"\npid = {os.getpid()}\n'
        f'started = "{stamp(time.time())}"\nticks = "{_ticks(os.getpid())}"\n'
    )
    with explained(home.courier, "start the courier"):
        try:
            with home.courier.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            return False
        except OSError:  # a full disk: half a lock would keep others out for a while
            home.courier.unlink(missing_ok=True)
            raise
    return True


def holds(home: Home) -> bool:
    """Whether the lock is still this process's own; touches it, which is the beat."""
    holder = look(home)
    if holder is None or holder.pid != os.getpid() or holder.host != os.uname().nodename:
        return False
    with contextlib.suppress(OSError):
        os.utime(home.courier)
    return True


def release(home: Home) -> None:
    if holds(home):
        home.courier.unlink(missing_ok=True)


def start(home: Home, config: Path | None) -> None:
    """Start a courier apart from this terminal; it ends at once if another one got there first."""
    import subprocess

    command = [sys.executable, "-m", "tui_batch", "--home", str(home.path)]
    if config and config.exists():
        command += ["--config", str(config)]
    kept = "What was asked for is kept; the next tui-batch tries again."
    with explained(home.path, "start the courier", kept), (home.path / "courier.log").open("ab") as log:
        # By way of a shell that ends at once: the courier is nobody's child, so nobody has to wait for it.
        subprocess.run(
            ["/bin/sh", "-c", '"$@" &', "sh", *command, "courier"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/", check=True,
        )  # fmt: skip


def ring(home: Home, what: bytes = ORDERS) -> None:
    """Wake the courier if it listens; without that it looks for orders every two seconds."""
    with contextlib.suppress(OSError):
        bell = os.open(home.bell, os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(bell, what)
        finally:
            os.close(bell)


def hang_bell(home: Home) -> int:
    """The courier's end of the bell, readable when it was rung; -1 where the file system has no FIFOs."""
    try:
        with contextlib.suppress(FileExistsError):
            os.mkfifo(home.bell, 0o600)
        return os.open(home.bell, os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return -1


def _clear_away(home: Home, dead: Beat) -> None:
    """Take a dead courier's lock away.

    Only who created the claim to this very lock may do so: nobody who looked a moment ago takes a living one's. A claim
    whose owner died as well is passed by after a while.
    """
    name = f"courier.gone-{dead.host}-{dead.pid}-{dead.started}"
    claims = [home.path / f"{name}.{number}" for number in range(9)]
    for claim in claims:
        try:
            claim.touch(mode=0o600, exist_ok=False)
            break
        except FileExistsError:
            if _young(claim):
                return
    if _read(home.courier) == dead:
        home.courier.unlink(missing_ok=True)
    for claim in claims:
        claim.unlink(missing_ok=True)


def _young(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime < 5.0
    except OSError:
        return False


def _ticks(pid: int) -> str:
    """When a process started, as the kernel counts: with its number it names one process. "" if there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]
