"""The worlds of `gridengine`: a real cell of this machine, and one of files for machines without Grid Engine."""

import os
import subprocess
import sys
import time
from pathlib import Path

from worlds import gridengine_fake as fake
from worlds.world import PolledWorld

from tui_batch.backends import nobody
from tui_batch.backends.base import Backend
from tui_batch.backends.gridengine import connect
from tui_batch.model import Job, Status, Target

FAKE = Path(fake.__file__)
ACCOUNTING = Path("/var/tmp/tui-batch-gridengine/default/common/accounting")


class GridEngineWorld(PolledWorld):
    """The real one."""

    kind = "gridengine"
    needs = "gridengine_cell"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.settings |= {
            "workdir": str(folder / "there"),
            "at_once": 2,
            "lost_seconds": 0.5,
            "poll_seconds": 0.5,
            "parallel_environment": "smp",
        }

    def open(self) -> Backend:
        return connect(Target("there", "gridengine", self.settings), self.folder / "home", nobody)

    def vanish(self, status: Status) -> None:
        """Nothing is left of the job, not even in the accounting: as when that is out of order, and its node too."""
        subprocess.run(["qdel", status.id], stdout=subprocess.DEVNULL, check=True)
        end = time.monotonic() + 20
        while len(others := self._accounts(but=status.id)) == len(self._accounts()):
            assert time.monotonic() < end
            time.sleep(0.05)
        ACCOUNTING.write_text("".join(others))

    def _accounts(self, but: str = "") -> list[str]:
        """The lines of the accounting, but for those of one number."""
        lines = ACCOUNTING.read_text().splitlines(keepends=True) if ACCOUNTING.exists() else []
        return [line for line in lines if line.startswith("#") or line.split(":")[5] != but.partition(".")[0]]

    def suspend(self, status: Status) -> None:
        subprocess.run(["qmod", "-sj", status.id], stdout=subprocess.DEVNULL)

    def close(self) -> None:
        """Leave nothing running."""
        if self.jobs:
            subprocess.run(["qdel", *{job.id.partition(".")[0] for job in self.jobs}], stdout=subprocess.DEVNULL)
        super().close()


class RemoteGridEngineWorld(GridEngineWorld):
    """The real one, over SSH."""

    kind = "gridengine-ssh"
    remote = True


class FakeGridEngineWorld(GridEngineWorld):
    """The one of files, with strings to pull."""

    kind = "gridengine-fake"
    needs = ""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._cell, programs = folder / "cell", folder / "bin"
        self._cell.mkdir()
        programs.mkdir()
        for name in fake.COMMANDS:
            program = programs / name
            program.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {FAKE} {self._cell} {name} "$@"\n')
            program.chmod(0o755)
        self._path = os.environ["PATH"]
        os.environ["PATH"] = f"{programs}:{self._path}"

    def pull(self, **strings: object) -> None:
        """Have something go wrong there from now on, or go right again; see the fake's strings."""
        with fake.opened(self._cell) as cell:
            cell["strings"] |= strings

    def all(self) -> list[dict[str, object]]:
        """Every job and task that was ever taken."""
        with fake.opened(self._cell) as cell:
            return list(cell["jobs"])

    def vanish(self, status: Status) -> None:
        self.pull(accounting=False)
        subprocess.run(["qdel", status.id], stdout=subprocess.DEVNULL, check=True)

    def run_again(self, job: Job) -> None:
        """Have it run once more, as after its node has died."""
        subprocess.run(["qmod", "-rj", job.id], stdout=subprocess.DEVNULL)

    def numbers_go_on_from(self, number: int) -> None:
        with fake.opened(self._cell) as cell:
            cell["next"] = number

    def close(self) -> None:
        self.pull(down=False, hang=[])
        super().close()
        os.environ["PATH"] = self._path
