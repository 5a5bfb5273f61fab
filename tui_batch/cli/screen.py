"""No verb: the app; a plain table where there is no terminal to draw on."""

import asyncio
import gc
import os
import signal
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from tui_batch import site
from tui_batch.cli.watching import list_
from tui_batch.desk import Desk
from tui_batch.terminal import as_started, settle

if TYPE_CHECKING:
    from tui_batch.app import BatchApp

PARTING_SECONDS = 2


def app(desk: Desk, arguments: Namespace) -> int:
    return run(desk) if can_draw() else list_(desk, Namespace(json=False))


def can_draw() -> bool:
    """Whether there is a terminal, and one that can do more than print lines."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def run(desk: Desk) -> int:
    """Run the app until the person leaves; its exit code."""
    from tui_batch.app import BatchApp

    # What was imported stays, and ten thousand rows are no garbage: walking them all again and again holds up the keys.
    gc.freeze()
    gc.set_threshold(50_000)
    desk.config = site.over(desk.config)
    terminal = settle(desk.config, as_started(os.environ, bool(sys.flags.utf8_mode)))
    front = BatchApp(desk, terminal)
    if desk.config.keys:
        front.change_keys()
    asyncio.run(_run(front, terminal.mouse))
    return front.return_code or 0


async def _run(front: "BatchApp", mouse: bool) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, _leave, front, number)
    await front.run_async(mouse=mouse)


def _leave(front: "BatchApp", number: int) -> None:
    """Told to end: give the terminal back, if that can be done at once; whatever was done is kept already."""
    signal.alarm(PARTING_SECONDS)  # a terminal that is gone may never take what is written to it
    front.exit(return_code=128 + number)
