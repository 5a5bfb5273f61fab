"""Logs that are saved: what comes next, what an answer adds to a copy, and what is on disk of all that."""

import time

import pytest

from tui_batch.courier import copies
from tui_batch.courier.messages import Tailed
from tui_batch.courier.saving import risk
from tui_batch.courier.unsaved import Unsaved
from tui_batch.model import Job, LogChunk, Status
from tui_batch.states import JobState
from tui_batch.store import saved
from tui_batch.store.home import Home
from tui_batch.times import stamp

MORNING, NOON = "2026-11-20T08:00:00.000Z", "2026-11-20T12:00:00.000Z"


@pytest.fixture
def unsaved():
    made = Unsaved(("out", "events"))
    made.next_round = float("inf")
    return made


def end(unsaved, index, since, state=JobState.FAILED, attempt=1):
    unsaved.heard(index, Status(state, attempt, f"id{index}", ended=since, as_of=NOON))


def order(unsaved, now=0.0):
    """What comes, one after the other."""
    found = []
    while unsaved.first(now):
        errand = unsaved.take()
        found.append((errand.index, unsaved.streams[errand.stream]))
    return found


def test_what_is_forgotten_first_comes_first_and_what_runs_last(unsaved):
    unsaved.begin_round([(1, 7)])
    unsaved.begin_round([(1, 7)])  # which is looked at already
    end(unsaved, 1, NOON)
    end(unsaved, 2, MORNING)
    assert [index for index, _ in order(unsaved)] == [2, 2, 1, 1, 7, 7]
    assert unsaved.due() == float("inf")


def test_a_second_look_comes_after_all_first_looks(unsaved):
    end(unsaved, 1, MORNING)
    errand = unsaved.first(0.0)
    assert unsaved.seen(unsaved.take())
    assert not unsaved.seen(errand)
    unsaved.again(errand, 5.0)
    assert unsaved.unseen() == [MORNING]  # what the platform says of it
    assert order(unsaved, 4.9) == [(1, "events")]
    assert unsaved.due() == 5.0
    assert order(unsaved, 5.0) == [(1, "out")]


def test_an_attempt_is_done_with_the_last_of_its_logs(unsaved):
    end(unsaved, 1, MORNING)
    first = unsaved.first(0.0)
    unsaved.done(unsaved.take(), gone=True)
    assert unsaved.ended[1, 1].gone == ["out"]
    assert unsaved.known(first).left == {1}
    unsaved.first(0.0)
    unsaved.done(unsaved.take())
    assert (unsaved.ended, unsaved.unseen()) == ({}, [])


def test_a_lost_job_that_is_found_is_saved_anew(unsaved):
    end(unsaved, 1, MORNING, JobState.LOST)
    before = unsaved.first(0.0)
    assert unsaved.unseen() == []  # there may be nothing to forget
    unsaved.heard(1, Status(JobState.RUNNING, 1, "id1", as_of=NOON))
    assert unsaved.ended == {}
    end(unsaved, 1, NOON)
    unsaved.done(before)  # of the time before
    assert order(unsaved) == [(1, "out"), (1, "events")]


def test_what_was_never_sent_or_never_taken_left_no_log(unsaved):
    unsaved.heard(1, Status(JobState.CANCELLED, as_of=NOON))
    assert unsaved.ended == {}


@pytest.mark.parametrize(
    ("ago", "jobs", "said"),
    [
        (1700, 2, ""),
        (1900, 2, "The logs of 2 jobs are not saved yet, and canfar forgets them from 08:28 UTC on."),
        (3700, 1, "The log of 1 job is not saved, and canfar may have forgotten it since 07:58 UTC."),
    ],
)
def test_what_is_said_of_logs_that_may_be_forgotten(ago, jobs, said):
    now = time.mktime((2026, 11, 20, 8, 0, 0, 0, 0, 0)) - time.timezone
    ended = [stamp(now - ago + number) for number in range(jobs)]
    assert risk("canfar", ended, 3600.0, now) == said
    assert risk("canfar", [], 3600.0, now) == ""


# -- copies ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def answer(tmp_path):
    """Have a target that forgets, or not, tell what a log holds; whether that was news, and what is here then."""

    def answered(data, cursor=None, stream="out", forgets=True):
        request = copies.asked(Home(tmp_path), Job("s", 1, "n1", 1, "id1"), stream, True, forgets)
        cursor = str(request.size + len(data)) if cursor is None else cursor
        return copies.take(Tailed(request, LogChunk(data, cursor))), request.spool.read_bytes()

    return answered


def test_a_copy_grows_by_what_is_new(answer):
    assert answer(b"") == (False, b"")
    assert answer(b"one\n") == (True, b"one\n")
    assert answer(b"two\n") == (True, b"one\ntwo\n")
    assert answer(b"") == (False, b"one\ntwo\n")


def test_what_a_target_forgets_is_only_ever_added_to(answer):
    answer(b"one\ntwo\n")
    for shorter in (b"", b"one\n", b"one\ntwo\n"):
        assert answer(shorter, str(len(shorter))) == (False, b"one\ntwo\n")
    assert answer(b"begun anew", "10") == (True, b"one\ntwo\nbegun anew")


def test_a_copy_that_is_empty_takes_all_there_is(answer):
    answer(b"")
    assert answer(b"some", "17") == (True, b"some")


def test_a_log_whose_beginning_was_cut_off_is_joined_to_what_is_here(answer):
    lines = [b"%d\n" % number for number in range(1000)]
    answer(b"".join(lines[:900]))
    assert answer(b"".join(lines[600:]), "1600") == (True, b"".join(lines))


def test_what_the_platform_says_is_replaced_by_what_it_says_now_and_never_by_nothing(answer):
    assert answer(b"pulling\n", "8", "events") == (True, b"pulling\n")
    assert answer(b"up\n", "3", "events") == (True, b"up\n")
    for old in (b"up\n", b""):
        assert answer(old, str(len(old)), "events") == (False, b"up\n")


def test_a_log_that_its_target_keeps_is_begun_anew_when_it_is_there(answer):
    answer(b"first run\n", forgets=False)
    assert answer(b"anew\n", "5", forgets=False) == (True, b"anew\n")


def test_two_answers_to_one_question_are_added_once(tmp_path):
    request = copies.asked(Home(tmp_path), Job("s", 1, "n1", 1, "id1"), "out", True, True)
    for _ in range(2):
        assert copies.take(once := Tailed(request, LogChunk(b"once", "4")))
        assert copies.reaches(once)
    assert request.spool.read_bytes() == b"once"
    copies.take(longer := Tailed(request, LogChunk(b"once and more", "13", whole=True)))
    assert not copies.reaches(longer)  # so it is asked for again


# -- what is known to be here ------------------------------------------------------------------------------------------


def test_what_was_saved_is_known_whatever_became_of_the_last_line(tmp_path):
    assert saved.read(tmp_path) == {}
    saved.note(tmp_path, 1, 7, [])
    saved.note(tmp_path, 2, 7, ["out", "events"])
    both = {(1, 7): [], (2, 7): ["out", "events"]}
    assert saved.read(tmp_path) == both
    with (tmp_path / "logs" / "saved").open("a") as file:
        file.write("1 1")  # of job 12, whose writer was killed
    assert saved.read(tmp_path) == both
    saved.note(tmp_path, 1, 3, [])
    assert saved.read(tmp_path) == both | {(1, 3): []}
