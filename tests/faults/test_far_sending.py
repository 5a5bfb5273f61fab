"""Jobs are sent to a target that is slow, full or sometimes gone: each arrives once, or a person is asked."""

import random

import pytest
from test_killed import until
from test_trouble import kill_courier

from tui_batch.model import SOUGHT
from tui_batch.states import JobState
from tui_batch.store import lock, questions

S = JobState
BOTH = pytest.mark.parametrize("claims", [True, False], ids=["claims", "does not claim"])


def counts(desk, name):
    return {state: number for state, number in desk.submission(name).counts.items() if number}


def ended(away, desk, name):
    """Let all jobs end well; that each was taken once is seen by their ids."""
    away.world.becomes("succeeded")
    return ended_by(desk, name)


def ended_by(desk, name):
    until(lambda: bool(desk.submission(name).ended))
    return counts(desk, name)


def taken(away):
    """How often each job, by its number and attempt, was taken."""
    jobs = [tuple(map(int, name.split("_")[1:3])) for name in away.world.names()]
    return {job: jobs.count(job) for job in jobs}


def decide(desk, name, jobs=5):
    """Send once more what was looked for in vain, as a person does, until all run."""
    until(lambda: {S.QUEUED, S.SUBMITTING}.isdisjoint(counts(desk, name)))
    until(lambda: {one.status.evidence for one in unknown(desk, name)} <= {SOUGHT})
    if unknown(desk, name):
        desk.retry(name)
    until(lambda: counts(desk, name) == {S.RUNNING: jobs})


def beats_on(away):
    """Until the courier has had the time to do something that it should not."""
    beat = lock.look(away.home).beat
    until(lambda: lock.look(away.home).beat > beat)


def unknown(desk, name):
    return [row for row in desk.jobs(name).rows if row.status.state is S.SUBMIT_UNKNOWN]


ONCE = {(index, 1): 1 for index in range(5)}


@BOTH
def test_all_arrives_once_and_its_ids_are_known(away, claims):
    desk = away.desk(claims=claims)
    name = desk.submit(away.batch(desk, 5))
    until(lambda: counts(desk, name) == {S.RUNNING: 5})
    assert {row.status.id for row in desk.jobs(name).rows} == set(away.world.names())
    assert ended(away, desk, name) == {S.SUCCEEDED: 5}
    assert taken(away) == ONCE
    assert desk.submission(name).fetched == 5
    assert away.world.calls("unwritten") == []  # what each call took is on disk before the next one is made


@BOTH
def test_jobs_wait_while_the_target_is_gone_and_leave_when_it_is_back(away, claims):
    desk = away.desk(claims=claims)
    away.world.pull("gone")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: desk.submission(name).health == "far: no answer.")
    until(lambda: len(away.world.calls("submit")) >= 3)  # it is tried again by itself
    until(lambda: {row.status.detail for row in desk.jobs(name).rows} == {"waiting to be sent"})
    until(lambda: counts(desk, name) == {S.QUEUED: 5})
    away.world.let_go("gone")
    until(lambda: counts(desk, name) == {S.RUNNING: 5})
    until(lambda: desk.submission(name).health == "")
    assert ended(away, desk, name) == {S.SUCCEEDED: 5}
    assert taken(away) == ONCE


def test_the_longer_it_is_gone_the_less_often_it_is_asked_until_a_person_asks(away):
    desk = away.desk(pace=0.5)
    away.world.pull("gone")
    desk.submit(away.batch(desk, 5))
    until(lambda: len(away.world.calls("submit")) == 4)  # after 0.5, 1 and 2 s; the next comes in 4
    away.world.let_go("gone")
    desk.probe("far")
    until(lambda: len(away.world.names()) == 5, 2.5)


@BOTH
def test_a_limit_is_no_failure_and_the_rest_follows_as_there_is_room(away, claims):
    desk = away.desk(claims=claims, call=1)
    away.world.pull("limit", "2")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: counts(desk, name) == {S.RUNNING: 2, S.QUEUED: 3})
    until(lambda: desk.submission(name).health == "far takes 2 jobs at most.")
    assert desk.snapshot().contacts["far"].trouble == ""
    for done in (2, 4):
        until(lambda done=done: len(away.world.names()) == min(5, done))
        assert len(away.world.active()) <= 2
        away.world.becomes("succeeded")
    until(lambda: len(away.world.names()) == 5)
    assert ended(away, desk, name) == {S.SUCCEEDED: 5}
    assert taken(away) == ONCE


