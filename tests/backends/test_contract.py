"""What every backend must do, asked of every kind in its world."""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from worlds.canfar import CanfarWorld, MountedCanfarWorld, RemoteCanfarWorld
from worlds.gridengine import FakeGridEngineWorld, GridEngineWorld, RemoteGridEngineWorld
from worlds.local import LocalWorld
from worlds.slurm import FakeSlurmWorld, PlainSlurmWorld, RemoteFakeSlurmWorld, RemoteSlurmWorld, SlurmWorld
from worlds.world import World

from tui_batch.backends.base import Backend
from tui_batch.model import Accepted, Batch, Job, Status
from tui_batch.states import JobState
from tui_batch.store.archive import Archive

S = JobState
Known = dict[str, Status]


WORLDS = [
    pytest.param(
        world, id=world.kind, marks=pytest.mark.xdist_group(world.needs.partition("_")[0]) if world.needs else ()
    )
    for world in (
        LocalWorld,
        FakeGridEngineWorld,
        GridEngineWorld,
        RemoteGridEngineWorld,
        FakeSlurmWorld,
        RemoteFakeSlurmWorld,
        SlurmWorld,
        RemoteSlurmWorld,
        PlainSlurmWorld,
        CanfarWorld,
        MountedCanfarWorld,
        RemoteCanfarWorld,
    )
]

# What only a kind promises that starts, watches and ends its jobs itself.
BY_ITS_OWN_HAND = pytest.mark.parametrize(
    "world", [world for world in WORLDS if world.values[0].processes], indirect=True
)


IN_TIME = pytest.mark.parametrize("world", [world for world in WORLDS if world.values[0].exact], indirect=True)

SUSPENDING = pytest.mark.parametrize("world", [world for world in WORLDS if world.values[0].suspends], indirect=True)

BRINGING = pytest.mark.parametrize("world", [world for world in WORLDS if world.values[0].brings], indirect=True)


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param.needs:
        request.getfixturevalue(request.param.needs)
    made = request.param(tmp_path)
    if made.remote:
        made.settings |= request.getfixturevalue("sshd").login(tmp_path / "login", made.environment)
    yield made
    made.close()


@pytest.fixture
def backend(world: World) -> Iterator[Backend]:
    opened = world.open()
    yield opened
    opened.close()


def ended(number: int) -> Callable[[Known], bool]:
    return lambda known: sum(status.state.ended for status in known.values()) >= number


def running(number: int = 1) -> Callable[[Known], bool]:
    return lambda known: sum(status.state is S.RUNNING for status in known.values()) >= number


def send(world: World, backend: Backend, *commands: str, **made: str) -> list[Job]:
    batch, files, jobs = world.batch(commands, **made)
    taken = sent(world, backend, batch, files, jobs)
    return [replace(job, id=one.id) for job, one in zip(jobs, taken, strict=True)]


def sent(world: World, backend: Backend, batch: Batch, files: Archive, jobs: list[Job]) -> list[Accepted]:
    taken = list(chain.from_iterable(backend.submit(batch, files, jobs)))
    world.jobs = [replace(job, id=one.id) for job, one in zip(jobs, taken, strict=True)]
    return taken


def opened_again(world: World, batch: Batch, files: Archive, jobs: list[Job], ids: list[str]) -> Backend:
    """As the courier has it after a restart: one whose kind remembers its jobs is not handed them again."""
    backend = world.open()
    if not world.journal:
        world.jobs = [replace(job, id=one) for job, one in zip(jobs, ids, strict=True)]
        return backend
    assert [taken.id for taken in sent(world, backend, batch, files, jobs)] == ids
    return backend


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def test_every_job_gets_an_id_of_its_own_in_order(world: World, backend: Backend) -> None:
    jobs = send(world, backend, "true", "true", "true")
    assert len({job.id for job in jobs}) == 3
    world.watch(backend, ended(3))


def test_outcomes_are_told_with_exit_codes_times_and_evidence(world: World, backend: Backend) -> None:
    good, bad, killed, missing = send(world, backend, "true", "exit 3", "kill -SEGV $$; kill -9 0", "no-such-command")
    known = world.watch(backend, ended(4))
    assert (known[good.id].state, known[good.id].exit_code) == (S.SUCCEEDED, 0)
    assert (known[bad.id].state, known[bad.id].exit_code, known[bad.id].detail) == (S.FAILED, 3, "exit 3")
    assert known[missing.id].exit_code == 127
    assert "not found" in known[missing.id].detail
    assert known[killed.id].state is not S.SUCCEEDED
    for job in (good, bad, missing):
        status = known[job.id]
        assert status.evidence and status.started <= status.ended <= status.as_of


