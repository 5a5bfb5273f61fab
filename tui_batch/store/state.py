"""The summary of an open submission, `state.toml`: counts and ranges by state, written whole."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tui_batch import indices, tables
from tui_batch.errors import StoreError
from tui_batch.model import Status
from tui_batch.states import Counts, JobState
from tui_batch.store.home import explained, write_whole
from tui_batch.times import seconds

SAMPLED = 500  # jobs that tell how long one takes


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list shows of a submission without reading its ledger."""

    as_of: str = ""
    health: str = ""
    received: str = ""  # ranges of the jobs whose results are here
    typical: float = 0.0  # seconds that a job takes, by those that have ended; 0 while that is not known
    counts: Mapping[str, int] = field(default_factory=dict)
    jobs: Mapping[str, str] = field(default_factory=dict)  # state → ranges of indices

    @property
    def fetched(self) -> int:
        return sum(1 for _ in indices.from_text(self.received))

    def by_state(self) -> Counts:
        return {JobState(word): number for word, number in self.counts.items()}


def of(statuses: Mapping[int, Status], as_of: str, health: str, received: str) -> Summary:
    """The summary of these statuses."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for index, status in statuses.items():
        numbers[status.state.value].append(index)
    return Summary(
        as_of,
        health,
        received,
        _typical(statuses.values()),
        {word: len(found) for word, found in numbers.items()},
        {word: indices.to_text(found) for word, found in numbers.items()},
    )


def _typical(statuses: Iterable[Status]) -> float:
    """The mean of what jobs took in their present attempt: of all, or of some from all over the list."""
    ended = [one for one in statuses if one.started and one.ended and one.state is not JobState.CANCELLED]
    some = ended[:: len(ended) // SAMPLED + 1]
    return round(sum(seconds(one.ended) - seconds(one.started) for one in some) / len(some), 3) if some else 0.0


def write(path: Path, summary: Summary) -> None:
    import tomli_w

    table: dict[str, object] = {key: getattr(summary, key) for key in ("as_of", "health", "received", "typical")}
    with explained(path, "write the summary"):
        write_whole(path, tomli_w.dumps(table | {"counts": dict(summary.counts), "jobs": dict(summary.jobs)}))


def say(path: Path, health: str) -> None:
    """Put this down as what troubled a submission that has ended."""
    write(path, replace(read(path), health=health))


def read(path: Path) -> Summary:
    """The summary in a file; a StoreError when it is damaged, an empty one when there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Summary()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: cannot be read: {error}.") from error
    summary = tables.build(Summary, tables.parse(text, str(path), StoreError), str(path), StoreError)
    unknown = set(summary.counts) - set(JobState)
    if unknown:
        raise StoreError(f"{path}: unknown states: {', '.join(sorted(unknown))}.")
    try:
        deque(indices.from_text(summary.received), 0)
    except ValueError as error:
        raise StoreError(f"{path}: received = {summary.received!r} makes no sense.") from error
    return summary
