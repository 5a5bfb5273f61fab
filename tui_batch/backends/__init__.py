"""The kinds of targets, loaded when asked for."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tui_batch.backends.base import Backend
from tui_batch.errors import ConfigError, Unanswered, nearest
from tui_batch.model import Logs, Question, Target

KINDS = {
    "local": "tui_batch.backends.local",
    "gridengine": "tui_batch.backends.gridengine",
    "slurm": "tui_batch.backends.slurm",
    "canfar": "tui_batch.backends.canfar",
}


def kind(target: Target) -> ModuleType:
    """The module of a target's kind: its `settings`, `check`, `limits`, `why`, `preview` and `connect`."""
    if target.kind not in KINDS:
        raise ConfigError(f"targets.{target.name}: unknown kind {target.kind!r}.{nearest(target.kind, KINDS)}")
    return import_module(KINDS[target.kind])


def nobody(question: Question) -> str:
    """For where no person can be asked."""
    raise Unanswered(f"{question.text.rstrip(':.')}: nobody is there to answer; `tui-batch answer` asks it again.")


LOGS_HERE = frozenset({"local"})  # kinds whose jobs write their logs into the store: nobody has to bring them
OFFERING = frozenset({"slurm", "canfar"})  # kinds that are asked what they offer before something is sent there


def logs(kind: str) -> Logs:
    """What a kind knows of its jobs' logs; of one that is not known any more, what most do."""
    if kind not in KINDS or kind in LOGS_HERE:
        return Logs()
    found: Logs = getattr(import_module(KINDS[kind]), "LOGS", Logs())
    return found


def connect(target: Target, home: Path, ask: Callable[[Question], str] = nobody) -> Backend:
    """The backend of a target; reads its settings, touches nothing. `ask` finds out what only a person can say."""
    backend: Backend = kind(target).connect(target, home, ask)
    return backend
