"""Jobs on a real Slurm that goes wrong in every way: each runs once, each end is told as it was."""

import contextlib
import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain

import pytest
from sshd import until
from worlds.slurm import PlainSlurmWorld, SlurmWorld
from worlds.slurm_cluster import ROOT, cluster

from tui_batch.backends.slurm import calls
from tui_batch.errors import Busy, Unclear, Unreachable
from tui_batch.model import Resources
from tui_batch.states import JobState

S = JobState
KEPT, KEPT_SSH, PLAIN, PLAIN_SSH = "kept", "kept, over SSH", "plain", "plain, over SSH"
MANY, AT_ONCE = 200, 25
LIMITED, STARVED, CANCELLED, DROPPED = 0, 1, 2, 190  # what becomes of these; the last is cancelled while it waits
HELD = range(180, 186)  # for a while
HOG = "python3 -c 'import time; held = b\"x\" * 150_000_000; time.sleep(100)'"

pytestmark = pytest.mark.xdist_group("slurm")


class Place:
    """One of the two clusters, from here or over SSH, for a batch of jobs that say that they have run."""

    def __init__(self, name, folder, login):
        self.ran, self.go, self.results = folder / "ran", folder / "go", folder / "results"
        self.ran.mkdir(parents=True)
        self.programs = folder / "programs"  # looked at before Slurm's own
        self.keeps_accounts, self.away = name.startswith("kept"), "SSH" in name
        self.world = (SlurmWorld if self.keeps_accounts else PlainSlurmWorld)(folder)
        self.world.settings |= {"at_once": AT_ONCE, "lost_seconds": 300.0}
        self.world.pause = 0.5
        if self.away:
            self.world.settings |= login(folder / "login", {"PATH": f"{self.programs}:{os.environ['PATH']}"})
        self.backend = self.world.open()

    def again(self, **settings):
        """Open it again, with other settings."""
        self.backend.close()
        self.world.settings |= settings
        self.backend = self.world.open()

    def said(self, index):
        """What a job does to say that it runs."""
        return f"printf x >> '{self.ran}/{index}'; echo {index} > result.txt"

    def send(self, batch, files, jobs):
        ids = {one.index: one.id for one in chain.from_iterable(self.backend.submit(batch, files, jobs))}
        sent = [replace(job, id=ids[job.index]) for job in jobs]
        self.world.jobs += sent
        return sent

    def watch(self, until):
        return self.world.watch(self.backend, until, 100.0)

    def all_ended(self):
        return self.watch(lambda known: sum(one.state.ended for one in known.values()) == len(self.world.jobs))

    def runs(self):
        """What jobs said."""
        return {path.name: path.read_text() for path in self.ran.iterdir()}


@pytest.fixture
def place(slurm_cluster, sshd, tmp_path):
    """Make places by their names."""
    with contextlib.ExitStack() as made:

        def make(name):
            one = Place(name, tmp_path / name, sshd.login)
            made.callback(one.world.close)
            return one

        yield make


# -- everything at once ------------------------------------------------------------------------------------------------


def command(place, index):
    """What a job does. Those that go first wait for a sign."""
    said = place.said(index)
    if index in (LIMITED, CANCELLED):
        return f"{said}; sleep 100"
    if index == STARVED:
        return f"{said}; {HOG}"
    wait = f"until [ -e '{place.go}' ]; do sleep 0.2; done; " if index <= AT_ONCE else ""
    return wait + (f"{said}; exit 3" if index % 10 == 3 else said)


def expected(place, index):
    """State and code."""
    if index == LIMITED:
        return S.TIMED_OUT, None
    if index == STARVED:
        told = place.keeps_accounts and (ROOT / "kept" / "cgroup.conf").exists()  # else it is killed, and that is all
        return S.OUT_OF_MEMORY if place.keeps_accounts else S.FAILED, None if told else 137
    if index in (CANCELLED, DROPPED):
        return S.CANCELLED, None
    return (S.FAILED, 3) if index % 10 == 3 else (S.SUCCEEDED, 0)


def evidence(place, index):
    """How that may be known: the accounting is a little behind the queue."""
    if index == DROPPED:
        return {"left the queue"}
    tellers = {"squeue", "accounting" if place.keeps_accounts else "scontrol"}
    if expected(place, index)[1] == 137:  # its wrapper is killed, too
        return tellers
    return {f"{teller} and end record" for teller in tellers}


