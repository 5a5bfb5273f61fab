"""What an attempt gets more of."""

from tui_batch.model import Resources
from tui_batch.store.more import More, twice

NEEDS = Resources(minutes=10.0, memory_mb=100)


def test_each_attempt_gets_twice_what_the_one_before_had(tmp_path):
    more = More(tmp_path)
    more.give(twice("time", 2, "0-4"))
    more.give(twice("time", 3, "0-4"))
    assert [More(tmp_path).needs(0, attempt, NEEDS).minutes for attempt in (1, 2, 3, 4)] == [10, 20, 40, 40]
    assert more.needs(0, 3, NEEDS).memory_mb == 100
    assert more.needs(5, 3, NEEDS) == NEEDS


def test_asked_twice_for_more_of_one_attempt_a_job_gets_twice_as_much_once(tmp_path):
    more = More(tmp_path)
    more.give(twice("time", 2, "0-4"))
    more.give(twice("time", 2, "0-5"))  # one more ran out of time before the first order was carried out
    more.give(twice("memory", 2, "0"))
    assert more.needs(0, 2, NEEDS) == Resources(minutes=20.0, memory_mb=200)
    assert more.needs(5, 2, NEEDS) == Resources(minutes=20.0, memory_mb=100)
