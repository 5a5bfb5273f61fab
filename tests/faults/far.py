"""A kind of target for tests: a folder that stands for a machine far away, with strings to pull.

A string is a file in `strings/`, which says what goes wrong; `once` it was pulled it is gone, others stay:

gone, ask                 no answer; a question first
expired                   what let us in is no longer valid
warn                      what `poll` warns of
refuse, limit, own-limit  what `submit` says: the sentence; after how many jobs in all
hang                      `submit` does not come back while the file is there
cut-before, cut-after     once: the connection breaks before a call was heard, or before its answer was
deaf                      no `submit` is ever heard
hide                      `find` and `poll` know nothing of any job
half                      `poll` says that all jobs are lost, and that its answer is not whole
cut-fetch, refuse-fetch   once, in the middle of a group; whenever the job of this index is in it
no-fetch                  results cannot be had now
no-tail, no-log           logs cannot be had now; whatever `tail` is asked for, it is empty
hang-tail                 no answer to a question for a log
forgot                    nothing of any job's log is known any more
hang-bring, refuse-bring  as above, of the file whose name this is
cut-bring                 once: the connection breaks when half of a file is there

Jobs are files in `jobs/`, named by their id, that say in which state they are; `calls` has a line for each call. With
`forgets` a target tells each log as a whole, the one of what it says itself from its beginning each time, and has
forgotten what was cancelled.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui_batch import tables
from tui_batch.backends.base import Backend, Files
from tui_batch.backends.hosted import collecting
from tui_batch.errors import Busy, ConfigError, Expired, Full, Refused, Unclear, Unreachable
from tui_batch.model import (
    WRITTEN,
    Accepted,
    Batch,
    Health,
    Job,
    Limits,
    LogChunk,
    Logs,
    Output,
    Outputs,
    Poll,
    Problem,
    Question,
    Status,
    Target,
)
from tui_batch.states import JobState
from tui_batch.times import stamp
from tui_batch.wire.here import LocalHost
from tui_batch.wire.host import Ask

HERE = LocalHost(30.0)


LOGS = Logs((*WRITTEN, "events"), forgets=3600.0)  # as far as `forgets` says so


@dataclass(frozen=True, slots=True)
class Settings:
    folder: str
    claims: bool = True
    pace: float = 0.2
    settles: float = 0.3
    call: int = 2  # jobs that one call takes
    guards: bool = False
    brings: bool = True
    forgets: float = 0.0
    save: float = 600.0
    wait: float = 0.0  # seconds


class Far(Backend):
    fetch_at_once = 3

    def __init__(self, settings: Settings, home: Path, ask: Ask) -> None:
        self.world, self._home = World(Path(settings.folder)), home
        self.pace, self.settles = settings.pace, settings.settles
        self.claims, self.send_at_once, self.guards = settings.claims, settings.call, settings.guards
        self.brings = settings.brings
        self.forgets, self.save_seconds, self._wait = settings.forgets, settings.save, settings.wait
        if self.forgets:
            self.streams = ("out", "events")
        self._call, self._ask, self._let_in = settings.call, ask, False

    def _begin(self, call: str) -> None:
        self.world.note(call)
        if self.world.pulled("gone"):
            raise Unreachable("far: no answer.")
        if self.world.pulled("expired"):
            raise Expired("far: the token is no longer valid.")
        if self.world.pulled("ask") and not self._let_in:
            self._let_in = self._ask(Question("code", "code for far")) == "sesame"

    def submit(self, batch: Batch, files: Files, jobs: Sequence[Job]) -> Iterator[Sequence[Accepted]]:
        for at in range(0, len(jobs), self._call):
            some = jobs[at : at + self._call]
            self._begin(f"submit {','.join(str(job.index) for job in some)}")
            while self.world.pulled("hang"):
                time.sleep(0.01)
            if sentence := self.world.pulled("refuse"):
                raise Refused(sentence)
            if (limit := self.world.pulled("own-limit")) and len(self.world.active()) >= int(limit):
                raise Full(f"its turn comes: at most {limit}.")
            if (limit := self.world.pulled("limit")) and len(self.world.active()) >= int(limit):
                raise Busy(f"far takes {limit} jobs at most.")
            if self.world.pulled("deaf") or self.world.pulled("cut-before", once=True):
                raise Unclear("far: the connection broke.")
            taken = [Accepted(job.index, self.world.take(job, self.claims)) for job in some]
            if self.world.pulled("cut-after", once=True):
                raise Unclear("far: the connection broke.")
            yield taken
            ledger = (self._home / "submissions" / some[0].submission / "ledger.tsv").read_text()
            if not all(one.id in ledger for one in taken):
                self.world.note("unwritten")

    def find(self, marker: str) -> Mapping[int, str]:
        self._begin("find")
        names = [] if self.world.pulled("hide") else self.world.names()
        return {int(name.split("_")[1]): name for name in names if name.split("_")[0] == marker}

    def poll(self, jobs: Sequence[Job]) -> Poll:
        self._begin(f"poll {len(jobs)}")
        if self.world.pulled("half"):
            return Poll({job.id: Status(JobState.LOST, job.attempt, job.id) for job in jobs}, complete=False)
        if self.world.pulled("hide"):
            return Poll({})
        known = {job.id: self.world.status(job) for job in jobs if job.id in self.world.names()}
        return Poll(known, warning=self.world.pulled("warn"))

    def cancel(self, ids: Collection[str]) -> None:
        self._begin(f"cancel {len(ids)}")
        for name in ids:
            self.world.becomes("cancelled", name)

    def tail(self, job: Job, stream: str, cursor: str) -> LogChunk:
        self._begin(f"tail {job.index} {stream}")
        if self.world.pulled("hang-tail"):
            raise Unreachable("far: no answer.")
        if self.world.pulled("no-tail"):
            raise Unclear("far: no log came.")
        if self.world.pulled("forgot") or (self.forgets and self.world.state(job.id) is JobState.CANCELLED):
            raise Refused("far: nothing of that is known any more.")
        data, start = self.world.log(job.id, stream).read_bytes(), int(cursor or 0)
        if self.world.pulled("no-log"):
            return LogChunk(b"", "0", self._wait)
        start = start if start <= len(data) and stream != "events" else 0
        end = len(data) if self.forgets else min(start + 8, len(data))
        return LogChunk(data[start:end], str(end), self._wait)

    def fetch(self, batch: Batch, files: Files, jobs: Sequence[Job], into: Path) -> Iterator[Job]:
        self._begin(f"fetch {','.join(str(job.index) for job in jobs)}")
        if self.world.pulled("no-fetch"):
            raise Unclear("far: no results came.")
        for job in jobs:
            if self.world.pulled("refuse-fetch") == str(job.index):
                raise Refused(f"far: what job {job.index} left is gone.")
            (into / job.name).mkdir(parents=True, exist_ok=True)
            (into / job.name / "result").write_text(job.id)
            yield job
            if self.world.pulled("cut-fetch", once=True):
                raise Unclear("far: the connection broke.")

    def outputs(self, patterns: Sequence[str]) -> Outputs:
        self._begin("outputs")
        return collecting.outputs(HERE, patterns)

    def bring(self, output: Output, into: Path) -> None:
        name = Path(output.path).name
        self._begin(f"bring {name}")
        while self.world.pulled("hang-bring") == name:
            time.sleep(0.01)
        if self.world.pulled("refuse-bring") == name:
            raise Refused(f"far: {name} may not be read.")
        if self.world.pulled("cut-bring", once=True):
            into.with_name(f"{into.name}.part").write_bytes(Path(output.path).read_bytes()[: output.size // 2])
            raise Unreachable("far: the connection broke.")
        collecting.bring(HERE, output, into)

    def remove(self, submission: str) -> None:
        self._begin("remove")
        for name in self.world.names():
            (self.world.folder / "jobs" / name).unlink()

    def probe(self) -> Health:
        self._begin("probe")
        return Health(True, "is there")


class World:
    """What is the case in the folder; the tests pull its strings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("strings", "jobs", "logs"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def pull(self, string: str, how: str = "yes") -> None:
        aside = self.folder / f"{string}.aside"
        aside.write_text(how)
        aside.rename(self.folder / "strings" / string)

    def let_go(self, string: str) -> None:
        (self.folder / "strings" / string).unlink()

    def pulled(self, string: str, once: bool = False) -> str:
        try:
            how = (self.folder / "strings" / string).read_text()
        except FileNotFoundError:
            return ""
        if once:
            self.let_go(string)
        return how

    def note(self, call: str) -> None:
        with (self.folder / "calls").open("a") as file:
            file.write(f"{call}\n")

    def calls(self, verb: str = "") -> list[str]:
        """What was asked with this verb, or with any."""
        return [line.partition(" ")[2] for line in self.lines() if verb in ("", line.split()[0])]

    def lines(self) -> list[str]:
        """All that was asked, in its order."""
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def names(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "jobs").iterdir() if path.suffix != ".aside")

    def take(self, job: Job, claims: bool) -> str:
        """Take a job: one that claims takes it once, another as often as it is sent."""
        name = f"{job.submission}_{job.index}_{job.attempt}"
        number = 0 if claims else sum(known.startswith(f"{name}_") for known in self.names())
        if f"{name}_{number}" not in self.names():
            self.becomes("running", f"{name}_{number}")
        return f"{name}_{number}"

    def becomes(self, word: str, *names: str) -> None:
        """These jobs, or all, are in this state from now on."""
        for name in names or self.names():
            aside = self.folder / "jobs" / f"{name}.aside"
            aside.write_text(word)
            aside.rename(self.folder / "jobs" / name)

    def active(self) -> list[str]:
        return [name for name in self.names() if (self.folder / "jobs" / name).read_text() == "running"]

    def state(self, name: str) -> JobState:
        return JobState((self.folder / "jobs" / name).read_text())

    def status(self, job: Job) -> Status:
        now = stamp(time.time())
        return Status(self.state(job.id), job.attempt, job.id, started=now, as_of=now, evidence="far")

    def log(self, name: str, stream: str = "out") -> Path:
        path = self.folder / "logs" / (name if stream == "out" else f"{name}.{stream}")
        path.touch()
        return path


def settings(target: Target) -> Settings:
    return tables.build(Settings, target.settings, f"targets.{target.name}", ConfigError)


def connect(target: Target, home: Path, ask: Ask) -> Far:
    return Far(settings(target), home, ask)


def check(target: Target, batch: Batch, known: Mapping[str, object]) -> Sequence[Problem]:
    return []


def limits(target: Target, batch: Batch, known: Mapping[str, object]) -> Limits:
    return Limits()


def why(target: Target, busy: int) -> str:
    return ""


def preview(target: Target, batch: Batch, job: Job, files: Mapping[str, str]) -> str:
    return ""