def test_no_more_jobs_at_once_than_slots(world: World, backend: Backend, tmp_path: Path) -> None:
    busy = tmp_path / "busy"
    send(world, backend, *[f"printf + >> {busy}; sleep 0.3; printf - >> {busy}"] * 6)
    world.watch(backend, ended(6))
    signs = busy.read_text()
    assert max(signs[:at].count("+") - signs[:at].count("-") for at in range(len(signs))) == 2


def test_poll_answers_for_what_it_knows_and_is_silent_on_the_rest(world: World, backend: Backend) -> None:
    [job] = send(world, backend, "sleep 30")
    world.watch(backend, running())
    poll = backend.poll([job, replace(job, id="somebody/else's")])
    assert poll.complete
    assert {name: status.state for name, status in poll.statuses.items()} == {job.id: S.RUNNING}
    backend.cancel([job.id])
    world.watch(backend, ended(1))


def test_submitting_again_runs_nothing_again(world: World, backend: Backend, tmp_path: Path) -> None:
    batch, files, jobs = world.batch([f"printf x >> {tmp_path}/runs"])
    [first] = sent(world, backend, batch, files, jobs)
    [again] = sent(world, backend, batch, files, jobs)
    assert first == again or not world.journal
    world.watch(backend, ended(1))
    assert sent(world, backend, batch, files, jobs) == [first] or not world.journal
    world.watch(backend, ended(1))
    assert (tmp_path / "runs").read_text() == "x"


def test_cancelling_ends_the_whole_group_and_a_queued_job_never_starts(
    world: World, backend: Backend, tmp_path: Path
) -> None:
    marks = tmp_path / "pids"
    commands = [f"sleep 60 & echo $! >> {marks}; wait", f"sleep 60 & echo $! >> {marks}; wait", f"touch {tmp_path}/ran"]
    first, second, queued = send(world, backend, *commands)
    world.watch(backend, lambda known: marks.exists() and len(marks.read_text().split()) == 2)
    backend.cancel([first.id, second.id, queued.id])
    known = world.watch(backend, ended(3))
    assert {known[job.id].state for job in (first, second, queued)} == {S.CANCELLED}
    world.watch(backend, lambda known: all(gone(int(pid)) for pid in marks.read_text().split()))
    assert not (tmp_path / "ran").exists()
    backend.cancel([first.id, queued.id, "never/heard/of"])  # no error
    assert backend.poll([first]).statuses[first.id].state is S.CANCELLED


def test_a_job_that_ignores_being_asked_is_killed_after_the_grace_time(world: World, backend: Backend) -> None:
    [job] = send(world, backend, "trap '' TERM; echo deaf; while :; do sleep 0.05; done")
    world.watch(backend, lambda known: b"deaf" in backend.tail(job, "out", "").data)
    backend.cancel([job.id])
    assert world.watch(backend, ended(1))[job.id].state is S.CANCELLED


@BY_ITS_OWN_HAND
def test_a_job_that_succeeds_before_the_signal_reaches_it_keeps_its_success(world: World, backend: Backend) -> None:
    [job] = send(world, backend, "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done")
    world.watch(backend, lambda known: b"ready" in backend.tail(job, "out", "").data)
    backend.cancel([job.id])
    known = world.watch(backend, ended(1))
    assert (known[job.id].state, known[job.id].exit_code) == (S.SUCCEEDED, 0)


def test_a_job_can_end_itself(world: World, backend: Backend) -> None:
    [job] = send(world, backend, "kill $$; sleep 60")
    status = world.watch(backend, ended(1))[job.id]
    assert (status.state, status.detail) == (S.FAILED, "killed by signal TERM")


@IN_TIME
def test_time_limit(world: World, backend: Backend) -> None:
    [job] = send(world, backend, "sleep 60", resources=f"minutes = {world.minutes}")
    status = world.watch(backend, ended(1))[job.id]
    assert status.state is S.TIMED_OUT
    assert f"{world.minutes} minute" in status.detail


@IN_TIME
def test_a_clean_exit_at_the_time_limit_is_still_a_time_out(world: World, backend: Backend) -> None:
    command = "trap 'exit 0' TERM; while :; do sleep 0.05; done"
    [job] = send(world, backend, command, resources=f"minutes = {world.minutes}")
    assert world.watch(backend, ended(1))[job.id].state is S.TIMED_OUT


