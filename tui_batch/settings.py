"""The settings as a person is shown them: the value, where it was set, and what it means."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tui_batch.config import Config
from tui_batch.terminal import Terminal

# A key that names where a secret is kept, as token_file does, is none itself.
_SECRET = re.compile(r"(?i)(token|secret|password|passphrase|credentials?|key)$")
_IN_URL = re.compile(r"(://[^/\s:@]*:)[^@\s]+(@)")


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the list."""

    name: str
    value: str
    origin: str
    what: str


def listed(config: Config, terminal: Terminal, home: str) -> list[Setting]:
    """Every setting but the keys."""
    where = {"home": home, "config": str(config.path or "")}
    values: dict[str, tuple[object, str]] = {
        "home": (where["home"], "the store: all that is kept"),
        "config": (where["config"], "the file with these settings; it is read at the start"),
        "theme": (_why(config.theme, terminal.theme, terminal.theme_why), "the colours: default, colour-blind, ansi"),
        "ascii": (_why(config.ascii, _word(terminal.ascii), terminal.ascii_why), "draw with ASCII characters only"),
        "mouse": (_why(config.mouse, _word(terminal.mouse), terminal.mouse_why), "clicks and the wheel do something"),
        "undo_seconds": (f"{config.undo_seconds:g}", "how long u takes back what was asked for; 0 for not at all"),
        "least_seconds": (f"{config.least_seconds:g}", "between two questions about more than 100 jobs, at least"),
        "default_target": (config.default_target, "where batches go when no target is named"),
        "max_jobs": (f"{config.max_jobs:,}", "more jobs in one batch need --max-jobs"),
        "templates": (", ".join(config.templates) or "-", "folders with templates, beside your own"),
    }
    return [
        *(
            Setting(name, str(value), config.origins.get(name, "default"), what)
            for name, (value, what) in values.items()
        ),
        *_defaults(config),
        *_targets(config),
    ]


def _defaults(config: Config) -> Iterator[Setting]:
    origin = config.origins.get("defaults", "default")
    for template, values in config.defaults.items():
        for key, value in values.items():
            yield Setting(f"defaults.{template}.{key}", shown(key, value), origin, "a variable where nothing sets it")


def _targets(config: Config) -> Iterator[Setting]:
    origin = config.origins.get("targets", "default")
    for target in config.targets.values():
        yield Setting(f"targets.{target.name}", target.kind, origin, "a place that runs jobs, and its kind")
        for name, value in target.settings.items():
            what = "not shown: it may be a secret" if _SECRET.search(name) else f"a setting of the kind {target.kind}"
            yield Setting(f"targets.{target.name}.{name}", shown(name, value), origin, what)


def shown(name: str, value: Any) -> str:
    """A value of a target's settings, as far as it is nobody's secret."""
    if _SECRET.search(name):
        return "***"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {shown(key, one)}" for key, one in value.items())
    return _IN_URL.sub(r"\1***\2", str(value))


def _why(said: str, settled: str, why: str) -> str:
    settled = f"{settled} ({why})" if why else settled
    return said if said == settled else f"{said}: {settled}"


def _word(yes: bool) -> str:
    return "yes" if yes else "no"
