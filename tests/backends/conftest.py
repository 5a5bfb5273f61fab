"""What the tests of backends share."""

import pytest
from worlds import gridengine_cell as cell


@pytest.fixture(scope="session")
def gridengine_in_use():
    with cell.in_use():
        yield


@pytest.fixture
def gridengine_cell(gridengine_in_use):
    """The Grid Engine cell of this machine, for this test alone."""
    with cell.turn():
        yield
