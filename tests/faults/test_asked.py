"""What was asked for waits, is held, is taken back, goes ahead of the others: never lost or twice, killed or not."""

from pathlib import Path

import pytest
from test_killed import desk_of, make, until
from test_trouble import kill_courier

from tui_batch.errors import RequestError
from tui_batch.states import JobState
from tui_batch.store.home import Home
from tui_batch.store.more import More

LONG = 3600.0


def counts(desk, name):
    return dict(desk.submission(name).counts)


def marks(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.iterdir()}


@pytest.fixture
def ran(tmp_path):
    """Each run of a job appends a byte to a file of its own here."""
    folder = tmp_path / "ran"
    folder.mkdir()
    return folder


@pytest.fixture
def desk(tmp_path):
    return desk_of(tmp_path / "home", slots=2)


def test_an_order_that_waits_can_be_taken_back_once(desk, tmp_path, ran):
    batch = make(desk, tmp_path, f"printf x >> {ran}/{{{{ n }}}}", "1..3")
    name = desk.submit(batch, wait=LONG)
    assert counts(desk, name) == {JobState.DRAFT: 3}
    until(lambda: desk.snapshot().courier is not None)
    kill_courier(desk.home)
    assert desk.withdraw(name)
    assert not desk.withdraw(name)
    other = desk.submit(batch)  # carried out after what was taken back
    until(lambda: bool(desk.submission(other).ended))
    assert [one.id for one in desk.snapshot().submissions] == [other]
    assert marks(ran) == {"1": 1, "2": 1, "3": 1}


def test_an_order_leaves_when_its_time_has_come_and_then_it_is_too_late(desk, tmp_path, ran):
    batch = make(desk, tmp_path, f"printf x >> {ran}/{{{{ n }}}}", "1..3")
    name = desk.submit(batch, wait=0.5)
    assert {row.status.state for row in desk.jobs(name).rows} == {JobState.DRAFT}
    until(lambda: bool(desk.submission(name).ended))
    assert not desk.withdraw(name)
    assert counts(desk, name) == {JobState.SUCCEEDED: 3}
    assert {row.status.state for row in desk.jobs(name).rows} == {JobState.SUCCEEDED}


def test_what_is_asked_of_a_submission_that_waits_waits_with_it(desk, tmp_path):
    name = desk.submit(make(desk, tmp_path, "true", "1..2"), wait=1.0)
    desk.note(name, "later")
    until(lambda: bool(desk.submission(name).ended))
    until(lambda: desk.submission(name).note == "later")


def test_a_cancellation_can_be_taken_back(desk, tmp_path):
    go = tmp_path / "go"
    name = desk.submit(make(desk, tmp_path, f"until [ -e {go} ]; do sleep 0.02; done", "1..2"))
    until(lambda: counts(desk, name) == {JobState.RUNNING: 2})
    order = desk.cancel(name, wait=LONG)
    assert desk.withdraw(order)
    go.touch()
    until(lambda: bool(desk.submission(name).ended))
    assert counts(desk, name) == {JobState.SUCCEEDED: 2}


def test_the_others_leave_when_the_first_has_succeeded(desk, tmp_path, ran):
    go = tmp_path / "go"
    command = f"printf x >> {ran}/{{{{ n }}}}; until [ -e {go} ]; do sleep 0.02; done"
    name = desk.submit(make(desk, tmp_path, command, "1..20"), first=True)
    until(lambda: counts(desk, name) == {JobState.RUNNING: 1, JobState.DRAFT: 19})
    for _ in range(2):
        kill_courier(desk.home)
        desk.wake()
        until(lambda: desk.snapshot().courier is not None and desk.snapshot().courier.alive)
    assert marks(ran) == {"1": 1}
    go.touch()
    until(lambda: bool(desk.submission(name).ended))
    assert counts(desk, name) == {JobState.SUCCEEDED: 20}
    assert marks(ran) == {str(n): 1 for n in range(1, 21)}