@BOTH
def test_a_limit_of_ones_own_is_said_of_the_job_whose_turn_comes_and_is_no_trouble(away, claims):
    desk = away.desk(claims=claims, call=1)
    away.world.pull("own-limit", "2")
    name = desk.submit(away.batch(desk, 3))
    until(lambda: "its turn comes: at most 2." in [row.status.detail for row in desk.jobs(name).rows])
    assert desk.submission(name).health == ""
    away.world.becomes("succeeded")
    until(lambda: len(away.world.names()) == 3)


@BOTH
def test_as_one_ends_the_next_goes_however_long_the_pace(away, claims):
    desk = away.desk(claims=claims, call=1, pace=600.0)
    away.world.pull("limit", "2")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: desk.submission(name).health == "far takes 2 jobs at most.")
    for done in (2, 4, 5):
        until(lambda done=done: len(away.world.names()) == done)
        away.world.becomes("succeeded")
        desk.poll()
    assert ended_by(desk, name) == {S.SUCCEEDED: 5}


@BOTH
def test_a_credential_that_ends_in_the_middle_delays_and_loses_nothing(away, claims):
    desk = away.desk(claims=claims, pace=0.1)
    away.world.pull("hang")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: len(away.world.calls("submit")) == 1)
    away.world.pull("expired")
    away.world.let_go("hang")
    until(lambda: desk.submission(name).health == "far: the token is no longer valid.")
    until(lambda: desk.snapshot().contacts["far"].trouble == "far: the token is no longer valid.")
    tried, sent = len(away.world.calls()), len(away.world.calls("submit"))
    until(lambda: len(away.world.calls()) > tried + 12, 10)  # a growing pause would last minutes by then
    assert len(away.world.calls("submit")) == sent  # each would be put down before, and nobody lets us in
    assert (len(away.world.names()), counts(desk, name)) == (2, {S.QUEUED: 5})
    away.world.let_go("expired")
    until(lambda: counts(desk, name) == {S.RUNNING: 5})
    until(lambda: desk.submission(name).health == "")
    assert ended(away, desk, name) == {S.SUCCEEDED: 5}
    assert taken(away) == ONCE


@pytest.mark.parametrize("cut", ["cut-before", "cut-after"])
@pytest.mark.parametrize("hidden", [False, True])
def test_a_kind_that_claims_is_sent_what_is_in_doubt_again(away, cut, hidden):
    desk = away.desk()
    away.world.pull(cut)
    if hidden:
        away.world.pull("hide")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: len(away.world.names()) == 5)
    if hidden:
        away.world.let_go("hide")
    assert ended(away, desk, name) == {S.SUCCEEDED: 5}
    assert taken(away) == ONCE


def test_what_is_in_doubt_says_so_until_it_is_known(away):
    desk = away.desk(pace=30.0)
    away.world.pull("cut-after")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: counts(desk, name) == {S.SUBMIT_UNKNOWN: 5})
    assert desk.submission(name).health == "far: the connection broke."
    assert desk.jobs(name).rows[4].status.detail == "far: the connection broke."
    desk.probe("far")  # nobody waits for half a minute
    until(lambda: S.SUBMIT_UNKNOWN not in counts(desk, name))
    assert taken(away) == ONCE


def test_what_the_target_has_is_adopted_where_a_kind_does_not_claim(away):
    desk = away.desk(claims=False)
    away.world.pull("cut-after")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: counts(desk, name) == {S.RUNNING: 5})
    assert away.world.calls("find")
    assert taken(away) == ONCE


def test_what_the_target_shows_late_is_found_by_the_second_look(away):
    desk = away.desk(claims=False, settles=1.0)
    away.world.pull("cut-after")
    away.world.pull("hide")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: len(away.world.calls("find")) == 1)
    away.world.let_go("hide")
    until(lambda: counts(desk, name) == {S.RUNNING: 5})
    assert (len(away.world.calls("find")), taken(away)) == (2, ONCE)


