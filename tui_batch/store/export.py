"""What other programs get: a table as CSV, JSON or Markdown, the text copied last, and the end of a log."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from tui_batch.errors import RequestError, StoreError
from tui_batch.store.home import Home, explained, write_whole

Rows = Iterable[Sequence[Any]]


def place(name: str) -> tuple[Path, bool]:
    """Where a file of this name would be written, and whether there is one; a RequestError if none can be."""
    if Path(name).suffix.casefold() not in FORMATS:
        raise RequestError(f"The name must end in {', '.join(FORMATS)}.")
    try:
        path = Path(name).expanduser().resolve()
        if not path.parent.is_dir():
            raise RequestError(f"There is no folder {path.parent}.")
        if path.exists() and not path.is_file():
            raise RequestError(f"{path} is no file that could be written.")
        return path, path.exists()
    except (OSError, RuntimeError, ValueError) as error:
        raise RequestError(f"{name} cannot be written: {getattr(error, 'strerror', None) or error}.") from error


def write(path: Path, header: Sequence[str], rows: Rows) -> None:
    """Write the table, the whole of it or nothing; rows are asked for one by one."""
    text = "".join(FORMATS[path.suffix.casefold()](header, rows))
    try:
        write_whole(path, _sound(text))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoreError(f"Cannot write {path}: {reason}. Nothing was written; choose another folder.") from error


def keep(home: Home, text: str) -> Path:
    """Keep the text that was copied last, also where the terminal takes none; the file it is in."""
    path = home.memory / "clipboard.txt"
    with explained(path, "keep what was copied"):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_whole(path, _sound(text))
    return path


def tail(path: Path, lines: int, most: int = 1 << 20) -> str:
    """The last lines of a log as they are, but no more than so many bytes; "" if there is none."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - most))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.removesuffix("\n").split("\n")[-lines:])


def as_csv(header: Sequence[str], rows: Rows) -> Iterator[str]:
    """Comma-separated, a heading first; whatever could be mistaken is quoted."""
    return (",".join(map(_quoted, row)) + "\n" for row in chain([header], rows))


def as_json(header: Sequence[str], rows: Rows) -> Iterator[str]:
    """A list of objects, one a line."""
    from json import dumps

    yield "["
    for number, row in enumerate(rows):
        yield ",\n" if number else "\n"
        yield dumps(dict(zip(header, row, strict=True)), ensure_ascii=False)
    yield "\n]\n"


def as_markdown(header: Sequence[str], rows: Rows) -> Iterator[str]:
    """A table with bars."""
    return (f"| {' | '.join(map(_cell, row))} |\n" for row in chain([header, ["---"] * len(header)], rows))


FORMATS: Mapping[str, Callable[[Sequence[str], Rows], Iterator[str]]] = {
    ".csv": as_csv,
    ".json": as_json,
    ".md": as_markdown,
}


def _quoted(value: Any) -> str:
    text = "" if value is None else str(value)
    if text.strip() != text or any(sign in text for sign in '",\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return "<br>".join(text.replace("\\", "\\\\").replace("|", "\\|").splitlines())


def _sound(text: str) -> str:
    """Half a character, as the name of a file may hold, is shown as unknown."""
    return text.encode("utf-8", "replace").decode("utf-8")
