"""Jobs that go to a scheduler in one call: how they are put together, what the call is known by, which ids come of it.

A call is known by the list of jobs that it is about and the lines of that list; its jobs' name in the scheduler ends
with the submission and that key, so they are found again when the answer to the call was lost.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from tui_batch.backends.hosted import parcel
from tui_batch.model import Job
from tui_batch.wire.host import quoted

_LONGEST = 40  # of a batch's name within a job's
_NAME = re.compile(r"[^.]+\.([^.]+)\.(\d+-[0-9a-f]+\.\d+-\d+)")


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbours in a list of jobs that go in one call: an array, or one alone."""

    jobs: Sequence[Job]
    list: str
    first: int  # the line of the first of them, from 1

    @property
    def key(self) -> str:
        """What tells this call from all others of its submission; which lines of which list it sends."""
        return f"{self.list}.{self.first}-{self.first + len(self.jobs) - 1}"


def groups(jobs: Sequence[Job], most: int) -> Iterator[Group]:
    """Neighbours of one attempt with equal needs go together, at most so many."""
    name, line = parcel.group(jobs), 1
    for _, alike in groupby(jobs, lambda job: (job.attempt, job.resources)):
        together = list(alike)
        for at in range(0, len(together), most):
            yield Group(together[at : at + most], name, line + at)
        line += len(together)


def by_submission(jobs: Sequence[Job]) -> Iterator[Sequence[Job]]:
    """The jobs of each submission."""
    found: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        found[job.submission].append(job)
    yield from found.values()


# -- what a call is known by -------------------------------------------------------------------------------------------


def base(key: str) -> str:
    """What the tries of one call have in common, in whose keys their number follows."""
    return key.rpartition(".")[0]


def lines(key: str) -> tuple[str, int, int]:
    """The list that a key speaks of, and the first and the last line."""
    name, _, span = key.partition(".")
    first, _, last = span.partition("-")
    return name, int(first), int(last)


def ids(number: str, key: str, joint: str) -> Sequence[str]:
    """The scheduler's words for the jobs of a call, in the order of the list: a number, or one and that of a task."""
    _, first, last = lines(key)
    return [number] if first == last else [f"{number}{joint}{task}" for task in range(1, last - first + 2)]


def placed(
    numbers: Mapping[str, str], sent: Mapping[str, Sequence[tuple[int, int]]], joint: str
) -> Mapping[tuple[int, int], str]:
    """The id of each attempt of a job, by the numbers of calls and what each of them sent; of several the oldest."""
    found: dict[tuple[int, int], str] = {}
    for key in sorted(numbers, key=lambda key: -int(numbers[key])):
        found |= zip(sent[key], ids(numbers[key], key, joint), strict=True)
    return found


def name(batch: str, submission: str, key: str) -> str:
    """A job's name: what a person knows it by, then what we find it by. No digit first, few kinds of letters."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", "_", batch)[:_LONGEST]
    return f"{'' if readable[:1].isalpha() else 'b'}{readable}.{submission}.{key}"


def owner(name: str) -> tuple[str, str]:
    """The submission and the key that made a job with this name; empty when it is none of ours."""
    match = _NAME.fullmatch(name)
    return (match[1], match[2]) if match else ("", "")


# -- the lists on the host ---------------------------------------------------------------------------------------------


def lists(folder: str, names: Sequence[str]) -> str:
    """Which jobs are in these lists?"""
    files = quoted([f"lists/{name}" for name in names])
    return f"cd {quoted([folder])} 2>/dev/null || exit 0\ngrep -H '' /dev/null {files} 2>/dev/null\n:"


def listed(text: str) -> Mapping[str, Sequence[tuple[int, int]]]:
    """Index and attempt of the jobs in each list, line by line, as `grep -H` shows them."""
    found: dict[str, list[tuple[int, int]]] = {}
    for line in text.splitlines():
        name, _, row = line.removeprefix("lists/").partition(":")
        index, _, attempt, _ = row.split("\t")
        found.setdefault(name, []).append((int(index), int(attempt)))
    return found
