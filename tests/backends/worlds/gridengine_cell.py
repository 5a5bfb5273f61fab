"""The real cell: brought up when a test first needs it, and gone with the last of the test sessions that use it."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from requirement import needs

SCRIPT = Path(__file__).with_suffix(".sh")
_USERS = "/var/tmp/tui-batch-gridengine.users"


def cell(*words: str) -> None:
    """Have something done to the cell: start, stop, master-stop, master-start."""
    done = subprocess.run([SCRIPT, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


@contextmanager
def running() -> Iterator[None]:
    """A cell that runs as long as somebody needs it."""
    needs("qsub", "qstat", "qacct", "qdel", "qconf", "sge_qmaster", "sge_execd")
    if os.getuid() != 0:
        pytest.skip("needs to be root, to bring up a Grid Engine cell")
    with open(_USERS, "w") as users, open(f"{_USERS}.starting", "w") as starting:
        fcntl.flock(users, fcntl.LOCK_SH)
        fcntl.flock(starting, fcntl.LOCK_EX)
        cell("start")
        fcntl.flock(starting, fcntl.LOCK_UN)
        yield
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        cell("stop")
