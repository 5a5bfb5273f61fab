"""What the platform's words, a job's record, and the last line of its log come to; what it is asked, and called."""

import pytest

from tui_batch.backends.canfar import carrying, outcome, service
from tui_batch.backends.canfar.events import Told
from tui_batch.backends.canfar.logs import since
from tui_batch.backends.canfar.service import Session
from tui_batch.backends.hosted.staging import Ended
from tui_batch.errors import Busy, Refused, Unclear, Unreachable
from tui_batch.model import Job, Resources
from tui_batch.states import JobState
from tui_batch.times import seconds
from tui_batch.wire.http import Answer

S = JobState
MARKER = "20261120-053312-babelele"
JOB = Job(MARKER, 7, "a", 1, "k3x9w2ab", Resources(minutes=5))
NOW = seconds("2026-11-20T06:00:00Z")


def session(word, started="2026-11-20T05:00:00.000Z"):
    return Session(JOB.id, carrying.name("b", JOB), "headless", word, started)


def left(code, cause="", owner=JOB.id):
    return Ended({"job": owner, "clock": "100"}, {"job": owner, "code": str(code), "clock": "200"}, cause)


@pytest.mark.parametrize(
    ("word", "record", "last", "cause", "state", "code", "evidence"),
    [
        ("Completed", left(0), None, None, S.SUCCEEDED, 0, "end record"),
        ("Completed", None, left(0), None, S.SUCCEEDED, 0, "last line of its log"),
        ("Completed", None, None, None, S.SUCCEEDED, None, "Completed"),
        ("Succeeded", None, None, None, S.SUCCEEDED, None, "Succeeded"),
        ("Failed", left(3), None, None, S.FAILED, 3, "end record"),
        ("Failed", None, left(3), None, S.FAILED, 3, "last line of its log"),
        ("Failed", None, None, None, S.FAILED, None, "Failed"),
        ("Error", None, None, Told(S.OUT_OF_MEMORY, "it held more"), S.OUT_OF_MEMORY, None, "events"),
        ("Failed", left(143, "timed_out"), None, None, S.TIMED_OUT, 143, "end record"),
        ("Failed", left(0, "timed_out"), None, None, S.TIMED_OUT, 0, "end record"),
        ("Failed", None, left(137, "out_of_memory"), None, S.OUT_OF_MEMORY, 137, "last line of its log"),
        ("Failed", left(143, "cancelled cancelled by you"), None, None, S.CANCELLED, 143, "end record"),
        ("Failed", Ended({}, {}, "timed_out"), None, None, S.TIMED_OUT, None, "Failed"),
        ("Failed", left(1, owner="other000"), None, None, S.FAILED, 1, "end record"),
    ],
)
def test_how_a_listed_session_ended(word, record, last, cause, state, code, evidence):
    none = outcome.NO_RECORD
    status = outcome.settled(JOB, session(word), record or none, last or none, cause, NOW, False)
    assert (status.state, status.exit_code, status.evidence) == (state, code, evidence)
    assert (status.attempt, status.id) == (1, JOB.id)


def test_while_more_may_come_to_light_nothing_is_said():
    none = outcome.NO_RECORD
    assert outcome.settled(JOB, session("Completed"), none, none, None, NOW, True) is None
    assert outcome.settled(JOB, session("Failed"), none, none, None, NOW, True) is None


def test_a_failure_after_fourteen_days_is_the_platforms_limit():
    old = session("Failed", "2026-11-06T05:00:00.000Z")
    status = outcome.settled(JOB, old, outcome.NO_RECORD, outcome.NO_RECORD, None, NOW, False)
    assert (status.state, status.detail) == (S.TIMED_OUT, "the platform's limit is 14 days")


def test_of_a_session_that_is_not_listed_absence_says_nothing_until_its_grace_is_over():
    none = outcome.NO_RECORD
    assert outcome.vanished(JOB, none, False, 119.0, 120.0) is None
    assert outcome.vanished(JOB, none, False, 120.0, 120.0).state is S.LOST
    assert outcome.vanished(JOB, none, True, 0.0, 120.0).state is S.CANCELLED
    assert outcome.vanished(JOB, left(0), True, 0.0, 120.0).state is S.SUCCEEDED


@pytest.mark.parametrize("word", ["Completing", "Suspended", "", "FAILED?"])
def test_a_word_that_nobody_knows_is_unknown(word):
    assert outcome.state(session(word)) is S.UNKNOWN


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "batch", ["sweep", "a.fits", "Ünï_code 7", "--", "", "x" * 200, "-a-", "é", "20261120-053312-bobobobo-1-1"]
)
def test_a_name_fits_the_platforms_rules_and_is_found_again(batch):
    for job in (JOB, Job(MARKER, 123456, "z", 12)):
        name = carrying.name(batch, job)
        assert len(name) <= 63
        assert name.strip("-") == name
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert carrying.marked(name) == (MARKER, job.index, job.attempt)


