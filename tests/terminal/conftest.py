"""The program in a real pty, on a store of which the test plays the courier."""

import pytest
from played_store import PlayedStore
from terminal import COMMAND, Terminal, plain_environment


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
