"""The real clusters: brought up when a test first needs them, gone with the last of the test sessions that use them."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from requirement import needs

SCRIPT = Path(__file__).with_suffix(".sh")
ROOT = Path("/var/tmp/tui-batch-slurm")
KEPT, PLAIN = (str(ROOT / name / "slurm.conf") for name in ("kept", "plain"))  # with accounting, and without
_LOCK = "/var/tmp/tui-batch-slurm.lock"


def cluster(*words: str) -> None:
    """Have something done to the clusters: start, stop, controller-stop, controller-start, dbd-stop, dbd-start."""
    done = subprocess.run([SCRIPT, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


@contextmanager
def in_use() -> Iterator[None]:
    """The clusters outlive a test, and go with the last session of tests that uses them."""
    needs("sbatch", "squeue", "sacct", "scontrol", "slurmctld", "slurmd", "slurmdbd", "munged", "mariadbd")
    if os.getuid() != 0:
        pytest.skip("needs to be root, to bring up a Slurm cluster")
    with open(_LOCK, "w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        cluster("stop")


@contextmanager
def turn() -> Iterator[None]:
    """The clusters, up and for one test alone: another may be about to stop a controller."""
    with open(f"{_LOCK}.turn", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        cluster("start")
        yield


@pytest.fixture(scope="session")
def slurm_in_use():
    with in_use():
        yield


@pytest.fixture
def slurm_cluster(slurm_in_use):
    """The Slurm clusters of this machine, for this test alone."""
    with turn():
        yield
