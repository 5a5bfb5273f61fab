"""The bar and the words of many jobs."""

import pytest

from tui_batch.model import Submission
from tui_batch.states import JobState as S
from tui_batch.states import failed
from tui_batch.times import stamp
from tui_batch.widgets.progress import TONES, Paces, bar, counted, done, jobs_in_words, words

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
    assert bar({S.CANCELLED: 3}, 3, 10) == "[cccccccc]"
    assert bar({S.FAILED: 1, S.CANCELLED: 1, S.LOST: 2}, 4, 10) == "[xxcc!!!!]"
    assert bar({}, 0, 10) == "[        ]"
    assert len(bar(MIXED, 1003, 4)) == 4


def test_the_counts():
    assert (done(MIXED), failed(MIXED)) == (214, 2)
    assert (done({S.CANCELLED: 3, S.LOST: 1}), failed({S.CANCELLED: 3, S.LOST: 1})) == (4, 1)
    assert words({S.QUEUED: 12, S.RUNNING: 3, S.OUT_OF_MEMORY: 1}) == "3 running, 12 queued, 1 out of memory"
    assert words({}) == "nothing yet"


def remaining(counts, jobs, typical, age=0.0):
    one = submission(counts, jobs)._replace(typical=typical)
    return Paces(lambda: 100.0 + age).remaining(one)


def test_what_remains_is_worded_by_what_is_known():
    assert remaining({S.SUCCEEDED: 4}, 4, 60.0) == "-"
    assert remaining({S.QUEUED: 4}, 4, 0.0) == "unknown"
    assert remaining({S.SUCCEEDED: 1, S.QUEUED: 4}, 5, 0.0) == "unknown"
    assert remaining({S.RUNNING: 2, S.QUEUED: 2}, 4, 0.0) == "unknown"
    assert remaining({S.SUCCEEDED: 2, S.RUNNING: 2}, 4, 40.0) == "~30s (rough)"
    assert remaining({S.SUCCEEDED: 12, S.RUNNING: 4, S.QUEUED: 12}, 28, 120.0) == "4m - 11m"
    assert remaining({S.SUCCEEDED: 50, S.RUNNING: 10, S.QUEUED: 40}, 100, 1090.0) == "~81m"


def test_it_counts_down_as_what_is_known_grows_older():
    counts = {S.SUCCEEDED: 50, S.RUNNING: 10, S.QUEUED: 40}
    assert [remaining(counts, 100, 40.0, age) for age in (0.0, 20.0, 90.0)] == ["~3m", "~2m", "~90s"]


def test_what_takes_longer_than_was_thought_is_unknown():
    assert remaining({S.SUCCEEDED: 2, S.RUNNING: 1}, 3, 40.0, 60.0) == "unknown"


def test_how_long_ago_it_was_sent_says_nothing_of_a_submission_that_runs_again():
    counts = {S.SUCCEEDED: 63, S.RUNNING: 1}
    again = submission(counts, 64)._replace(created=stamp(-9e6), typical=60.0)
    assert Paces(lambda: 100.0).remaining(again) == "~30s"


def test_nobody_knows_when_the_next_job_begins_while_none_runs():
    assert remaining({S.SUCCEEDED: 50, S.QUEUED: 50}, 100, 120.0) == "~2h (rough)"


def test_what_remains_fits_its_column_however_long_it_is():
    for typical in (1.0, 59.0, 5999.0, 40 * 3600.0, 300 * 86400.0):
        for ended in (1, 12, 90):
            for left in (1, 30, 900):
                assert len(remaining({S.SUCCEEDED: ended, S.RUNNING: left}, ended + left, typical)) <= 14


def test_what_remains_never_rises_while_nothing_ends():
    counts = {S.SUCCEEDED: 40, S.RUNNING: 4, S.QUEUED: 36}
    paces = Paces(lambda: 100.0)
    assert [paces.remaining(submission(counts, 80)._replace(typical=typical)) for typical in (6.0, 9.0, 4.0, 6.0)] == [
        "~60s", "~60s", "~40s", "~40s",
    ]  # fmt: skip
    assert (
        paces.remaining(submission({S.SUCCEEDED: 41, S.RUNNING: 4, S.QUEUED: 35}, 80)._replace(typical=9.0)) == "~80s"
    )


def test_jobs_in_words():
    assert jobs_in_words({S.RUNNING: 3, S.QUEUED: 12}) == "3 running and 12 queued jobs"
    assert jobs_in_words({S.HELD: 1}) == "1 held job"
    assert jobs_in_words({S.FAILED: 2}) == "2 failed jobs"


def test_jobs_are_counted_in_words():
    assert [counted(number) for number in (0, 1, 12000)] == ["0 jobs", "1 job", "12,000 jobs"]


def test_every_state_has_a_tone():
    assert set(TONES) == set(S)
    assert TONES[S.SUCCEEDED] == ""
