"""What is known of the calls that sent jobs to Grid Engine: by their journal, and of those in doubt by the queue."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui_batch.backends import gridengine_answers as answers
from tui_batch.backends import gridengine_calls as calls
from tui_batch.backends.gridengine_queue import Queue
from tui_batch.backends.staging import Staging
from tui_batch.errors import Unclear
from tui_batch.model import Job


@dataclass(frozen=True, slots=True)
class Heard:
    """Calls by their keys: the number each was given; how often the others were made; which may have been heard."""

    numbers: Mapping[str, str]
    silent: Counter[str]
    doubtful: Collection[str]


class Calls:
    """The calls of submissions, as a host's journal and its queue know them."""

    def __init__(self, host: str, staging: Staging, queue: Queue) -> None:
        self._host, self._staging, self._queue = host, staging, queue
        self._noted: set[tuple[str, str]] = set()

    def heard(self, submission: str) -> Heard:
        """What the journal says."""
        known = self._staging.journal(submission)
        numbers = {calls.base(key): number for key, sent in known.items() if (number := answers.taken(sent.out))}
        silent = {
            key: answers.failure(self._host, sent) for key, sent in known.items() if calls.base(key) not in numbers
        }
        doubtful = {calls.base(key) for key, error in silent.items() if isinstance(error, Unclear)}
        return Heard(numbers, Counter(map(calls.base, silent)), doubtful)

    def known_already(self, submission: str, heard: Heard, jobs: Sequence[Job]) -> Mapping[int, str]:
        """The ids that jobs of these were given by earlier calls, in whatever groups they went."""
        late = self._queue.named(submission) if heard.doubtful else {}
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
        wanted = {key: calls.lines(key) for key in keys}
        lists = self._queue.lists(self._staging.path(submission)) if wanted else {}
        found = {key: lists.get(name, ())[first - 1 : last] for key, (name, first, last) in wanted.items()}
        if any(len(found[key]) != last - first + 1 for key, (_, first, last) in wanted.items()):
            raise Unclear(f"{self._host}: jobs of {submission} are there, but not the lists of which they are.")
        return found

    def placed(self, submission: str, numbers: Mapping[str, str]) -> Mapping[tuple[int, int], str]:
        """The id of each job, by index and attempt, that these calls had the queue take."""
        return calls.placed(numbers, self.sent(submission, numbers))
