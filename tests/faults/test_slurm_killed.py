"""The courier is killed between any two steps of sending to Slurm: all is sent, each job runs once, none is asked about
that was certainly not sent."""

import json
import os
import subprocess

import pytest
from test_killed import make, until
from test_trouble import kill_courier
from worlds.slurm import FakeSlurmWorld, SlurmWorld

from tui_batch.config import Config
from tui_batch.desk import Desk
from tui_batch.model import Target
from tui_batch.states import JobState

S = JobState

# What is there when it is killed, in the order in which it comes to be.
STEPS = ["*", "*/incoming/*", "*/staged/*", "*/errands/send.*", "*/sent/*", "*/sent/*/code"]


@pytest.fixture
def world(tmp_path):
    yield from opened(FakeSlurmWorld, tmp_path)


@pytest.fixture
def real(slurm_cluster, tmp_path):
    yield from opened(SlurmWorld, tmp_path)


def opened(kind, folder):
    made = kind(folder)
    yield made
    kill_courier(folder / "home")
    made.close()


def desk_of(world, **settings):
    path = world.folder / "config.toml"
    settings = {**world.settings, "at_once": 0, "lost_seconds": 300.0, "poll_seconds": 0.2, **settings}
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
    path.write_text(f'default_target = "there"\n[targets.there]\nkind = "slurm"\n{lines}')
    return Desk(world.folder / "home", Config({"there": Target("there", "slurm", settings)}, "there", path=path))


def counts(desk, name):
    return {state: number for state, number in desk.submission(name).counts.items() if number}


def send(world, desk):
    """A submission of five jobs, each of which leaves one mark for each time that it runs."""
    marks = world.folder / "marks"
    marks.mkdir()
    return desk.submit(make(desk, world.folder, f"printf x >> '{marks}/{{{{ n }}}}'", "1..5"))


def check(world, desk, name):
    """Have it go on to its end: all ran, nothing ran twice; the ids that the jobs have."""
    kill_courier(desk.home)
    desk.wake()
    until(lambda: bool(desk.submission(name).ended), 60)
    assert counts(desk, name) == {S.SUCCEEDED: 5}
    found = {path.name: path.read_text() for path in (world.folder / "marks").iterdir()}
    assert found == {str(n): "x" for n in range(1, 6)}
    rows = desk.jobs(name).rows
    assert [row.status.attempt for row in rows] == [1] * 5
    return {row.status.id for row in rows}


@pytest.mark.parametrize("arrays", [True, False], ids=["one call", "a call each"])
@pytest.mark.parametrize("step", STEPS)
def test_a_courier_killed_at_any_step_sends_all_and_nothing_twice(world, step, arrays):
    desk = desk_of(world, arrays=arrays, max_queued=100)
    name = send(world, desk)
    there = world.folder / "there"
    until(lambda: next(there.glob(step), None) or desk.submission(name).ended)  # some are there for a moment
    assert len(check(world, desk, name)) == len(world.all()) == 5


def test_a_courier_killed_while_it_asks_sends_all_and_nothing_twice(world):
    world.pull(hang=["squeue"])
    desk = desk_of(world, max_queued=100)
    name = send(world, desk)
    until(lambda: S.SUBMITTING in counts(desk, name))
    world.pull(hang=[])
    assert len(check(world, desk, name)) == len(world.all()) == 5


@pytest.mark.parametrize("fate", ["die", "silent", "timed out"])
def test_a_courier_killed_when_an_answer_was_lost_sends_nothing_again(world, fate):
    world.pull(sbatch=fate)
    desk = desk_of(world)
    name = send(world, desk)
    until(lambda: next((world.folder / "there").glob("*/sent/*/code"), None))
    world.pull(sbatch="")
    assert len(check(world, desk, name)) == 5
    assert len(world.calls("sbatch")) == 1


@pytest.mark.xdist_group("slurm")
@pytest.mark.parametrize("step", ["*/errands/send.*", "*/sent/*", "*/sent/*/code"])
def test_a_courier_of_a_real_cluster_killed_at_any_step_sends_all_and_nothing_twice(real, step):
    desk = desk_of(real, arrays=False)
    name = send(real, desk)
    until(lambda: next((real.folder / "there").glob(step), None) or desk.submission(name).ended)
    ids = check(real, desk, name)
    listed = subprocess.run(
        ["squeue", "-h", "-r", "-t", "all", "-o", "%i %j"], env=os.environ | {"SLURM_CONF": real.conf},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert {line.split()[0] for line in listed.stdout.splitlines() if f".{name}." in line} == ids
