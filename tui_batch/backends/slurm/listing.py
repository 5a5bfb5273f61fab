"""What `squeue` lists: a line of fields for each job, each task that has begun, and all tasks of an array that wait.

A hundred thousand lines come with each answer, and hardly one has changed since the last. So the line itself is the
key: one that stood in the last answer is not read again.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tui_batch.errors import Unreachable

BETWEEN = "\x1f"  # no name of a job may hold it
# An estimate moves, but the time that a job has been running moves always: that is not asked for.
FIELDS = BETWEEN.join(("%i", "%T", "%r", "%S", "%e", "%P", "%N", "%j"))


class Listed(NamedTuple):
    """A job, a task, or a group of waiting tasks, as `squeue` lists it.

    A tuple, because a hundred thousand of them are made of the first answer, and a dataclass takes twice as long.
    """

    id: str
    word: str
    reason: str
    start: str  # of one that waits, when it is expected to
    end: str
    partition: str
    nodes: str
    name: str

    @property
    def ids(self) -> Iterator[str]:
        """Our words for these jobs."""
        number, bracket, ranges = self.id.partition("_[")
        return (f"{number}_{task}" for task in tasks(ranges.removesuffix("]"))) if bracket else iter((self.id,))


def listed(text: str, before: Mapping[str, Listed]) -> Mapping[str, Listed]:
    """What the lines say, by line; those that stood in the answer `before` are known. Half an answer is Unreachable."""
    lines = text.split("\n")
    if lines.pop():
        raise Unreachable(f"squeue broke off after {len(lines)} lines: nothing is concluded.")
    return {line: one for line in lines if (one := before.get(line) or _read(line))}


def _read(line: str) -> Listed | None:
    """One line; None for what follows a line break in somebody's name of a job."""
    fields = line.split(BETWEEN, len(Listed._fields) - 1)
    return Listed._make(fields) if len(fields) == len(Listed._fields) else None


def tasks(text: str) -> Iterator[int]:
    """The numbers that `1-5,7,9-13:2%3` stands for; Unreachable for a list that was cut short."""
    for part in text.partition("%")[0].split(","):
        span, _, step = part.partition(":")
        first, _, last = span.partition("-")
        try:
            yield from range(int(first), int(last or first) + 1, int(step or 1))
        except ValueError as error:
            raise Unreachable(f"squeue lists the tasks {text}, not all of them: nothing is concluded.") from error
