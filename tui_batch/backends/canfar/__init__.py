"""CANFAR, and every other site of the Science Platform: headless sessions, by its REST service.

A session is a job's container. At most `max_running` of them are there at a time, since the platform knows no queue of
ours; as one ends the next goes. A session's name ends with submission, index and attempt, so it is found again when the
answer to its making was lost; and a job claims its folder before it begins, so a second session of it ends by itself.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from tui_batch.backends.base import Backend, Files
from tui_batch.backends.canfar import carrying, examination, fitting, health, logs, offer, outcome
from tui_batch.backends.canfar.deleted import Deleted
from tui_batch.backends.canfar.fitting import Amounts
from tui_batch.backends.canfar.offer import Offer
from tui_batch.backends.canfar.service import Session, Sessions
from tui_batch.backends.canfar.settings import Asked, Settings, asked, read
from tui_batch.backends.canfar.storage import Storage, out_of_reach
from tui_batch.backends.canfar.watching import Watching
from tui_batch.backends.hosted import arrays
from tui_batch.errors import Busy, ConfigError, Expired, Full, Refused, Unreachable
from tui_batch.model import (
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
    Resources,
    Target,
)
from tui_batch.states import JobState
from tui_batch.wire.credentials import Credentials, secret
from tui_batch.wire.host import Ask, open_host
from tui_batch.wire.http import Service

LOGS = Logs(("out", "events"), logs.PACE, forgets=3600.0)  # an hour after its end a session is forgotten with its log
_CONTEXT = 3600.0  # seconds that what a site offers is taken to be the same


class Canfar(Backend):
    """Asks for all sessions at once, and makes one at a time."""

    guards = True
    streams = LOGS.streams
    forgets = LOGS.forgets

    def __init__(self, name: str, settings: Settings, sessions: Sessions, passes: Credentials, storage: Storage,
                 deleted: Deleted) -> None:  # fmt: skip
        self._name, self._settings, self._sessions, self._credentials = name, settings, sessions, passes
        self.pace, self.settles, self.save_seconds = (
            settings.poll_seconds, settings.settle_seconds, settings.save_seconds,
        )  # fmt: skip
        self._storage, self._deleted, self.brings = storage, deleted, storage.reachable
        self._watching = Watching(sessions, storage, deleted, settings.lost_seconds)
        self._logs = logs.Logs(name, sessions)
        self._offered: tuple[float, Offer | None] = (float("-inf"), None)
        self._full = 0.0, ""  # until when there is no room, by the monotonic clock, and why

    # -- sending -------------------------------------------------------------------------------------------------------

    def submit(self, batch: Batch, files: Files, jobs: Sequence[Job]) -> Iterator[Sequence[Accepted]]:
        wanted = asked(self._settings, batch)
        for job in jobs:
            self._see_that_there_is_room()
            form = self._form(batch, files, job, wanted)
            try:
                made = self._sessions.create(form, self._registry(wanted))
            except Refused as refused:
                raise Refused(f"{refused}{self._doubts(wanted)}") from refused
            yield [Accepted(job.index, made)]

    def _form(self, batch: Batch, files: Files, job: Job, wanted: Asked) -> Sequence[tuple[str, str]]:
        amounts = fitting.amounts(job.resources, wanted.memory_gb, self._offer())
        before = carrying.lines(wanted.environment, wanted.setup)
        if self._storage.reachable:
            self._storage.stage(batch, files, [job])
            command = carrying.staged(self._storage.folder(job.submission), job, before)
        else:
            command = carrying.carried(self._settings.workdir, job, before, carrying.packed(files, job))
        return form(carrying.name(batch.name, job), wanted.image, amounts, command)

    def _registry(self, wanted: Asked) -> Mapping[str, str]:
        """What opens a private registry."""
        if not wanted.registry_user:
            return {}
        ours = self._settings
        where = (ours.registry_secret_env, ours.registry_secret_file, ours.registry_secret_command)
        try:
            word = secret(self._name, "registry_secret", *where)
        except Expired as error:  # it concerns this image alone
            raise Refused(str(error)) from error
        return {"x-skaha-registry-auth": carrying.encoded(f"{wanted.registry_user}:{word}")}

    def _offer(self) -> Offer | None:
        """What amounts the site has; None when it does not say."""
        when, offered = self._offered
        if time.monotonic() - when > _CONTEXT:
            try:
                offered = offer.known(offer.read(self._sessions.get("context"), None, None, ""))
            except Expired:
                raise
            except Unreachable:
                return None
            self._offered = (time.monotonic(), offered)
        return offered

    def _doubts(self, wanted: Asked) -> str:
        """What may be wrong with the image: of one that does not exist the service says that it is private."""
        try:
            known = offer.read(None, self._sessions.get("image"), self._sessions.get("repository"), "")
        except Unreachable:
            return ""
        return "".join(f" {one.text}." for one in fitting.problems(known, wanted, Resources()))

    def _see_that_there_is_room(self) -> None:
        """Where there was none when somebody looked last, there is none until the next look at all sessions."""
        until, why = self._full
        if time.monotonic() >= until:
            most, here = self._settings.max_running, self._filling(self._sessions.list())
            why = f"its turn comes when a session has ended: {here} are there, max_running = {most}"
            if not most or here < most:
                return
            self._full = time.monotonic() + self.pace, why
        raise Full(why)

    def _filling(self, listed: Sequence[Session]) -> int:
        """How many sessions fill the window."""
        counted = [one for one in listed if self._settings.count == "all" or one.type == "headless"]
        return len(self._sessions.unlisted) + sum(not outcome.state(one).ended for one in counted)

    def find(self, marker: str) -> Mapping[int, str]:
        """Of several attempts the last, of several sessions of one the first: that one has begun before the others."""
        found: dict[int, tuple[int, str, str]] = {}
        for one in sorted(self._sessions.list(), key=lambda one: one.started or "~", reverse=True):
            told = carrying.marked(one.name)
            if told and told[0] == marker and found.get(told[1], (0,))[0] <= told[2]:
                found[told[1]] = (told[2], one.started, one.id)
        return {index: name for index, (_, _, name) in sorted(found.items())}

    # -- watching ------------------------------------------------------------------------------------------------------

    def poll(self, jobs: Sequence[Job]) -> Poll:
        statuses, trouble = self._watching.look(jobs)
        self._full = 0.0, ""
        return Poll(statuses, warning=trouble or self._ends_soon())

    def _ends_soon(self) -> str:
        told = health.warning(self._credentials.origin(), self._credentials.expires(), time.time())
        return f"{self._name}: {told}." if told else ""

    def cancel(self, ids: Collection[str]) -> None:
        """One that has ended is not deleted: with its session the log and the evidence of its end would go.

        Of a job that was sent twice another session may run it, which has the same name.
        """
        listed = self._sessions.list()
        names = {one.name for one in listed if one.id in ids}
        there = [one for one in listed if one.name in names and not outcome.state(one).ended]
        jobs = [Job(*told[:2], "", told[2], one.id) for one in there if (told := carrying.marked(one.name))]
        for job in jobs:
            self._deleted.note(job.submission, job.id)
        for theirs in arrays.by_submission(jobs):
            self._storage.set_cause(theirs, f"{JobState.CANCELLED} cancelled by you")
        for job in jobs:
            self._sessions.delete(job.id)
        if left := sorted(self._sessions.unlisted & set(ids)):
            raise Busy(f"{self._name}: session {left[0]} is not listed yet: it is cancelled as soon as it is.")

    # -- what jobs leave -----------------------------------------------------------------------------------------------

    def tail(self, job: Job, stream: str, cursor: str) -> LogChunk:
        """By its copy on the storage where there is one, which costs the platform nothing and stays."""
        if stream == "events":
            return self._logs.events(job, cursor)
        return self._storage.log(job, cursor) or self._logs.out(job, cursor)

    def fetch(self, batch: Batch, files: Files, jobs: Sequence[Job], into: Path) -> Iterator[Job]:
        return self._storage.collect(batch, files, jobs, into)

    def outputs(self, patterns: Sequence[str]) -> Outputs:
        return self._storage.outputs(patterns)

    def bring(self, output: Output, into: Path) -> None:
        self._storage.bring(output, into)

    def remove(self, submission: str) -> None:
        self._storage.remove(submission)

    def probe(self) -> Health:
        return examination.examine(self._settings, self._sessions, self._credentials, self._storage)

    def close(self) -> None:
        self._sessions.close()
        self._storage.close()


def settings(target: Target) -> Settings:
    """The target's keys; a ConfigError lists all that is wrong with them."""
    return read(target)