def test_what_is_not_found_twice_is_sent_again_only_when_a_person_says_so(away):
    desk = away.desk(claims=False)
    away.world.pull("cut-before")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: counts(desk, name) == {S.RUNNING: 3, S.SUBMIT_UNKNOWN: 2})
    until(lambda: desk.jobs(name).rows[0].status.evidence == SOUGHT)
    assert len(away.world.calls("find")) == 2
    kill_courier(desk.home)
    desk.wake()
    until(lambda: len(away.world.calls("poll")) > 3)
    assert counts(desk, name) == {S.RUNNING: 3, S.SUBMIT_UNKNOWN: 2}
    assert desk.retry(name, [0, 1]) == 2
    until(lambda: counts(desk, name) == {S.RUNNING: 5})
    assert taken(away) == ONCE


def test_what_is_not_found_twice_is_sent_again_by_itself_where_a_job_cannot_run_twice(away):
    desk = away.desk(claims=False, guards=True)
    away.world.pull("cut-before")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: counts(desk, name) == {S.RUNNING: 5})
    assert (len(away.world.calls("find")), taken(away)) == (2, ONCE)
    until(lambda: desk.submission(name).health == "")


def test_what_is_sent_again_in_vain_is_left_to_a_person_after_three_times(away):
    desk = away.desk(claims=False, guards=True, settles=0.05, pace=0.05)
    away.world.pull("deaf")
    name = desk.submit(away.batch(desk, 2))
    until(lambda: {row.status.evidence for row in desk.jobs(name).rows} == {SOUGHT}, 60)
    assert away.world.calls("submit") == ["0,1"] * 4
    away.world.let_go("deaf")
    desk.retry(name)
    until(lambda: counts(desk, name) == {S.RUNNING: 2})


@BOTH
def test_a_refusal_holds_what_was_not_taken_with_its_reason(away, claims):
    desk = away.desk(claims=claims)
    away.world.pull("refuse", "far: there is no such queue.")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: counts(desk, name) == {S.HELD: 5})
    assert desk.jobs(name).rows[4].status.detail == desk.submission(name).health == "far: there is no such queue."
    until(lambda: desk.snapshot().contacts["far"].reachable is True)
    tried = len(away.world.calls("submit"))
    away.world.let_go("refuse")
    desk.note(name, "seen")
    until(lambda: desk.submission(name).note == "seen")
    beats_on(away)
    assert len(away.world.calls("submit")) == tried  # nothing by itself
    desk.retry(name)
    until(lambda: counts(desk, name) == {S.RUNNING: 5})
    assert desk.submission(name).health == ""


# -- killed ------------------------------------------------------------------------------------------------------------


@BOTH
def test_what_was_taken_before_the_courier_was_killed_is_known(away, claims):
    desk = away.desk(claims=claims)
    away.world.pull("limit", "2")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: len(away.world.calls("submit")) >= 2)  # the second call was made: what the first took is known
    kill_courier(desk.home)
    known = [row.status.id for row in desk.jobs(name).rows if row.status.id]
    assert known == away.world.names()
    assert len(known) == 2
    away.world.let_go("limit")
    desk.wake()
    decide(desk, name)
    assert ended(away, desk, name) == {S.SUCCEEDED: 5}
    assert taken(away) == ONCE


@BOTH
def test_a_courier_that_is_killed_while_it_sends_sends_nothing_twice(away, claims):
    desk = away.desk(claims=claims)
    away.world.pull("hang")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: bool(away.world.calls("submit")))
    if not claims:  # what it is about to do is on disk
        assert [row.status.state for row in desk.jobs(name).rows] == [S.SUBMITTING] * 2 + [S.QUEUED] * 3
    kill_courier(desk.home)
    away.world.let_go("hang")
    desk.wake()
    decide(desk, name)
    assert taken(away) == ONCE


@BOTH
def test_each_job_is_taken_once_though_the_courier_is_killed_again_and_again(away, claims):
    desk = away.desk(claims=claims, settles=0.1)
    name, dice = desk.submit(away.batch(desk, 60)), random.Random(20261120)
    for _ in range(6):
        goal = len(away.world.calls("submit")) + dice.randrange(1, 5)
        until(lambda goal=goal: len(away.world.calls("submit")) >= goal or len(away.world.names()) == 60)
        kill_courier(desk.home)
        desk.wake()
    decide(desk, name, 60)
    assert set(taken(away).values()) == {1}
    assert ended(away, desk, name) == {S.SUCCEEDED: 60}
    assert desk.submission(name).fetched == 60