def test_the_others_wait_for_a_person_when_the_first_has_failed(desk, tmp_path, ran):
    good = tmp_path / "good"
    name = desk.submit(make(desk, tmp_path, f"printf x >> {ran}/{{{{ n }}}}; test -e {good}", "1..4"), first=True)
    until(lambda: counts(desk, name) == {JobState.FAILED: 1, JobState.HELD: 3})
    assert "job 0 was sent first" in desk.jobs(name).rows[1].status.detail
    kill_courier(desk.home)
    good.touch()
    assert desk.retry(name) == 1  # the first alone; the others follow it
    until(lambda: bool(desk.submission(name).ended))
    assert counts(desk, name) == {JobState.SUCCEEDED: 4}
    assert marks(ran) == {"1": 2, "2": 1, "3": 1, "4": 1}


def test_a_person_may_let_the_others_go_without_the_first(desk, tmp_path):
    name = desk.submit(make(desk, tmp_path, "test {{ n }} != 1", "1..3"), first=True)
    until(lambda: counts(desk, name) == {JobState.FAILED: 1, JobState.HELD: 2})
    desk.release(name)
    until(lambda: bool(desk.submission(name).ended))
    assert counts(desk, name) == {JobState.FAILED: 1, JobState.SUCCEEDED: 2}


def test_held_jobs_do_not_begin_until_they_are_released(tmp_path, ran):
    desk = desk_of(tmp_path / "home", slots=1)
    go = tmp_path / "go"
    command = f"printf x >> {ran}/{{{{ n }}}}; until [ -e {go} ]; do sleep 0.02; done"
    name = desk.submit(make(desk, tmp_path, command, "1..4"))
    until(lambda: counts(desk, name) == {JobState.RUNNING: 1, JobState.QUEUED: 3})
    desk.hold(name, [2, 3])
    until(lambda: counts(desk, name) == {JobState.RUNNING: 1, JobState.QUEUED: 1, JobState.HELD: 2})
    kill_courier(desk.home)
    desk.wake()
    go.touch()
    until(lambda: counts(desk, name) == {JobState.SUCCEEDED: 2, JobState.HELD: 2})
    desk.release(name, [2, 3])
    until(lambda: bool(desk.submission(name).ended))
    assert counts(desk, name) == {JobState.SUCCEEDED: 4}
    assert marks(ran) == {str(n): 1 for n in range(1, 5)}


def test_what_ran_out_of_time_gets_twice_as_much_and_then_twice_again(desk, tmp_path):
    limits = "[resources]\nminutes = 0.01\n"
    name = desk.submit(make(desk, tmp_path, "sleep 2", "1..2", limits))
    for _ in range(2):
        until(lambda: counts(desk, name) == {JobState.TIMED_OUT: 2})
        kill_courier(desk.home)
        desk.retry(name, more="time")
        until(lambda: counts(desk, name) != {JobState.TIMED_OUT: 2})
    until(lambda: bool(desk.submission(name).ended))
    assert counts(desk, name) == {JobState.SUCCEEDED: 2}  # within 2.4 s: 0.6 and 1.2 s were not enough
    assert {row.status.attempt for row in desk.jobs(name).rows} == {3}


def test_more_of_what_was_never_limited_is_refused(desk, tmp_path):
    name = desk.submit(make(desk, tmp_path, "false", "1..2"))
    until(lambda: bool(desk.submission(name).ended))
    with pytest.raises(RequestError, match="sets no memory"):
        desk.retry(name, more="memory")
    with pytest.raises(RequestError, match="'memory=0' makes no sense"):
        desk.retry(name, more="memory=0")


def test_what_is_to_be_run_again_gets_the_amount_that_was_named(desk, tmp_path):
    name = desk.submit(make(desk, tmp_path, "sleep 1", "1..2", "[resources]\nminutes = 0.01\n"))
    until(lambda: counts(desk, name) == {JobState.TIMED_OUT: 2})
    desk.retry(name, more="time=1")
    until(lambda: counts(desk, name) == {JobState.SUCCEEDED: 2})
    needs = More(Home(desk.home).submission(name)).needs(0, 2, desk.batch(desk.submission(name).batch).resources)
    assert needs.minutes == 1


