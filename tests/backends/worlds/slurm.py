"""The worlds of `slurm`: the two real clusters of this machine, and one of files for machines without Slurm."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sshd import until
from worlds.slurm_cluster import KEPT, PLAIN
from worlds.slurm_fake import cluster as fake
from worlds.world import PolledWorld

from tui_batch.backends import nobody
from tui_batch.backends.base import Backend
from tui_batch.backends.records import parse
from tui_batch.backends.slurm import connect
from tui_batch.model import Job, Status, Target

FAKE = Path(fake.__file__).parent


class SlurmWorld(PolledWorld):
    """The real one that keeps accounts."""

    kind = "slurm"
    needs = "slurm_cluster"
    minutes = 1
    exact = False
    cluster, conf, another = "kept", KEPT, PLAIN

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._conf = folder / "slurm.conf"
        self._conf.symlink_to(self.conf)
        self.settings |= {
            "workdir": str(folder / "there"),
            "conf": str(self._conf),
            "at_once": 2,
            "lost_seconds": 0.5,
            "poll_seconds": 0.5,
        }

    def open(self) -> Backend:
        return connect(Target("there", "slurm", self.settings), self.folder / "home", nobody)

    def tell(self, *words: str) -> None:
        """Have one of Slurm's commands do something."""
        environment = os.environ | {"SLURM_CONF": self.conf}
        subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True)

    def vanish(self, status: Status) -> None:
        """Kill all of a job, its wrapper with it, and ask from now on a cluster that never heard of it."""
        [job] = [job for job in self.jobs if job.id == status.id]
        record = self.folder / "there" / job.submission / "records" / str(job.attempt) / f"{job.index}.start"
        pid = until(lambda: record.exists() and parse(record.read_text()).get("pid"), "it runs, and its wrapper too")
        os.killpg(os.getpgid(int(pid)), signal.SIGKILL)
        self._conf.unlink()
        self._conf.symlink_to(self.another)

    def suspend(self, status: Status) -> None:
        self.tell("scontrol", "suspend", status.id)

    def close(self) -> None:
        """Leave nothing running."""
        if self.jobs:
            self.tell("scancel", *{job.id.partition("_")[0] for job in self.jobs})
        super().close()


class RemoteSlurmWorld(SlurmWorld):
    """The real one, over SSH."""

    kind = "slurm-ssh"
    remote = True


class PlainSlurmWorld(SlurmWorld):
    """The real one that keeps no accounts."""

    kind = "slurm-plain"
    cluster, conf, another = "plain", PLAIN, KEPT


class FakeSlurmWorld(SlurmWorld):
    """The one of files, with strings to pull."""

    kind = "slurm-fake"
    needs = ""
    exact = True  # its minutes are short

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        del self.settings["conf"]
        self._cluster, programs = folder / "cluster", folder / "bin"
        self._cluster.mkdir()
        programs.mkdir()
        for name in fake.COMMANDS:
            program = programs / name
            program.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {FAKE} {self._cluster} {name} "$@"\n')
            program.chmod(0o755)
        self._path = os.environ["PATH"]
        os.environ["PATH"] = f"{programs}:{self._path}"
        self.environment = {"PATH": os.environ["PATH"]}
        self.pull(minute=0.3)

    def pull(self, **strings: object) -> None:
        """Have something go wrong there from now on, or go right again; see the fake's strings."""
        with fake.opened(self._cluster) as cluster:
            cluster["strings"] |= strings

    def string(self, name: str) -> object:
        with fake.opened(self._cluster) as cluster:
            return fake.string(cluster, name)

    def all(self) -> list[dict[str, object]]:
        """Every job and task that was ever taken."""
        with fake.opened(self._cluster) as cluster:
            return list(cluster["jobs"])

    def calls(self, command: str) -> list[list[str]]:
        """The words of every call of a command, or of all."""
        return [words for name, *words in fake.calls(self._cluster) if name == command]

    def change(self, job: Job, **fields: object) -> None:
        """Have a job be otherwise than it is."""
        with fake.opened(self._cluster) as cluster:
            for one in fake.named(cluster, job.id)[job.id]:
                one |= fields

    def add(self, many: int = 1, **fields: object) -> None:
        """Jobs that come from elsewhere, as other people's."""
        self.add_all([fields] * many)

    def add_all(self, jobs: Sequence[Mapping[str, object]]) -> None:
        with fake.opened(self._cluster) as cluster:
            for fields in jobs:
                fake.new(cluster, cluster["next"], **fields)
                cluster["next"] += 1

    def hide(self, job: Job, hidden: bool = True) -> None:
        """Have nobody know of a job, or know it again."""
        with fake.opened(self._cluster) as cluster:
            for one in cluster["jobs"]:
                if fake.identity(one) == job.id:
                    one |= {"gone": hidden, "forgotten": hidden}

    def vanish(self, status: Status) -> None:
        """Nothing is left of the job, not even in the accounting."""
        [sent] = [job for job in self.jobs if job.id == status.id]
        self.hide(sent)
        [job] = [job for job in self.all() if fake.identity(job) == status.id]
        if job["pid"] > 0:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(job["pid"], signal.SIGKILL)

    def die(self, job: Job) -> None:
        """Have the node of a job die."""
        self._end(job, "NODE_FAIL", reason="NodeDown")

    def preempt(self, job: Job) -> None:
        """Have a job make way for another."""
        self._end(job, "PREEMPTED", reason="None")

    def starve(self, job: Job) -> None:
        """Have a job reach its limit of memory."""
        self._end(job, "OUT_OF_MEMORY", reason="OutOfMemory", signal=125)

    def _end(self, job: Job, state: str, **fields: object) -> None:
        with fake.opened(self._cluster) as cluster:
            [one] = fake.named(cluster, job.id)[job.id]
            one |= {"ending": state, "fate": fields}
        os.killpg(one["pid"], signal.SIGKILL)

    def suspend(self, status: Status) -> None:
        self.pull(operator=True)
        super().suspend(status)
        self.pull(operator=False)

    def numbers_go_on_from(self, number: int) -> None:
        with fake.opened(self._cluster) as cluster:
            cluster["next"] = number

    def close(self) -> None:
        self.pull(down=False, hang=[], timed_out={})
        super().close()
        os.environ["PATH"] = self._path


class RemoteFakeSlurmWorld(FakeSlurmWorld):
    """The one of files, over SSH."""

    kind = "slurm-fake-ssh"
    remote = True
