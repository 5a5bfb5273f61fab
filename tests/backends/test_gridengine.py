"""What goes wrong with a Grid Engine, by the strings of the fake one; what is sent to it."""

import re
from dataclasses import replace
from itertools import chain

import pytest
from worlds.asking import ended, send, state_is, take
from worlds.gridengine import FakeGridEngineWorld

from tui_batch.backends import gridengine
from tui_batch.backends.gridengine import calls
from tui_batch.backends.hosted import arrays
from tui_batch.errors import Busy, ConfigError, Refused, Unclear, Unreachable
from tui_batch.model import Job, Resources, Target
from tui_batch.states import JobState

S = JobState


@pytest.fixture
def world(tmp_path):
    made = FakeGridEngineWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def backend(world):
    opened = world.open()
    yield opened
    opened.close()


# -- sending -----------------------------------------------------------------------------------------------------------


def test_jobs_that_need_the_same_go_as_one_array(world, backend):
    batch, files, jobs = world.batch(["true"] * 5)
    jobs = [replace(job, resources=Resources(minutes=1 + (job.index > 2))) for job in jobs]
    calls = list(backend.submit(batch, files, jobs))
    assert [[one.id for one in taken] for taken in calls] == [["1.1", "1.2", "1.3"], ["2.1", "2.2"]]


def test_arrays_are_no_larger_than_the_target_allows(world):
    world.settings["max_tasks"] = 2
    backend = world.open()
    assert [job.id for job in send(world, backend, *["true"] * 5)] == ["1.1", "1.2", "2.1", "2.2", "3"]
    assert backend.find(world.jobs[0].submission) == dict(enumerate(["1.1", "1.2", "2.1", "2.2", "3"]))


def test_without_arrays_each_job_goes_alone_and_runs_as_itself(world):
    world.settings["arrays"] = False
    backend = world.open()
    jobs = send(world, backend, "echo 0 $TUI_BATCH_INDEX", "echo 1 $TUI_BATCH_INDEX")
    assert [job.id for job in jobs] == ["1", "2"]
    world.watch(backend, ended(2))
    assert [backend.tail(job, "out", "").data for job in jobs] == [b"0 0\n", b"1 1\n"]


def test_a_master_that_is_down_takes_nothing_and_says_nothing_of_any_job(world, backend):
    [job] = send(world, backend, "sleep 60")
    world.watch(backend, state_is(S.RUNNING))
    world.pull(down=True)
    with pytest.raises(Unreachable, match="queue master does not answer"):
        backend.poll([job])
    with pytest.raises(Unreachable):
        backend.cancel([job.id])
    batch, files, jobs = world.batch(["true"])
    with pytest.raises(Unreachable, match="Nothing was sent"):
        list(backend.submit(batch, files, jobs))
    world.pull(down=False)
    assert len(list(backend.submit(batch, files, jobs))) == 1
    assert backend.poll([job]).statuses[job.id].state is S.RUNNING


@pytest.mark.parametrize("cut", [0, 100, -20])
def test_half_an_answer_says_nothing_of_any_job(world, backend, cut):
    [job] = send(world, backend, "sleep 60")
    world.watch(backend, state_is(S.RUNNING))
    world.pull(cut=cut)
    with pytest.raises(Unreachable, match="nothing is concluded"):
        backend.poll([job])
    world.pull(cut=None)
    assert backend.poll([job]).statuses[job.id].state is S.RUNNING


def test_a_command_that_hangs_is_given_up(world):
    world.settings["command_seconds"] = 1.0
    backend = world.open()
    [job] = send(world, backend, "sleep 60")
    world.pull(hang=["qstat"])
    with pytest.raises(Unclear, match="no answer in 1 s"):
        backend.poll([job])


