"""What goes wrong for one job, or for a while, stays with that job and that while."""

import contextlib
import os
import signal
from pathlib import Path

from test_killed import desk_of, make, until

from tui_batch.states import JobState
from tui_batch.store import lock
from tui_batch.store.home import Home


def kill_courier(home: Path) -> None:
    assert lock.look(Home(home))

    def killed() -> bool:
        beat = lock.look(Home(home))  # one that had been waiting for the lock may have it by now
        if beat and beat.alive and beat.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(beat.pid, signal.SIGKILL)
        return not (beat and beat.alive)

    until(killed)


def test_one_job_whose_results_cannot_be_had_costs_no_other_its_own(tmp_path: Path) -> None:
    desk = desk_of(tmp_path / "home", slots=2)
    dive = f"for i in $(seq 24); do mkdir {'d' * 200}; cd {'d' * 200}; done; echo x > y"
    batch = make(desk, tmp_path, f"echo {{{{ n }}}} > out; test {{{{ n }}}} != 2 || {{ {dive}; }}", "1..4")
    name = desk.submit(batch)
    until(lambda: bool(desk.submission(name).ended))
    found = sorted(path.name for path in desk.results(name).iterdir() if path.name[0] != ".")
    assert found == ["n1", "n3", "n4"]
    assert desk.submission(name).fetched == 3
    assert "The results of 1 job are not here" in desk.trouble(name)


def test_a_cancellation_is_not_forgotten_by_a_courier_that_is_killed(tmp_path: Path) -> None:
    desk = desk_of(tmp_path / "home", slots=1)
    batch = make(desk, tmp_path, "sleep 0.2", "1..3000")
    name = desk.submit(batch)
    until(lambda: desk.submission(name).counts.get(JobState.RUNNING, 0) == 1)
    desk.cancel(name)
    until(lambda: desk.submission(name).counts.get(JobState.CANCELLED, 0) > 0)
    kill_courier(desk.home)
    desk.wake()
    until(lambda: bool(desk.submission(name).ended))
    counts = desk.submission(name).counts
    assert counts[JobState.CANCELLED] > 2900


def test_running_jobs_are_watched_although_their_batch_is_gone(tmp_path: Path) -> None:
    desk = desk_of(tmp_path / "home", slots=1)
    go = tmp_path / "go"
    batch = make(desk, tmp_path, f"while [ ! -e {go} ]; do sleep 0.05; done", "1..2")
    name = desk.submit(batch)
    until(lambda: desk.submission(name).counts.get(JobState.RUNNING, 0) == 1)
    kill_courier(desk.home)
    zip_ = desk.home / "batches" / f"{batch}.zip"
    zip_.rename(tmp_path / "away.zip")
    desk.wake()
    until(lambda: "does not exist" in desk.submission(name).health)
    go.touch()
    until(lambda: desk.submission(name).counts.get(JobState.SUCCEEDED, 0) == 1)
    until(lambda: desk.submission(name).counts.get(JobState.HELD, 0) == 1)
    (tmp_path / "away.zip").rename(zip_)
    desk.retry(name)
    until(lambda: desk.submission(name).counts.get(JobState.SUCCEEDED, 0) == 2)
    desk.fetch(name)
    until(lambda: desk.submission(name).fetched == 2)
