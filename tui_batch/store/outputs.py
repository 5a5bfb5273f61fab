"""The files that a batch names outside of its jobs' folders: `outputs.tsv`, and where they come to lie in the store.

`listed` says when, and whether there are more; then a line for each file: path, size, moment, parted by tabs. What
follows is appended: `wants`, an order and the places in the list that it asks for; `here` and places; `failed`, a place
and why; `trouble` and why. Where something has come whole is seen by its size and moment, so that nothing of this is
needed for that.
"""

import hashlib
import os
from collections.abc import Collection as Several
from collections.abc import Iterable, Sequence
from pathlib import Path

from tui_batch import indices
from tui_batch.errors import StoreError
from tui_batch.model import Output, Outputs
from tui_batch.paths import COLLECTED, below
from tui_batch.shown import Collection
from tui_batch.store.home import explained, write_whole
from tui_batch.store.tsv import ESCAPES, plain
from tui_batch.times import seconds, stamp

_UNREADABLE = "the list of files cannot be read: list them once more"


# -- the list ----------------------------------------------------------------------------------------------------------


def write(path: Path, as_of: str, folder: str, found: Outputs, here: Several[int]) -> None:
    """A new list, in place of the former."""
    lines = [_line("listed", as_of, "more" if found.more else "all", folder)]
    lines += [_line(one.path, str(one.size), one.moment) for one in found.files]
    lines += [_line("here", indices.to_text(here))] if here else []
    with explained(path, "write down which files there are"):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, "".join(lines), "surrogateescape")  # names may be no text


def add(path: Path, *entries: Sequence[str]) -> None:
    """Append what was learnt, in one write."""
    data = "".join(_line(*entry) for entry in entries).encode("utf-8", "surrogateescape")
    with explained(path, "write down which files have come"):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("ab", buffering=0) as file:
            file.write(data)


def read(path: Path) -> Collection:
    """The list and what was learnt since; an empty one where there is none. A torn last line is none."""
    try:
        *lines, _ = path.read_bytes().decode("utf-8", "surrogateescape").split("\n")
    except FileNotFoundError:
        return Collection()
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        return _read([[plain(word) for word in line.split("\t")] for line in lines])
    except (ValueError, IndexError):
        return Collection(trouble=_UNREADABLE)


def _read(entries: Sequence[Sequence[str]]) -> Collection:
    as_of = folder = asked = trouble = ""
    more, files = False, list[Output]()
    here, wanted, failed = set[int](), frozenset[int](), dict[int, str]()
    for word, *rest in entries:
        match word:
            case "listed":
                as_of, more, folder = rest[0], rest[1] == "more", rest[2]
            case "wants":
                asked, wanted = rest[0], frozenset(indices.from_text(rest[1]))
                failed, trouble = {}, ""
            case "here":
                here.update(indices.from_text(rest[0]))
            case "failed":
                failed[int(rest[0])] = rest[1]
            case "trouble":
                trouble = rest[0]
            case _:
                files.append(Output(word, int(rest[0]), rest[1]))
    number = len(files)
    if any(at >= number for some in (here, wanted, failed) for at in some):
        raise ValueError("more than were listed")
    return Collection(as_of, folder, tuple(files), more, frozenset(here), asked, wanted, failed, trouble)


def _line(*words: str) -> str:
    return "\t".join(word.translate(ESCAPES) for word in words) + "\n"


# -- where they come to lie --------------------------------------------------------------------------------------------


def place(results: Path, folder: str, output: Output) -> Path:
    """Where a file comes to lie: as it lies there below the folder that all of them have in common."""
    return results / COLLECTED / below(folder, output.path)


def coming(results: Path) -> Path:
    """The folder of files that are on their way."""
    return results / f".{COLLECTED}"


def name_coming(output: Output) -> str:
    """What a file is called while it is on its way."""
    return hashlib.sha256(output.path.encode("utf-8", "surrogateescape")).hexdigest()[:24]


def bytes_coming(results: Path, wanted: Iterable[Output]) -> int:
    """How much has come of files that are on their way."""
    try:
        there = {entry.name: entry.stat().st_size for entry in os.scandir(coming(results))}
    except OSError:
        return 0
    names = [name_coming(one) for one in wanted] if there else []
    return sum(there.get(f"{name}.part", 0) for name in names)


def arrived(path: Path, output: Output) -> bool:
    """Whether this very file is here."""
    try:
        there = path.lstat()
    except OSError:
        return False
    moment = stamp(there.st_mtime)
    whole = f"{output.moment[:19]}.000Z"  # file systems there are that keep no more of it
    return there.st_size == output.size and moment in (output.moment, whole)


def settle(part: Path, path: Path, output: Output) -> None:
    """Give a file that is here whole its place; another one that lies there moves aside."""
    moment = round(seconds(output.moment) * 1000) * 1_000_000
    os.utime(part, ns=(moment, moment))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.path.lexists(path):
        path.rename(_aside(path))
    part.rename(path)


def _aside(path: Path) -> Path:
    """A free name that says from when a file is."""
    moment = stamp(path.lstat().st_mtime)[:19].replace("-", "").replace(":", "").replace("T", "-")
    aside, number = path.with_name(f"{path.name}.before-{moment}"), 2
    while os.path.lexists(aside):
        aside, number = path.with_name(f"{path.name}.before-{moment}-{number}"), number + 1
    return aside
