"""The program on a desk in memory."""

import time
from pathlib import Path

import pytest
from stand_in import FULL, FakeDesk
from waiting import shows, until

from tui_batch.app import BatchApp
from tui_batch.terminal import CAPABLE

NAMED = (
    "enter", "slash", "tab", "down", "up", "escape", "ctrl+u", "question_mark", "pagedown", "space",
    "asterisk", "backslash", "ctrl+t", "ctrl+l", "comma",
)  # fmt: skip


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """The same colours and the same time of day wherever the tests run."""
    for name in ("NO_COLOR", "SSH_CONNECTION", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.fixture
def desk(tmp_path):
    """A desk with something of everything."""
    return FakeDesk(tmp_path, FULL)


@pytest.fixture
def app(desk):
    """The program on that desk."""
    return BatchApp(desk)


@pytest.fixture
def picture(snap_compare, tmp_path):
    """Presses keys, each after what has to be shown before it, and compares the screen."""

    def compare(*steps, snapshot=FULL, size=(80, 24), home=None, ready=None, terminal=CAPABLE):
        desk = FakeDesk(home or Path("store"), snapshot)
        if ready:
            ready(desk)

        async def prepare(pilot):
            for step in steps:
                if callable(step):
                    step(desk)
                elif isinstance(step, tuple):
                    await shows(pilot, *step)
                else:
                    await pilot.press(*([step] if step in NAMED else step))
            await until(pilot, lambda: not any(worker.is_running for worker in pilot.app.workers) or asking(pilot))

        return snap_compare(BatchApp(desk, terminal), terminal_size=size, run_before=prepare)

    return compare


def asking(pilot):
    return pilot.app.screen.prompt.question is not None or len(pilot.app.screen_stack) > 2
