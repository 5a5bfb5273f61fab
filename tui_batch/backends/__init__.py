"""The kinds of targets, loaded when asked for."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

from tui_batch.backends.base import Backend
from tui_batch.errors import ConfigError, nearest
from tui_batch.model import Target

KINDS = {"local": "tui_batch.backends.local"}


def kind(target: Target) -> ModuleType:
    """The module of a target's kind: its `settings`, `check`, `limits`, `why`, `preview` and `connect`."""
    if target.kind not in KINDS:
        raise ConfigError(f"targets.{target.name}: unknown kind {target.kind!r}.{nearest(target.kind, KINDS)}")
    return import_module(KINDS[target.kind])


def connect(target: Target, home: Path) -> Backend:
    """The backend of a target; reads its settings, touches nothing."""
    backend: Backend = kind(target).connect(target, home)
    return backend
