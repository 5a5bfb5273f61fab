"""What befalls jobs that a Slurm has, by the strings of the fake one."""

import pytest
from sshd import until
from worlds.asking import ended, send, state_is, states
from worlds.slurm import FakeSlurmWorld

from tui_batch.backends.slurm import calls, outcome, prospects
from tui_batch.errors import Refused, Unreachable
from tui_batch.model import Job
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


def test_one_question_for_a_thousand_submissions(world, backend):
    jobs = [Job(f"20261120-{index:06}-babo", 0, "job", id=str(index + 1)) for index in range(1000)]
    key = "1-0123456789ab.1-1"
    world.add_all([{"state": "RUNNING", "started": 1e9, "name": f"b.{job.submission}.{key}"} for job in jobs])
    assert states(backend, jobs) == [S.RUNNING] * 1000
    assert [len(world.calls(name)) for name in ("squeue", "sacct", "scontrol")] == [1, 0, 0]


def test_of_a_job_whose_line_is_the_same_the_same_is_said(world, backend):
    jobs = first, second = send(world, backend, "sleep 60", "sleep 60")
    world.watch(backend, lambda known: {status.state for status in known.values()} == {S.RUNNING})
    before = backend.poll(jobs).statuses
    assert [backend.poll(jobs).statuses[job.id] is before[job.id] for job in jobs] == [True, True]
    world.pull(words={first.id: "SUSPENDED"})
    changed = backend.poll(jobs).statuses
    assert (changed[first.id].state, changed[second.id] is before[second.id]) == (S.SUSPENDED, True)
    world.pull(words={}, cut=20)
    with pytest.raises(Unreachable):
        backend.poll(jobs)
    world.pull(cut=None)
    again = backend.poll(jobs).statuses
    assert (again[first.id].state, again[second.id] is before[second.id]) == (S.RUNNING, True)
    assert again[first.id].as_of > changed[first.id].as_of


def test_the_place_of_a_job_is_told_anew_though_its_line_is_the_same(world, backend, monkeypatch):
    monkeypatch.setattr(prospects, "SECONDS", 0.0)
    world.pull(cpus=0, reason="Priority")
    jobs = send(world, backend, "true", "true")
    places = [backend.poll(jobs).statuses[jobs[0].id].detail]
    world.add(reason="Priority")
    places += [backend.poll(jobs).statuses[jobs[0].id].detail]
    assert [place.partition(", ")[2] for place in places] == ["1st of 1 in main", "1st of 2 in main"]


def test_what_waits_costs_a_second_question_now_and_then(world, backend):
    world.pull(cpus=0)
    jobs = send(world, backend, *["true"] * 3)
    for _ in range(3):
        assert states(backend, jobs) == [S.QUEUED] * 3
    assert len(world.calls("squeue")) == 4


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


@pytest.mark.parametrize(
    ("why", "state", "detail"),
    [("die", S.NODE_FAILED, "vm failed"), ("preempt", S.PREEMPTED, "it made way for other jobs")],
)
def test_what_ended_a_job_is_told_where_nothing_is_run_again(world, why, state, detail):
    world.settings["requeue"] = False
    backend = world.open()
    [job] = send(world, backend, "sleep 60")
    world.watch(backend, state_is(S.RUNNING))
    getattr(world, why)(job)
    status = world.watch(backend, ended(1))[job.id]
    assert (status.state, status.detail) == (state, detail)


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
    until(lambda: [one for one in world.all() if one["ended"]], "a job has ended")
    found = backend.poll([running, failing]).statuses  # of the one that has ended it may be that it reached a limit
    assert {name: status.state for name, status in found.items()} == {running.id: S.RUNNING}


def test_what_was_missing_for_a_while_goes_on(world):
    world.settings["lost_seconds"] = 300.0
    backend = world.open()
    [job] = send(world, backend, "sleep 60")
    world.watch(backend, state_is(S.RUNNING))
    world.hide(job)
    assert states(backend, [job]) == []
    world.hide(job, False)
    assert states(backend, [job]) == [S.RUNNING]


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


def test_tasks_that_somebody_else_cancelled_one_by_one_before_they_began_are_cancelled(world):
    world.settings["lost_seconds"] = 300.0
    world.pull(cpus=0)
    backend = world.open()
    jobs = send(world, backend, *["true"] * 3)
    world.tell("scancel", jobs[1].id)
    assert states(backend, jobs) == [S.QUEUED] * 2
    world.tell("scancel", jobs[0].id, jobs[2].id)
    assert {status.state for status in world.watch(backend, ended(3)).values()} == {S.CANCELLED}


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


def test_when_it_may_begin_is_told_when_the_scheduler_has_reckoned_it(world, backend):
    world.pull(cpus=0)
    [job] = send(world, backend, "true")
    assert "expected" not in backend.poll([job]).statuses[job.id].detail
    asked = len(world.calls("squeue"))
    world.pull(estimate=7200)
    first = backend.poll([job]).statuses[job.id].detail
    assert "expected to begin on" in first
    world.pull(estimate=90_000)
    assert backend.poll([job]).statuses[job.id].detail == first  # it moves all the time: that is no news
    assert len(world.calls("squeue")) == asked + 2


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


def test_a_job_that_has_ended_meanwhile_is_not_run_over_its_own_results(world, backend, tmp_path):
    [job] = send(world, backend, f"printf x >> {tmp_path}/runs")
    status = world.watch(backend, ended(1))[job.id]
    backend.requeue([job.id])
    assert all("requeue" not in words for words in world.calls("scontrol"))
    assert status.state is S.SUCCEEDED
    assert (tmp_path / "runs").read_text() == "x"


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