@BY_ITS_OWN_HAND
def test_shared_memory_counts_once(world: World, backend: Backend) -> None:
    code = "import os, time; x = bytearray(60_000_000)\nfor _ in range(3): os.fork()\ntime.sleep(1)"
    [job] = send(world, backend, f'python3 -c "{code}"', resources="memory = 200")
    assert world.watch(backend, ended(1))[job.id].state is S.SUCCEEDED


def test_a_pipe_that_is_closed_ends_its_writer(world: World, backend: Backend) -> None:
    [job] = send(world, backend, "yes | head -n 1; trap > traps; grep SigIgn /proc/self/status")
    world.watch(backend, ended(1))
    assert "err" not in backend.streams or backend.tail(job, "err", "").data == b""
    ignored = int(backend.tail(job, "out", "").data.split()[-1], 16)
    assert not ignored & 1 << (signal.SIGPIPE - 1)
    assert not ignored & 1 << (signal.SIGHUP - 1)


@BY_ITS_OWN_HAND
def test_a_stranger_that_was_given_the_pid_is_left_alone(world: World) -> None:
    batch, files, jobs = world.batch(["echo up; sleep 60"], resources="minutes = 0.05")
    first = world.open()
    [taken] = sent(world, first, batch, files, jobs)
    job = replace(jobs[0], id=taken.id)
    known = world.watch(first, lambda known: running()(known) and first.tail(job, "out", "").data == b"up\n")
    first.close()
    world.vanish(known[taken.id])
    stranger = world.give_pid_away(jobs[0])
    second = world.open()
    sent(world, second, batch, files, jobs)
    status = world.watch(second, ended(1))[taken.id]
    assert status.state is S.LOST
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    second.close()


@BY_ITS_OWN_HAND
def test_memory_limit(world: World, backend: Backend) -> None:
    [job] = send(
        world, backend, "python3 -c 'x = bytearray(300_000_000); import time; time.sleep(60)'", resources="memory = 100"
    )
    status = world.watch(backend, ended(1))[job.id]
    assert status.state is S.OUT_OF_MEMORY
    assert "100 MB" in status.detail


def test_a_job_that_vanishes_is_lost_not_done(world: World, backend: Backend) -> None:
    [job] = send(world, backend, "sleep 60")
    known = world.watch(backend, running())
    world.vanish(known[job.id])
    status = world.watch(backend, ended(1))[job.id]
    assert status.state is S.LOST
    assert status.exit_code is None


@BY_ITS_OWN_HAND
def test_what_outlives_its_wrapper_is_still_running(world: World, backend: Backend, tmp_path: Path) -> None:
    [job] = send(world, backend, f"sleep 60 & echo $! > {tmp_path}/pid; wait")
    known = world.watch(backend, lambda known: running()(known) and (tmp_path / "pid").exists())
    world.behead(known[job.id])
    with pytest.raises(AssertionError, match="did not come true"):
        world.watch(backend, ended(1), seconds=1.0)
    assert backend.poll([job]).statuses[job.id].state is S.RUNNING
    os.killpg(world.wrapper(known[job.id]), signal.SIGKILL)
    assert world.watch(backend, ended(1))[job.id].state is S.LOST


def test_an_opened_again_backend_goes_on_with_what_runs_and_starts_what_waits(world: World, tmp_path: Path) -> None:
    wait = f"until [ -e {tmp_path}/go ]; do sleep 0.05; done"
    batch, files, jobs = world.batch([f"printf {n} >> {tmp_path}/runs; {wait}" for n in "abc"])
    first = world.open()
    ids = [taken.id for taken in sent(world, first, batch, files, jobs)]
    world.watch(first, running(2))
    first.close()  # as if killed: it does nothing for its jobs
    second = opened_again(world, batch, files, jobs, ids)
    (tmp_path / "go").touch()
    known = world.watch(second, ended(3))
    assert {known[name].state for name in ids} == {S.SUCCEEDED}
    assert sorted((tmp_path / "runs").read_text()) == ["a", "b", "c"]
    second.close()


@SUSPENDING
def test_a_suspended_job_is_shown_so_and_can_still_be_cancelled(world: World, backend: Backend) -> None:
    [job] = send(world, backend, "sleep 60")
    known = world.watch(backend, running())
    world.suspend(known[job.id])
    world.watch(backend, lambda known: job.id in known and known[job.id].state is S.SUSPENDED)
    backend.cancel([job.id])
    assert world.watch(backend, ended(1))[job.id].state is S.CANCELLED


