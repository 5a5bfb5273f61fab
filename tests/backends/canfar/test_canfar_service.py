"""What the service of the platform does to its callers: nothing is lost, nothing is made twice, nothing made up."""

import pytest
from sshd import until
from worlds.asking import ended, send, take
from worlds.canfar import MountedCanfarWorld
from worlds.skaha import ALWAYS

from tui_batch.errors import Busy, Expired, Refused, Unclear, Unreachable
from tui_batch.states import JobState

S = JobState


@pytest.fixture
def opened(world):
    """A backend with other settings."""
    made = []

    def open_(**settings):
        world.settings |= settings
        made.append(world.open())
        return made[-1]

    yield open_
    for one in made:
        one.close()


def fails(error, match, call, *given):
    """What a call says that fails."""
    with pytest.raises(error, match=match) as said:
        call(*given)
    assert "<" not in str(said.value) and "Traceback" not in str(said.value)
    return str(said.value)


def sending(world, backend):
    """A job, and what sends it."""
    batch, files, jobs = world.batch([f"printf x >> {world.folder}/runs; exit 3"])
    taken = []
    return jobs[0], lambda: (take(taken, backend, batch, files, jobs), taken)[1]


# -- making a session --------------------------------------------------------------------------------------------------


def test_an_old_address_is_told_in_one_sentence(world, opened):
    backend = opened(version="v0")
    _, call = sending(world, backend)
    assert "version" in fails(Unreachable, "404", call)
    assert "version" in fails(Unreachable, "404", backend.find, "x")


@pytest.mark.parametrize("how", ["hang", "reset", 502, 504, 500])
def test_a_session_whose_answer_was_lost_is_found_and_runs_once(world, opened, skaha, how):
    backend = opened(create_seconds=0.5)
    job, call = sending(world, backend)
    skaha.pull("create", how, after=True)
    fails(Unclear, "there", call)
    [made] = [call.made for call in skaha.asked("create")]
    assert backend.find(job.submission) == {0: made[0]}
    [known] = watched(world, backend, job, made[0])
    assert (known.state, known.exit_code) == (S.FAILED, 3)
    assert (world.folder / "runs").read_text() == "x"


def watched(world, backend, job, name):
    """The end of a job whose id came to light."""
    world.jobs = [type(job)(job.submission, job.index, job.name, job.attempt, name)]
    return world.watch(backend, ended(1)).values()


def test_a_session_that_takes_long_to_be_made_is_waited_for(world, opened, skaha):
    skaha.ways.latency = {"create": 0.5}
    _, call = sending(world, opened(answer_seconds=0.3))
    assert len(call()) == 1


def test_a_session_that_was_not_made_after_all_is_not_found(world, backend, skaha):
    skaha.pull("create", 500, text="java.io.IOException: error from server (Forbidden)")
    job, call = sending(world, backend)
    fails(Unclear, "Forbidden", call)
    assert backend.find(job.submission) == {}
    assert len(call()) == 1


@pytest.mark.parametrize("how", ["reset", "hang", 200, 302])
def test_what_is_no_answer_is_no_proof_of_anything(world, opened, skaha, how):
    backend = opened(create_seconds=0.3)
    skaha.pull("create", how)
    job, call = sending(world, backend)
    fails(Unclear, "there", call)
    assert backend.find(job.submission) == {}


def test_nobody_listening_means_that_nothing_was_sent(world, backend, skaha):
    _, call = sending(world, backend)
    backend.find("x")
    skaha.stop()
    fails(Unreachable, "there", call)
    skaha.start()
    assert len(call()) == 1


@pytest.mark.parametrize("ways", [{}, {"registry_user": "robot", "registry_secret_file": "wrong"}])
def test_an_image_that_it_does_not_give_is_told_in_its_own_words(world, opened, skaha, ways):
    (world.folder / "wrong").write_text("not base64")
    ways = {key: str(world.folder / value) if "file" in key else value for key, value in ways.items()}
    backend = opened(image="elsewhere.example/radio/imager:1", **ways)
    _, call = sending(world, backend)
    fails(Refused, "trusted registry", call)
    assert not skaha.sessions


def test_a_private_image_is_had_with_its_secret_and_not_without(world, opened, skaha):
    skaha.ways.private["images.example/own/imager:1"] = "robot:se:cret$"
    backend = opened(image="images.example/own/imager:1")
    fails(Refused, "No authentication provided", sending(world, backend)[1])
    (world.folder / "secret").write_text("se:cret$\n")
    backend = opened(registry_user="robot", registry_secret_file=str(world.folder / "secret"))
    [job] = send(world, backend, "true")
    assert world.watch(backend, ended(1))[job.id].state is S.SUCCEEDED


def test_an_id_of_which_nothing_is_heard_again_is_lost_in_the_end(world, backend, skaha):
    skaha.pull("create", "ghost")
    [job] = send(world, backend, "true")
    status = world.watch(backend, ended(1))[job.id]
    assert (status.state, status.exit_code) == (S.LOST, None)


def test_a_limit_that_a_proxy_has_is_no_failure(world, backend, skaha):
    skaha.pull("create", 429)
    _, call = sending(world, backend)
    fails(Busy, "no more", call)
    assert len(call()) == 1