def connect(target: Target, home: Path, ask: Ask) -> Canfar:
    ours, name = read(target), target.name
    passes = Credentials(name, ours.token_env, ours.token_file, ours.token_command, ours.certificate, ask)
    service = Service(name, ours.url, passes, ours.ca_file, ours.answer_seconds)
    sessions = Sessions(name, service, ours.version, ours.answer_seconds, ours.create_seconds)
    host = open_host(ours, ask) if ours.storage != "none" else None
    mount = str(Path(ours.mount).expanduser()) if ours.mount and ours.storage == "mounted" else ours.mount
    storage = Storage(name, host, ours.workdir, ours.arc, mount)
    return Canfar(name, ours, sessions, passes, storage, Deleted(home / "submissions"))


# -- what is said of a batch before it goes ----------------------------------------------------------------------------


def check(target: Target, batch: Batch, known: Mapping[str, object]) -> Sequence[Problem]:
    """What this kind cannot do."""
    ours = read(target)
    try:
        problems = fitting.problems(known, asked(ours, batch), batch.resources)
        named = ", ".join(batch.elsewhere) if ours.storage == "none" else ""
        unreached = [Problem(f"{named} cannot be fetched from here: storage is not set", fatal=False)] if named else []
        return [*problems, *unreached]
    except ConfigError as error:
        return [Problem(line) for line in str(error).splitlines()]


