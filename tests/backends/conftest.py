"""What the tests of backends share."""

import pytest
from worlds import gridengine_cell as real


@pytest.fixture(scope="session")
def gridengine_cell():
    """A Grid Engine cell of this machine."""
    with real.running():
        yield
