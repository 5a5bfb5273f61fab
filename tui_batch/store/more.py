"""What an attempt of a job gets other than its batch says: `more.toml` beside the submission's ledger.

An order says it in words: `time` or `memory` for twice as much as the attempt before, `memory=x1.5` for another part of
it, `memory=1024` for so many MB, `time=90` for so many minutes; two of them with a blank between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from math import ceil
from pathlib import Path

from tui_batch import indices, tables
from tui_batch.errors import StoreError
from tui_batch.model import Resources
from tui_batch.store.home import explained, write_whole

FACTOR = 2.0


@dataclass(frozen=True, slots=True)
class Grant:
    """From this attempt on these jobs get so many times the time or the memory, or so much of it."""

    attempt: int
    jobs: str  # ranges
    time: float = 1.0
    memory: float = 1.0
    minutes: float = 0.0
    memory_mb: int = 0


@dataclass(frozen=True, slots=True)
class _File:
    grant: tuple[Grant, ...] = ()


class More:
    """All that was granted to the jobs of one submission."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "more.toml"
        self._grants: list[tuple[Grant, frozenset[int]]] = []
        for grant in self._read():
            self._keep(grant)

    def _read(self) -> tuple[Grant, ...]:
        where = str(self._path)
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{where}: cannot be read: {error}.") from error
        return tables.build(_File, tables.parse(text, where, StoreError), where, StoreError).grant

    def _keep(self, grant: Grant) -> None:
        self._grants.append((grant, frozenset(indices.from_text(grant.jobs))))

    def give(self, grant: Grant) -> None:
        """Grant more; the same once more changes nothing."""
        others = [known for known, _ in self._grants if known != grant]
        lines = []
        for one in (*others, grant):
            lines += ["[[grant]]", f"attempt = {one.attempt}", f'jobs = "{one.jobs}"']
            said = {f.name: value for f in fields(Grant)[2:] if (value := getattr(one, f.name)) != f.default}
            lines += [*(f"{name} = {value}" for name, value in said.items()), ""]
        with explained(self._path, "note what the jobs get more of"):
            write_whole(self._path, "\n".join(lines))
        self._grants = [entry for entry in self._grants if entry[0] != grant]
        self._keep(grant)

    def needs(self, index: int, attempt: int, needs: Resources) -> Resources:
        """What this attempt of a job needs."""
        own = [grant for grant, numbers in self._grants if grant.attempt <= attempt and index in numbers]
        for at in sorted({grant.attempt for grant in own}):
            needs = _with(needs, [grant for grant in own if grant.attempt == at])
        return needs


def _with(needs: Resources, grants: Sequence[Grant]) -> Resources:
    """What was needed before, and what is by all that was granted to one attempt.

    Two orders may concern one end of a job, as when somebody asks again before the first was seen to: of two factors
    the larger counts, of two amounts the later.
    """
    minutes = needs.minutes and needs.minutes * max(grant.time for grant in grants)
    memory = needs.memory_mb and int(needs.memory_mb * max(grant.memory for grant in grants))
    for grant in grants:
        minutes, memory = grant.minutes or minutes, grant.memory_mb or memory
    return replace(needs, minutes=minutes, memory_mb=memory)


def granted(words: str, attempt: int, jobs: str) -> Grant:
    """What an order's words grant to these jobs from this attempt on; a ValueError where they make no sense."""
    grant = Grant(attempt, jobs)
    for word in words.split():
        what, _, amount = word.partition("=")
        match what, amount[:1] in ("", "x"):
            case "time", True:
                grant = replace(grant, time=_factor(amount))
            case "memory", True:
                grant = replace(grant, memory=_factor(amount))
            case "time", _:
                grant = replace(grant, minutes=above_zero(amount))
            case "memory", _:
                grant = replace(grant, memory_mb=ceil(above_zero(amount)))
            case _:
                raise ValueError(f"there is no more {what!r} to be had")
    return grant


def _factor(amount: str) -> float:
    return above_zero(amount[1:]) if amount else FACTOR


def above_zero(text: str) -> float:
    """The number; a ValueError for what is none, or not above zero."""
    if 0 < (number := float(text)) < float("inf"):
        return number
    raise ValueError(f"{text} is not above zero")
