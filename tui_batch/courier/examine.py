"""Whether everything works: the store, and each target when it is asked."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tui_batch import backends
from tui_batch.errors import TuiBatchError
from tui_batch.model import NOTHING, Question, Target
from tui_batch.store.home import Home, explained, write_whole


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    works: bool
    detail: str
    facts: Mapping[str, str] = field(default_factory=lambda: NOTHING)


def examine(home: Path, targets: Sequence[Target], ask: Callable[[Question], str] = backends.nobody) -> list[Finding]:
    """The store, then each target, which may ask a person in its turn."""
    return [_store(home), *(_target(home, target, ask) for target in targets)]


def _store(home: Path) -> Finding:
    """Whether something can be written there, which is not what its permissions say when the disk is full."""
    try:
        probe = Home(home).prepare().path / ".doctor"
        with explained(home, "write to the store"):
            write_whole(probe, "x" * 4096)
            probe.unlink()
    except TuiBatchError as error:
        return Finding("store", False, str(error))
    return Finding("store", True, str(home), {"free disk": f"{shutil.disk_usage(home).free / 2**30:.1f} GB"})


def _target(home: Path, target: Target, ask: Callable[[Question], str]) -> Finding:
    try:
        backend = backends.connect(target, home, ask)
        try:
            health = backend.probe()
        finally:
            backend.close()
    except TuiBatchError as error:
        return Finding(f"target {target.name}", False, str(error))
    return Finding(f"target {target.name}", health.reachable, health.detail, health.facts)
