"""What the front wants to know again the next time: how lists were sorted, drafts, the last commands.

One small file for each name, written whole: of two fronts the last one counts. Nothing here is worth an error.
"""

import tomllib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tui_batch.store.home import Home, explained, write_whole


def read(home: Home, name: str) -> Mapping[str, Any]:
    """The table of this name; an empty one if there is none, or none that can be read."""
    try:
        return tomllib.loads((home.memory / _file(name)).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def write(home: Home, name: str, table: Mapping[str, Any]) -> None:
    """Keep the table; an empty one takes the file away."""
    import tomli_w

    path = home.memory / _file(name)
    with explained(path, f"remember {name}"):
        if table:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            write_whole(path, tomli_w.dumps(dict(table)))
        else:
            path.unlink(missing_ok=True)


def _file(name: str) -> str:
    return f"{quote(name, safe=' ')}.toml"
