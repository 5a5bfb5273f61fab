"""What goes wrong with a Slurm, by the strings of the fake one."""

import os
from dataclasses import replace
from itertools import chain

import pytest
from worlds.slurm import FakeSlurmWorld

from tui_batch.backends.slurm import calls, outcome
from tui_batch.errors import Busy, Refused, Unclear, Unreachable
from tui_batch.model import Job, Resources
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


def send(world, backend, *commands, **made):
    batch, files, jobs = world.batch(commands, **made)
    taken = chain.from_iterable(backend.submit(batch, files, jobs))
    ids = {one.index: one.id for one in taken}
    world.jobs = [replace(job, id=ids[job.index]) for job in jobs if job.index in ids]
    return world.jobs


def take(taken, backend, batch, files, jobs):
    """Note what is taken, also when an error comes then."""
    for some in backend.submit(batch, files, jobs):
        taken += some


def ended(number):
    return lambda known: sum(status.state.ended for status in known.values()) >= number


def state_is(wanted):
    return lambda known: [status.state for status in known.values()] == [wanted]


def states(backend, jobs):
    """What the next answer says, in the order of the jobs."""
    found = backend.poll(jobs).statuses
    return [found[job.id].state for job in jobs if job.id in found]


# -- sending -----------------------------------------------------------------------------------------------------------


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
    while not world.all()[0]["ended"]:
        os.sched_yield()
    assert world.open().find(jobs[0].submission) == {0: "1"}


def test_without_the_accounting_s_answer_it_is_not_said_that_nothing_is_there(world, backend):
    world.pull(sbatch="die", min_job_age=0.0, accounting="down")
    batch, files, jobs = world.batch(["true"])
    with pytest.raises(Unclear):
        list(backend.submit(batch, files, jobs))
    while not world.all()[0]["ended"]:
        os.sched_yield()
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


# -- watching ----------------------------------------------------------------------------------------------------------


def test_one_question_for_a_thousand_submissions(world, backend):
    jobs = [Job(f"20261120-{index:06}-babo", 0, "job", id=str(index + 1)) for index in range(1000)]
    key = "1-0123456789ab.1-1"
    world.add_all([{"state": "RUNNING", "started": 1e9, "name": f"b.{job.submission}.{key}"} for job in jobs])
    assert states(backend, jobs) == [S.RUNNING] * 1000
    assert [len(world.calls(name)) for name in ("squeue", "sacct", "scontrol")] == [1, 0, 0]


def test_names_of_anything_beside_ours_do_no_harm(world, backend):
    world.pull(banner="*** maintenance on Monday ***\n")
    world.add(name="two\nlines", state="RUNNING")
    world.add(name="1\x1fRUNNING\x1f\x1f\n\x1f\x1f\x1f|\udcff'\"`", state="RUNNING")
    send(world, backend, "sleep 60")
    world.watch(backend, state_is(S.RUNNING))


