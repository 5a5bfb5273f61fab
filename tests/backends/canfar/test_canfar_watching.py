"""What the platform says of sessions, and leaves unsaid: no state is guessed, and none is lost that could be known."""

import time
from dataclasses import replace

import pytest
from sshd import until
from worlds.asking import ended, send, take
from worlds.canfar import CanfarWorld, MountedCanfarWorld
from worlds.skaha import ALWAYS

from tui_batch.backends.canfar import watching
from tui_batch.errors import Busy, Refused, Unclear
from tui_batch.states import JobState
from tui_batch.times import seconds

S = JobState
WORLDS = {"none": CanfarWorld, "mounted": MountedCanfarWorld}
UNSEEN = pytest.mark.parametrize("world", ["none"], indirect=True)  # where only the service tells of sessions


@pytest.fixture(params=WORLDS)
def world(request, tmp_path):
    made = WORLDS[request.param](tmp_path)
    yield made
    made.close()


def held(world, backend, code=0, said=""):
    """A job that runs until `go`."""
    [job] = send(world, backend, f"{said}\nuntil [ -e {world.folder}/go ]; do sleep 0.02; done; exit {code}")
    return job


def seen(world, backend, number=1):
    """Every state that is told of a job until its end, one after the other, and its end."""
    states = []

    def look(known):
        states.extend(status.state for status in known.values() if [status.state] != states[-1:])
        return ended(number)(known)

    known = world.watch(backend, look)
    return states, known


def ends(world, backend, job):
    return world.watch(backend, ended(1))[job.id]


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [0, 3])
@pytest.mark.parametrize("ways", [{"flicker": 2}, {"skip_running": True}, {"whole_minutes": True}, {"metrics": False}])
def test_no_quirk_of_the_list_makes_a_state_up(world, backend, skaha, ways, code):
    for name, value in ways.items():
        setattr(skaha.ways, name, value)
    job = held(world, backend, code)
    if "skip_running" not in ways:
        world.watch(backend, lambda known: known and known[job.id].state is S.RUNNING)
    (world.folder / "go").touch()
    states, known = seen(world, backend)
    assert (known[job.id].state, known[job.id].exit_code) == (S.FAILED if code else S.SUCCEEDED, code)
    assert "skip_running" in ways or S.QUEUED not in states


@pytest.mark.parametrize("old", [True, False])
def test_old_words_are_understood(world, backend, skaha, old):
    skaha.ways.words, skaha.ways.old = {"Completed": "Succeeded", "Failed": "Error"}, old
    good, bad = send(world, backend, "true", "exit 5")
    known = world.watch(backend, ended(2))
    assert (known[good.id].exit_code, known[bad.id].exit_code) == (0, 5)
    assert (known[good.id].state, known[bad.id].state) == (S.SUCCEEDED, S.FAILED)


def test_a_word_that_nobody_knows_is_told_as_it_is_and_passes(world, backend, skaha):
    skaha.ways.words = {"Running": "Hibernating"}
    job = held(world, backend)
    known = world.watch(backend, lambda known: known and known[job.id].state is S.UNKNOWN)
    assert "Hibernating" in known[job.id].detail
    (world.folder / "go").touch()
    assert ends(world, backend, job).state is S.SUCCEEDED


def test_what_it_uses_comes_and_goes(world, backend, skaha):
    [job] = send(world, backend, "sleep 60", resources="cpus = 2\nmemory = 8192")
    world.watch(backend, lambda known: known and known[job.id].state is S.RUNNING)
    details = {backend.poll([job]).statuses[job.id].detail for _ in range(2)}
    assert details == {"", "1.962 of 2 CPUs, 1.37 of 8.59 GB"}


def test_the_moment_of_its_beginning_is_read_without_seconds_too(world, backend, skaha):
    skaha.ways.whole_minutes = True
    job = held(world, backend)
    known = world.watch(backend, lambda known: known and known[job.id].state is S.RUNNING)
    assert 0 <= time.time() - seconds(known[job.id].started) < 121
    assert known[job.id].started.endswith(":00.000Z")


# -- why one waits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "waits, states, word", [("image", {S.HELD}, "image"), ("room", {S.QUEUED}, "cores"), ("queue", {S.QUEUED}, "")]
)
def test_a_session_that_waits_says_why(world, backend, skaha, waits, states, word):
    skaha.ways.waits = waits
    [job] = send(world, backend, "true")
    until(lambda: waits == "queue" or skaha.sessions[job.id].events, "the cluster has looked at it")
    status = backend.poll([job]).statuses[job.id]
    assert status.state in states and word in status.detail and not status.started
    skaha.go()
    assert ends(world, backend, job).state is S.SUCCEEDED


