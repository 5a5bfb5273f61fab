"""The files of jobs that run on this machine: their folders, records, logs and results."""

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tui_batch.backends import results
from tui_batch.backends.base import Files
from tui_batch.errors import Refused
from tui_batch.model import Job

Paths = tuple[str, str, str]  # a job's folder, its record and its log, the latter two without their endings

SHARED = "../../../files/"  # from a job's folder to the files that all jobs share


class Workplace:
    """Where each file of a job lies, and how its folder is made and its results are collected."""

    def __init__(self, submissions: Path, workdir: Path | None) -> None:
        self._submissions = submissions
        self._jobs = workdir or submissions
        self._made: set[str] = set()
        self._shared: dict[str, tuple[str, ...]] = {}

    # -- where things are ----------------------------------------------------------------------------------------------

    def _folder(self, job: Job) -> str:
        return f"{self._jobs}/{job.submission}/jobs/{job.attempt}/{job.name}"

    def _record(self, job: Job) -> str:
        return f"{self._submissions}/{job.submission}/records/{job.attempt}/{job.name}"

    def _log(self, job: Job) -> str:
        return f"{self._submissions}/{job.submission}/logs/{job.attempt}/{job.name}"

    def claimed(self, job: Job) -> bool:
        return os.path.lexists(self._record(job) + ".start")

    def start(self, job: Job) -> str:
        return _text(self._record(job) + ".start")

    def end(self, job: Job) -> str:
        return _text(self._record(job) + ".end")

    def cause(self, job: Job) -> str:
        """Why we ended it, if we did."""
        return _text(self._record(job) + ".cause")

    def set_cause(self, job: Job, cause: str) -> None:
        """The first cause counts."""
        path = self._record(job) + ".cause"
        aside = f"{path}.{os.getpid()}"
        try:
            self._make(os.path.dirname(path))
            _write(aside, cause.encode(), 0o600)
            with contextlib.suppress(FileExistsError):
                os.link(aside, path)
            os.unlink(aside)
        except OSError as error:
            raise Refused(
                f"why job {job.name} is ended cannot be noted: {error.filename}: {error.strerror}."
            ) from error

    def starts(self, submission: str) -> Iterator[str]:
        """Every start record of a submission."""
        for path in sorted((self._submissions / submission / "records").glob("*/*.start")):
            yield _text(str(path))

    def read_log(self, job: Job, stream: str, start: int) -> bytes:
        try:
            with open(f"{self._log(job)}.{stream}", "rb") as file:
                file.seek(start)
                return file.read(1 << 20)
        except FileNotFoundError:
            return b""

    def free_bytes(self) -> int:
        folder = self._jobs
        while not folder.exists():
            folder = folder.parent
        return shutil.disk_usage(folder).free

    # -- before and after a job ----------------------------------------------------------------------------------------

    def prepare(self, files: Files, job: Job) -> Paths:
        """Make a job's folder with its files.

        The command is written last: a folder without it is not whole and is written again, and one with it is left
        alone, since a wrapper that an earlier courier started may be about to claim the job.
        """
        folder, record, log = self._folder(job), self._record(job), self._log(job)
        try:
            rendered = files.job(job.name)
            for path in (folder, record, log):
                self._make(os.path.dirname(path))
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder, 0o700)
            if _size(f"{folder}/command") != len(rendered["command"]):
                for name in self._shared_files(files, job):
                    with contextlib.suppress(FileExistsError):
                        os.symlink(f"{SHARED}{name}", f"{folder}/{name}")
                for name, data in rendered.items():
                    if name != "command":
                        _make_way(folder, name)
                        _write(f"{folder}/{name}", data)
                _write(f"{folder}/command", rendered["command"])
        except OSError as error:
            raise Refused(
                f"the folder of job {job.name} cannot be made: {error.filename}: {error.strerror}."
            ) from error
        return folder, record, log

    def _shared_files(self, files: Files, job: Job) -> tuple[str, ...]:
        """The names at the top of the files that all jobs share; unpacked when the first job needs them."""
        if job.submission not in self._shared:
            folder = self._jobs / job.submission / "files"
            if not folder.exists():
                aside = folder.with_name("files.part")
                shutil.rmtree(aside, ignore_errors=True)
                aside.mkdir(mode=0o700, parents=True)
                for name, data, mode in files.shared():
                    _make_way(str(aside), name)
                    _write(f"{aside}/{name}", data, mode & 0o555 | 0o400)  # all jobs see this one copy
                aside.rename(folder)
            self._shared[job.submission] = tuple(sorted(path.name for path in folder.iterdir()))
        return self._shared[job.submission]

    def _make(self, folder: str) -> None:
        if folder not in self._made:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            self._made.add(folder)

    def collect(self, job: Job, rendered: Mapping[str, bytes], patterns: Sequence[str], into: Path) -> None:
        """Bring what a job wrote into `into/<name>`, whole or not at all; what an earlier attempt left moves aside."""
        if results.arrived(into, job):
            return
        folder, log, aside = self._folder(job), self._log(job), f"{into}/.{job.name}.part"  # no job's name begins so
        logs = [(f"{log}.out", "stdout"), (f"{log}.err", "stderr")]
        try:
            found = [*_written(folder, rendered), *((path, name) for path, name in logs if _size(path) > 0)]
            wanted = [(path, name) for path, name in found if results.fits(name, patterns)]
            results.make_way(into, job)
            if not wanted:
                return  # no folder for nothing
            self._make(str(into))
            if os.path.lexists(aside):
                shutil.rmtree(aside)
            os.mkdir(aside, 0o700)
            for path, name in wanted:
                _make_way(aside, name)
                _bring(path, f"{aside}/{name}")
            results.put_in_place(aside, into, job)
        except OSError as error:
            raise Refused(f"the results of {job.name} cannot be kept: {error.filename}: {error.strerror}.") from error


