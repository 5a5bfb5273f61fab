"""Hosts to stage on, and batches to stage: what the tests of staging share."""

import csv
import io
import re
import subprocess
from dataclasses import replace
from pathlib import Path

from tui_batch.model import Job
from tui_batch.store import batches
from tui_batch.store.archive import Archive
from tui_batch.store.sources import FileSources
from tui_batch.sweep import plan
from tui_batch.template import read
from tui_batch.wire.host import Host

TEMPLATE = """
name = "staged"
command = "{{{{ command }}}}"
shared = {shared}
[[variables]]
key = "command"
type = "str"
[files]
"input.txt" = "what was rendered\\n"
"deep/er/input.txt" = "and this\\n"
[results]
patterns = {patterns}
"""


class Counting(Host):
    """A host as it is, that counts how often it is asked."""

    def __init__(self, host):
        self.host, self.name, self.calls = host, host.name, []

    def run(self, script, given=b"", seconds=None):
        self.calls.append("run")
        return self.host.run(script, given, seconds)

    def put(self, source, path):
        self.calls.append("put")
        self.host.put(source, path)

    def get(self, path, into):
        self.calls.append("get")
        self.host.get(path, into)

    def read(self, path, offset, most):
        self.calls.append("read")
        return self.host.read(path, offset, most)

    def close(self):
        self.host.close()


class Batches:
    """Batches of jobs that are shell commands."""

    def __init__(self, folder):
        self.folder = folder
        self._archives = []
        (folder / "template").mkdir(parents=True)
        (folder / "batches").mkdir()

    def make(self, commands, patterns="[]", shared=()):
        """A batch with a job for each command; `shared` are names of files that all have in common."""
        table = io.StringIO()
        csv.writer(table).writerows([["command"], *([command] for command in commands)])
        folder = self.folder / "template"
        for name in shared:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"shared {name}\n")
            path.chmod(0o755)
        tops = sorted({name.split("/")[0] for name in shared})
        text = TEMPLATE.format(patterns=patterns, shared=tops)
        template = read(text, str(folder / "template.toml"), folder)
        sweep = plan(template, [], [], [], "", table.getvalue(), FileSources())
        name = batches.free_name(self.folder / "batches", "staged")
        batch = batches.write(self.folder / "batches", sweep, name, "2026-11-20T00:00:00.000Z")
        self._archives.append(Archive(batch.path))
        names = [job for _, job, _ in batches.jobs(batch.path)[1]]
        marker = f"20261120-000000-{name}"
        return batch, self._archives[-1], [Job(marker, index, job) for index, job in enumerate(names)]

    def close(self):
        for archive in self._archives:
            archive.close()


def run_task(folder, name, line, native, environment=None):
    """Do as a scheduler would for one job of a list; the exit code."""
    argv = ["/bin/sh", f"{folder}/task.sh", folder, name, str(line), native]
    return subprocess.run(argv, env=environment, stdin=subprocess.DEVNULL, timeout=20).returncode


def again(jobs):
    """The next attempts of jobs."""
    return [replace(job, attempt=job.attempt + 1) for job in jobs]


def tree(folder):
    """Every file below a folder: its path, and its text or where it points."""
    folder = Path(folder)
    paths = (path for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir())
    return {
        str(path.relative_to(folder)): f"-> {path.readlink()}" if path.is_symlink() else path.read_text()
        for path in paths
    }


def words(text):
    return re.findall(r"\w+", text)
