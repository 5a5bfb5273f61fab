"""Slurm's queue and accounting on a host: every question that is put to them, and every request."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence

from tui_batch.backends.hosted import arrays
from tui_batch.backends.hosted.heard import Memory
from tui_batch.backends.hosted.journal import Sent
from tui_batch.backends.slurm import answers, calls, health
from tui_batch.backends.slurm.answers import Account
from tui_batch.backends.slurm.fitting import Asked
from tui_batch.backends.slurm.listing import Listed, listed, number_of
from tui_batch.errors import BackendError
from tui_batch.model import Health, Job
from tui_batch.wire.host import Host, quoted

USUAL_ARRAY = 1000  # tasks, where the cluster does not say otherwise


class Queue(Memory):
    """One question for many jobs, and nothing concluded from half an answer."""

    joint = "_"

    def __init__(self, host: Host, conf: str) -> None:
        self._host = host
        self._plain, self._english = calls.plain(conf), calls.english(conf)
        self._lines: Mapping[str, Listed] = {}
        self.keeps_accounts = True  # unless it says that it does not
        self._biggest = 0

    def listed(self) -> Collection[Listed]:
        """All jobs of the person that the controller still knows."""
        self._lines = listed(self._list(calls.LIST), self._lines)
        if mixed := {one.number for one in self._lines.values() if "," in one.reason and one.mixed}:
            others = [one for one in self._lines.values() if one.number not in mixed]
            return [*others, *listed(self._list(calls.apart(mixed)), {}).values()]
        return self._lines.values()

    def _list(self, question: str) -> str:
        done = self._host.run(self._english + question)
        if done.code or "error" in done.err:  # where the controller does not answer the code may be 0
            raise answers.silence(self._host.name, "squeue", done.code, done.err)
        return done.out

    def accounts(self, jobs: Sequence[Job]) -> tuple[Mapping[str, Account], bool]:
        """What is told of the ends of these jobs, by id, and whether all that could be told was.

        A number that came round again is somebody else's.
        """
        if not jobs:
            return {}, True
        found, whole = self._accounts([job.id for job in jobs])
        return _theirs(jobs, lambda job: found.get(job.id)), whole

    def accounts_together(self, jobs: Sequence[Job]) -> Mapping[str, Account]:
        """The same of jobs that never began: of those that are cancelled while they wait as one, one thing is told."""
        if not jobs:
            return {}
        found, _ = self._accounts({number_of(job.id) for job in jobs})
        return _theirs(jobs, lambda job: found.get(job.id) or found.get(number_of(job.id)))

    def _accounts(self, ids: Collection[str]) -> tuple[Mapping[str, Account], bool]:
        if self.keeps_accounts:
            done = self._host.run(self._english + calls.account(ids), seconds=calls.ACCOUNT_SECONDS)
            self.keeps_accounts = answers.NO_ACCOUNTS not in done.err
            if self.keeps_accounts:
                return answers.accounts(done.out), not done.code
        done = self._host.run(self._english + calls.details(ids), seconds=calls.ACCOUNT_SECONDS)
        return answers.shown(done.out), done.code != calls.CUT_SHORT

    def turns(self) -> Mapping[str, tuple[int, int]]:
        """The place of what waits; that there is no answer in time does no harm."""
        return answers.turns(self._host.run(self._english + calls.TURNS).out)

    def biggest_array(self) -> int:
        """How many tasks an array may have: their numbers stay below the limit."""
        if not self._biggest:
            told = self._host.run(self._english + calls.BIGGEST_ARRAY).out.strip()
            self._biggest = max(1, int(told) - 1) if told.isdigit() else 0
        return self._biggest or USUAL_ARRAY

    def health(self, folder: str, asked: Asked) -> Health:
        """How things are there, and what there is for whoever asks for this."""
        began = time.time()
        done = self._host.run(self._english + health.probe(folder), seconds=health.SECONDS)
        return health.read(self._host.name, done.out, began, time.time(), asked)

    # -- what calls came to --------------------------------------------------------------------------------------------

    def taken(self, out: str) -> str:
        return answers.taken(out)

    def failure(self, sent: Sent) -> BackendError:
        return answers.failure(self._host.name, sent)

    def named(self, submission: str) -> Mapping[str, str]:
        ours = [(one.key, one.number) for one in self.listed()
                if one.submission == submission and one.reason != answers.REFUSED]  # fmt: skip
        ours += [(key, number) for (owner, key), number in self._kept(submission).items() if owner == submission]
        return dict(sorted(ours, key=lambda one: -int(one[1])))  # the oldest counts

    def _kept(self, submission: str) -> Mapping[tuple[str, str], str]:
        """What the accounting remembers of a submission; without its answer it cannot be said that there is nothing."""
        done = self._host.run(self._english + calls.remembered(submission), seconds=calls.ACCOUNT_SECONDS)
        if done.code and answers.NO_ACCOUNTS not in done.err:
            raise answers.silence(self._host.name, "sacct", done.code, done.err)
        return answers.kept(done.out)

    # -- requests ------------------------------------------------------------------------------------------------------

    def tell(self, command: Sequence[str], ids: Collection[str]) -> None:
        """Have something done to jobs; those that are gone are no error."""
        if chosen := calls.chosen(ids):
            self._request(command[0], quoted([*command, *chosen]))

    def limit(self, ids: Collection[str], minutes: float) -> None:
        """Give jobs another limit of time."""
        if chosen := calls.chosen(ids):
            self._request("scontrol", calls.limited(chosen, minutes))

    def _request(self, command: str, script: str) -> None:
        done = self._host.run(self._plain + script)
        if error := answers.denied(self._host.name, command, done.code, f"{done.out}{done.err}"):
            raise error


def _theirs(jobs: Sequence[Job], told: Callable[[Job], Account | None]) -> Mapping[str, Account]:
    """What is told of jobs, by id, where it is of a job of the same submission."""
    return {job.id: one for job in jobs if (one := told(job)) and arrays.owner(one.name)[0] == job.submission}
