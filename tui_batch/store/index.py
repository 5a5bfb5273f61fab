"""A cache of the history's list beside its files: JSON, a column a list, because that is read fastest."""

import contextlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any

from tui_batch.errors import StoreError
from tui_batch.model import Submission
from tui_batch.states import JobState
from tui_batch.store.home import write_whole

FORMAT = 2
SEPARATOR = "|"  # no id, batch name or moment holds it
FACTS = 9  # the columns that a submission begins with: see SUBMISSION in history.py
NAME = ".index.json"
Stat = tuple[int, int, int]
_STATES = {state.value: state for state in JobState}


def load(folder: Path, files: Mapping[str, Stat]) -> tuple[dict[str, Stat], dict[str, Submission]]:
    """What was read when the index was made, and what was found; nothing unless every file only grew since."""
    try:
        checksum, _, text = (folder / NAME).read_bytes().partition(b"\n")
        if int(checksum, 16) != zlib.crc32(text):
            return {}, {}
        saved = json.loads(text)
        read = {name: (stat[0], stat[1], stat[2]) for name, stat in saved["files"].items()}
        if saved["format"] != FORMAT or not all(grew(stat, files.get(name)) for name, stat in read.items()):
            return {}, {}
        counts = [{_STATES[word]: number for word, number in each.items()} for each in saved["counts"]]
        columns: list[Any] = [_unpacked(column) for column in saved["columns"]]
        *facts, which, notes, ended, fetched = columns
        if len(columns) != FACTS + 4 or len({len(column) for column in columns}) != 1:
            return {}, {}
        tables = map(counts.__getitem__, which)
        rows = zip(*facts, tables, ended, notes, ended, repeat(""), fetched, repeat(0.0), strict=False)
        return read, dict(zip(facts[0], map(partial(tuple.__new__, Submission), rows), strict=True))
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return {}, {}  # it is only a cache


def save(folder: Path, files: Mapping[str, Stat], submissions: Iterable[Submission]) -> None:
    """Write the index anew; a store that cannot be written goes without."""
    rows = list(submissions)
    if not rows:
        return
    tables: dict[str, int] = {}
    which = [tables.setdefault(json.dumps(dict(row.counts), sort_keys=True), len(tables)) for row in rows]
    columns: list[Sequence[object]] = [*zip(*(row[:FACTS] for row in rows), strict=True)]
    columns += [which, [row.note for row in rows], [row.ended for row in rows], [row.fetched for row in rows]]
    text = json.dumps(
        {
            "format": FORMAT,
            "files": files,
            "counts": [json.loads(table) for table in tables],
            "columns": [_packed(column) for column in columns],
        }
    )
    with contextlib.suppress(OSError, StoreError):
        write_whole(folder / NAME, f"{zlib.crc32(text.encode()):08x}\n{text}")


def grew(then: Stat, now: Stat | None) -> bool:
    """The file is the same, or longer and the same inode: an editor would have made a new one."""
    return now is not None and (now == then or (now[0] == then[0] and now[1] > then[1]))


def _packed(column: Sequence[object]) -> object:
    """Words that come again and again are written once; other texts as one, since one long text is read at once."""
    words = list(dict.fromkeys(column))
    if len(words) == 1:
        return {"word": words[0], "times": len(column)}
    if len(words) * 4 <= len(column):
        places = {word: place for place, word in enumerate(words)}
        return {"words": words, "places": [places[word] for word in column]}
    if all(isinstance(word, str) and SEPARATOR not in word for word in words):
        return SEPARATOR.join(map(str, column))
    return column


def _unpacked(column: Any) -> Sequence[Any]:
    if isinstance(column, str):
        return column.split(SEPARATOR)
    if isinstance(column, list):
        return column
    if "word" in column:
        return [column["word"]] * int(column["times"])
    return [*map(column["words"].__getitem__, column["places"])]