def _written(folder: str, rendered: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """The files that the job made or changed, with their paths below its folder.

    Times do not tell: two files of one clock tick look alike, and unpacking restores times of long ago.
    """
    stack = [""]
    while stack:
        below = stack.pop()
        try:
            with os.scandir(f"{folder}/{below}") as entries:
                found = list(entries)
        except FileNotFoundError:
            continue
        for entry in found:
            name = f"{below}{entry.name}"
            if entry.is_symlink():
                if not os.readlink(entry.path).startswith(SHARED):
                    yield entry.path, name
            elif entry.is_dir(follow_symlinks=False):
                stack.append(f"{name}/")
            elif entry.is_file(follow_symlinks=False) and not _same(entry.path, rendered.get(name)):
                yield entry.path, name


def _same(path: str, data: bytes | None) -> bool:
    if data is None or _size(path) != len(data):
        return False
    with open(path, "rb") as file:
        return file.read() == data


def _make_way(folder: str, name: str) -> None:
    """The folders between a folder and a file below it."""
    if "/" in name:
        os.makedirs(f"{folder}/{os.path.dirname(name)}", mode=0o700, exist_ok=True)


def _bring(path: str, to: str) -> None:
    """A second name for the file where the file system allows, else a copy with its size checked."""
    if os.path.lexists(to):
        return  # the job wrote a file of its own called `stdout`
    if os.path.islink(path):
        os.symlink(os.readlink(path), to)
        return
    try:
        os.link(path, to)
    except OSError:
        shutil.copy2(path, to)
        if _size(path) != _size(to):
            raise OSError(5, "the copy is not whole", to) from None


def _write(path: str, data: bytes, mode: int = 0o700) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        while data:
            data = data[os.write(file, data) :]
    finally:
        os.close(file)


def _text(path: str) -> str:
    """A small file's text, "" if there is none."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    try:
        return os.read(file, 65536).decode("utf-8", "replace")
    finally:
        os.close(file)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return -1
