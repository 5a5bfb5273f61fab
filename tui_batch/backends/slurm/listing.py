"""What `squeue` lists: a line of fields for each job, each task that has begun, and all tasks of an array that wait.

A hundred thousand lines come with each answer, and hardly one has changed since the last. So the line itself is the
key: one that stood in the last answer is not read again.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from tui_batch.backends.hosted.arrays import owner
from tui_batch.backends.slurm import reasons
from tui_batch.errors import Unreachable

BETWEEN = "\x1f"  # no name of a job may hold it
# An estimate moves, but the time that a job has been running moves always: that is not asked for.
FIELDS = BETWEEN.join(("%i", "%T", "%r", "%S", "%e", "%P", "%N", "%j"))
_PARTED = FIELDS.count(BETWEEN)


class Listed(NamedTuple):
    """A job, a task, or several tasks of an array, as `squeue` lists it.

    A tuple, because a hundred thousand of them are made of the first answer, and a dataclass takes twice as long.
    """

    id: str
    word: str
    reason: str
    started: str  # of one that waits, when it is expected to
    ended: str
    partition: str
    nodes: str
    submission: str  # "" where it is none of ours
    key: str

    @property
    def number(self) -> str:
        """Of the call that sent it."""
        return number_of(self.id)

    @property
    def together(self) -> bool:
        """Whether several tasks stand on this line."""
        return "[" in self.id

    @property
    def mixed(self) -> bool:
        """Whether only some of the tasks on this line are held: what waits for different things may stand on one."""
        return self.together and reasons.read(self.reason).mixed

    @property
    def ids(self) -> Iterator[str]:
        """Our words for these jobs."""
        return ids(self.id)


def listed(text: str, before: Mapping[str, Listed]) -> Mapping[str, Listed]:
    """What the lines say, by line; those that stood in the answer `before` are known. Half an answer is Unreachable."""
    lines = text.split("\n")
    if lines.pop():
        raise Unreachable(f"squeue broke off after {len(lines)} lines: nothing is concluded.")
    return {line: one for line in lines if (one := before.get(line) or _read(line))}


_owner = lru_cache(owner)  # all tasks of an array have one name


def _read(line: str) -> Listed | None:
    """One line; None for what follows a line break in somebody's name of a job."""
    fields = line.split(BETWEEN, _PARTED)
    if len(fields) <= _PARTED:
        return None
    job, *said, name = fields
    return Listed._make([job, *map(intern, said), *_owner(name)])  # many lines say the same: one copy of it is kept


def number_of(job: str) -> str:
    """Of the call that sent a job."""
    return job.partition("_")[0]


def ids(job: str) -> Iterator[str]:
    """The jobs that `12`, `12_3`, `12_[1-5,7%2]` or `12_[1-5,7]` stand for."""
    number, bracket, ranges = job.partition("_[")
    return (f"{number}_{task}" for task in tasks(ranges.removesuffix("]"))) if bracket else iter((job,))


def tasks(text: str) -> Iterator[int]:
    """The numbers that `1-5,7,9-13:2%3` stands for; Unreachable for a list that was cut short."""
    for part in text.partition("%")[0].split(","):
        span, _, step = part.partition(":")
        first, _, last = span.partition("-")
        try:
            yield from range(int(first), int(last or first) + 1, int(step or 1))
        except ValueError as error:
            raise Unreachable(f"squeue lists the tasks {text}, not all of them: nothing is concluded.") from error


def first_word(text: str) -> str:
    """A state without what may follow it: `CANCELLED by 1000`, `CANCELLED+`."""
    return text.strip().partition(" ")[0].rstrip("+").upper()


def moment(text: str) -> str:
    """A moment of the commands, which are asked in UTC, as we write it; "" for what is none."""
    return f"{text}.000Z" if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", text) else ""
