"""What an attempt of a job gets more of than its batch says: `more.toml` beside the submission's ledger."""

from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

from tui_batch import indices, tables
from tui_batch.errors import StoreError
from tui_batch.model import Resources
from tui_batch.store.home import explained, write_whole

FACTOR = 2.0


@dataclass(frozen=True, slots=True)
class Grant:
    """From this attempt on these jobs get so many times the time or the memory; of two for one attempt, the larger."""

    attempt: int
    jobs: str  # ranges
    time: float = 1.0
    memory: float = 1.0


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
        if any(grant == known for known, _ in self._grants):
            return
        lines = []
        for one in (*(known for known, _ in self._grants), grant):
            lines += ["[[grant]]", f"attempt = {one.attempt}", f'jobs = "{one.jobs}"']
            lines += [f"time = {one.time}", f"memory = {one.memory}", ""]
        with explained(self._path, "note what the jobs get more of"):
            write_whole(self._path, "\n".join(lines))
        self._keep(grant)

    def needs(self, index: int, attempt: int, needs: Resources) -> Resources:
        """What this attempt of a job needs."""
        time: dict[int, float] = {}
        memory: dict[int, float] = {}
        for grant, numbers in self._grants:
            if attempt >= grant.attempt and index in numbers:
                # Two orders may concern one end of a job, as when somebody asks again before the first was seen to.
                time[grant.attempt] = max(grant.time, time.get(grant.attempt, 1.0))
                memory[grant.attempt] = max(grant.memory, memory.get(grant.attempt, 1.0))
        return replace(
            needs,
            minutes=needs.minutes and needs.minutes * prod(time.values()),
            memory_mb=needs.memory_mb and int(needs.memory_mb * prod(memory.values())),
        )


def twice(what: str, attempt: int, jobs: str) -> Grant:
    """Twice the "time" or "memory" from this attempt on."""
    return Grant(attempt, jobs, FACTOR if what == "time" else 1.0, FACTOR if what == "memory" else 1.0)
