"""The real cell of Grid Engine."""

from pathlib import Path

import pytest
from worlds.servers import Servers

CELL = Servers(
    Path(__file__).with_suffix(".sh"), Path("/var/tmp/tui-batch-gridengine"),
    "qsub", "qstat", "qacct", "qdel", "qconf", "sge_execd", "sge_qmaster",
)  # fmt: skip

cell = CELL.tell  # start, stop, master-stop, master-start


@pytest.fixture(scope="session")
def gridengine_in_use():
    with CELL.in_use():
        yield


@pytest.fixture
def gridengine_cell(gridengine_in_use):
    """The Grid Engine cell of this machine, for this test alone."""
    with CELL.turn():
        yield
