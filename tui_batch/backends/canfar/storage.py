"""The storage that all sessions see, as far as it is reached from here: where jobs lie and leave what they made."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tui_batch.backends.base import Files
from tui_batch.backends.canfar.carrying import PLAIN
from tui_batch.backends.hosted import collecting
from tui_batch.backends.hosted.errand import last_line
from tui_batch.backends.hosted.staging import Ended, Staging
from tui_batch.errors import BackendError, Busy, Refused, Unclear, Unreachable, Unsupported
from tui_batch.model import Batch, Job, LogChunk, Output, Outputs
from tui_batch.wire.host import Host, quoted

SHARE, LONGEST = 10.0, 300.0  # a host is left alone for so many times what it took to give no answer; seconds at most
LOOK_SECONDS = 5.0  # from a look at a log that has nothing new to the next

_EXAMINED = "cd {folder} && true >.tui-batch-probe && rm .tui-batch-probe && df -Pk . | awk 'NR == 2 {{ print $4 }}'"


@dataclass(frozen=True, slots=True)
class Place:
    """The workdir as it was found: what sessions call it, its free bytes; "" and None for what is not known."""

    folder: str = ""
    free: float | None = None
    wrong: str = ""


class Storage:
    """Of a platform without a host for it nothing is known but what its service says."""

    def __init__(self, name: str, host: Host | None, workdir: str, arc: str, mount: str) -> None:
        self._name, self._host, self._workdir = name, host, workdir
        self._arc, self._mount = arc.rstrip("/"), mount.rstrip("/")
        self._staging = Staging(host, workdir) if host else None
        self._trouble, self._away = "", 0.0  # why its host did not answer, and until when it is not asked needlessly

    @property
    def reachable(self) -> bool:
        """Whether there is a way to it."""
        return self._staging is not None

    @property
    def _there(self) -> Staging:
        if self._staging is None:
            raise self._out_of_reach()
        return self._staging

    @property
    def _reached(self) -> Host:
        if self._host is None:
            raise self._out_of_reach()
        return self._host

    def _out_of_reach(self) -> Unsupported:
        return Unsupported(out_of_reach(self._name, self._workdir))

    # -- paths ---------------------------------------------------------------------------------------------------------

    def as_sessions_see(self, path: str) -> str:
        """What sessions call a path of the host."""
        return _moved(path, self._mount, self._arc) if self._mount else path

    def as_the_host_sees(self, path: str) -> str:
        """What the host calls a path of sessions."""
        return _moved(path, self._arc, self._mount) if self._mount else path

    def folder(self, submission: str = "") -> str:
        """The absolute path of a submission's folder, as sessions see it; Refused where they would not see it."""
        path, top = self._there.path(submission).rstrip("/"), self._mount or self._arc
        if not path.startswith(f"{top}/"):
            raise Refused(
                f"{self._name}: the workdir is {path}, which is not below {top}: no session would find it. Nothing was "
                "sent; set workdir to a folder there."
            )
        if not PLAIN.fullmatch(seen := self.as_sessions_see(path)):
            raise Refused(
                f"{self._name}: the workdir is {path}, and has letters that the platform minds. Nothing was sent; set "
                "workdir to a folder whose name has none but letters, digits and . _ ~ + - /."
            )
        return seen

    def examine(self) -> Place:
        """Whether jobs can be brought there."""
        if self._host is None:
            return Place()
        self._away = 0.0  # a person wants to know
        try:
            folder = self.folder()
            done = self._host.run(_EXAMINED.format(folder=quoted([self.as_the_host_sees(folder)])))
        except BackendError as error:
            return Place(wrong=str(error))
        free = done.out.strip()
        if done.code or not free.isdecimal():
            return Place(wrong=f"{self._host.name}: {self._workdir} cannot be written to: {last_line(done.err)}")
        return Place(folder, 1024.0 * int(free))

    @contextmanager
    def _asking(self) -> Iterator[Staging]:
        """Ask its host; Busy when it does not answer, which says nothing of the platform, and for a while after."""
        there, began = self._there, monotonic()
        if began < self._away:
            raise Busy(self._trouble)
        try:
            yield there
        except (Unreachable, Unclear) as error:
            now = monotonic()
            self._trouble, self._away = str(error), now + min(LONGEST, SHARE * (now - began))
            raise Busy(self._trouble) from error

    # -- what jobs need and leave --------------------------------------------------------------------------------------

    def stage(self, batch: Batch, files: Files, jobs: Sequence[Job]) -> None:
        """Bring what these jobs need."""
        with self._asking() as there:
            there.stage(batch, files, jobs)

    def ended(self, jobs: Sequence[Job]) -> tuple[Mapping[Job, Ended], str]:
        """The records that these jobs left; and why they cannot be read, where that is so."""
        if not (self._staging and jobs):
            return {}, ""
        try:
            with self._asking() as there:
                return there.ended(jobs), ""
        except (Busy, Refused) as error:
            return {}, str(error)

    def set_cause(self, jobs: Sequence[Job], cause: str) -> None:
        """Note why these jobs are about to be ended, if that can be done: they are ended all the same."""
        with suppress(BackendError), self._asking() as there:
            there.set_cause(jobs, cause)

    def log(self, job: Job, cursor: str) -> LogChunk | None:
        """What a job wrote since the cursor, by the copy of its log; None where nothing shows that there is one.

        It is read from the byte before on: what is not there, and what has nothing new, would both be nothing.
        """
        start = int(cursor or 0)
        try:
            with self._asking() as there:
                copy = there.log(job, "out", str(max(0, start - 1)))
        except (Busy, Refused, Unsupported):
            return None
        if not copy.data:
            return None
        data = copy.data[1:] if start else copy.data
        return LogChunk(data, copy.cursor, 0.0 if data else LOOK_SECONDS)

    def collect(self, batch: Batch, files: Files, jobs: Sequence[Job], into: Path) -> Iterator[Job]:
        """Bring what these jobs made or changed."""
        with self._asking() as there:
            yield from there.collect(batch, files, jobs, into)

    def outputs(self, patterns: Sequence[str]) -> Outputs:
        """The files that these patterns name, which are paths as sessions see them."""
        return collecting.outputs(self._reached, patterns, self.as_the_host_sees, self.as_sessions_see)

    def bring(self, output: Output, into: Path) -> None:
        """Bring one of them."""
        collecting.bring(self._reached, output, into, self.as_the_host_sees)

    def remove(self, submission: str) -> None:
        """Delete what is left of a submission."""
        self._there.remove(submission)

    def close(self) -> None:
        if self._host:
            self._host.close()


def out_of_reach(name: str, workdir: str) -> str:
    """What is said where there is no way to it."""
    return f"{name}: what jobs made stays there, in {workdir}: its storage is not set."


def _moved(path: str, old: str, new: str) -> str:
    """A path below one folder as one below another; any other is as it is."""
    return f"{new}{path.removeprefix(old)}" if path == old or path.startswith(f"{old}/") else path
