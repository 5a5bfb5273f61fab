"""Two hundred jobs on a real Grid Engine that goes wrong in every way: each runs once, each end is told as it was."""

from dataclasses import replace
from itertools import chain

import pytest
from worlds import gridengine_cell as real
from worlds.gridengine import GridEngineWorld

from tui_batch.errors import Unreachable
from tui_batch.model import Resources
from tui_batch.states import JobState

S = JobState
MANY = 200
LIMITED, CANCELLED = 0, 1  # what becomes of these
IN_ERROR = MANY  # a job of another batch

pytestmark = pytest.mark.xdist_group("gridengine")


@pytest.fixture
def world(gridengine_cell, tmp_path):
    made = GridEngineWorld(tmp_path)
    made.settings |= {"at_once": 0, "lost_seconds": 300.0}
    made.pause = 0.5
    yield made
    made.close()


def command(index, ran):
    """What a job does, and says that it did it."""
    said = f"printf x >> {ran}/{index}; echo {index} > result.txt"
    if index in (LIMITED, CANCELLED):
        return f"{said}; sleep 100"
    return f"{said}; exit 3" if index % 10 == 3 else said


def expected(index):
    if index in (LIMITED, CANCELLED):
        return (S.TIMED_OUT, S.CANCELLED)[index], 137
    return (S.FAILED, 3) if index % 10 == 3 else (S.SUCCEEDED, 0)


def send(world, backend, batch, files, jobs):
    ids = {one.index: one.id for one in chain.from_iterable(backend.submit(batch, files, jobs))}
    sent = [replace(job, id=ids[job.index]) for job in jobs]
    world.jobs += sent
    return sent


def test_whatever_happens_every_job_runs_once_and_every_end_is_told(world, tmp_path):
    ran, into = tmp_path / "ran", tmp_path / "results"
    ran.mkdir()
    backend = world.open()
    world.settings["extra"] = ["-o", str(tmp_path / "not" / "there")]
    careless = world.open()
    [wrong] = send(world, careless, *world.batch([f"printf x >> {ran}/{IN_ERROR}"]))
    world.watch(backend, lambda known: known[wrong.id].state is S.HELD)

    batch, files, jobs = world.batch([command(index, ran) for index in range(MANY)])
    jobs[LIMITED] = replace(jobs[LIMITED], resources=Resources(minutes=0.05))
    jobs = send(world, backend, batch, files, jobs)
    assert len({job.id.partition(".")[0] for job in jobs}) == 2  # the limited one, and an array of the others

    world.watch(backend, lambda known: (ran / str(CANCELLED)).exists())
    real.cell("master-stop")
    with pytest.raises(Unreachable, match="queue master does not answer"):
        backend.poll(jobs)
    with pytest.raises(Unreachable):
        backend.cancel([jobs[CANCELLED].id])
    late = world.batch([f"printf x >> {ran}/{IN_ERROR + 1}"])
    with pytest.raises(Unreachable):
        list(backend.submit(*late))
    real.cell("master-start")
    [late] = send(world, backend, *late)

    known = backend.poll(world.jobs).statuses
    assert known[wrong.id].detail.startswith(f"its output file {tmp_path}/not/there cannot be opened")
    (tmp_path / "not").mkdir()
    backend.release([wrong.id])
    backend.cancel([jobs[CANCELLED].id])
    known = world.watch(backend, lambda known: sum(one.state.ended for one in known.values()) == MANY + 2, 60.0)

    assert {job.index: (known[job.id].state, known[job.id].exit_code) for job in jobs} == {
        index: expected(index) for index in range(MANY)
    }
    assert {known[job.id].state for job in (wrong, late)} == {S.SUCCEEDED}
    assert {path.name: path.read_text() for path in ran.iterdir()} == {str(index): "x" for index in range(MANY + 2)}
    fetched = list(chain.from_iterable(
        backend.fetch(batch, files, jobs[at : at + backend.fetch_at_once], into)
        for at in range(0, MANY, backend.fetch_at_once)
    ))  # fmt: skip
    assert fetched == jobs
    results = {job.index: (into / job.name / "result.txt").read_text() for job in jobs}
    assert results == {index: f"{index}\n" for index in range(MANY)}
