"""`config.toml`: targets and preferences, every key optional. Without a file there is one target, this machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui_batch import tables
from tui_batch.errors import ConfigError, RequestError, nearest
from tui_batch.model import Target

LOCAL = Target("local", "local")


@dataclass(frozen=True, slots=True)
class Config:
    """What the person set; `path` is the file it is kept in, whether there is one or not."""

    targets: Mapping[str, Target] = field(default_factory=lambda: {LOCAL.name: LOCAL})
    default_target: str = LOCAL.name
    max_jobs: int = 10_000
    templates: tuple[str, ...] = ()
    path: Path | None = None

    def target(self, name: str) -> Target:
        """The target of this name, the default one for ""; a RequestError with the nearest otherwise."""
        target = self.targets.get(name or self.default_target)
        if target is None:
            raise RequestError(f"There is no target {name!r}.{nearest(name, self.targets)}")
        return target


@dataclass(frozen=True, slots=True)
class _File:
    """The file's own shape; a target's keys are checked by its kind when the target is used."""

    targets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    default_target: str = ""
    max_jobs: int = 10_000
    templates: tuple[str, ...] = ()


def read(path: Path) -> Config:
    """The configuration in a file; the defaults where there is no file."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config(path=path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}.") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Config:
    """The configuration that a text says; all that is wrong with it in one error."""
    file = tables.build(_File, tables.parse(text, str(path), ConfigError), str(path), ConfigError)
    problems = []
    targets = {LOCAL.name: LOCAL}
    for name, table in file.targets.items():
        kind = table.get("kind")
        if not isinstance(kind, str):
            problems.append(
                f'{path}: targets.{name}: kind is missing; it says what the target is, as in kind = "local".'
            )
            continue
        targets[name] = Target(name, kind, {key: value for key, value in table.items() if key != "kind"})
    default = file.default_target or LOCAL.name
    if default not in targets and default not in file.targets:
        problems.append(f"{path}: default_target: there is no target {default!r}.{nearest(default, targets)}")
    if file.max_jobs < 1:
        problems.append(f"{path}: max_jobs must be at least 1, not {file.max_jobs}.")
    if problems:
        raise ConfigError.of(problems)
    folders = tuple(str(path.parent / Path(folder).expanduser()) for folder in file.templates)
    return Config(targets, default, file.max_jobs, folders, path)
