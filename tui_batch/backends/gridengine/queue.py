"""Grid Engine's queue and accounting on a host: every question that is put to them, and every request."""

import time
from collections.abc import Collection, Mapping, Sequence

from tui_batch.backends.gridengine import answers, calls, health
from tui_batch.backends.gridengine.answers import Account, Listed
from tui_batch.backends.hosted import arrays
from tui_batch.backends.hosted.heard import Memory
from tui_batch.backends.hosted.journal import Sent
from tui_batch.errors import BackendError
from tui_batch.model import Health, Job
from tui_batch.wire.host import Host

_EXPLAINED = 8  # jobs that are asked why they wait; others that wait do so for the same reasons


class Queue(Memory):
    """One question for many jobs, and nothing concluded from half an answer."""

    joint = "."

    def __init__(self, host: Host) -> None:
        self._host = host

    def listed(self) -> Sequence[Listed]:
        """All jobs of the person that the queue has."""
        done = self._host.run(calls.LIST)
        if done.code:
            raise answers.silence(self._host.name, "qstat", done.code, done.err)
        return answers.listed(done.out)

    def reasons(self, listed: Sequence[Listed]) -> Mapping[str, str]:
        """Why some of the jobs that do not run do not; that there is no answer does no harm."""
        waiting = sorted(
            (one for one in listed if set(one.letters) & set("Ew")), key=lambda one: "E" not in one.letters
        )
        numbers = list(dict.fromkeys(str(one.number) for one in waiting if arrays.owner(one.name)[0]))
        return answers.reasons(self._host.run(calls.explain(numbers[:_EXPLAINED])).out) if numbers else {}

    def accounts(self, jobs: Sequence[Job]) -> Mapping[str, Account]:
        """What the accounting has of these jobs, by id; a number that came round again is somebody else's, too."""
        submissions = {job.id: job.submission for job in jobs}
        found = self._accounts(calls.account(jobs)) if jobs else []
        return {one.id: one for one in found if arrays.owner(one.name)[0] == submissions.get(one.id)}

    def _accounts(self, script: str) -> Collection[Account]:
        return answers.accounts(self._host.run(script, seconds=calls.ACCOUNT_SECONDS).out).values()

    def named(self, submission: str) -> Mapping[str, str]:
        named = [(one.name, one.number) for one in self.listed()]
        accounts = self._accounts(calls.accounted([calls.pattern(submission)]))
        named += [(one.name, int(one.id.partition(".")[0])) for one in accounts]
        ours = sorted(((arrays.owner(name), number) for name, number in named), reverse=True)  # the oldest counts
        return {key: str(number) for (owner, key), number in ours if owner == submission}

    def taken(self, out: str) -> str:
        return answers.taken(out)

    def failure(self, sent: Sent) -> BackendError:
        return answers.failure(self._host.name, sent)

    def tell(self, command: Sequence[str], ids: Collection[str]) -> None:
        """Have something done to jobs; those that are gone are no error."""
        if chosen := calls.chosen(ids):
            done = self._host.run(calls.telling(command, chosen))
            if error := answers.denied(self._host.name, command[0], done.code, f"{done.out}{done.err}"):
                raise error

    def health(self, folder: str, queue: str, environment: str) -> Health:
        """How things are there, where jobs are to be sent to this queue and this parallel environment."""
        began = time.time()
        done = self._host.run(health.probe(folder))
        return health.read(self._host.name, done.out, (began + time.time()) / 2, queue, environment)