def test_a_cancelled_job_that_is_deaf_ends_although_the_courier_was_killed_meanwhile(world: World) -> None:
    batch, files, jobs = world.batch(["trap '' TERM; echo deaf; while :; do sleep 0.05; done"])
    first = world.open()
    [taken] = sent(world, first, batch, files, jobs)
    job = replace(jobs[0], id=taken.id)
    world.watch(first, lambda known: b"deaf" in first.tail(job, "out", "").data)
    first.cancel([job.id])
    first.close()
    second = opened_again(world, batch, files, jobs, [job.id])
    assert world.watch(second, ended(1))[job.id].state is S.CANCELLED
    second.close()


def test_what_ended_while_nobody_watched_is_told(world: World) -> None:
    batch, files, jobs = world.batch(["exit 4"])
    first = world.open()
    [taken] = sent(world, first, batch, files, jobs)
    world.watch(first, ended(1))
    first.close()
    second = opened_again(world, batch, files, jobs, [taken.id])
    status = world.watch(second, ended(1))[taken.id]
    assert (status.state, status.exit_code) == (S.FAILED, 4)
    second.close()


def test_find_knows_the_jobs_of_a_marker(world: World, backend: Backend) -> None:
    jobs = send(world, backend, "true", "true")
    world.watch(backend, ended(2))
    assert backend.find(jobs[0].submission) == {job.index: job.id for job in jobs}
    assert backend.find("20000101-000000-nobody") == {}


def test_logs_are_read_from_a_cursor_on(world: World, backend: Backend) -> None:
    [job] = send(world, backend, "echo one; echo oops >&2; echo two")
    world.watch(backend, ended(1))
    first = backend.tail(job, "out", "")
    assert backend.tail(job, "out", first.cursor).data == b""
    if "err" not in backend.streams:  # one log for both
        assert first.data == b"one\noops\ntwo\n"
        return
    assert first.data == b"one\ntwo\n"
    assert backend.tail(job, "err", "").data == b"oops\n"


@BRINGING
def test_results_are_what_the_job_wrote_and_come_whole(world: World, backend: Backend, tmp_path: Path) -> None:
    command = "mkdir deep; echo 1 > deep/a.csv; echo 2 > b.txt; touch -d 2001-01-01 b.txt; ln -s b.txt link; echo said"
    batch, files, jobs = world.batch([command])
    [taken] = sent(world, backend, batch, files, jobs)
    world.watch(backend, ended(1))
    [job] = [replace(jobs[0], id=taken.id)]
    assert list(backend.fetch(batch, files, [job], tmp_path / "results")) == [job]
    found = {
        str(p.relative_to(tmp_path / "results" / job.name)) for p in (tmp_path / "results").rglob("*") if p.is_file()
    }
    assert found == {"deep/a.csv", "b.txt", "link", "stdout"}
    assert os.readlink(tmp_path / "results" / job.name / "link") == "b.txt"
    assert list(backend.fetch(batch, files, [job], tmp_path / "results")) == [job]  # twice is once
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == [job.name]


@BRINGING
def test_only_results_that_the_patterns_name_come(world: World, backend: Backend, tmp_path: Path) -> None:
    batch, files, jobs = world.batch(["mkdir deep; echo 1 > deep/a.csv; echo 2 > b.txt"], patterns='["*.csv"]')
    [taken] = sent(world, backend, batch, files, jobs)
    world.watch(backend, ended(1))
    list(backend.fetch(batch, files, [replace(jobs[0], id=taken.id)], tmp_path / "results"))
    assert [path.name for path in (tmp_path / "results").rglob("*") if path.is_file()] == ["a.csv"]


@BRINGING
def test_results_that_are_excluded_stay(world: World, backend: Backend, tmp_path: Path) -> None:
    patterns = '["*.csv", "b.txt", "stdout"]\nexclude = ["deep/*", "stdout"]'
    command = "mkdir -p deep/er; echo 1 | tee deep/a.csv deep/er/a.csv a.csv b.txt"
    batch, files, jobs = world.batch([command], patterns=patterns)
    [taken] = sent(world, backend, batch, files, jobs)
    world.watch(backend, ended(1))
    list(backend.fetch(batch, files, [replace(jobs[0], id=taken.id)], tmp_path / "results"))
    assert sorted(path.name for path in (tmp_path / "results").rglob("*") if path.is_file()) == ["a.csv", "b.txt"]


def test_probe_tells_how_the_target_is(backend: Backend) -> None:
    health = backend.probe()
    assert health.reachable
    assert health.facts
