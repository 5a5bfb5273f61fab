"""A store for the tests of the store: a batch in it, and submissions of it."""

import pytest

from tui_batch.model import Submission
from tui_batch.store import batches
from tui_batch.store.history import HistoryWriter
from tui_batch.store.home import Home
from tui_batch.store.sources import FileSources
from tui_batch.sweep import plan
from tui_batch.template import read

CREATED = "2026-11-20T05:33:12.345Z"


class Store:
    """A home, and the hands of a courier in it."""

    def __init__(self, path):
        self.home = Home(path).prepare()
        template = read('name = "t"\ncommand = "true"\n[[variables]]\nkey = "n"\ntype = "int"\n', "t.toml")
        sweep = plan(template, [("n", "1..4")], [], [], "", "", FileSources())
        self.batch = batches.write(self.home.batches, sweep, "b", CREATED)
        self._writer = HistoryWriter(self.home.history, "host")

    def submission(self, name="20261120-053312-bafodu", **more):
        facts = {"batch": "b", "digest": self.batch.digest, "template": "t", "target": "local", "kind": "local"}
        return Submission(name, **{**facts, "run": 1, "jobs": 4, "created": CREATED, **more})

    def write(self, record, moment=CREATED):
        self._writer.append(record, moment)

    def close(self):
        self._writer.close()


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "home")
    yield made
    made.close()
