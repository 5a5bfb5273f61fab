"""A program in a real pty: keys, pastes, sizes and signals go in; bytes come out, and what they make of the screen."""

import copy
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pyte

ROWS, COLUMNS = 24, 80
ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-c", "import sys; from tui_batch.__main__ import main; sys.exit(main())"]
# What a modern terminal answers when it is asked what it is and what it can do.
REPLIES = {
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
}
KEYS = {"enter": "\r", "escape": "\x1b", "tab": "\t", "up": "\x1b[A", "down": "\x1b[B", "page down": "\x1b[6~",
        "backspace": "\x7f", "page up": "\x1b[5~", "ctrl+c": "\x03", "ctrl+z": "\x1a"}  # fmt: skip


def plain_environment(home, **more):
    """Next to nothing: the same for every program, wherever the tests run."""
    kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
    kept |= {"PYTHONPATH": str(ROOT), "HOME": str(home), "LC_ALL": "C.UTF-8"}
    return kept | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | more


ALTERNATE = 1049
KEYBOARD = re.compile(rb"\x1b\[[<>=]\d*u")  # another way to send keys, which pyte takes for letters


class _Screen(pyte.Screen):
    """As a terminal of today: with a second screen, which gives the first one back."""

    def set_mode(self, *modes, **more):
        super().set_mode(*modes, **more)
        if ALTERNATE in modes:
            self._first = copy.deepcopy(self.buffer), self.cursor.y
            self.erase_in_display(2)

    def reset_mode(self, *modes, **more):
        super().reset_mode(*modes, **more)
        if ALTERNATE in modes:
            buffer, line = self._first
            self.buffer.clear()
            self.buffer.update(buffer)
            self.cursor_position(line + 1, 1)

    def report_device_attributes(self, *args, **kwargs):
        pass

    def select_graphic_rendition(self, *attributes, private=False):
        if not private:
            super().select_graphic_rendition(*attributes)


class Terminal:
    """Started on entering, ended on leaving; `seen` are the bytes so far."""

    def __init__(self, command, environment, rows=ROWS, columns=COLUMNS):
        self._command, self._environment = command, environment
        self._size = rows, columns
        self.seen = b""
        self._drawn = 0  # how many of them the screen below has been given
        self._screen = _Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    def __enter__(self):
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *self._size, 0, 0))
        self.began = time.perf_counter()
        # Its own session, and the pty its controlling terminal: keys and sizes become signals, as in a real one.
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *self._command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=self._environment,
            cwd=self._environment["HOME"],
        )
        os.close(slave)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.hang_up()

    # -- what goes in ------------------------------------------------------------------------------------------------

    def press(self, *keys):
        """Type keys, named or as they are."""
        for key in keys:
            self.send(KEYS.get(key, key))

    def send(self, text):
        """Put these characters on the wire."""
        os.write(self._master, text.encode())

    def paste(self, text):
        """As a terminal with bracketed paste does."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def resize(self, columns, rows):
        """The window has another size from now on."""
        self._draw()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen.resize(rows, columns)

    def hang_up(self):
        """The connection is gone."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    # -- what comes out ----------------------------------------------------------------------------------------------

    @property
    def screen(self):
        """What stands on the screen."""
        self._draw()
        return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def cells(self):
        """The characters on the screen with their colours: line → column → cell."""
        self._draw()
        return self._screen.buffer

    def _draw(self):
        new = self.seen[self._drawn :]
        self._drawn = len(self.seen)
        self._stream.feed(KEYBOARD.sub(b"", new))

    def shows(self, *words, patience=20.0):
        """Read on until all these words stand on the screen."""
        self._until(lambda: all(word in self.screen for word in words), f"{words} not shown", patience)

    def hides(self, *words, patience=20.0):
        """Read on until none of these words stands on the screen."""
        self._until(lambda: not any(word in self.screen for word in words), f"{words} not hidden", patience)

    def _until(self, condition, trouble, patience):
        end = time.perf_counter() + patience
        while not condition():
            self._more(0.05)
            assert time.perf_counter() < end, f"{trouble} within {patience} s; on the screen:\n{self.screen}"

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
        self._until(condition, "it never came about", patience)

    def until_quiet(self, pause=0.3):
        """Until nothing is written any more."""
        while self._more(pause):
            pass

    def written(self, during=lambda: None, pause=0.6):
        """How many bytes come of what is done, until it is quiet again."""
        before = len(self.seen)
        during()
        self.until_quiet(pause)
        return len(self.seen) - before

    def listen(self, seconds):
        """How many bytes come within so many seconds."""
        before, end = len(self.seen), time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._more(left)
        return len(self.seen) - before

    def ended(self, patience=20.0):
        """Read on until the program has ended; its exit code."""
        self._until(lambda: self.process.poll() is not None, "it did not end", patience)
        self.until_quiet(0.05)
        return self.process.returncode

    def _more(self, patience):
        if patience <= 0 or not select.select([self._master], [], [], patience)[0]:
            return b""
        try:
            new = os.read(self._master, 65536)
        except OSError:  # it has ended
            time.sleep(0.01)
            return b""
        for question, answer in REPLIES.items():
            if question in new:
                os.write(self._master, answer * new.count(question))
        self.seen += new
        return new

    # -- the process -------------------------------------------------------------------------------------------------

    def peak_memory(self):
        """Megabytes that the program held at most."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024

    def processor_seconds(self):
        """How long all its threads have been running so far, to the nanosecond."""
        total = 0
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            total += int((thread / "schedstat").read_text().split()[0])
        return total / 1e9
