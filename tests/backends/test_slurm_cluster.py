"""Jobs on a real Slurm that goes wrong in every way: each runs once, each end is told as it was."""

import os
import time
from dataclasses import replace
from itertools import chain

import pytest
from worlds.slurm import PlainSlurmWorld, SlurmWorld
from worlds.slurm_cluster import cluster

from tui_batch.errors import Unclear, Unreachable
from tui_batch.model import Resources
from tui_batch.states import JobState

S = JobState
MANY, AT_ONCE = 200, 60
LIMITED, STARVED, CANCELLED = 0, 1, 2  # what becomes of these
HELD, DROPPED = range(180, 186), 190  # of those that wait: held for a while, cancelled
MARK = "what goes wrong"

pytestmark = pytest.mark.xdist_group("slurm")


@pytest.fixture(params=["with accounts", "with accounts, over SSH", "without accounts", "without accounts, over SSH"])
def world(request, slurm_cluster, tmp_path):
    """Each of the two clusters, here and over SSH; `path` is where a test may put a program of its own before Slurm's."""
    made = (PlainSlurmWorld if "without" in request.param else SlurmWorld)(tmp_path)
    made.settings |= {"at_once": AT_ONCE, "lost_seconds": 300.0}
    made.pause, made.path = 0.5, tmp_path / "programs"
    made.path.mkdir()
    path = f"{made.path}:{os.environ['PATH']}"
    if "SSH" in request.param:
        made.settings |= request.getfixturevalue("sshd").login(tmp_path / "login", {"PATH": path})
    else:
        request.getfixturevalue("monkeypatch").setenv("PATH", path)
    yield made
    made.close()


def send(world, backend, batch, files, jobs):
    ids = {one.index: one.id for one in chain.from_iterable(backend.submit(batch, files, jobs))}
    sent = [replace(job, id=ids[job.index]) for job in jobs]
    world.jobs += sent
    return sent


def command(index, ran):
    """What a job does, and says that it did it. Those that go first wait for a sign."""
    said = f"printf x >> {ran}/{index}; echo {index} > result.txt"
    if index in (LIMITED, CANCELLED):
        return f"{said}; sleep 100"
    if index == STARVED:
        return f"{said}; head -c 300000000 /dev/zero | tail -c 300000000 >/dev/null"
    wait = f"until [ -e {ran}.go ]; do sleep 0.2; done; " if index <= AT_ONCE else ""
    return wait + (f"{said}; exit 3" if index % 10 == 3 else said)


def test_whatever_happens_every_job_runs_once_and_every_end_is_told(world, tmp_path):
    ran, into = tmp_path / "ran", tmp_path / "results"
    ran.mkdir()
    backend = world.open()
    batch, files, jobs = world.batch([command(index, ran) for index in range(MANY)])
    jobs[LIMITED] = replace(jobs[LIMITED], resources=Resources(minutes=1))
    jobs[STARVED] = replace(jobs[STARVED], resources=Resources(memory_mb=100))
    jobs = send(world, backend, batch, files, jobs)
    start = time.time()
    known = world.watch(backend, lambda known: sum(one.state is S.RUNNING for one in known.values()) >= AT_ONCE + 1)
    print("running", time.time() - start)
    world.tell("scontrol", "update", f"jobid={jobs[LIMITED].id}", "EndTime=now+2")
    backend.hold([jobs[index].id for index in HELD])
    known = backend.poll(jobs).statuses
    print(known[jobs[181].id], known[jobs[179].id])
    assert {index for index in range(MANY) if known[jobs[index].id].state is S.HELD} == {*HELD}
    backend.cancel([jobs[CANCELLED].id, jobs[DROPPED].id])

    cluster("controller-stop", world.cluster)
    (tmp_path / "ran.go").touch()
    t = time.time()
    with pytest.raises(Unreachable, match="controller does not answer"):
        backend.poll(jobs)
    print(time.time() - t)
    with pytest.raises(Unreachable):
        backend.cancel([jobs[10].id])
    print(time.time() - t)
    late = world.batch([f"printf x >> {ran}/{MANY}"])
    with pytest.raises(Unreachable):
        list(backend.submit(*late))
    print(time.time() - t)
    cluster("controller-start", world.cluster)
    print(time.time() - t)
    [late] = send(world, backend, *late)

    backend.release([jobs[index].id for index in HELD])
    print("go", time.time() - start)
    known = world.watch(backend, lambda known: sum(one.state.ended for one in known.values()) == MANY + 1, 100.0)
    print("ended", time.time() - start)
    for index in (LIMITED, STARVED, CANCELLED, DROPPED, 3, 4):
        print(index, known[jobs[index].id])
