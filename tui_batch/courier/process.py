"""The courier as a process of its own."""

import gc
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType

from tui_batch import config as configuration
from tui_batch import site
from tui_batch.config import Config
from tui_batch.courier.log import say
from tui_batch.courier.loop import Courier
from tui_batch.errors import ConfigError, TuiBatchError
from tui_batch.store import lock, orders
from tui_batch.store.home import Home

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0  # seconds until a courier whose store failed it starts over


def work(folder: Path, config: Config, once: bool = False) -> bool:
    """Be the courier of the store in a folder until nothing is open; False when another one is at work."""
    home = Home(folder).prepare()
    gc.freeze()  # what was imported stays, and statuses make no cycles: walking them all costs a tenth of the time
    gc.set_threshold(50_000)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    pause = FIRST_PAUSE
    while True:
        try:
            if not lock.take(home):
                return False
            outdated = _be_courier(home, config, once)
        except (TuiBatchError, OSError) as trouble:
            # A store that cannot be written now: the jobs run on meanwhile, and there may be room later.
            say(f"the courier starts over in {pause:.0f} s: {trouble}")
            if once:
                return True
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            continue
        pause = FIRST_PAUSE
        if outdated:
            config = _read_again(config)
        # An order that was left while the lock was still held has woken nobody.
        elif once or not orders.read(home.orders)[0]:
            return True


def _be_courier(home: Home, config: Config, once: bool) -> bool:
    """Hold the lock while there is work; whether it ended because the configuration was edited."""
    try:
        courier = Courier(home, _within_the_site(config))
        try:
            courier.run(once)
        except BaseException:
            courier.abandon()
            raise
        return courier.outdated
    finally:
        lock.release(home)


def _within_the_site(config: Config) -> Config:
    """What the administrators ask of everybody counts; a file of theirs that makes no sense stops nobody's jobs."""
    try:
        return site.over(config)
    except ConfigError as error:
        say(str(error))
        return replace(config, least_seconds=max(config.least_seconds, Config().least_seconds))


def _read_again(config: Config) -> Config:
    """The configuration as it is now; the former one while somebody is in the middle of editing it."""
    try:
        return configuration.read(config.path) if config.path else config
    except ConfigError as error:
        say(f"the configuration is not used as it is now: {error}")
        return config


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
