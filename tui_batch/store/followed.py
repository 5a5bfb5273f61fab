"""Which logs somebody looks at now: a small file for each, touched every few seconds by whoever does."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from tui_batch.store.home import Home, explained

RECENT = 15.0  # seconds after which nobody looks any more
AGAIN = 4.0  # seconds between two touches of one file


@dataclass(frozen=True, slots=True)
class Followed:
    """A job's log that somebody looks at."""

    submission: str
    index: int
    stream: str  # out or err


def touch(home: Home, log: Followed, now: float) -> bool:
    """Say that somebody looks at it; False if that was said a moment ago."""
    path = home.followed / f"{log.submission}.{log.index}.{log.stream}"
    with explained(path, "say that this log is looked at"):
        with contextlib.suppress(FileNotFoundError):
            if 0 <= now - path.stat().st_mtime < AGAIN:
                return False
        home.followed.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
        os.utime(path, (now, now))
    return True


def recent(home: Home, now: float) -> list[Followed]:
    """What somebody looked at in the last seconds; the files of those who have gone are taken away."""
    found = []
    with contextlib.suppress(OSError), os.scandir(home.followed) as entries:
        for entry in entries:
            with contextlib.suppress(OSError, ValueError):
                if now - entry.stat().st_mtime > RECENT:
                    Path(entry.path).unlink()
                    continue
                submission, index, stream = entry.name.rsplit(".", 2)
                found.append(Followed(submission, int(index), stream))
    return found
