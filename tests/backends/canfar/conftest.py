"""A platform for each test, and a backend that is open to it."""

import pytest
from worlds.canfar import CanfarWorld


@pytest.fixture
def world(tmp_path):
    made = CanfarWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def skaha(world):
    return world.skaha


@pytest.fixture
def backend(world):
    opened = world.open()
    yield opened
    opened.close()
