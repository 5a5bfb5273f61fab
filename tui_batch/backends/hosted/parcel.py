"""What a host needs for jobs, as one archive: the files that all share, a folder for each job, and a list of them."""

import hashlib
import io
import tarfile
import time
from collections.abc import Sequence
from pathlib import Path

from tui_batch import indices
from tui_batch.backends.base import Files
from tui_batch.backends.workplace import SHARED
from tui_batch.model import Job

SCRIPTS = (
    Path(__file__).parents[1] / "job.sh",
    Path(__file__).with_name("task.sh"),
    Path(__file__).with_name("session.sh"),
)


def group(jobs: Sequence[Job]) -> str:
    """The name of the list of these jobs in this order: `lists/<group>` on the host, a line for each."""
    lines = "".join(f"{job.attempt} {job.index}\n" for job in jobs)
    return f"{jobs[0].attempt}-{hashlib.sha256(lines.encode()).hexdigest()[:12]}"


def listed(jobs: Sequence[Job]) -> str:
    """A line for each job, as `task.sh` reads them."""
    return "".join(f"{job.index}\t{job.name}\t{job.attempt}\t{job.resources.cpus}\n" for job in jobs)


def covered(jobs: Sequence[Job]) -> str:
    """Which jobs have their folders on the host by this parcel: a line for each attempt."""
    attempts = sorted({job.attempt for job in jobs})
    return "".join(f"{one}\t{indices.to_text(job.index for job in jobs if job.attempt == one)}\n" for one in attempts)


def write(path: Path, files: Files, jobs: Sequence[Job], missing: Sequence[Job], with_shared: bool) -> None:
    """Write the archive for these jobs, of which some have no folder on the host yet; nothing is held in memory."""
    name = group(jobs)
    with tarfile.open(path, "w:gz", format=tarfile.GNU_FORMAT, compresslevel=3) as archive:
        parcel = _Parcel(archive)
        for script in SCRIPTS:
            parcel.file(script.name, script.read_bytes(), 0o500)
        parcel.file(f"lists/{name}", listed(jobs).encode(), 0o600)
        parcel.file(f"staged/{name}", covered(missing).encode(), 0o600)
        shared = set()
        for below, data, mode in files.shared():
            shared.add(below.split("/")[0])
            if with_shared:
                parcel.file(f"files/{below}", data, mode & 0o555 | 0o400)  # all jobs see this one copy
        for job in missing:
            folder, rendered = f"jobs/{job.attempt}/{job.name}", files.job(job.name)
            for below in sorted(shared - {one.split("/")[0] for one in rendered}):
                parcel.link(f"{folder}/{below}", f"{SHARED}{below}")
            for below, data in rendered.items():
                parcel.file(f"{folder}/{below}", data, 0o700)


class _Parcel:
    """An archive that is being written. Folders are made on the host as they are needed, for their owner alone."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self._now = int(time.time())

    def file(self, name: str, data: bytes, mode: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.mode, entry.size = mode, len(data)
        self._add(entry, data)

    def link(self, name: str, to: str) -> None:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = tarfile.SYMTYPE, to
        self._add(entry, b"")

    def _add(self, entry: tarfile.TarInfo, data: bytes) -> None:
        entry.mtime = self._now
        self._archive.addfile(entry, io.BytesIO(data))
        self._archive.members = []  # type: ignore[attr-defined]  # it would keep every one
