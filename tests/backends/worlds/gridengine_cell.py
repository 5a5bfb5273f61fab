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
_LOCK = "/var/tmp/tui-batch-gridengine.lock"


def cell(*words: str) -> None:
    """Have something done to the cell: start, stop, master-stop, master-start."""
    done = subprocess.run([SCRIPT, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


@contextmanager
def in_use() -> Iterator[None]:
    """The cell outlives a test, and goes with the last session of tests that uses it."""
    needs("qsub", "qstat", "qacct", "qdel", "qconf", "sge_qmaster", "sge_execd")
    if os.getuid() != 0:
        pytest.skip("needs to be root, to bring up a Grid Engine cell")
    with open(_LOCK, "w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        cell("stop")


@contextmanager
def turn() -> Iterator[None]:
    """The cell, up and for one test alone: another may be about to stop its master."""
    with open(f"{_LOCK}.turn", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        cell("start")
        yield


@pytest.fixture(scope="session")
def gridengine_in_use():
    with in_use():
        yield


@pytest.fixture
def gridengine_cell(gridengine_in_use):
    """The Grid Engine cell of this machine, for this test alone."""
    with turn():
        yield
