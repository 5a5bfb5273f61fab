"""How the results of a job come to lie in the store: whole or not at all, and an earlier attempt's beside them."""

import os
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

from tui_batch.model import Batch, Job


def wanted(name: str, batch: Batch) -> bool:
    """Whether a file of a job's own is brought home: without patterns all are, but for what is excluded."""
    return (not batch.own or _fits(name, batch.own)) and not excluded(name, batch)


def excluded(name: str, batch: Batch) -> bool:
    """Whether a file is not brought home whatever names it."""
    return _fits(name, batch.exclude)


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(name, one) or fnmatch(os.path.basename(name), one) for one in patterns)


def arrived(into: Path, job: Job) -> bool:
    """Whether they are there: fetched by a courier that was killed before it could say so."""
    return os.path.lexists(_final(into, job)) and (job.attempt == 1 or os.path.lexists(_earlier(into, job)))


def make_way(into: Path, job: Job) -> None:
    """What an earlier attempt left moves aside."""
    if os.path.lexists(_final(into, job)):
        os.rename(_final(into, job), _earlier(into, job))


def put_in_place(aside: str, into: Path, job: Job) -> None:
    """A folder that is whole gets its name."""
    os.rename(aside, _final(into, job))


def _final(into: Path, job: Job) -> str:
    return f"{into}/{job.name}"


def _earlier(into: Path, job: Job) -> str:
    return f"{into}/{job.name}.before-attempt-{job.attempt}"
