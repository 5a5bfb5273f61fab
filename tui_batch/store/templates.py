"""Where templates are: those that ship, and the person's own folders."""

import os.path
from collections.abc import Sequence
from pathlib import Path

from tui_batch.errors import RequestError, TemplateError, nearest
from tui_batch.template import Template, read

SHIPPED = Path(__file__).parent.parent / "templates"


def find(folders: Sequence[Path]) -> list[tuple[str, Path]]:
    """Name and path of every template, by name; of two with one name the earlier folder's, and what ships is last."""
    found: dict[str, Path] = {}
    for folder in (*folders, SHIPPED):
        for path in sorted([*folder.glob("*.toml"), *folder.glob("*/template.toml")]):
            found.setdefault(path.parent.name if path.name == "template.toml" else path.stem, path)
    return sorted(found.items())


def load(name_or_path: str, folders: Sequence[Path]) -> Template:
    """The template with this name, or in this file or folder."""
    path = Path(name_or_path).expanduser()
    known = dict(find(folders))
    if name_or_path in known:
        path = known[name_or_path]
    elif os.path.isdir(path):  # noqa: PTH112 - a name that is too long for a file is none, and no error
        path = path / "template.toml"
    elif path.suffix != ".toml" and not os.path.isfile(path):  # noqa: PTH113
        raise RequestError(f"There is no template {name_or_path!r}.{nearest(name_or_path, known)}")
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RequestError(f"There is no template {str(path)!r}.{nearest(path.stem, known)}") from None
    except (OSError, UnicodeError) as wrong:
        raise TemplateError(f"{path} cannot be read: {wrong}.") from wrong
    return read(text, str(path), path.parent, lambda name: (path.parent / name).read_text(encoding="utf-8"))
