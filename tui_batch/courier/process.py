"""The courier as a process of its own."""

import signal
import sys
from types import FrameType

from tui_batch.config import Config
from tui_batch.courier.loop import Courier, say
from tui_batch.errors import TuiBatchError
from tui_batch.store import lock, orders
from tui_batch.store.home import Home


def work(home: Home, config: Config, once: bool = False) -> bool:
    """Be the courier until nothing is open; False when another one is at work."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    while lock.take(home):
        try:
            Courier(home, config).run(once)
        except TuiBatchError as error:
            # A store that cannot be written: the jobs run on, and the front starts another courier later.
            say(f"the courier stops: {error}")
            return True
        finally:
            lock.release(home)
        # An order that was left while the lock was still held has woken nobody.
        if once or not orders.read(home.orders)[0]:
            return True
    return False


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