def test_that_it_is_not_told_why_keeps_no_job_from_being_watched(world, backend, skaha):
    skaha.ways.waits = "room"
    [job] = send(world, backend, "true")
    skaha.pull("events", 500, times=ALWAYS)
    assert backend.poll([job]).statuses[job.id].state is S.QUEUED


# -- ends that nobody saw ----------------------------------------------------------------------------------------------


def test_a_session_that_is_forgotten_at_once_is_told_by_its_record_and_is_else_lost(world, backend, skaha):
    skaha.ways.ttl = 0.0
    good, bad = send(world, backend, "true", "exit 3")
    known = world.watch(backend, ended(2))
    if world.storage == "none":
        assert {status.state for status in known.values()} == {S.LOST}
        assert {status.exit_code for status in known.values()} == {None}
    else:
        assert (known[good.id].state, known[bad.id].state) == (S.SUCCEEDED, S.FAILED)
        assert known[bad.id].exit_code == 3


def test_what_is_forgotten_after_it_was_seen_keeps_its_end_and_has_no_log_more(world, backend, skaha):
    [job] = send(world, backend, "echo said")
    assert ends(world, backend, job).state is S.SUCCEEDED
    skaha.expire()
    if world.storage == "none":
        with pytest.raises(Refused, match="gone"):
            backend.tail(job, "out", "")
    else:
        assert backend.tail(job, "out", "").data == b"said\n"
    with pytest.raises(Refused, match="no longer known"):
        backend.tail(job, "events", "")
    backend.cancel([job.id])
    assert backend.poll([job]).statuses.get(job.id, None) is None or world.storage != "none"


@UNSEEN
def test_a_poll_asks_of_no_more_single_sessions_than_it_has_time_for_and_of_ended_ones_first(
    world, backend, skaha, monkeypatch
):
    monkeypatch.setattr(watching, "SECONDS", 0.2)
    skaha.ways.waits = "queue"
    waiting = send(world, backend, *["true"] * 4)
    skaha.ways.waits = ""
    jobs = [*waiting, *send(world, backend, "exit 3", "exit 4")]
    until(lambda: sum(one.code is not None for one in skaha.sessions.values()) == 2, "two have ended")
    skaha.ways.latency |= {"logs": 0.3, "events": 0.3}
    for _ in range(6):
        known = backend.poll(jobs).statuses
        jobs = [job for job in jobs if job.id not in known or not known[job.id].state.ended]
    assert jobs == waiting
    assert [call.name for call in skaha.asked("logs", "events")] == ["logs"] * 2 + ["events"] * 4
    assert len({call.path for call in skaha.asked("events")}) == 4


@UNSEEN
def test_an_end_is_told_although_its_log_cannot_be_read_for_a_while(world, backend, skaha):
    skaha.pull("logs", "reset", times=4)
    skaha.pull("logs", "cut", times=2)
    skaha.pull("logs", 500, times=2)
    [job] = send(world, backend, "exit 4")
    status = ends(world, backend, job)
    assert (status.state, status.exit_code, status.evidence) == (S.FAILED, 4, "last line of its log")


def test_an_evicted_job_has_failed_and_is_told_why(world, backend, skaha):
    job = held(world, backend)
    world.watch(backend, lambda known: known and known[job.id].state is S.RUNNING)
    skaha.evict(job.id)
    status = ends(world, backend, job)
    assert status.state is S.NODE_FAILED and status.exit_code is None
    assert status.evidence == "events"


@UNSEEN
def test_what_has_ended_is_not_said_to_go_on_while_its_exit_code_is_looked_for(world, backend, skaha):
    job = held(world, backend)
    world.watch(backend, lambda known: known and known[job.id].state is S.RUNNING)
    skaha.evict(job.id)
    status = backend.poll([job]).statuses[job.id]
    assert (status.state, status.exit_code, status.ended) == (S.COMPLETING, None, "")
    assert "the platform says Failed" in status.detail


def test_a_job_that_wants_too_much_memory_is_told_so(world, backend, skaha):
    job = held(world, backend)
    world.watch(backend, lambda known: known and known[job.id].state is S.RUNNING)
    skaha.starve(job.id)
    assert ends(world, backend, job).state is S.OUT_OF_MEMORY


def test_an_image_without_any_program_but_sh_tells_of_a_job_what_it_can(world, backend, skaha):
    skaha.ways.path = str(world.folder / "none")
    [job] = send(world, backend, "true")
    status = ends(world, backend, job)
    if world.storage == "none":
        assert status.state is S.FAILED and "python3" in status.detail
    else:
        assert (status.state, status.exit_code, status.ended) == (S.SUCCEEDED, 0, "")


def test_a_job_that_lives_too_long_for_the_platform_is_timed_out(world, backend, skaha):
    skaha.ways.deadline = 0.3
    job = held(world, backend)
    assert ends(world, backend, job).state is S.TIMED_OUT


