"""This machine as a host: commands in a session of their own, ended as a group when their time is up."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from subprocess import PIPE, Popen

from tui_batch.errors import Refused, Unclear, Unreachable
from tui_batch.wire.host import Done, Host


class LocalHost(Host):
    """Runs commands on this machine."""

    name = "this machine"

    def __init__(self, command_seconds: float) -> None:
        self._seconds = command_seconds

    def run(self, script: str, given: bytes = b"", seconds: float | None = None) -> Done:
        seconds = seconds or self._seconds
        # The script goes by a file, since its input is for what it runs, and an argument may not be long.
        try:
            with tempfile.TemporaryFile() as lines:
                lines.write(script.encode("utf-8", "surrogateescape"))  # names may be no text
                lines.flush()
                lines.seek(0)
                argv = ["/bin/sh", f"/dev/fd/{lines.fileno()}"]
                shell = Popen(
                    argv, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True, pass_fds=[lines.fileno()]
                )
        except OSError as error:
            raise Unreachable(f"{self.name}: a command cannot be started: {error.strerror}.") from error
        with shell:
            try:
                out, err = shell.communicate(given, seconds)
            except subprocess.TimeoutExpired as error:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(shell.pid, signal.SIGKILL)
                raise Unclear(f"{self.name}: no answer in {seconds:g} s to a command, which was ended.") from error
        return Done(_code(shell.returncode), out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))

    def put(self, source: Path, path: str) -> None:
        self._copy(source, Path(path).expanduser())

    def get(self, path: str, into: Path) -> None:
        self._copy(Path(path).expanduser(), into)

    def _copy(self, source: Path, to: Path) -> None:
        aside = to.with_name(f"{to.name}.part")
        try:
            shutil.copyfile(source, aside)
            aside.rename(to)
        except OSError as error:
            with contextlib.suppress(OSError):
                aside.unlink()
            raise Refused(f"{self.name}: {source} cannot be copied to {to}: {error.strerror}.") from error

    def read(self, path: str, offset: int, most: int) -> bytes:
        try:
            with Path(path).expanduser().open("rb") as file:
                file.seek(offset)
                return file.read(most)
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise Refused(f"{self.name}: {path} cannot be read: {error.strerror}.") from error

    def close(self) -> None:
        pass


def _code(returned: int) -> int:
    return returned if returned >= 0 else 128 - returned


def said(command: str, seconds: float) -> str:
    """The first line that a person's own command says; Unreachable, with why, when it says none."""
    try:
        done = LocalHost(seconds).run(command)
    except Unclear as error:
        raise Unreachable(str(error)) from error
    if done.code or not done.out:
        why = (done.err.strip().splitlines() or [f"exit code {done.code}"])[0]
        raise Unreachable(f"{why}.")
    return done.out.splitlines()[0]