def test_what_was_taken_although_the_answer_was_lost_is_found_and_runs_once(world, backend, tmp_path):
    world.pull(lose_answer=True)
    batch, files, jobs = world.batch([f"printf x >> {tmp_path}/runs"] * 2)
    with pytest.raises(Unclear, match="looked for before"):
        list(backend.submit(batch, files, jobs))
    world.pull(lose_answer=False)
    found = world.open().find(jobs[0].submission)
    assert found == {0: "1.1", 1: "1.2"}
    [taken] = list(backend.submit(batch, files, jobs))
    assert {one.index: one.id for one in taken} == found
    world.jobs = [replace(job, id=found[job.index]) for job in jobs]
    world.watch(backend, ended(2))
    assert (tmp_path / "runs").read_text() == "xx"


def test_what_went_in_one_array_is_not_sent_again_in_another(world):
    world.pull(slots=0)
    batch, files, jobs = world.batch(["true"] * 4)
    list(world.open().submit(batch, files, jobs[:3]))
    again = world.open()
    calls = [[one.id for one in taken] for taken in again.submit(batch, files, jobs[1:])]
    assert calls == [["1.2", "1.3"], ["2"]]
    assert again.find(jobs[0].submission) == {0: "1.1", 1: "1.2", 2: "1.3", 3: "2"}


def test_what_went_together_is_found_by_its_own_attempt(world):
    world.pull(slots=0)
    backend = world.open()
    batch, files, jobs = world.batch(["true"] * 3)
    list(backend.submit(batch, files, jobs[1:]))
    mixed = [jobs[0], replace(jobs[1], attempt=2)]
    assert [[one.id for one in taken] for taken in backend.submit(batch, files, mixed)] == [["2"], ["3"]]
    assert world.open().find(jobs[0].submission) == {0: "2", 1: "3", 2: "1.2"}


def test_what_was_refused_is_not_in_doubt_and_what_gave_no_answer_is(world):
    backend = world.open()
    batch, files, jobs = world.batch(["true"] * 3)
    jobs[0] = replace(jobs[0], resources=Resources(minutes=1))
    world.pull(refuse="job violates a rule of the house")
    with pytest.raises(Refused):
        list(backend.submit(batch, files, jobs[1:]))
    world.pull(refuse="", lose_answer=True)
    with pytest.raises(Unclear):
        list(backend.submit(batch, files, jobs[:1]))
    assert world.open().doubtful(jobs[0].submission) == {0}
    assert world.open().doubtful("20000101-000000-nobody") == set()


def test_a_refusal_is_told_in_the_words_of_qsub_and_is_not_for_ever(world, backend):
    world.pull(refuse="job violates a rule of the house")
    batch, files, jobs = world.batch(["true"])
    for _ in range(2):
        with pytest.raises(Refused, match="job violates a rule of the house"):
            list(backend.submit(batch, files, jobs))
    world.pull(refuse="")
    assert len(list(backend.submit(batch, files, jobs))) == 1


def test_an_unknown_queue_is_refused(world):
    world.settings["queue"] = "nosuch.q"
    with pytest.raises(Refused, match=r'unknown queue "nosuch.q"'):
        send(world, world.open(), "true")


def test_a_limit_of_the_site_means_wait(world):
    world.settings["arrays"] = False
    world.pull(most_jobs=2, slots=0)
    backend = world.open()
    batch, files, jobs = world.batch(["true"] * 3)
    taken = []
    with pytest.raises(Busy, match="only 2 jobs are allowed per user"):
        take(taken, backend, batch, files, jobs)
    assert [one.index for one in taken] == [0, 1]
    world.pull(most_jobs=0)
    assert [one.index for one in chain.from_iterable(backend.submit(batch, files, jobs[2:]))] == [2]


def test_max_queued_counts_what_else_the_person_has_there(world):
    world.pull(slots=0)
    send(world, world.open(), *["true"] * 3)
    world.settings["max_queued"] = 5
    backend, taken = world.open(), []
    batch, files, jobs = world.batch(["true"] * 4)
    with pytest.raises(Busy, match="2 more are sent when there is room"):
        take(taken, backend, batch, files, jobs)
    assert [one.index for one in taken] == [0, 1]
    with pytest.raises(Busy, match="2 more"):
        take(taken, backend, batch, files, jobs[2:])
    world.pull(slots=4)
    world.watch(backend, ended(3))


