"""What goes wrong where jobs are sent to a Slurm, by the strings of the fake one."""

from dataclasses import replace

import pytest
from sshd import until
from worlds.asking import ended, send, state_is, states, take
from worlds.slurm import FakeSlurmWorld

from tui_batch.backends.slurm import calls
from tui_batch.errors import Busy, Refused, Unclear, Unreachable
from tui_batch.model import Resources
from tui_batch.states import JobState

S = JobState


@pytest.fixture
def world(tmp_path):
    made = FakeSlurmWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def backend(world):
    opened = world.open()
    yield opened
    opened.close()


def test_jobs_that_need_the_same_go_as_one_array(world, backend):
    batch, files, jobs = world.batch(["true"] * 5)
    jobs = [replace(job, resources=Resources(minutes=1 + (job.index > 2))) for job in jobs]
    world.pull(cpus=0)
    taken = list(backend.submit(batch, files, jobs))
    assert [[one.id for one in some] for some in taken] == [["1_1", "1_2", "1_3"], ["2_1", "2_2"]]


def test_arrays_are_split_where_the_cluster_takes_none_as_large(world, backend):
    world.pull(max_array=3, cpus=0)
    assert [job.id for job in send(world, backend, *["true"] * 5)] == ["1_1", "1_2", "2_1", "2_2", "3"]
    assert backend.find(world.jobs[0].submission) == dict(enumerate(["1_1", "1_2", "2_1", "2_2", "3"]))


def test_without_arrays_each_job_goes_alone_and_runs_as_itself(world):
    world.settings["arrays"] = False
    backend = world.open()
    jobs = send(world, backend, "echo 0 $TUI_BATCH_INDEX", "echo 1 $TUI_BATCH_INDEX")
    assert [job.id for job in jobs] == ["1", "2"]
    world.watch(backend, ended(2))
    assert [backend.tail(job, "out", "").data for job in jobs] == [b"0 0\n", b"1 1\n"]


def test_a_controller_that_is_down_takes_nothing_and_says_nothing_of_any_job(world, backend):
    [job] = send(world, backend, "sleep 60")
    world.watch(backend, state_is(S.RUNNING))
    world.pull(down=True)
    for asked in (backend.poll, lambda jobs: backend.cancel([job.id]), lambda jobs: backend.hold([job.id])):
        with pytest.raises(Unreachable, match="controller does not answer"):
            asked([job])
    batch, files, jobs = world.batch(["true"])
    with pytest.raises(Unreachable, match="Nothing was sent"):
        list(backend.submit(batch, files, jobs))
    world.pull(down=False)
    assert len(list(backend.submit(batch, files, jobs))) == 1
    assert len(world.all()) == 2


@pytest.mark.parametrize("code", [0, 1])
def test_a_question_that_timed_out_says_nothing_of_any_job_whatever_its_code(world, backend, code):
    [job] = send(world, backend, "sleep 60")
    world.watch(backend, state_is(S.RUNNING))
    world.pull(timed_out={"squeue": code})
    with pytest.raises(Unreachable, match="controller does not answer"):
        backend.poll([job])
    world.pull(timed_out={})
    assert states(backend, [job]) == [S.RUNNING]


@pytest.mark.parametrize("cut", [1, 20, -1])
def test_half_an_answer_says_nothing_of_any_job(world, backend, cut):
    [job] = send(world, backend, "sleep 60")
    world.watch(backend, state_is(S.RUNNING))
    world.pull(cut=cut)
    with pytest.raises(Unreachable, match="nothing is concluded"):
        backend.poll([job])
    world.pull(cut=None)
    assert states(backend, [job]) == [S.RUNNING]


def test_a_command_that_hangs_is_given_up(world):
    world.settings["command_seconds"] = 1.0
    backend = world.open()
    [job] = send(world, backend, "sleep 60")
    world.pull(hang=["squeue"])
    with pytest.raises(Unclear, match="no answer in 1 s"):
        backend.poll([job])


@pytest.mark.parametrize("fate", ["die", "silent", "timed out"])
def test_what_was_taken_although_the_answer_was_lost_is_found_and_runs_once(world, backend, tmp_path, fate):
    world.pull(sbatch=fate)
    batch, files, jobs = world.batch([f"printf x >> {tmp_path}/runs"] * 2)
    with pytest.raises(Unclear, match="looked for before"):
        list(backend.submit(batch, files, jobs))
    world.pull(sbatch="")
    assert world.open().doubtful(jobs[0].submission) == {0, 1}
    found = world.open().find(jobs[0].submission)
    assert found == {0: "1_1", 1: "1_2"}
    [taken] = list(backend.submit(batch, files, jobs))
    assert {one.index: one.id for one in taken} == found
    world.jobs = [replace(job, id=found[job.index]) for job in jobs]
    world.watch(backend, ended(2))
    assert (tmp_path / "runs").read_text() == "xx"


