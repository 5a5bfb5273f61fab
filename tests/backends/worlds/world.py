"""What every world has in common: jobs that are shell commands, and where a test finds what came of them."""

import csv
import io
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tui_batch.backends.base import Backend
from tui_batch.model import Batch, Job, Status
from tui_batch.store import batches, orders
from tui_batch.store.archive import Archive
from tui_batch.store.sources import FileSources
from tui_batch.sweep import plan
from tui_batch.template import read

TEMPLATE = """
name = "contract"
command = "{{{{ command }}}}"
[[variables]]
key = "command"
type = "str"
[files]
"input.txt" = "what was rendered\\n"
[resources]
{resources}
[results]
patterns = {patterns}
"""


class World:
    """Where a kind's jobs run, and what a test may do to them behind the backend's back."""

    kind = ""
    processes = False  # whether its jobs are processes that the backend itself starts, watches and ends
    needs = ""  # the fixture of the real servers that it runs on, of which there is one for the machine
    minutes = 0.005  # the shortest limit of time that it knows
    exact = True  # whether a job is ended when its time is over, not half a minute later
    remote = False  # whether it is reached over SSH
    journal = True  # whether a job that is sent twice is given the same id; else it runs once all the same
    suspends = True  # whether a job that runs can be stopped for a while
    brings = True  # whether what jobs made can be brought
    environment: Mapping[str, str] = {}  # of whoever logs in there

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings: dict[str, object] = {}
        self.jobs: list[Job] = []  # those that were sent
        self._archives: list[Archive] = []

    def batch(
        self, commands: Sequence[str], resources: str = "", patterns: str = "[]"
    ) -> tuple[Batch, Archive, list[Job]]:
        """A batch with a job for each command."""
        table = io.StringIO()
        csv.writer(table).writerows([["command"], *([command] for command in commands)])
        template = read(TEMPLATE.format(resources=resources, patterns=patterns), "contract.toml")
        sweep = plan(template, [], [], [], "", table.getvalue(), FileSources())
        folder = self.folder / "batches"
        folder.mkdir(exist_ok=True)
        name = batches.free_name(folder, "contract")
        batch = batches.write(folder, sweep, name, "2026-11-20T00:00:00.000Z")
        names = [job for _, job, _ in batches.jobs(batch.path)[1]]
        marker = orders.new_id("2026-11-20T00:00:00.000Z")  # what a scheduler was sent by other tests, it knows still
        archive = Archive(batch.path)
        self._archives.append(archive)
        return batch, archive, [Job(marker, index, job, resources=batch.resources) for index, job in enumerate(names)]

    def close(self) -> None:
        for archive in self._archives:
            archive.close()


class PolledWorld(World):
    """One whose backend has to be asked."""

    pause = 0.1  # between two polls: the jobs need the machine, too

    def watch(
        self, backend: Backend, until: Callable[[dict[str, Status]], bool], seconds: float = 60.0
    ) -> dict[str, Status]:
        """Do as the courier does until what is known of the jobs satisfies; the newest status of each."""
        known: dict[str, Status] = {}
        end = time.monotonic() + seconds
        while True:
            poll = backend.poll([job for job in self.jobs if job.id not in known or not known[job.id].state.ended])
            known.update(poll.statuses)
            if until(known):
                return known
            assert time.monotonic() < end, (
                f"did not come true: {[one for one in known.values() if not one.state.ended]}"
            )
            time.sleep(self.pause)
