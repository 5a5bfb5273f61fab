"""What was asked for and is not done yet: one small file for each order, written whole, removed when done."""

import json
import os
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

from tui_batch import indices, tables
from tui_batch.errors import StoreError
from tui_batch.model import Order
from tui_batch.store.home import explained, set_aside, write_whole
from tui_batch.store.more import above_zero, granted


def new_id(moment: str, chance: bytes = b"") -> str:
    """Time and a short random word: it sorts, and it is unique across login nodes."""
    consonants, vowels = "bdfgjklmnprstvz", "aeiou"
    dice = iter(chance or os.urandom(8))
    word = "".join(consonants[next(dice) % 15] + vowels[next(dice) % 5] for _ in range(4))
    return f"{moment[:19].replace('-', '').replace(':', '').replace('T', '-')}-{word}"


def write(folder: Path, order: Order) -> None:
    """Leave an order; it is on disk when this returns."""
    lines = [
        f"{f.name} = {json.dumps(value, ensure_ascii=False)}"
        for f in fields(order)
        if (value := getattr(order, f.name)) != f.default
    ]
    with explained(folder, f"leave the order to {order.verb} {order.submission}"):
        write_whole(folder / f"{order.id}.toml", "\n".join(lines).replace("\x7f", "\\u007f") + "\n")


def read(folder: Path) -> tuple[list[Order], list[str]]:
    """All open orders, oldest first, and a sentence for each file that had to be set aside."""
    orders, problems = [], []
    try:
        names = sorted(path for path in folder.iterdir() if path.suffix == ".toml" and path.name[0] != ".")
    except FileNotFoundError:
        return [], []
    for path in names:
        try:
            text = path.read_text(encoding="utf-8")
            order = tables.build(Order, tables.parse(text, path.name, StoreError), path.name, StoreError)
            _check(order)
            orders.append(order)
        except FileNotFoundError:
            continue  # done meanwhile
        except (StoreError, ValueError):
            problems.append(set_aside(path))
    # An id tells the second only, and what was asked for first must be done first.
    return sorted(orders, key=lambda order: (order.created, order.id)), problems


def _check(order: Order) -> None:
    """A ValueError if its words make no sense: whoever carries it out relies on them."""
    for _, numbers in by_attempt(order.jobs):
        deque(numbers, 0)
    granted(order.more, 1, "")
    if order.verb == "limit":
        above_zero(order.text)


def done(folder: Path, order: Order) -> None:
    """Remove an order that was carried out."""
    with explained(folder, f"remove the order {order.id}"):
        (folder / f"{order.id}.toml").unlink(missing_ok=True)
        (folder / f"{order.id}.taken.toml").unlink(missing_ok=True)


def take(folder: Path, order: Order) -> bool:
    """Make an order that could be taken back one that cannot; False if it was taken back meanwhile.

    Whoever renames or removes the file first has decided: both are one step on every file system.
    """
    taken = folder / f"{order.id}.taken.toml"
    with explained(folder, f"take the order {order.id}"):
        try:
            if order.leaves and not taken.exists():
                (folder / f"{order.id}.toml").rename(taken)
        except FileNotFoundError:
            return False
    return True


def withdraw(folder: Path, order: str) -> bool:
    """Take an order back; False if the courier has it."""
    with explained(folder, f"take back the order {order}", "It was not taken back."):
        try:
            (folder / f"{order}.toml").unlink()
        except FileNotFoundError:
            return False
    return True


def with_attempts(attempts: Mapping[int, int]) -> str:
    """Jobs (index → attempt) as ranges with the attempt that had ended: `1:0-4,7 2:5`."""
    groups: dict[int, list[int]] = {}
    for index, attempt in attempts.items():
        groups.setdefault(attempt, []).append(index)
    return " ".join(f"{attempt}:{indices.to_text(group)}" for attempt, group in sorted(groups.items()))


def by_attempt(text: str) -> Iterator[tuple[int, Iterator[int]]]:
    """The attempts and jobs that `with_attempts` wrote."""
    for group in text.split():
        attempt, _, ranges = group.rpartition(":")
        yield int(attempt or 0), indices.from_text(ranges)
