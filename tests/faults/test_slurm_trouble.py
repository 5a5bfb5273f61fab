"""A whole submission on a Slurm where one thing after the other goes wrong: each job runs once, each end is told as it
was."""

import pytest
from test_killed import make, until
from test_slurm_killed import S, counts, desk_of, opened
from test_trouble import kill_courier
from worlds.slurm import FakeSlurmWorld

JOBS = 24

TROUBLES = [
    {"down": True},
    {"timed_out": {"squeue": 0}},
    {"cut": 40},
    {"accounting": "down"},
    {"timed_out": {"sacct": 1}},
    {"lag": 0.5},
    {"completing": 0.5},
    {"banner": "*** maintenance on Monday ***\n4711\n"},
]


@pytest.fixture
def world(tmp_path):
    yield from opened(FakeSlurmWorld, tmp_path)


@pytest.mark.parametrize("killed", [False, True], ids=["the courier lives", "the courier dies"])
def test_whatever_goes_wrong_every_job_runs_once_and_every_end_is_told(world, killed):
    marks, there = world.folder / "marks", world.folder / "there"
    marks.mkdir()
    world.pull(min_job_age=0.0, sbatch="timed out", most=JOBS)
    desk = desk_of(world)
    go, n = world.folder / "go", "{{ n }}"
    last = f"until [ {n} -lt {JOBS} ] || [ -e {go} ]; do sleep 0.05; done"  # they have not all ended too soon
    command = f"printf x >> '{marks}/{n}'; sleep 0.3; {last}; exit $(({n} % 6 == 0 ? 3 : 0))"
    name = desk.submit(make(desk, world.folder, command, f"1..{JOBS}"))
    until(lambda: next(there.glob("*/sent/*/code"), None))
    world.pull(sbatch="")
    for trouble in TROUBLES:
        calm = {key: world.string(key) for key in trouble}
        asked = len(world.calls("squeue"))
        world.pull(**trouble)
        desk.poll()
        until(lambda asked=asked: len(world.calls("squeue")) > asked, 60)
        if killed:
            kill_courier(desk.home)
            desk.wake()
        world.pull(**calm)
    assert not desk.submission(name).ended
    go.touch()
    until(lambda: bool(desk.submission(name).ended), 60)
    assert counts(desk, name) == {S.SUCCEEDED: JOBS - JOBS // 6, S.FAILED: JOBS // 6}
    assert {path.name: path.read_text() for path in marks.iterdir()} == {str(n): "x" for n in range(1, JOBS + 1)}
    rows = desk.jobs(name).rows
    assert {row.status.exit_code for row in rows if row.status.state is S.FAILED} == {3}
    assert len(world.calls("sbatch")) == 1


def test_a_limit_smaller_than_a_batch_means_waves(world):
    marks = world.folder / "marks"
    marks.mkdir()
    world.pull(most=3)
    desk = desk_of(world)
    name = desk.submit(make(desk, world.folder, f"printf x >> '{marks}/{{{{ n }}}}'", "1..7"))
    until(lambda: bool(desk.submission(name).ended), 60)
    assert counts(desk, name) == {S.SUCCEEDED: 7}
    assert {path.name: path.read_text() for path in marks.iterdir()} == {str(n): "x" for n in range(1, 8)}
    assert len(world.all()) == 7
