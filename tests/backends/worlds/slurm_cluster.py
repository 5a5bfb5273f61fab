"""The real clusters of Slurm: one that keeps accounts, and one that keeps none."""

from pathlib import Path

import pytest
from worlds.servers import Servers

ROOT = Path("/var/tmp/tui-batch-slurm")
KEPT, PLAIN = (str(ROOT / name / "slurm.conf") for name in ("kept", "plain"))  # with accounting, and without
CLUSTERS = Servers(
    Path(__file__).with_suffix(".sh"), ROOT,
    "sbatch", "squeue", "sacct", "scontrol", "slurmd", "slurmdbd", "munged", "mariadbd", "slurmctld",
)  # fmt: skip

cluster = CLUSTERS.tell  # start, stop, controller-stop, controller-start, dbd-stop, dbd-start


@pytest.fixture(scope="session")
def slurm_in_use():
    with CLUSTERS.in_use():
        yield


@pytest.fixture
def slurm_cluster(slurm_in_use):
    """The Slurm clusters of this machine, for this test alone."""
    with CLUSTERS.turn():
        yield
