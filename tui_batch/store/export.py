"""What other programs get: a table as CSV, JSON or Markdown, the text copied last, and the end of a log."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, count
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


def end(path: Path, lines: int, most: int = 1 << 18) -> tuple[list[str], int]:
    """The last lines of a log that are whole, no more than so many bytes, and how many stand before them."""
    found, all_ = tail(path, lines + 1, most).split("\n"), _count(path)
    if len(found) < all_:  # the first may have lost its beginning
        del found[0]
    return (found[-lines:], max(0, all_ - min(len(found), lines))) if all_ else ([], 0)


def _count(path: Path) -> int:
    """How many lines a file has, the last one even without an end."""
    number, last = 0, b"\n"
    with suppress(OSError), path.open("rb") as file:
        while piece := file.read(1 << 20):
            number, last = number + piece.count(b"\n"), piece[-1:]
    return number + (last != b"\n")


def free_place(name: str, named: bool) -> Path:
    """Where a new file of this name goes; one that was not named by a person makes way for what is there."""
    path = Path(os.path.expanduser(name)).absolute()  # noqa: PTH111 - never an error
    if named and os.path.lexists(path):
        raise RequestError(f"There is a file {path} already. Nothing was written; choose another name.")
    numbered = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))
    return next(one for one in chain([path], numbered) if not os.path.lexists(one))


def write_new(path: Path, text: str) -> None:
    """Write a file for its owner alone where none is, the whole of it or nothing."""
    try:
        with open(path, "x", encoding="utf-8", errors="replace", opener=_for_its_owner) as file:
            try:
                file.write(text)
                file.flush()
            except OSError:
                path.unlink()
                raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoreError(f"Cannot write {path}: {reason}. Nothing was written; name another file.") from error


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


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
