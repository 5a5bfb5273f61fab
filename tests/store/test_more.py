"""What an attempt gets more of."""

import pytest

from tui_batch.model import Resources
from tui_batch.store.more import More, granted

NEEDS = Resources(minutes=10.0, memory_mb=100)


def test_each_attempt_gets_twice_what_the_one_before_had(tmp_path):
    more = More(tmp_path)
    more.give(granted("time", 2, "0-4"))
    more.give(granted("time", 3, "0-4"))
    assert [More(tmp_path).needs(0, attempt, NEEDS).minutes for attempt in (1, 2, 3, 4)] == [10, 20, 40, 40]
    assert more.needs(0, 3, NEEDS).memory_mb == 100
    assert more.needs(5, 3, NEEDS) == NEEDS


def test_asked_twice_for_more_of_one_attempt_a_job_gets_twice_as_much_once(tmp_path):
    more = More(tmp_path)
    more.give(granted("time", 2, "0-4"))
    more.give(granted("time", 2, "0-5"))  # one more ran out of time before the first order was carried out
    more.give(granted("memory", 2, "0"))
    assert more.needs(0, 2, NEEDS) == Resources(minutes=20.0, memory_mb=200)
    assert more.needs(5, 2, NEEDS) == Resources(minutes=20.0, memory_mb=100)


def test_an_amount_counts_from_its_attempt_on_and_factors_count_from_it(tmp_path):
    more = More(tmp_path)
    more.give(granted("memory=1024 time=90", 2, "0-4"))
    more.give(granted("memory=x1.5", 4, "0"))
    again = More(tmp_path)
    assert [again.needs(0, attempt, NEEDS).memory_mb for attempt in (1, 2, 3, 4)] == [100, 1024, 1024, 1536]
    assert [again.needs(0, attempt, NEEDS).minutes for attempt in (1, 2, 4)] == [10, 90, 90]
    assert again.needs(1, 2, Resources()) == Resources(minutes=90.0, memory_mb=1024)  # of what had no limit before


def test_of_two_amounts_for_one_attempt_the_later_counts(tmp_path):
    more = More(tmp_path)
    for minutes in (90, 60, 90):
        more.give(granted(f"time={minutes}", 1, "0"))
        assert More(tmp_path).needs(0, 1, NEEDS) == more.needs(0, 1, NEEDS) == Resources(minutes=minutes, memory_mb=100)


def test_what_was_granted_before_amounts_could_be_is_read(tmp_path):
    (tmp_path / "more.toml").write_text('[[grant]]\nattempt = 2\njobs = "0"\ntime = 2.0\nmemory = 1.0\n')
    assert More(tmp_path).needs(0, 2, NEEDS).minutes == 20


@pytest.mark.parametrize("words", ["disk", "time=0", "time=-1", "memory=nan", "memory=x", "memory=1GB", "time=inf"])
def test_words_that_grant_nothing(words):
    with pytest.raises(ValueError, match=r"more|zero|float"):
        granted(words, 1, "0")
