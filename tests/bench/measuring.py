"""How things are measured here: beside their yardstick, in turns, by medians."""

import gc
import statistics
import time


def seconds(function, *args):
    """How long a call takes."""
    start = time.perf_counter()
    function(*args)
    return time.perf_counter() - start


def pressed(terminal, key):
    """Seconds from a key to what it changes on the screen, and the bytes of that."""
    before = len(terminal.seen)
    start = time.perf_counter()
    terminal.press(key)
    terminal.wait_for(lambda: len(terminal.seen) > before)
    taken = time.perf_counter() - start
    terminal.until_quiet(0.05)
    return taken, len(terminal.seen) - before


def in_turns(rounds, *cases):
    """What each case measured in each round; A B C, A B C, so that a moody machine is moody to all of them."""
    gc.collect()
    gc.freeze()  # what the test runner holds is no concern of what is measured
    try:
        rows = [[case() for case in cases] for _ in range(rounds)]
    finally:
        gc.unfreeze()
    return [list(column) for column in zip(*rows, strict=True)]


def ratio(ours, yardstick):
    """The median of what the rounds say, each on its own."""
    return statistics.median(a / b for a, b in zip(ours, yardstick, strict=True))
