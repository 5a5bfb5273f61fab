"""The bar and the words of many jobs."""

import pytest

from tui_batch.model import Submission
from tui_batch.states import JobState as S
from tui_batch.times import stamp
from tui_batch.widgets.progress import TONES, Paces, bar, counted, done, failed, words

MIXED = {S.SUCCEEDED: 212, S.RUNNING: 48, S.QUEUED: 740, S.FAILED: 2, S.HELD: 1}


def submission(counts, jobs, as_of=100.0):
    return Submission("id", "b", "", "t", "local", "local", 1, jobs, stamp(0.0), counts, stamp(as_of))


@pytest.mark.parametrize("width", range(9, 60))
def test_the_bar_has_its_width_and_hides_nothing(width):
    drawn = bar(MIXED, 1003, width)
    assert len(drawn) == width
    assert all(sign in drawn for sign in "#=-x!")


def test_the_bar_of_the_simple_cases():
    assert bar({S.SUCCEEDED: 4}, 4, 10) == "[########]"
    assert bar({}, 12, 10) == "[--------]"
    assert bar({S.SUCCEEDED: 2, S.RUNNING: 2}, 8, 10) == "[##==----]"
    assert bar({S.CANCELLED: 3}, 3, 10) == "[xxxxxxxx]"
    assert bar({}, 0, 10) == "[        ]"
    assert len(bar(MIXED, 1003, 4)) == 4


def test_the_counts():
    assert (done(MIXED), failed(MIXED)) == (214, 2)
    assert (done({S.CANCELLED: 3, S.LOST: 1}), failed({S.CANCELLED: 3, S.LOST: 1})) == (4, 3)
    assert words({S.QUEUED: 12, S.RUNNING: 3, S.OUT_OF_MEMORY: 1}) == "3 running, 12 queued, 1 out of memory"
    assert words({}) == "nothing yet"


def test_what_remains_is_worded_by_what_is_known():
    assert Paces().remaining(submission({S.SUCCEEDED: 4}, 4)) == "-"
    assert Paces().remaining(submission({S.QUEUED: 4}, 4)) == "unknown"
    assert Paces().remaining(submission({S.SUCCEEDED: 1, S.QUEUED: 4}, 5, 0.0)) == "unknown"
    assert Paces().remaining(submission({S.SUCCEEDED: 2, S.RUNNING: 2}, 4, 60.0)) == "~60s rough"
    assert Paces().remaining(submission({S.SUCCEEDED: 50, S.QUEUED: 50}, 100, 6000.0)) == "~1h40"


def test_what_remains_never_rises_while_nothing_ends():
    paces, counts = Paces(), {S.SUCCEEDED: 5, S.RUNNING: 5}
    assert [paces.remaining(submission(counts, 10, past)) for past in (60.0, 90.0, 40.0, 60.0)] == [
        "~60s", "~60s", "~40s", "~40s",
    ]  # fmt: skip
    assert paces.remaining(submission({S.SUCCEEDED: 6, S.RUNNING: 4}, 10, 90.0)) == "~60s"


def test_jobs_are_counted_in_words():
    assert [counted(number) for number in (0, 1, 12000)] == ["0 jobs", "1 job", "12,000 jobs"]


def test_every_state_has_a_tone():
    assert set(TONES) == set(S)
    assert TONES[S.SUCCEEDED] == ""