# -- watching ----------------------------------------------------------------------------------------------------------


def test_a_job_in_error_says_why_and_goes_on_when_it_is_released(world, backend):
    world.pull(error='error: can\'t open output file "/nonexistent/dir/": No such file or directory')
    [job] = send(world, backend, "true")
    status = world.watch(backend, state_is(S.HELD))[job.id]
    assert status.detail == "its output file /nonexistent/dir/ cannot be opened: No such file or directory, (Eqw)"
    world.pull(error="")
    backend.release([job.id])
    assert world.watch(backend, ended(1))[job.id].state is S.SUCCEEDED


def test_a_waiting_job_says_why_is_held_and_let_go(world, backend):
    world.pull(slots=0)
    [job] = send(world, backend, "true")
    assert backend.poll([job]).statuses[job.id].detail == "waits for a free slot"
    backend.hold([job.id])
    status = backend.poll([job]).statuses[job.id]
    assert (status.state, status.detail) == (S.HELD, "(hqw)")
    world.pull(slots=1)
    backend.release([job.id, "424242"])
    assert world.watch(backend, ended(1))[job.id].state is S.SUCCEEDED


def test_a_job_that_the_queue_runs_again_is_the_same_job(world, backend, tmp_path):
    [job] = send(world, backend, f"printf x >> {tmp_path}/runs; [ -e {tmp_path}/go ] || sleep 60")
    world.watch(backend, lambda known: (tmp_path / "runs").exists())
    (tmp_path / "go").touch()
    world.run_again(job)
    status = world.watch(backend, ended(1))[job.id]
    assert (status.state, status.exit_code) == (S.SUCCEEDED, 0)
    assert (tmp_path / "runs").read_text() == "xx"


@pytest.mark.parametrize("code", [99, 100])
def test_codes_that_mean_something_to_the_queue_are_just_codes(world, backend, tmp_path, code):
    [job] = send(world, backend, f"printf x >> {tmp_path}/runs; exit {code}")
    status = world.watch(backend, ended(1))[job.id]
    assert (status.state, status.exit_code) == (S.FAILED, code)
    assert (tmp_path / "runs").read_text() == "x"


def test_a_number_that_came_round_again_is_somebody_else_s(world, backend):
    [job] = send(world, backend, "true")
    world.watch(backend, ended(1))
    world.numbers_go_on_from(int(job.id))
    stranger = world.open()
    [other] = send(world, stranger, "exit 7")
    assert other.id == job.id
    world.watch(stranger, ended(1))
    assert backend.poll([job]).statuses[job.id].state is S.SUCCEEDED


def test_accounting_that_does_not_answer_does_not_keep_the_queue_from_being_read(world, backend, monkeypatch):
    monkeypatch.setattr(calls, "_SECONDS", 1)
    running, failing = send(world, backend, "sleep 60", "exit 3")
    world.pull(hang=["qacct"])
    record = world.folder / "there" / failing.submission / "records" / "1" / "1.end"
    known = world.watch(backend, lambda known: record.exists() and known[running.id].state is S.RUNNING)
    assert failing.id not in known or not known[failing.id].state.ended  # it may have reached a limit


def test_what_is_set_up_before_a_job_holds_for_it_and_cannot_lead_it_astray(world):
    world.settings["setup"] = ["export COLOUR=blue", "cd /", "set -- x", "task=9 id=9"]
    backend = world.open()
    [job] = send(world, backend, "echo $COLOUR")
    world.watch(backend, ended(1))
    assert backend.tail(job, "out", "").data == b"blue\n"


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