@pytest.mark.parametrize("name", ["notebook", f"x-{MARKER}", f"x-{MARKER}-1", f"x-{MARKER}-1-1-extra", "x-1-1"])
def test_a_name_that_is_not_ours_is_nobodys(name):
    assert carrying.marked(name) is None


# -- answers -----------------------------------------------------------------------------------------------------------


def answer(status, body=b"", **headers):
    return Answer(status, headers, body)


@pytest.mark.parametrize(
    ("status", "error"),
    [(201, Unclear), (400, Refused), (403, Refused), (404, Refused), (405, Refused), (429, Busy), (500, Unclear),
     (502, Unclear), (503, Unclear), (504, Unclear)],
)  # fmt: skip
def test_what_may_have_happened_is_told_from_what_has_not(status, error):
    found = service.refusal("there", "a session was to be made", answer(status, b"the server's own words\n"))
    assert type(found) is error
    assert "the server's own words" in str(found)


def test_a_page_that_a_server_has_ready_is_not_read_out():
    found = service.refusal("there", "a session was to be made", answer(404, b"<!doctype html><title>HTTP 404</title>"))
    assert "<" not in str(found)
    assert "url and version" in str(found)


@pytest.mark.parametrize("listed", [{}, None, "x", [1], [{}], [{"id": ""}]])
def test_half_a_list_is_none(listed):
    with pytest.raises(Unreachable):
        service.sessions(listed, "there")


def test_fields_that_are_left_out_or_said_not_to_be_there_are_empty():
    [found] = service.sessions([{"id": "k3x9w2ab", "status": "Pending", "startTime": "<none>", "requestedRAM": 8}], "x")
    assert found == Session("k3x9w2ab", "", "", "Pending")
    [used] = service.sessions([{"id": "a", "ramInUse": "1.37", "requestedRAM": "8.59", "cpuCoresInUse": "1.9",
                                "requestedCPUCores": "2"}], "x")  # fmt: skip
    assert used.used == "1.9 of 2 CPUs, 1.37 of 8.59 GB"


@pytest.mark.parametrize(
    ("said", "moment"),
    [("2026-03-02T09:15:41Z", "2026-03-02T09:15:41.000Z"), ("2026-03-02T09:15Z", "2026-03-02T09:15:00.000Z"),
     ("", ""), ("soon", "")],
)  # fmt: skip
def test_moments(said, moment):
    assert service.moment(said) == moment


# -- logs --------------------------------------------------------------------------------------------------------------

END = f"\ntui-batch-end {MARKER} 7 1 0 100 200 k3x9w2ab -\n".encode()


@pytest.mark.parametrize(
    "line",
    [f"7 1 0 {'9' * 20} 200 k3x9w2ab -", f"7 1 0 100 {'9' * 20} k3x9w2ab -", f"7 1 {'9' * 20} 100 200 k3x9w2ab -",
     "7 1 0 100 200 k3x9w2ab because", "7 1 1 100 200 k3x9w2ab because", "7 2 0 100 200 k3x9w2ab -"],
)  # fmt: skip
def test_a_line_like_ours_that_says_nonsense_keeps_no_job_from_being_watched(line):
    last = carrying.ended(f"\ntui-batch-end {MARKER} {line}\n".encode(), JOB)
    status = outcome.settled(JOB, session("Completed"), outcome.NO_RECORD, last, None, NOW, False)
    assert status.state in (S.SUCCEEDED, S.FAILED)


def test_a_log_goes_on_where_it_was_left_and_our_line_is_not_of_it():
    assert since(b"one\ntwo\n", 4, 0) == (b"two\n", 0)
    assert since(b"one\ntwo\n" + END, 4, 0) == (b"two\n", 0)
    assert since(b"one\n" + END, 5, 0) == (b"", 0)  # our line had been seen in part


def test_of_a_log_that_has_lost_its_beginning_all_is_kept_once():
    data, ahead = since(b"later\n", 1000, 0)
    assert data.endswith(b"\nlater\n")
    assert b"no longer" in data
    assert since(b"later\nmore\n", 1000 + len(data), ahead) == (b"more\n", ahead)


def test_a_log_is_told_from_where_it_was_read_to_also_where_not_all_of_it_was_brought():
    assert since(b"one\ntwo\n", 1004, 0, 1000) == (b"two\n", 0)
    data, ahead = since(b"one\ntwo\n", 4, 0, 1000)
    assert b"may be missing" in data and data.endswith(b"]\none\ntwo\n")
    assert since(b"two\nsix\n", 4 + len(data), ahead, 1004) == (b"six\n", ahead)
