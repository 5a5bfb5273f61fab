"""The courier is killed between any two steps of sending to Grid Engine: all is sent, each job runs once, none is asked
about that was certainly not sent."""

import json

import pytest
from test_killed import make, until
from test_trouble import kill_courier
from worlds.gridengine import FakeGridEngineWorld

from tui_batch.config import Config
from tui_batch.desk import Desk
from tui_batch.model import Target
from tui_batch.states import JobState

S = JobState

# What is there when it is killed, in the order in which it comes to be.
STEPS = ["", "*", "*/incoming/*", "*/staged/*", "*/errands/send.*", "*/sent/*", "*/sent/*/code"]


@pytest.fixture
def world(tmp_path):
    made = FakeGridEngineWorld(tmp_path)
    yield made
    kill_courier(tmp_path / "home")
    made.close()


def desk_of(world, **settings):
    path, folder = world.folder / "config.toml", world.folder / "there"
    settings = {"workdir": str(folder), "poll_seconds": 0.2, **settings}
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
    path.write_text(f'default_target = "there"\n[targets.there]\nkind = "gridengine"\n{lines}')
    return Desk(world.folder / "home", Config({"there": Target("there", "gridengine", settings)}, "there", path=path))


def counts(desk, name):
    return {state: number for state, number in desk.submission(name).counts.items() if number}


@pytest.mark.parametrize("arrays", [True, False], ids=["one call", "a call each"])
@pytest.mark.parametrize("step", STEPS)
def test_a_courier_killed_at_any_step_sends_all_and_nothing_twice(world, tmp_path, step, arrays):
    desk = desk_of(world, arrays=arrays, max_queued=100)
    marks, there = tmp_path / "marks", tmp_path / "there"
    marks.mkdir()
    if not step:
        world.pull(hang=["qstat"])
    batch = make(desk, tmp_path, f"printf x >> '{marks}/{{{{ n }}}}'", "1..5")
    name = desk.submit(batch)
    if step:
        until(lambda: next(there.glob(step), None) or desk.submission(name).ended)  # some are there for a moment
    else:
        until(lambda: S.SUBMITTING in counts(desk, name))
    kill_courier(desk.home)
    world.pull(hang=[])
    desk.wake()
    until(lambda: bool(desk.submission(name).ended), 60)
    assert counts(desk, name) == {S.SUCCEEDED: 5}
    assert {path.name: path.read_text() for path in marks.iterdir()} == {str(n): "x" for n in range(1, 6)}
    assert sorted(row.status.attempt for row in desk.jobs(name).rows) == [1] * 5
    assert len({row.status.id for row in desk.jobs(name).rows}) == len(world.all()) == 5