def test_another_attempt_in_doubt_is_not_taken_for_the_former_one(away):
    desk = away.desk(claims=False)
    name = desk.submit(away.batch(desk, 2))
    until(lambda: counts(desk, name) == {S.RUNNING: 2})
    away.world.becomes("failed")
    until(lambda: bool(desk.submission(name).ended))
    away.world.pull("cut-before")
    desk.retry(name, [0])
    until(lambda: desk.jobs(name).rows[0].status.state is S.SUBMIT_UNKNOWN)
    kill_courier(desk.home)
    desk.wake()
    until(lambda: desk.jobs(name).rows[0].status.evidence == SOUGHT)
    assert taken(away) == {(0, 1): 1, (1, 1): 1}


# -- cancelled ---------------------------------------------------------------------------------------------------------


@BOTH
def test_a_cancellation_waits_for_the_answer_of_what_is_being_sent(away, claims):
    desk = away.desk(claims=claims)
    away.world.pull("hang")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: bool(away.world.calls("submit")))
    desk.cancel(name)
    away.world.let_go("hang")
    until(lambda: bool(desk.submission(name).ended))
    assert counts(desk, name) == {S.CANCELLED: 5}
    assert away.world.active() == []


@BOTH
@pytest.mark.parametrize("cut", ["cut-before", "cut-after"])
def test_a_cancellation_of_what_is_in_doubt_is_not_lost(away, claims, cut):
    desk = away.desk(claims=claims)
    away.world.pull(cut)
    away.world.pull("hang")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: bool(away.world.calls("submit")))
    desk.cancel(name)
    away.world.let_go("hang")
    until(lambda: bool(desk.submission(name).ended))
    assert counts(desk, name) == {S.CANCELLED: 5}
    assert away.world.active() == []


def test_a_cancellation_of_one_in_doubt_keeps_no_other_waiting_and_outlives_the_courier(away):
    desk = away.desk(claims=False, settles=30.0)
    away.world.pull("hide")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: len(away.world.names()) == 5)
    away.world.becomes("failed", away.world.names()[0])
    away.world.let_go("hide")
    until(lambda: counts(desk, name) == {S.RUNNING: 4, S.FAILED: 1})
    away.world.pull("cut-before")
    desk.retry(name, [0])
    until(lambda: counts(desk, name) == {S.RUNNING: 4, S.SUBMIT_UNKNOWN: 1})
    desk.cancel(name)
    until(lambda: counts(desk, name) == {S.CANCELLED: 4, S.SUBMIT_UNKNOWN: 1})
    kill_courier(desk.home)
    assert [order.jobs for order in desk.snapshot().orders] == ["0"]
    desk = away.desk(claims=False)
    desk.wake()
    until(lambda: bool(desk.submission(name).ended))
    assert counts(desk, name) == {S.CANCELLED: 5}


# -- asked -------------------------------------------------------------------------------------------------------------


def test_a_target_that_asks_is_answered_and_goes_on(away):
    desk = away.desk()
    away.world.pull("ask")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: bool(questions.read(away.home)))
    [question] = questions.read(away.home)
    assert (question.target, question.text) == ("far", "code for far")
    questions.answer(away.home, "far", "sesame")
    until(lambda: counts(desk, name) == {S.RUNNING: 5})
    assert questions.read(away.home) == []
    assert not [path for path in away.home.path.rglob("*") if path.is_file() and b"sesame" in path.read_bytes()]


def test_a_target_that_nobody_answered_is_left_alone_until_somebody_asks(away, monkeypatch):
    monkeypatch.setenv("TUI_BATCH_TEST_ANSWER_SECONDS", "0.2")
    desk = away.desk(pace=0.05)
    away.world.pull("ask")
    name = desk.submit(away.batch(desk, 5))
    until(lambda: "nobody answered" in desk.submission(name).health)
    assert counts(desk, name) == {S.QUEUED: 5}
    tried = len(away.world.calls("submit"))
    desk.note(name, "seen")
    until(lambda: desk.submission(name).note == "seen")
    beats_on(away)
    assert questions.read(away.home) == []
    assert len(away.world.calls("submit")) == tried
    desk.probe("far")
    until(lambda: bool(questions.read(away.home)))
    questions.answer(away.home, "far", "sesame")
    until(lambda: counts(desk, name) == {S.RUNNING: 5})
    until(lambda: desk.submission(name).health == "")
