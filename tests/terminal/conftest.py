"""The program in a real pty on a store of which the test plays the courier, or in tmux on one of its own."""

import subprocess
import sys
import time

import pytest
from played_store import PlayedStore
from requirement import needs
from terminal import COMMAND, Terminal, plain_environment
from tmux import Tmux

from tui_batch.store.home import Home


@pytest.fixture
def store(tmp_path):
    """500 submissions, the newest of them running."""
    with PlayedStore(tmp_path / "home").courier() as store:
        yield store


@pytest.fixture
def start(tmp_path, store):
    """Start the app with these options; what else is given goes into its environment."""

    def start(*words, rows=24, columns=80, **environment):
        command = [*COMMAND, "--home", str(store.home.path), *words]
        return Terminal(command, plain_environment(tmp_path, **environment), rows, columns)

    return start


@pytest.fixture
def home(tmp_path):
    """Where the store will be; the courier that came to it goes with the test."""
    folder = tmp_path / "home"
    yield folder
    subprocess.run([*COMMAND, "--home", folder, "courier", "--stop"], env=plain_environment(tmp_path), check=True)
    end = time.monotonic() + 20
    while Home(folder).courier.exists():
        assert time.monotonic() < end, "the courier does not go"


@pytest.fixture
def tmux(tmp_path, home):
    """A shell in which `tui-batch` starts the program on an empty store."""
    needs("tmux")
    program = tmp_path / "bin" / "tui-batch"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n{COMMAND[-1]}\n")
    program.chmod(0o755)
    environment = plain_environment(tmp_path, TUI_BATCH_HOME=str(home))
    tmux = Tmux(tmp_path, environment | {"PATH": f"{program.parent}:{environment['PATH']}"})
    yield tmux
    tmux.end()
