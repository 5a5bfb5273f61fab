"""The program on a desk in memory."""

import pytest
from stand_in import FULL, FakeDesk

from tui_batch.app import BatchApp


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """The same colours wherever the tests run."""
    for name in ("NO_COLOR", "SSH_CONNECTION", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def desk(tmp_path):
    """A desk with something of everything."""
    return FakeDesk(tmp_path, FULL)


@pytest.fixture
def app(desk):
    """The program on that desk."""
    return BatchApp(desk)
