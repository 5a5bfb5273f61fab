"""Jobs on a real Grid Engine that goes wrong in every way: each runs once, each end is told as it was."""

import hashlib
import os
import threading
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain

import pytest
from worlds import gridengine_cell as real
from worlds.gridengine import GridEngineWorld, RemoteGridEngineWorld

from tui_batch.errors import Unclear, Unreachable
from tui_batch.model import Resources
from tui_batch.states import JobState

S = JobState
MANY, AT_ONCE = 200, 60
LIMITED, CANCELLED = 0, 1  # what becomes of these
IN_ERROR = MANY  # a job of another batch

pytestmark = pytest.mark.xdist_group("gridengine")


@pytest.fixture
def world(gridengine_cell, tmp_path):
    made = GridEngineWorld(tmp_path)
    made.settings |= {"at_once": AT_ONCE, "lost_seconds": 300.0}
    made.pause = 0.5
    yield made
    made.close()


def command(index, ran):
    """What a job does, and says that it did it. Those that go first wait for a sign."""
    said = f"printf x >> {ran}/{index}; echo {index} > result.txt"
    if index in (LIMITED, CANCELLED):
        return f"{said}; sleep 100"
    wait = f"until [ -e {ran}.go ]; do sleep 0.2; done; " if index <= AT_ONCE else ""
    return wait + (f"{said}; exit 3" if index % 10 == 3 else said)


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

    # Not while the queue hands a job over: one that is cut in that is handed over again only minutes later.
    world.watch(backend, lambda known: sum(one.state is S.RUNNING for one in known.values()) == AT_ONCE)
    real.cell("master-stop")
    (tmp_path / "ran.go").touch()
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
    known = world.watch(backend, lambda known: sum(one.state.ended for one in known.values()) == MANY + 2, 150.0)

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


@contextmanager
def cut_at(sshd, folder, pattern):
    """Kill the server's processes for what is open as soon as there is such a file."""
    over = threading.Event()

    def watch():
        while not over.is_set():
            if next(folder.glob(pattern), None):
                sshd.cut()
                return
            over.wait(0.001)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def sent(backend, batch, files, jobs, ids):
    """Hand over what has not been taken, as the courier does: what is in doubt is looked for first."""
    try:
        ids |= backend.find(jobs[0].submission)
        left = [job for job in jobs if job.index not in ids]
        for taken in backend.submit(batch, files, left) if left else ():
            ids |= {one.index: one.id for one in taken}
    except (Unreachable, Unclear):
        return False
    return True


def test_a_connection_that_is_cut_again_and_again_loses_nothing_and_does_nothing_twice(gridengine_cell, sshd, tmp_path):
    world = RemoteGridEngineWorld(tmp_path)
    world.settings |= {"at_once": 0, **sshd.login(tmp_path / "login")}
    ran, into, there = tmp_path / "ran", tmp_path / "results", tmp_path / "there"
    ran.mkdir()
    backend, ids = world.open(), {}
    made = "head -c 300000 /dev/urandom > result; sha256sum < result > sum"
    command = f"printf x >> {ran}/$TUI_BATCH_INDEX; {made}  # {os.urandom(30_000).hex()}"
    batch, files, jobs = world.batch([command] * 20)
    cuts = 0
    for pattern in ("*/incoming/*", "*/sent/*"):
        with cut_at(sshd, there, pattern):
            cuts += not sent(backend, batch, files, jobs, ids)
    while not sent(backend, batch, files, jobs, ids):
        cuts += 1
    world.jobs = jobs = [replace(job, id=ids[job.index]) for job in jobs]

    known = {}
    while not all(job.id in known and known[job.id].state.ended for job in jobs):
        threading.Timer(0.02, sshd.cut).start()
        for _ in range(2):  # in the midst of it, and when it is over
            try:
                known |= backend.poll(jobs).statuses
            except (Unreachable, Unclear):
                cuts += 1
    assert {known[job.id].state for job in jobs} == {S.SUCCEEDED}

    fetched = set()
    with cut_at(sshd, there, "*/packed/*"):
        try:
            fetched |= set(backend.fetch(batch, files, jobs, into))
        except (Unreachable, Unclear):
            cuts += 1
    fetched |= set(backend.fetch(batch, files, jobs, into))
    assert fetched == set(jobs)
    assert {path.name: path.read_text() for path in ran.iterdir()} == {str(index): "x" for index in range(20)}
    for job in jobs:
        digest = hashlib.sha256((into / job.name / "result").read_bytes()).hexdigest()
        assert (into / job.name / "sum").read_text().split()[0] == digest
    assert cuts >= 3
    world.close()