def test_what_was_taken_by_a_call_that_hangs_is_found_and_not_sent_again(world, monkeypatch):
    monkeypatch.setattr(calls, "SEND_SECONDS", 1)
    world.pull(sbatch="hang", cpus=0)
    batch, files, jobs = world.batch(["true"] * 2)
    with pytest.raises(Unclear, match="looked for before"):
        list(world.open().submit(batch, files, jobs))
    world.pull(sbatch="")
    again = world.open()
    assert again.find(jobs[0].submission) == {0: "1_1", 1: "1_2"}
    assert len(world.calls("sbatch")) == 1


def test_what_is_found_of_a_call_that_was_not_heard_is_nothing_and_it_is_made_again(world, backend):
    world.pull(refuse="Batch job submission failed: Socket timed out on send/recv operation")
    batch, files, jobs = world.batch(["true"])
    with pytest.raises(Unclear):
        list(backend.submit(batch, files, jobs))
    world.pull(refuse="")
    assert backend.find(jobs[0].submission) == {}
    assert len(list(backend.submit(batch, files, jobs))) == 1
    assert len(world.all()) == 1


@pytest.mark.parametrize("age", [300.0, 0.0], ids=["in the queue", "in the accounting"])
def test_a_lost_answer_is_found_wherever_its_jobs_are_by_then(world, backend, tmp_path, age):
    world.pull(sbatch="die", min_job_age=age)
    batch, files, jobs = world.batch([f"printf x >> {tmp_path}/runs"])
    with pytest.raises(Unclear):
        list(backend.submit(batch, files, jobs))
    world.pull(sbatch="")
    until(lambda: world.all()[0]["ended"], "the job has ended")
    assert world.open().find(jobs[0].submission) == {0: "1"}


def test_without_the_accounting_s_answer_it_is_not_said_that_nothing_is_there(world, backend):
    world.pull(sbatch="die", min_job_age=0.0, accounting="down")
    batch, files, jobs = world.batch(["true"])
    with pytest.raises(Unclear):
        list(backend.submit(batch, files, jobs))
    until(lambda: world.all()[0]["ended"], "the job has ended")
    with pytest.raises(Unreachable, match="accounting does not answer"):
        backend.find(jobs[0].submission)


def test_an_id_counts_whatever_stands_around_it(world, backend):
    world.pull(sbatch="fail", banner="Welcome to the 2 clusters!\n4711 nodes\n")
    [job] = send(world, backend, "exit 3")
    assert job.id == "1"
    world.pull(sbatch="")
    assert world.watch(backend, ended(1))[job.id].exit_code == 3


def test_a_refusal_is_told_in_the_words_of_sbatch_and_what_it_leaves_behind_is_no_job(world, backend):
    world.pull(refuse="Batch job submission failed: Requested node configuration is not available", leaves=True)
    batch, files, jobs = world.batch(["true"])
    for _ in range(2):
        with pytest.raises(Refused, match="Requested node configuration is not available"):
            list(backend.submit(batch, files, jobs))
    assert len(world.all()) == 2
    assert backend.find(jobs[0].submission) == {}
    world.pull(refuse="")
    assert [one.id for [one] in backend.submit(batch, files, jobs)] == ["3"]


def test_an_unknown_partition_is_refused(world):
    world.settings["partition"] = "nosuch"
    with pytest.raises(Refused, match=r"invalid partition specified: nosuch"):
        send(world, world.open(), "true")


@pytest.mark.parametrize("limit", ["QOSMaxSubmitJobPerUserLimit", "AssocMaxSubmitJobLimit"])
def test_a_limit_smaller_than_an_array_takes_what_fits_and_the_rest_waits(world, backend, limit):
    world.pull(most=5, limit=limit, cpus=0)
    batch, files, jobs = world.batch(["true"] * 8)
    taken = []
    with pytest.raises(Busy, match=limit):
        take(taken, backend, batch, files, jobs)
    assert [one.index for one in taken] == [0, 1, 2, 3, 4]
    world.pull(most=0)
    take(taken, backend, batch, files, jobs[5:])
    assert [one.index for one in taken] == [*range(8)]
    assert backend.find(jobs[0].submission) == {one.index: one.id for one in taken}


def test_max_queued_counts_what_else_the_person_has_there_and_nobody_else(world):
    world.pull(cpus=0)
    world.add(3)
    world.add(50, user="somebody", uid=4711)
    world.settings["max_queued"] = 5
    batch, files, jobs = world.batch(["true"] * 4)
    taken = []
    with pytest.raises(Busy, match="2 more are sent when there is room"):
        take(taken, world.open(), batch, files, jobs)
    assert [one.index for one in taken] == [0, 1]
