"""`config.toml`: targets and preferences, every key optional. Without a file there is one target, this machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tui_batch import tables
from tui_batch.errors import ConfigError, RequestError, nearest
from tui_batch.model import Target

LOCAL = Target("local", "local")
THEMES = ("default", "colour-blind", "ansi")
SWITCH = ("auto", "yes", "no")
LONGEST_UNDO = 600.0
LONGEST_LEAST = 3600.0


@dataclass(frozen=True, slots=True)
class Config:
    """What the person set; `path` is the file it is kept in, whether there is one or not."""

    targets: Mapping[str, Target] = field(default_factory=lambda: {LOCAL.name: LOCAL})
    default_target: str = LOCAL.name
    max_jobs: int = 10_000
    templates: tuple[str, ...] = ()
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by the template's name, of its variables
    path: Path | None = None
    theme: str = THEMES[0]
    ascii: str = SWITCH[0]
    mouse: str = SWITCH[0]
    undo_seconds: float = 5.0
    least_seconds: float = 10.0  # between two questions about more than a hundred jobs to a scheduler that is shared
    keys: Mapping[str, str] = field(default_factory=dict)  # id of a binding → the keys that do it, with commas
    origins: Mapping[str, str] = field(default_factory=dict)  # of what is not as it was at first, where it was set
    there: bool = True  # whether there is that file

    def given(self, option: str, **values: Any) -> "Config":
        """With what was said on the command line by this option; None says nothing."""
        said = {name: value for name, value in values.items() if value is not None}
        changed = replace(self, **said, origins={**self.origins, **dict.fromkeys(said, option)}) if said else self
        if problems := _wrong(changed, option):
            raise RequestError("\n".join(problems))
        return changed

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
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    theme: str = THEMES[0]
    ascii: str | bool = SWITCH[0]
    mouse: str | bool = SWITCH[0]
    undo_seconds: float = 5.0
    least_seconds: float = 10.0
    keys: Mapping[str, Any] = field(default_factory=dict)


def read(path: Path) -> Config:
    """The configuration in a file; the defaults where there is no file."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config(path=path, there=False)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}.") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Config:
    """The configuration that a text says; all that is wrong with it in one error."""
    table = tables.parse(text, str(path), ConfigError)
    file = tables.build(_File, table, str(path), ConfigError)
    problems: list[str] = []
    targets = {LOCAL.name: LOCAL}
    for name, settings in file.targets.items():
        kind = settings.get("kind")
        if not isinstance(kind, str):
            problems.append(
                f'{path}: targets.{name}: kind is missing; it says what the target is, as in kind = "local".'
            )
            continue
        targets[name] = Target(name, kind, {key: value for key, value in settings.items() if key != "kind"})
    default = file.default_target or LOCAL.name
    if default not in targets and default not in file.targets:
        problems.append(f"{path}: default_target: there is no target {default!r}.{nearest(default, targets)}")
    folders = tuple(str(path.parent / Path(folder).expanduser()) for folder in file.templates)
    config = Config(
        targets, default, file.max_jobs, folders, file.defaults, path, file.theme, _switch(file.ascii),
        _switch(file.mouse), file.undo_seconds, file.least_seconds, _keys(file.keys, f"{path}: keys", problems),
        dict.fromkeys(table, str(path.name)),
    )  # fmt: skip
    problems += _wrong(config, str(path))
    if problems:
        raise ConfigError.of(problems)
    return config


def _wrong(config: Config, where: str) -> list[str]:
    problems = []
    if config.max_jobs < 1:
        problems.append(f"{where}: max_jobs must be at least 1, not {config.max_jobs}.")
    for name, known in (("theme", THEMES), ("ascii", SWITCH), ("mouse", SWITCH)):
        if (value := getattr(config, name)) not in known:
            problems.append(f"{where}: {name} must be one of {', '.join(known)}, not {value!r}.")
    if not 0 <= config.undo_seconds <= LONGEST_UNDO:
        problems.append(f"{where}: undo_seconds must be from 0 to {LONGEST_UNDO:g}, not {config.undo_seconds:g}.")
    if not 0 <= config.least_seconds <= LONGEST_LEAST:
        problems.append(f"{where}: least_seconds must be from 0 to {LONGEST_LEAST:g}, not {config.least_seconds:g}.")
    return problems


def _switch(value: str | bool) -> str:
    return value if isinstance(value, str) else SWITCH[1 if value else 2]


def _keys(table: Mapping[str, Any], where: str, problems: list[str], before: str = "") -> dict[str, str]:
    """Ids of bindings hold dots: quoted in the file they are keys, and unquoted they are tables in tables."""
    keys: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            keys |= _keys(value, where, problems, f"{before}{name}.")
        elif isinstance(value, str):
            keys[f"{before}{name}"] = value
        else:
            problems.append(f'{where}: {before}{name} must be a text, as in "x,ctrl+x".')
    return keys