def limits(target: Target, batch: Batch, known: Mapping[str, object]) -> Limits:
    """It takes no more than run at a time."""
    return Limits(read(target).max_running or None)


def why(target: Target, busy: int) -> str:
    """Why a job that it took has not begun."""
    return "the platform has not begun its session"


def form(called: str, image: str, amounts: Amounts, command: tuple[str, str]) -> Sequence[tuple[str, str]]:
    """What is asked of the service for a job."""
    said = [("name", called), ("image", image)]
    said += [(key, str(number)) for key in ("cores", "ram", "gpus") if (number := getattr(amounts, key)) is not None]
    return [*said, ("cmd", command[0]), ("args", command[1])]


def stays(target: Target) -> str:
    """Why what jobs made can be neither brought nor deleted from here; "" where it can."""
    ours = read(target)
    return out_of_reach(target.name, ours.workdir) if ours.storage == "none" else ""


def preview(target: Target, batch: Batch, job: Job, files: Mapping[str, str]) -> str:
    """The request that would be made for a job, and what it runs."""
    ours = read(target)
    wanted = asked(ours, batch)
    before = carrying.lines(wanted.environment, wanted.setup)
    folder = f"{ours.workdir}/{job.submission}"
    amounts = fitting.amounts(job.resources, wanted.memory_gb, None)
    command = carrying.staged(folder, job, "")
    if ours.storage == "none":  # in words, where base64 would stand
        words = [ours.workdir, job.submission, *carrying.words(job, ""), "(its files)"]
        command = "python3", " ".join(["-c", "(unpacks the files and runs session.sh)", *words])
    said = form(carrying.name(batch.name, job), wanted.image, amounts, command)
    others = sorted(set(files) - {"command"})
    where = f"# in {folder}/jobs/{job.attempt}/{job.name}{', with ' if others else ''}{', '.join(others)}"
    request = [f"# POST {ours.url}/{ours.version}/session", *(f"{key}={value}" for key, value in said)]
    return "\n".join([*request, *before.splitlines(), where, files.get("command", "")])
