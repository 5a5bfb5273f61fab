"""The real program, in a process of its own, on a store of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest

from tui_batch.backends.records import parse

DEADLINE = 30.0

ECHO = """
name = "echo"
description = "writes its word to a file"
command = "printf %s {{ word|sh }} > word.txt; cat word.txt; {{ then }}"
[[variables]]
key = "word"
default = "hello"
[[variables]]
key = "n"
type = "int"
default = 1
minimum = 0
maximum = 100
[[variables]]
key = "rate"
type = "float"
default = 0.5
[[variables]]
key = "then"
default = "true"
"""


@dataclass
class Said:
    """What a run of the program said."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


class Program:
    """`tui-batch` with `--home`, as somebody without a terminal runs it."""

    def __init__(self, path):
        self.path, self.home = path, path / "home"
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("TUI_BATCH")}
        self.environment |= {"XDG_CONFIG_HOME": str(path / "config"), "TERM": "dumb", "PYTHONWARNINGS": "error"}
        self.template = path / "echo.toml"
        self.template.write_text(ECHO)

    def start(self, *words, wrap=(), **more):
        return subprocess.Popen(
            [*wrap, sys.executable, "-m", "tui_batch", "--home", self.home, *map(str, words)], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.path, env=self.environment, **more,
        )  # fmt: skip

    def __call__(self, *words, code=0, **more):
        """Run a verb; it must end with this code, and never with a traceback."""
        process = self.start(*words, **more)
        try:
            out, err = process.communicate(timeout=DEADLINE)
        finally:
            process.kill()
            process.wait()
        said = Said(process.returncode, out.decode("utf-8"), err.decode("utf-8", "surrogateescape"))
        assert "Traceback" not in said.err, said.err
        assert said.code == code, said
        return said

    def wrong(self, *words, **more):
        """Run a verb that must be refused with exit 2; what it says, a line for each problem."""
        said = self(*words, code=2, **more)
        assert said.out == ""
        lines = said.err.splitlines()
        assert lines
        assert all(line.startswith("tui-batch: ") for line in lines), said.err
        return [line.removeprefix("tui-batch: ") for line in lines]

    def generate(self, *words):
        return self("generate", self.template, *words).out.strip()

    def submit(self, batch, *words):
        return self("submit", batch, *words).out.strip()

    def sent(self, *words):
        """Generate and submit; the id."""
        return self("run", self.template, *words).out.strip()

    def job(self, name="last", index=0):
        return self("show", name, "--json").json["jobs"][index]

    def until(self, condition, what):
        end = time.monotonic() + DEADLINE
        while not (found := condition()):
            assert time.monotonic() < end, f"not within {DEADLINE} s: {what}"
        return found

    def clean(self):
        """End what a test that failed has left behind: the courier, and jobs that would run on."""
        if (self.home / "courier.toml").exists():
            self.stop()
        for start in self.home.glob("submissions/*/records/*/*.start"):
            if not start.with_suffix(".end").exists() and (said := parse(start.read_text())):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(int(said["pid"]), signal.SIGKILL)

    def stop(self):
        """End the courier, if one is at work, and wait for that."""
        self("courier", "--stop")
        self.until(lambda: not (self.home / "courier.toml").exists(), "the courier has ended")


@pytest.fixture
def program(tmp_path):
    made = Program(tmp_path)
    yield made
    made.clean()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One store for all tests of a module that only look at it, or at what they themselves put into it."""
    made = Program(tmp_path_factory.mktemp("shared"))
    yield made
    made.clean()