# -- deleting ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("terminating", [True, False])
@pytest.mark.parametrize("polls", [0, 4])
def test_a_deleted_session_that_stays_for_a_while_is_cancelled_in_the_end(world, backend, skaha, polls, terminating):
    skaha.ways.delete_polls, skaha.ways.terminating = polls, terminating
    job = held(world, backend)
    world.watch(backend, lambda known: known and known[job.id].state is S.RUNNING)
    backend.cancel([job.id])
    states, known = seen(world, backend)
    assert known[job.id].state is S.CANCELLED
    assert (S.COMPLETING in states) == bool(polls and terminating)
    assert len(skaha.asked("delete")) == 1
    until(lambda: not skaha.running(), "nothing of it runs")


def test_what_was_sent_twice_is_cancelled_with_the_session_that_runs_it(world, backend, skaha):
    batch, files, jobs = world.batch(["sleep 60"])
    for _ in range(2):
        take([], backend, batch, files, jobs)
    left = until(lambda: [one.id for one in skaha.sessions.values() if one.code == 125], "one leaves it to the other")
    world.jobs = [job := replace(jobs[0], id=left[0])]
    backend.cancel([job.id])
    assert ends(world, backend, job).state is S.CANCELLED
    until(lambda: not skaha.running(), "nothing of it runs")


def test_an_id_that_came_round_again_is_not_taken_for_the_job(world, backend, skaha):
    [job] = send(world, backend, "sleep 60")
    skaha.sessions[job.id].name = "another"
    assert ends(world, backend, job).state is S.LOST


@UNSEEN
def test_what_was_made_and_is_not_listed_yet_is_not_taken_for_cancelled(world, backend, skaha):
    skaha.pull("create", "ghost")
    unlisted, listed = send(world, backend, "true", "sleep 60")
    with pytest.raises(Busy, match="is not listed yet"):
        backend.cancel([unlisted.id, listed.id])
    assert [call.path.rpartition("/")[2] for call in skaha.asked("delete")] == [listed.id]


@pytest.mark.parametrize("how", [500, 503, "reset"])
def test_a_session_that_could_not_be_deleted_goes_on_and_can_be_deleted_later(world, backend, skaha, how):
    job = held(world, backend)
    world.watch(backend, lambda known: known and known[job.id].state is S.RUNNING)
    skaha.pull("delete", how)
    with pytest.raises(Unclear):
        backend.cancel([job.id])
    assert backend.poll([job]).statuses[job.id].state is S.RUNNING
    backend.cancel([job.id])
    assert ends(world, backend, job).state is S.CANCELLED


def test_a_session_that_is_there_although_it_was_deleted_is_not_called_cancelled(world, backend, skaha):
    job = held(world, backend, said=f"touch {world.folder}/begun")
    until(lambda: (world.folder / "begun").exists(), "it has begun")
    skaha.pull("delete", 200)  # what goes wrong with it is only in its own log
    backend.cancel([job.id])
    assert backend.poll([job]).statuses[job.id].state is S.RUNNING
    (world.folder / "go").touch()
    assert ends(world, backend, job).state is S.SUCCEEDED


def test_the_next_attempt_of_a_job_is_another_session_in_another_folder(world, backend, skaha):
    batch, files, jobs = world.batch([f"printf x >> {world.folder}/runs; exit 3"])
    sent = []
    for attempt in (1, 2):
        [[taken]] = backend.submit(batch, files, [replace(jobs[0], attempt=attempt)])
        sent.append(replace(jobs[0], attempt=attempt, id=taken.id))
        world.jobs = sent
        world.watch(backend, ended(attempt))
    assert (world.folder / "runs").read_text() == "xx"
    assert backend.find(jobs[0].submission) == {0: sent[1].id}


def test_what_has_ended_is_not_deleted(world, backend, skaha):
    [job] = send(world, backend, "echo said")
    ends(world, backend, job)
    backend.cancel([job.id, "n0b0dy00"])
    assert not skaha.asked("delete")
    assert backend.tail(job, "out", "").data == b"said\n"


def test_what_comes_from_elsewhere_is_left_alone(world, backend, skaha):
    job = held(world, backend)
    others = [skaha.add(type="notebook"), skaha.add(), skaha.add(user="somebody", name=skaha.sessions[job.id].name)]
    poll = backend.poll([job, *(replace(job, id=one) for one in others)])
    assert set(poll.statuses) <= {job.id}
    assert backend.find(job.submission) == {0: job.id}
    backend.cancel([job.id, *others])
    assert ends(world, backend, job).state is S.CANCELLED
    assert set(others) <= set(skaha.sessions)
    assert [call.path.rpartition("/")[2] for call in skaha.asked("delete")] == [job.id]
