"""A program in a real pty, and the moments at which things stand on its screen."""

import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import time

ROWS, COLUMNS = 24, 80
# What a modern terminal answers when it is asked what it is and what it can do.
REPLIES = {
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
}


class Terminal:
    """Started on entering, ended on leaving; `seen` are the bytes so far."""

    def __init__(self, command, environment):
        self._command, self._environment = command, environment
        self.seen = b""

    def __enter__(self):
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            self._command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=self._environment,
            cwd=self._environment["HOME"],
            start_new_session=True,
        )
        os.close(slave)
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._master)

    def until(self, *words, patience=20.0):
        """Seconds from the start until all these words have been written."""
        end = time.perf_counter() + patience
        while not all(word.encode() in self.seen for word in words):
            if not self._more(end - time.perf_counter()):
                raise AssertionError(f"{words} not seen within {patience} s; seen: {self.seen[-3000:]!r}")
        return time.perf_counter() - self.began

    def until_painted(self, size=1000):
        """Seconds from the start until a screen was painted; setting a terminal up takes a few hundred bytes."""
        while len(self.seen) < size:
            if not self._more(20.0):
                raise AssertionError(f"nothing painted; seen: {self.seen!r}")
        return time.perf_counter() - self.began

    def wait_for(self, condition, patience=20.0):
        """Read on until this holds."""
        end = time.perf_counter() + patience
        while not condition():
            self._more(0.02)
            assert time.perf_counter() < end, "it never came about"

    def until_quiet(self, pause=0.3):
        """Until nothing is written any more."""
        while self._more(pause):
            pass

    def _more(self, patience):
        if patience <= 0 or not select.select([self._master], [], [], patience)[0]:
            return b""
        try:
            new = os.read(self._master, 65536)
        except OSError:  # it has ended
            return b""
        for question, answer in REPLIES.items():
            if question in new:
                os.write(self._master, answer * new.count(question))
        self.seen += new
        return new

    def peak_memory(self):
        """Megabytes that the program held at most."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024
