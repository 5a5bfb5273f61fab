"""A machine far away, and a desk whose couriers know it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from far import World
from test_killed import make

from tui_batch import config
from tui_batch.backends import KINDS
from tui_batch.desk import Desk
from tui_batch.store import lock
from tui_batch.store.home import Home


class Away:
    """A target far away, and a desk that sends there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = World(folder / "far")
        self.home = Home(folder / "home")

    def desk(self, **settings: object) -> Desk:
        path = self.folder / "config.toml"
        lines = [f"{key} = {str(value).lower()}\n" for key, value in settings.items()]
        path.write_text(
            f'default_target = "far"\n[targets.far]\nkind = "far"\nfolder = "{self.world.folder}"\n{"".join(lines)}'
        )
        return Desk(self.home.path, config.read(path))

    def batch(self, desk: Desk, jobs: int) -> str:
        return make(desk, self.folder, "true", f"1..{jobs}")

    def close(self) -> None:
        if (beat := lock.look(self.home)) and beat.alive:
            os.kill(beat.pid, signal.SIGKILL)


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Away]:
    monkeypatch.setitem(KINDS, "far", "far")
    paths = [str(Path(__file__).with_name("knowing_far")), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    made = Away(tmp_path)
    yield made
    made.close()