def begin(place):
    """Send an array, and have some of it go on, some be held, some be ended."""
    batch, files, jobs = place.world.batch([command(place, index) for index in range(MANY)])
    jobs[LIMITED] = replace(jobs[LIMITED], resources=Resources(minutes=1))
    jobs[STARVED] = replace(jobs[STARVED], resources=Resources(memory_mb=60))
    jobs = place.send(batch, files, jobs)
    assert len({job.id.partition("_")[0] for job in jobs}) == 3  # the two apart, and an array of the others
    place.watch(lambda known: sum(one.state is S.RUNNING for one in known.values()) == AT_ONCE + 2)
    place.world.tell("scontrol", "update", f"jobid={jobs[LIMITED].id}", "EndTime=now+2")  # sooner than in a minute
    place.backend.hold([jobs[index].id for index in HELD])
    known = place.backend.poll(jobs).statuses  # but for what ended this moment
    assert [job.index for job in jobs if job.id in known and known[job.id].state is S.HELD] == [*HELD]
    place.backend.cancel([jobs[CANCELLED].id, jobs[DROPPED].id])
    place.sent = batch, files, jobs


def ask_in_vain(place):
    place.go.touch()  # they end while nobody writes it down
    jobs = place.sent[2]
    with pytest.raises(Unreachable, match="controller does not answer"):
        place.backend.poll(jobs)
    with pytest.raises(Unreachable):
        place.backend.cancel([jobs[LIMITED + 10].id])
    place.late = place.world.batch([place.said(MANY)])
    with pytest.raises(Unreachable, match="Nothing was sent"):
        list(place.backend.submit(*place.late))


def end(place):
    """Have all go on, and one batch wait in vain."""
    batch, files, jobs = place.sent
    [late] = place.send(*place.late)
    place.backend.release([jobs[index].id for index in HELD])
    place.again(extra=[f"--dependency=afterok:{jobs[CANCELLED].id}"])
    never = place.send(*place.world.batch([place.said("never")] * 3))
    known = place.watch(lambda known: all(job.id in known and known[job.id].state is S.HELD for job in never))
    assert {known[job.id].detail.partition(":")[0] for job in never} == {
        "waits for a job that did not end as it had to"
    }
    place.backend.cancel([job.id for job in never])

    known = place.all_ended()
    ends = {job.index: known[job.id] for job in jobs}
    assert {index: (one.state, one.exit_code) for index, one in ends.items()} == {
        index: expected(place, index) for index in range(MANY)
    }
    assert [one for index, one in ends.items() if one.evidence not in evidence(place, index)] == []
    assert known[late.id].state is S.SUCCEEDED
    assert {known[job.id].state for job in never} == {S.CANCELLED}
    assert place.runs() == {str(index): "x" for index in range(MANY + 1) if index != DROPPED}
    fetched = list(chain.from_iterable(
        place.backend.fetch(batch, files, jobs[at : at + place.backend.fetch_at_once], place.results)
        for at in range(0, MANY, place.backend.fetch_at_once)
    ))  # fmt: skip
    assert fetched == jobs
    for job in jobs:
        assert job.index == DROPPED or (place.results / job.name / "result.txt").read_text() == f"{job.index}\n"


def test_whatever_happens_every_job_runs_once_and_every_end_is_told(place):
    places = [place(name) for name in (KEPT, KEPT_SSH, PLAIN, PLAIN_SSH)]
    with ThreadPoolExecutor() as all_together:
        list(all_together.map(begin, places))
        list(all_together.map(cluster, ("controller-stop",) * 2, ("kept", "plain")))
        list(all_together.map(ask_in_vain, places))
        list(all_together.map(cluster, ("controller-start",) * 2, ("kept", "plain")))
        list(all_together.map(end, places))


# -- answers that are lost, and refusals -------------------------------------------------------------------------------


def lose_answers(here, then):
    """Put an `sbatch` before the real one that has the jobs taken, and tells nobody."""
    program = here.programs / "sbatch"
    program.parent.mkdir()
    program.write_text(
        f"#!/bin/sh\n{shutil.which('sbatch')} \"$@\" >/dev/null\ntrue >'{here.programs}/taken'\n{then}\n"
    )
    program.chmod(0o755)


def found_and_run_once(here, batch, files, jobs):
    shutil.rmtree(here.programs)
    found = here.backend.find(jobs[0].submission)
    sent = here.send(batch, files, jobs)  # as if nobody had looked for them
    assert {job.index: job.id for job in sent} == found
    assert {one.state for one in here.all_ended().values()} == {S.SUCCEEDED}
    assert here.runs() == {str(job.index): "x" for job in jobs}


