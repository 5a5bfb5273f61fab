"""What is known of the calls that sent jobs to a scheduler: by their journal, and of those in doubt by the queue."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui_batch.backends.hosted import arrays
from tui_batch.backends.hosted.journal import Sent
from tui_batch.backends.hosted.staging import Staging
from tui_batch.errors import BackendError, Unclear
from tui_batch.model import Job


class Memory(ABC):
    """What a kind of scheduler says to a call, and which calls it remembers."""

    joint: str  # between the number of an array and that of a task of it

    @abstractmethod
    def taken(self, out: str) -> str:
        """The number that the scheduler gave, among whatever else was printed; "" for none."""

    @abstractmethod
    def failure(self, sent: Sent) -> BackendError:
        """Why a call gave no number."""

    @abstractmethod
    def named(self, submission: str) -> Mapping[str, str]:
        """The numbers of a submission's calls, by their keys in the names of jobs that it has or had."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Calls by their keys: the number each was given; how often the others were made; which may have been heard."""

    numbers: Mapping[str, str]
    silent: Counter[str]
    doubtful: Collection[str]


class Calls:
    """The calls of submissions, as a host's journal and its queue know them."""

    def __init__(self, host: str, staging: Staging, memory: Memory) -> None:
        self._host, self._staging, self._memory = host, staging, memory
        self._noted: set[tuple[str, str]] = set()

    def heard(self, submission: str) -> Heard:
        """What the journal says."""
        known, memory = self._staging.journal(submission), self._memory
        numbers = {arrays.base(key): number for key, sent in known.items() if (number := memory.taken(sent.out))}
        silent = {key: memory.failure(sent) for key, sent in known.items() if arrays.base(key) not in numbers}
        doubtful = {arrays.base(key) for key, error in silent.items() if isinstance(error, Unclear)}
        return Heard(numbers, Counter(map(arrays.base, silent)), doubtful)

    def known_already(self, submission: str, heard: Heard, jobs: Sequence[Job]) -> Mapping[int, str]:
        """The ids that jobs of these were given by earlier calls, in whatever groups they went."""
        late = self._memory.named(submission) if heard.doubtful else {}
        numbers = {key: one for key, one in {**late, **heard.numbers}.items() if (submission, key) not in self._noted}
        there = self.placed(submission, numbers)
        for key in numbers:
            self.note(submission, key)
        return {job.index: there[job.index, job.attempt] for job in jobs if (job.index, job.attempt) in there}

    def note(self, submission: str, key: str) -> None:
        """What this call sent is known to the courier: it need not be looked for."""
        self._noted.add((submission, key))

    def sent(self, submission: str, keys: Iterable[str]) -> Mapping[str, Sequence[tuple[int, int]]]:
        """Index and attempt of the jobs that each of these calls sent."""
        wanted = {key: arrays.lines(key) for key in keys}
        lists = self._staging.lists(submission, {name for name, _, _ in wanted.values()}) if wanted else {}
        found = {key: lists.get(name, ())[first - 1 : last] for key, (name, first, last) in wanted.items()}
        if any(len(found[key]) != last - first + 1 for key, (_, first, last) in wanted.items()):
            raise Unclear(f"{self._host}: jobs of {submission} are there, but not the lists of which they are.")
        return found

    def placed(self, submission: str, numbers: Mapping[str, str]) -> Mapping[tuple[int, int], str]:
        """The id of each job, by index and attempt, that these calls had the queue take."""
        return arrays.placed(numbers, self.sent(submission, numbers), self._memory.joint)