def test_the_window_counts_what_is_there_whoever_sent_it(world, opened, skaha):
    backend = opened(max_running=2)
    skaha.add("Running", type="notebook")
    skaha.add("Completed")
    skaha.add("Failed")
    skaha.add("Running", user="somebody")
    skaha.add("Pending")
    batch, files, jobs = world.batch(["true", "true"])
    skaha.ways.waits = "queue"
    taken = []
    fails(Busy, "max_running = 2", take, taken, backend, batch, files, jobs)
    assert len(taken) == 1
    asked = len(skaha.asked("list"))
    fails(Busy, "2 are there, max_running = 2", sending(world, backend)[1])
    assert len(skaha.asked("list")) == asked  # until the next look at all sessions that is known
    backend.poll([])
    fails(Busy, "2 are there", sending(world, backend)[1])
    assert len(skaha.asked("list")) == asked + 2
    fails(Busy, "3 are there", sending(world, opened(count="all"))[1])


def test_what_is_asked_for_is_what_the_site_has(world, opened, skaha):
    cases = {"file": "4", "limits": "3", "old": "4"}
    for context, ram in cases.items():
        skaha.ways.context = context
        backend = opened()
        send(world, backend, "true", resources="cpus = 2\nmemory = 3000")
        form = skaha.asked("create")[-1]
        assert (form.first("cores"), form.first("ram"), form.first("gpus"), form.said) == ("2", ram, None, 200)


def test_gpus_that_a_site_does_not_have_are_refused_in_its_own_words(world, backend, skaha):
    skaha.ways.context = "limits"
    fails(Refused, "gpus", lambda: send(world, backend, "true", resources="gpus = 1"))


def test_no_variable_goes_the_way_that_loses_them(world, opened, skaha):
    backend = opened(environment={"A": "b"})
    [job] = send(world, backend, '[ "$A" = b ]')
    assert world.watch(backend, ended(1))[job.id].state is S.SUCCEEDED
    [call] = skaha.asked("create")
    assert not call.all("env") and not call.all("kind") and call.headers["content-type"].endswith("urlencoded")


# -- being let in ------------------------------------------------------------------------------------------------------


def test_a_token_that_ends_is_not_shown_again_and_a_new_one_goes_on(world, backend, skaha):
    [job] = send(world, backend, f"until [ -e {world.folder}/go ]; do sleep 0.02; done")
    world.watch(backend, lambda known: known and known[job.id].state is S.RUNNING)
    skaha.expire_token()
    _, call = sending(world, backend)
    assert skaha.token not in fails(Expired, "token", backend.poll, [job])
    asked = len(skaha.calls)
    for given in ((backend.poll, [job]), (backend.tail, job, "out", ""), (backend.find, "x"), (call,)):
        fails(Expired, "token", *given)
    assert len(skaha.calls) == asked
    (world.folder / "go").touch()
    skaha.new_token()
    assert world.watch(backend, ended(1))[job.id].state is S.SUCCEEDED


def test_a_token_that_ends_just_as_a_session_is_made_makes_none(world, backend, skaha):
    job, call = sending(world, backend)
    skaha.pull("create", 401)
    fails(Expired, "there", call)
    skaha.new_token()
    assert backend.find(job.submission) == {}


def test_who_may_not_use_the_platform_is_told_so(world, backend, skaha):
    skaha.ways.member = False
    assert "account" in fails(Unreachable, "403", backend.find, "x")
    skaha.ways.member = True
    _, call = sending(world, backend)
    skaha.pull("create", 403)
    assert "account" in fails(Refused, "403", call)


# -- troubles of questions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [200, 302, 500, 502, 503, 404, 429, "reset", "hang", "short", "cut"])
def test_a_list_that_does_not_come_changes_no_state(world, opened, skaha, how):
    backend = opened(answer_seconds=0.3)
    [job] = send(world, backend, f"until [ -e {world.folder}/go ]; do sleep 0.02; done")
    world.watch(backend, lambda known: known and known[job.id].state is S.RUNNING)
    skaha.pull("list", how, times=2 if how == "reset" else 1)  # a connection that was kept may be gone: once more then
    fails(Unreachable, "there", backend.poll, [job])
    (world.folder / "go").touch()
    assert world.watch(backend, ended(1))[job.id].state is S.SUCCEEDED


def test_maintenance_is_told_and_over_some_time(world, backend, skaha):
    [job] = send(world, backend, "true")
    skaha.ways.maintenance = True
    fails(Unreachable, "503: service is in maintenance", backend.poll, [job])
    skaha.ways.maintenance = False
    assert world.watch(backend, ended(1))[job.id].state is S.SUCCEEDED


@pytest.mark.parametrize("ways", [{}, {"context": "limits"}, {"context": "old", "old": True}, {"stats": False}])
def test_a_site_is_examined_however_it_tells_of_itself(world, backend, skaha, ways):
    for name, value in ways.items():
        setattr(skaha.ways, name, value)
    health = backend.probe()
    assert health.reachable and "mlopez" in health.facts["you"]
    assert health.known


@pytest.mark.parametrize("call", ["context", "image", "repository", "availability"])
def test_what_a_site_does_not_answer_is_not_known_and_no_more(world, backend, skaha, call):
    skaha.pull(call, 500, times=ALWAYS)
    assert backend.probe().reachable


def test_storage_that_is_reached_is_where_the_sessions_are(tmp_path):
    world = MountedCanfarWorld(tmp_path)
    backend = world.open()
    [job] = send(world, backend, "pwd -P; touch made")
    world.watch(backend, ended(1))
    [made] = world.skaha.home.glob(f"tui-batch/{job.submission}/jobs/1/*/made")
    until(lambda: backend.tail(job, "out", "").data.decode() == f"{made.parent.resolve()}\n", "its log is there")
    backend.close()
    world.close()
