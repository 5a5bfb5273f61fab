"""How each target was when the courier last had to do with it: one small file for each, written whole."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from urllib.parse import quote

from tui_batch import tables
from tui_batch.errors import StoreError
from tui_batch.model import Contact
from tui_batch.store.home import explained, write_whole


def read(folder: Path, targets: Iterable[str]) -> Mapping[str, Contact]:
    """What is known of these targets; a file that cannot be read tells nothing, and the courier writes it anew."""
    found = {}
    for name in targets:
        path = _path(folder, name)
        try:
            text = path.read_text(encoding="utf-8")
            found[name] = tables.build(Contact, tables.parse(text, path.name, StoreError), path.name, StoreError)
        except (OSError, UnicodeDecodeError, StoreError):
            continue
    return found


def write(folder: Path, target: str, contact: Contact) -> None:
    """Put down what was learnt of a target."""
    import tomli_w

    path = _path(folder, target)
    said = {field.name: getattr(contact, field.name) for field in fields(contact)}
    said = {key: dict(value) if isinstance(value, Mapping) else value for key, value in said.items()}
    with explained(path, f"note how {target} is"):
        folder.mkdir(mode=0o700, exist_ok=True)
        write_whole(path, tomli_w.dumps({key: value for key, value in said.items() if value not in (None, "")}))


def _path(folder: Path, target: str) -> Path:
    return folder / f"{quote(target, safe=' ')}.toml"
