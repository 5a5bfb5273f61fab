"""What the administrators of a machine ask of all who work there: `site.toml`, which nobody's own file can undo."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tui_batch import tables
from tui_batch.config import LONGEST_LEAST, Config
from tui_batch.errors import ConfigError

NAME, VARIABLE = "site.toml", "TUI_BATCH_SITE_CONFIG"


@dataclass(frozen=True, slots=True)
class Site:
    """The file's own shape."""

    least_seconds: float = 0.0


def place(environment: Mapping[str, str]) -> Path:
    """Where the file is, if there is one."""
    if named := environment.get(VARIABLE, ""):
        return Path(named)
    import platformdirs

    return Path(platformdirs.site_config_dir("tui-batch")) / NAME


def read(path: Path) -> Site:
    """What it asks; nothing where there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Site()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}. {_help(path)}") from error
    try:
        site = tables.build(Site, tables.parse(text, str(path), ConfigError), str(path), ConfigError)
    except ConfigError as error:
        raise ConfigError(f"{error} {_help(path)}") from error
    if not 0 <= site.least_seconds <= LONGEST_LEAST:
        raise ConfigError(f"{path}: least_seconds must be from 0 to {LONGEST_LEAST:g}. {_help(path)}")
    return site


def _help(path: Path) -> str:
    return f"It is the administrators' file: tell them; until then {VARIABLE} may name another one."


def over(config: Config) -> Config:
    """A person's configuration within what the site asks."""
    path = place(os.environ)
    site = read(path)
    if site.least_seconds <= config.least_seconds:
        return config
    origins = {**config.origins, "least_seconds": str(path)}
    return replace(config, least_seconds=site.least_seconds, origins=origins)
