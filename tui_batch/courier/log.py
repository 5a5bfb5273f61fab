"""What the courier says to whoever reads courier.log."""

import contextlib
import sys
import time

from tui_batch.times import stamp


def say(sentence: str) -> None:
    """A line for courier.log."""
    with contextlib.suppress(OSError):  # on a full disk it goes unsaid
        sys.stderr.write(f"{stamp(time.time())} {sentence}\n")
        sys.stderr.flush()