def test_a_job_that_another_courier_sent_can_be_cancelled_before_it_is_looked_for(world, backend):
    world.pull(slots=0)
    [job] = send(world, backend, "true")
    other = world.open()
    other.cancel([job.id])
    status = world.watch(other, ended(1))[job.id]
    assert (status.state, status.detail) == (S.CANCELLED, "cancelled by you")


def test_what_is_removed_is_gone_and_nobody_else_s_is(world, backend):
    [job] = send(world, backend, "true")
    world.watch(backend, ended(1))
    assert list((world.folder / "there").iterdir())
    backend.remove(job.submission)
    assert not list((world.folder / "there").iterdir())


# -- what is sent, and what cannot be ----------------------------------------------------------------------------------


def words(many=2, needs=None, **settings):
    jobs = [Job("20261120-000000-babo", index, f"job-{index}", resources=needs or Resources()) for index in range(many)]
    [group] = arrays.groups(jobs, 100)
    found = gridengine.settings(Target("there", "gridengine", settings))
    asked = calls.Options("", "", found.parallel_environment, ())
    said = calls.words(found, asked, group, "x", "/there")
    return " ".join(said)


def test_what_a_job_needs_is_asked_for():
    assert " -l h_rt=90,h_vmem=500M -pe smp 4" in words(
        needs=Resources(cpus=4, memory_mb=2000, minutes=1.5), parallel_environment="smp"
    )
    assert " -l h_rt=1" in words(needs=Resources(minutes=0.005))
    assert " -l h_rt=60,s_rt=50" in words(needs=Resources(minutes=1), soft_seconds=10)
    assert " -l gpu=2" in words(needs=Resources(gpus=2), gpu_key="gpu")
    assert " -t 1-2 -tc 7" in words(at_once=7)
    assert " -t " not in words(many=1, at_once=7)


@pytest.mark.parametrize("batch", ["2nd try", "ü/:@*?", "x" * 200, "plain"])
def test_a_name_is_legal_bounded_and_tells_whose_it_is(batch):
    name = arrays.name(batch, "20261120-000000-babo", "1-0123456789ab.1-20")
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{1,100}", name)
    assert arrays.owner(name) == ("20261120-000000-babo", "1-0123456789ab.1-20")


def test_ids_go_as_ranges():
    ids = ["7", *(f"5.{task}" for task in (1, 2, 3, 9)), "never/heard/of"]
    assert calls.chosen(ids) == ["7", "5.1-3", "5.9"]


def problems(world, resources="", options="", **settings):
    batch, _, _ = world.batch(["true"], resources=f"{resources}\n{options}")
    target = Target("there", "gridengine", settings)
    return [problem.text for problem in gridengine.check(target, batch, {})]


def test_what_cannot_be_asked_for_is_said_before_anything_goes(world):
    assert problems(world) == []
    assert "gpu_key" in problems(world, "gpus = 1")[0]
    assert "parallel_environment" in problems(world, "cpus = 2")[0]
    assert problems(world, "cpus = 2", '[options.gridengine]\nparallel_environment = "smp"') == []
    assert "memory" in problems(world, "memory = 100", memory_key="")[0]
    assert "Did you mean 'queue'" in problems(world, "", '[options.gridengine]\nqeue = "x"')[0]
    assert "-t" in problems(world, "", '[options.gridengine]\nextra = ["-t", "1-3"]')[0]
    with pytest.raises(ConfigError, match="max_tasks must be at least 1"):
        problems(world, max_tasks=0)


def test_the_preview_is_the_call(world):
    batch, files, jobs = world.batch(["echo hello"])
    rendered = {name: data.decode() for name, data in files.job(jobs[0].name).items()}
    shown = gridengine.preview(Target("there", "gridengine", {"queue": "long.q"}), batch, jobs[0], rendered)
    assert "qsub -terse -N contract." in shown
    assert "-q long.q" in shown
    assert "task.sh" in shown
    assert shown.rstrip().endswith("echo hello")