def test_jobs_that_were_not_sent_yet_are_sent_with_the_limit_that_they_were_given(desk, tmp_path):
    go = tmp_path / "go"
    command = f"[ {{{{ n }}}} = 1 ] || sleep 30; until [ -e {go} ]; do sleep 0.02; done"
    name = desk.submit(make(desk, tmp_path, command, "1..3"), first=True)
    until(lambda: counts(desk, name) == {JobState.RUNNING: 1, JobState.DRAFT: 2})
    desk.limit(name, 0.01, [1, 2])
    until(lambda: not desk.snapshot().orders)
    go.touch()
    until(lambda: counts(desk, name) == {JobState.SUCCEEDED: 1, JobState.TIMED_OUT: 2})


@pytest.mark.parametrize("verb", ["requeue", "signal", "limit"])
def test_what_a_target_refuses_is_said_until_something_else_is_asked_for(desk, tmp_path, verb):
    go = tmp_path / "go"
    name = desk.submit(make(desk, tmp_path, f"until [ -e {go} ]; do sleep 0.02; done", "1..2"))
    until(lambda: counts(desk, name) == {JobState.RUNNING: 2})
    {"requeue": desk.requeue, "signal": lambda id: desk.signal(id, "SIGUSR1"), "limit": lambda id: desk.limit(id, 5)}[
        verb
    ](name)
    until(lambda: "This kind of target cannot" in desk.submission(name).health)
    desk.fetch(name)
    until(lambda: not desk.submission(name).health)
    go.touch()
    until(lambda: counts(desk, name) == {JobState.SUCCEEDED: 2})


def test_a_target_is_examined_when_asked(desk):
    desk.probe("")
    until(lambda: "local" in desk.snapshot().contacts)
    contact = desk.snapshot().contacts["local"]
    assert contact.reachable
    assert contact.facts["slots"] == "2"
    assert contact.as_of
    until(lambda: not desk.snapshot().orders)


def test_to_name_no_job_is_not_to_mean_all_of_them(desk, tmp_path):
    go = tmp_path / "go"
    name = desk.submit(make(desk, tmp_path, f"until [ -e {go} ]; do sleep 0.02; done", "1..2"))
    until(lambda: counts(desk, name) == {JobState.RUNNING: 2})
    for ask in (desk.cancel, desk.hold, desk.release, desk.requeue):
        with pytest.raises(RequestError, match="No job was named"):
            ask(name, [])
    go.touch()
    until(lambda: bool(desk.submission(name).ended))
    assert counts(desk, name) == {JobState.SUCCEEDED: 2}


def test_no_job_waits_for_what_is_only_shown_of_its_target(desk, tmp_path):
    Home(desk.home).prepare().contacts.write_text("This is no folder.")
    name = desk.submit(make(desk, tmp_path, "true", "1..3"))
    until(lambda: bool(desk.submission(name).ended))
    assert counts(desk, name) == {JobState.SUCCEEDED: 3}


def test_what_waits_for_the_first_job_is_not_held_besides(desk, tmp_path, ran):
    go = tmp_path / "go"
    command = f"printf x >> {ran}/{{{{ n }}}}; until [ -e {go} ]; do sleep 0.02; done"
    name = desk.submit(make(desk, tmp_path, command, "1..3"), first=True)
    until(lambda: counts(desk, name) == {JobState.RUNNING: 1, JobState.DRAFT: 2})
    desk.hold(name)
    desk.release(name)
    until(lambda: not desk.snapshot().orders)
    assert counts(desk, name) == {JobState.RUNNING: 1, JobState.DRAFT: 2}
    go.touch()
    until(lambda: bool(desk.submission(name).ended))
    assert marks(ran) == {"1": 1, "2": 1, "3": 1}