def test_the_environment_changes_nothing_of_what_is_sent_and_asked(world, monkeypatch):
    for name, value in {
        "SQUEUE_FORMAT": "%j", "SQUEUE_STATES": "SUSPENDED", "SQUEUE_PARTITION": "short", "SQUEUE_USERS": "nobody",
        "SQUEUE_NAMES": "x", "SQUEUE_ARRAY": "1", "SQUEUE_SORT": "i", "SACCT_FORMAT": "user",
        "SBATCH_PARTITION": "closed", "SBATCH_ARRAY_INX": "5-7", "SBATCH_TIMELIMIT": "1", "SBATCH_JOB_NAME": "theirs",
        "SLURM_CLUSTERS": "elsewhere", "SCANCEL_STATE": "SUSPENDED", "SCANCEL_NAME": "theirs",
        "SLURM_TIME_FORMAT": "relative", "SLURM_BITSTR_LEN": "4", "TZ": "Asia/Kathmandu",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    backend = world.open()
    good, bad, long = send(world, backend, "true", "exit 3", "sleep 60")
    known = world.watch(backend, lambda known: ended(2)(known) and long.id in known)
    assert [known[job.id].state for job in (good, bad)] == [S.SUCCEEDED, S.FAILED]
    assert abs(float(known[good.id].started[11:13]) - float(known[good.id].as_of[11:13])) in (0, 1, 23)
    backend.cancel([long.id])
    assert world.watch(backend, ended(3))[long.id].state is S.CANCELLED
    assert {(job["partition"], job["limit"]) for job in world.all()} == {("main", 1440)}


def test_a_long_list_of_tasks_that_wait_is_read_whole(world, backend):
    world.pull(cpus=0)
    jobs = send(world, backend, *["true"] * 120)
    backend.cancel([job.id for job in jobs[::2]])
    left = jobs[1::2]
    assert states(backend, left) == [S.QUEUED] * 60
    world.jobs = jobs[::2]
    assert {status.state for status in world.watch(backend, ended(60)).values()} == {S.CANCELLED}


def test_a_waiting_task_that_was_cancelled_leaves_no_trace_and_is_cancelled(world, backend):
    world.pull(cpus=0)
    first, second, third = jobs = send(world, backend, *["true"] * 3)
    backend.cancel([second.id])
    status = world.watch(backend, ended(1))[second.id]
    assert (status.state, status.detail) == (S.CANCELLED, "cancelled by you")
    assert states(backend, [first, third]) == [S.QUEUED] * 2
    backend.cancel([first.id, third.id])
    assert {status.state for status in world.watch(backend, ended(3)).values()} == {S.CANCELLED}
    assert world.open().find(jobs[0].submission) == {job.index: job.id for job in jobs}


def test_the_queue_counts_more_than_the_accounting(world, backend, tmp_path):
    world.pull(requeue_pause=300.0)
    [job] = send(world, backend, f"printf x >> {tmp_path}/runs; sleep 60")
    world.watch(backend, lambda known: state_is(S.RUNNING)(known) and (tmp_path / "runs").exists())
    world.die(job)
    known = world.watch(backend, lambda known: known[job.id].state is not S.RUNNING)
    assert known[job.id].state in (S.QUEUED, S.COMPLETING)
    world.watch(backend, state_is(S.QUEUED))
    assert [one["was"] for one in world.all()] == ["NODE_FAIL"]


def test_a_job_that_the_queue_runs_again_is_the_same_job(world, backend, tmp_path):
    [job] = send(world, backend, f"printf x >> {tmp_path}/runs; [ -e {tmp_path}/go ] || sleep 60")
    world.watch(backend, lambda known: state_is(S.RUNNING)(known) and (tmp_path / "runs").exists())
    (tmp_path / "go").touch()
    world.die(job)
    status = world.watch(backend, ended(1))[job.id]
    assert (status.state, status.exit_code) == (S.SUCCEEDED, 0)
    assert (tmp_path / "runs").read_text() == "xx"


def test_a_node_that_fails_is_told_where_nothing_is_run_again(world):
    world.settings["requeue"] = False
    backend = world.open()
    [job] = send(world, backend, "sleep 60")
    world.watch(backend, state_is(S.RUNNING))
    world.die(job)
    status = world.watch(backend, ended(1))[job.id]
    assert (status.state, status.detail) == (S.NODE_FAILED, "vm failed")


def test_a_job_over_its_memory_is_told_with_both_figures(world, backend):
    world.pull(max_rss="250M")
    [job] = send(world, backend, "sleep 60", resources="memory = 256")
    world.watch(backend, state_is(S.RUNNING))
    world.starve(job)
    status = world.watch(backend, ended(1))[job.id]
    assert (status.state, status.peak_mb) == (S.OUT_OF_MEMORY, 250.0)
    assert status.detail == "its limit is 256 MB, it was seen with 250 MB"


@pytest.mark.parametrize("word", ["GARDENING", "RECONFIG_FAIL"])
def test_a_word_that_nobody_knows_is_shown_as_it_is(world, backend, word):
    [job] = send(world, backend, "sleep 60")
    world.watch(backend, state_is(S.RUNNING))
    world.pull(words={job.id: word})
    status = backend.poll([job]).statuses[job.id]
    assert status.state is S.UNKNOWN
    assert word in status.detail
    world.pull(words={})
    assert states(backend, [job]) == [S.RUNNING]


def test_a_number_that_came_round_again_is_somebody_else_s(world, backend, monkeypatch):
    monkeypatch.setattr(outcome, "SLOW", 0.5)
    [job] = send(world, backend, "exit 4")
    world.watch(backend, ended(1))
    world.numbers_go_on_from(int(job.id))
    stranger = world.open()
    [other] = send(world, stranger, "sleep 60")
    assert other.id == job.id
    world.watch(stranger, state_is(S.RUNNING))
    world.jobs = [job]
    status = world.watch(world.open(), ended(1))[job.id]
    assert (status.state, status.exit_code) == (S.FAILED, 4)
    world.jobs = [other]


def test_a_job_that_completes_for_long_is_completing(world, backend):
    world.pull(completing=1.0)
    [job] = send(world, backend, "true")
    world.watch(backend, state_is(S.COMPLETING))
    assert world.watch(backend, ended(1))[job.id].state is S.SUCCEEDED


# -- how they ended ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("age", [300.0, 0.0], ids=["still in the queue", "gone from it"])
@pytest.mark.parametrize("accounting", ["on", "off"])
def test_ends_are_told_with_accounting_and_without(world, backend, monkeypatch, accounting, age):
    monkeypatch.setattr(outcome, "SLOW", 0.7)
    world.pull(accounting=accounting, min_job_age=age)
    good, bad, killed = send(world, backend, "true", "exit 3", "sh -c 'kill -KILL $$'")
    known = world.watch(backend, ended(3))
    assert [known[job.id].state for job in (good, bad, killed)] == [S.SUCCEEDED, S.FAILED, S.FAILED]
    assert [known[job.id].exit_code for job in (good, bad, killed)] == [0, 3, 137]


def test_accounting_that_is_late_decides_still(world, backend):
    world.pull(min_job_age=0.0, lag=1.5)
    [job] = send(world, backend, "sleep 60", resources="minutes = 1")
    assert world.watch(backend, ended(1))[job.id].state is S.TIMED_OUT


def test_what_the_accounting_has_lost_is_told_by_the_end_record(world, backend, monkeypatch):
    monkeypatch.setattr(outcome, "SLOW", 0.5)
    good, bad = send(world, backend, "true", "exit 3")
    for job in (good, bad):
        world.change(job, forgotten=True)
    world.pull(min_job_age=0.0)
    known = world.watch(backend, ended(2))
    assert [(known[job.id].state, known[job.id].exit_code) for job in (good, bad)] == [(S.SUCCEEDED, 0), (S.FAILED, 3)]
    assert known[bad.id].evidence == "end record"


@pytest.mark.parametrize("trouble", [{"accounting": "down"}, {"hang": ["sacct"]}, {"timed_out": {"sacct": 1}}])
def test_accounting_that_does_not_answer_does_not_keep_the_queue_from_being_read(world, monkeypatch, trouble):
    monkeypatch.setattr(calls, "PATIENCE", 1)
    world.settings["lost_seconds"] = 300.0
    backend = world.open()
    running, failing = send(world, backend, "sleep 60", "exit 3")
    world.pull(min_job_age=0.0, **trouble)
    record = world.folder / "there" / failing.submission / "records" / "1" / "1.end"
    known = world.watch(backend, lambda known: record.exists() and known[running.id].state is S.RUNNING)
    assert failing.id not in known  # it may have reached a limit


def test_of_what_left_without_a_trace_nothing_is_said_for_its_grace_time(world):
    world.settings["lost_seconds"] = 300.0
    backend = world.open()
    [job] = send(world, backend, "sleep 60")
    known = world.watch(backend, state_is(S.RUNNING))
    world.vanish(known[job.id])
    for _ in range(3):
        poll = backend.poll([job])
        assert poll.complete
    assert job.id not in poll.statuses


def test_what_somebody_else_cancelled_is_told_so(world, backend):
    world.pull(cpus=1)
    running, waiting = send(world, backend, "sleep 60", "true")
    world.watch(backend, lambda known: known[running.id].state is S.RUNNING)
    world.tell("scancel", running.id.partition("_")[0])
    known = world.watch(backend, ended(2))
    assert {known[job.id].state for job in (running, waiting)} == {S.CANCELLED}
    assert "not from here" in known[running.id].detail
    assert known[waiting.id].started == ""


def test_a_job_that_could_not_be_started_says_where(world, backend, monkeypatch):
    monkeypatch.setattr(outcome, "SLOW", 0.5)
    world.pull(cpus=0)
    [job] = send(world, backend, "true")
    world.change(job, folder="/nowhere/at/all")
    world.pull(cpus=1)
    status = world.watch(backend, ended(1))[job.id]
    assert status.state is S.FAILED
    assert "could not be started" in status.detail


# -- waiting and telling -----------------------------------------------------------------------------------------------


def test_a_waiting_job_says_its_place_and_when_it_may_begin(world, backend):
    world.pull(cpus=0, estimate=7200)
    world.add(11, user="somebody", uid=4711, reason="Priority")
    [job] = send(world, backend, "true")
    status = backend.poll([job]).statuses[job.id]
    assert status.state is S.QUEUED
    assert "12th of 12 in main" in status.detail
    assert "expected to begin on" in status.detail
    assert status.started == ""


def test_a_job_is_held_and_let_go(world, backend):
    world.pull(cpus=0)
    [job] = send(world, backend, "true")
    backend.hold([job.id])
    assert states(backend, [job]) == [S.HELD]
    world.pull(cpus=1)
    backend.release([job.id, "424242"])
    assert world.watch(backend, ended(1))[job.id].state is S.SUCCEEDED


def test_only_the_tasks_that_are_held_are_held(world, backend):
    world.pull(cpus=0)
    jobs = send(world, backend, *["true"] * 5)
    backend.hold([jobs[1].id, jobs[2].id])
    assert states(backend, jobs) == [S.QUEUED, S.HELD, S.HELD, S.QUEUED, S.QUEUED]


def test_what_an_administrator_holds_only_he_lets_go(world, backend):
    world.pull(cpus=0)
    [job] = send(world, backend, "true")
    world.change(job, held="admin")
    assert states(backend, [job]) == [S.HELD]
    with pytest.raises(Refused, match="Access/permission denied"):
        backend.release([job.id])


def test_a_running_job_that_is_held_for_its_next_run_runs(world, backend):
    [job] = send(world, backend, "sleep 60")
    world.watch(backend, state_is(S.RUNNING))
    backend.hold([job.id])
    assert states(backend, [job]) == [S.RUNNING]


def test_a_dependency_that_can_never_be_met_is_held(world, backend):
    [first] = send(world, backend, "exit 1")
    world.watch(backend, ended(1))
    world.settings["extra"] = [f"--dependency=afterok:{first.id}"]
    second = world.open()
    [job] = send(world, second, "true")
    assert world.watch(second, state_is(S.HELD))[job.id].detail


def test_a_job_is_run_again_on_request(world, backend, tmp_path):
    [job] = send(world, backend, f"printf x >> {tmp_path}/runs; [ -e {tmp_path}/go ] || sleep 60")
    world.watch(backend, lambda known: state_is(S.RUNNING)(known) and (tmp_path / "runs").exists())
    (tmp_path / "go").touch()
    backend.requeue([job.id])
    assert world.watch(backend, ended(1))[job.id].state is S.SUCCEEDED
    assert (tmp_path / "runs").read_text() == "xx"


def test_a_signal_reaches_the_job_itself(world, backend):
    world.pull(cpus=1)
    running, waiting = send(
        world, backend, "trap 'echo heard; exit 5' USR1; echo up; while :; do sleep 0.05; done", "true"
    )
    world.watch(backend, lambda known: backend.tail(running, "out", "").data == b"up\n")
    backend.signal([running.id, waiting.id], "USR1")
    status = world.watch(backend, ended(2))[running.id]
    assert (status.state, status.exit_code) == (S.FAILED, 5)
    assert backend.tail(running, "out", "").data == b"up\nheard\n"


def test_a_waiting_job_is_given_another_limit_of_time(world, backend):
    world.pull(cpus=0)
    jobs = send(world, backend, "true", "true", "true", resources="minutes = 10")
    backend.limit([jobs[0].id, jobs[2].id], 30)
    assert sorted((job["task"], job["limit"]) for job in world.all()) == [(1, 30), (2, 10), (3, 30)]


def test_more_time_for_a_running_job_is_refused_in_the_words_of_the_cluster(world, backend):
    [job] = send(world, backend, "sleep 60", resources="minutes = 100")
    world.watch(backend, state_is(S.RUNNING))
    with pytest.raises(Refused, match="Access/permission denied"):
        backend.limit([job.id], 200)
    backend.limit([job.id], 90)


def test_a_job_that_another_courier_sent_can_be_cancelled_before_it_is_looked_for(world, backend):
    world.pull(cpus=0)
    [job] = send(world, backend, "true")
    other = world.open()
    other.cancel([job.id])
    status = world.watch(other, ended(1))[job.id]
    assert (status.state, status.detail) == (S.CANCELLED, "cancelled by you before it began")


def test_what_is_removed_is_gone_and_nobody_else_s_is(world, backend):
    [job] = send(world, backend, "true")
    world.watch(backend, ended(1))
    assert list((world.folder / "there").iterdir())
    backend.remove(job.submission)
    assert not list((world.folder / "there").iterdir())
