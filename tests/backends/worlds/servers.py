"""Real servers of this machine: brought up when a test first needs them, gone with the last session that uses them."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from requirement import needs


class Servers:
    """What a script starts and stops; one for the machine, however many sessions of tests there are."""

    def __init__(self, script: Path, folder: Path, *programs: str) -> None:
        self._script, self._lock, self._programs = script, f"{folder}.lock", programs

    def tell(self, *words: str) -> None:
        """Have something done to them."""
        done = subprocess.run([self._script, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """They outlive a test, and go with the last session of tests that uses them."""
        needs(*self._programs)
        if os.getuid() != 0:
            pytest.skip(f"needs to be root, to bring up {self._programs[-1]}")
        with open(self._lock, "w") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            yield
            fcntl.flock(users, fcntl.LOCK_UN)
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self.tell("stop")

    @contextmanager
    def turn(self) -> Iterator[None]:
        """They are up, and there for one test alone: another may be about to stop one of them."""
        with open(f"{self._lock}.turn", "w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            self.tell("start")
            yield
