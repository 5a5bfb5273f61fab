"""The states, and the one word for many jobs."""

import pytest

from tui_batch.states import ATTENTION, CODES, ENDED, JobState, active, failed, summary

S = JobState


def test_every_state_has_a_short_code_and_a_summary():
    assert set(CODES) == set(JobState)
    assert all(1 <= len(state.code) <= 2 for state in JobState)
    for state in JobState:
        assert summary({state: 3}) is state
        assert state.ended is (active({state: 3}) == 0)


def test_the_groups_hold_what_they_say():
    assert S.SUCCEEDED in ENDED
    assert S.UNKNOWN not in ENDED  # what is not known may still run
    assert {S.LOST, S.HELD} <= ATTENTION


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ({}, S.DRAFT),
        ({S.QUEUED: 0, S.SUCCEEDED: 2}, S.SUCCEEDED),
        ({S.QUEUED: 99, S.RUNNING: 1, S.FAILED: 5}, S.RUNNING),
        ({S.SUCCEEDED: 99, S.QUEUED: 1}, S.QUEUED),
        ({S.SUCCEEDED: 99, S.FAILED: 1}, S.FAILED),
        ({S.FAILED: 99, S.LOST: 1}, S.LOST),
        ({S.SUCCEEDED: 1, S.CANCELLED: 1}, S.CANCELLED),
        ({S.HELD: 1, S.QUEUED: 1}, S.QUEUED),
    ],
)
def test_active_jobs_speak_first_then_the_worst_end(counts, word):
    assert summary(counts) is word


def test_what_was_cancelled_has_not_failed_and_what_was_lost_has():
    assert failed({S.SUCCEEDED: 5, S.CANCELLED: 4, S.RUNNING: 3, S.HELD: 2}) == 0
    ends = (S.FAILED, S.TIMED_OUT, S.OUT_OF_MEMORY, S.NODE_FAILED, S.PREEMPTED, S.REJECTED, S.LOST)
    assert failed(dict.fromkeys(ends, 1)) == 7


def test_how_many_may_still_change():
    assert active({S.QUEUED: 2, S.RUNNING: 1, S.UNKNOWN: 1, S.SUCCEEDED: 5, S.LOST: 1}) == 4
    assert active({}) == 0