@pytest.mark.parametrize("name", [KEPT, KEPT_SSH, PLAIN, PLAIN_SSH])
@pytest.mark.parametrize("then", ["kill -9 $$", "exec sleep 60"], ids=["dies", "hangs"])
def test_jobs_whose_call_gave_no_answer_are_found_and_run_once(place, name, then, monkeypatch):
    here = place(name)
    lose_answers(here, then)
    monkeypatch.setattr(calls, "SEND_SECONDS", 2.0)
    if not here.away:
        monkeypatch.setenv("PATH", f"{here.programs}:{os.environ['PATH']}")
    batch, files, jobs = here.world.batch([here.said(index) for index in range(3)])
    with pytest.raises(Unclear):
        list(here.backend.submit(batch, files, jobs))
    found_and_run_once(here, batch, files, jobs)


def test_jobs_whose_call_hangs_when_the_connection_breaks_are_found_and_run_once(place, sshd):
    here = place(KEPT_SSH)
    lose_answers(here, "exec sleep 5")
    batch, files, jobs = here.world.batch([here.said(index) for index in range(3)])
    with ThreadPoolExecutor() as aside:
        sending = aside.submit(lambda: list(here.backend.submit(batch, files, jobs)))
        until((here.programs / "taken").exists, "the jobs are taken")
        sshd.cut()
        with pytest.raises(Unclear):
            sending.result()
    found_and_run_once(here, batch, files, jobs)


def test_what_a_frozen_controller_was_told_is_in_doubt_until_it_answers(place):
    here = place(PLAIN)
    controller = int((ROOT / here.world.cluster / "slurmctld.pid").read_text())
    batch, files, jobs = here.world.batch([here.said(0)])
    os.kill(controller, signal.SIGSTOP)
    try:
        with pytest.raises(Unclear, match="timed out"):
            list(here.backend.submit(batch, files, jobs))
        with pytest.raises(Unreachable, match="controller does not answer"):
            here.backend.find(jobs[0].submission)
    finally:
        os.kill(controller, signal.SIGCONT)
    here.send(batch, files, jobs)
    assert {one.state for one in here.all_ended().values()} == {S.SUCCEEDED}
    assert here.runs() == {"0": "x"}


@pytest.mark.parametrize("limit", [{"qos": "few"}, {"account": "narrow"}], ids=["of a QOS", "of an account"])
def test_more_jobs_than_a_limit_lets_in_go_as_those_before_them_end(place, limit):
    here = place(KEPT)
    here.again(**limit)
    wait = f"until [ -e '{here.go}' ]; do sleep 0.2; done; "
    batch, files, jobs = here.world.batch([wait + here.said(index) for index in range(10)])
    taken = {}
    with pytest.raises(Busy, match="MaxSubmitJob"):
        for some in here.backend.submit(batch, files, jobs):
            taken |= {one.index: one.id for one in some}
    assert len(taken) == 5
    here.world.jobs = [replace(job, id=taken[job.index]) for job in jobs if job.index in taken]
    here.go.touch()
    here.all_ended()
    here.send(batch, files, [job for job in jobs if job.index not in taken])
    assert {one.state for one in here.all_ended().values()} == {S.SUCCEEDED}
    assert here.runs() == {str(index): "x" for index in range(10)}


@pytest.mark.parametrize("name", [KEPT, PLAIN])
def test_what_waits_of_an_array_that_somebody_cancels_by_its_name_is_cancelled(place, name):
    here = place(name)
    here.again(at_once=2)
    jobs = here.send(*here.world.batch([f"{here.said(index)}; sleep 100" for index in range(6)]))
    here.watch(lambda known: sum(one.state is S.RUNNING for one in known.values()) == 2)
    number = jobs[0].id.partition("_")[0]
    here.world.tell("sh", "-c", f"scancel --name=$(squeue -h -o %j -j {number} | head -n 1)")
    known = here.all_ended()
    teller = "accounting" if here.keeps_accounts else "scontrol"
    assert {known[job.id].state for job in jobs} == {S.CANCELLED}
    assert {(known[job.id].evidence, known[job.id].started) for job in jobs[2:]} == {(teller, "")}


def test_an_end_is_told_although_the_accounting_is_down_and_stays_as_it_was_when_that_is_back(place):
    here = place(KEPT)
    cluster("dbd-stop")
    try:
        jobs = here.send(*here.world.batch(["exit 3", "true", "sleep 100"]))
        here.watch(lambda known: jobs[2].id in known and known[jobs[2].id].state is S.RUNNING)
        here.backend.cancel([jobs[2].id])
        first = here.all_ended()
    finally:
        cluster("dbd-start")
    ends = [(S.FAILED, 3), (S.SUCCEEDED, 0), (S.CANCELLED, None)]
    assert [(first[job.id].state, first[job.id].exit_code) for job in jobs] == ends
    assert all(one.evidence.startswith("squeue") for one in first.values())

    here.again()
    later = here.all_ended()
    assert [(later[job.id].state, later[job.id].exit_code) for job in jobs] == ends
