"""The program on a desk in memory, and ways to wait for what it shows."""

import pytest
from stand_in import FULL, FakeDesk

from tui_batch.app import BatchApp


def screen_text(app):
    """What stands on the screen."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def until(pilot, condition, what=""):
    """Go on as soon as this holds."""
    for _ in range(400):
        await pilot.pause()
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"{what or 'it'} never came about; on the screen:\n{screen_text(pilot.app)}")


async def shows(pilot, *words):
    """Go on as soon as all these words stand on the screen."""
    await until(pilot, lambda: all(word in screen_text(pilot.app) for word in words), f"{words}")


async def hides(pilot, *words):
    """Go on as soon as none of these words stands on the screen."""
    await until(pilot, lambda: not any(word in screen_text(pilot.app) for word in words), f"not {words}")


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
