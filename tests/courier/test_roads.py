"""How the targets are, as the courier notes it, and how often each is asked."""

import pytest
from far import Far, Settings

from tui_batch.backends import nobody
from tui_batch.config import Config
from tui_batch.courier import pace as paces
from tui_batch.courier.pace import QUIET_SECONDS
from tui_batch.courier.pause import LONGEST, Pause
from tui_batch.courier.roads import Road, Roads
from tui_batch.model import Health
from tui_batch.store import contacts
from tui_batch.store.home import Home


def test_the_last_answer_is_written_when_the_courier_goes(tmp_path):
    home = Home(tmp_path).prepare()
    config = Config()
    roads = Roads(home, config, lambda target, answer: None)
    roads.heard("local")
    roads.write_contacts()
    first = contacts.read(home.contacts, ["local"])["local"].heard
    while roads._contacts["local"].heard == first:
        roads.heard("local")
    roads.write_contacts()
    assert contacts.read(home.contacts, ["local"])["local"].heard == first, "not oftener than is worth it"
    roads.write_contacts(at_once=True)
    assert contacts.read(home.contacts, ["local"])["local"].heard > first


def test_what_a_target_offers_stays_known_when_it_cannot_say_so(tmp_path):
    home = Home(tmp_path).prepare()
    roads = Roads(home, Config(), lambda target, answer: None)
    roads.examined("local", Health(True, "works", known={"partitions": ["main"]}))
    roads.examined("local", Health(False, "does not answer"))
    roads.write_contacts()
    contact = contacts.read(home.contacts, ["local"])["local"]
    assert (contact.reachable, contact.detail, contact.known) == (False, "does not answer", {"partitions": ["main"]})


@pytest.fixture
def road(tmp_path):
    """One whose target is asked at this pace; nothing of it is opened."""
    return Road(None, Far(Settings(str(tmp_path), pace=30.0), tmp_path, nobody), 0.0, 0.0, least_seconds=10.0)


@pytest.mark.parametrize(
    ("now", "took", "least", "most"),
    [
        (100.0, 0.1, 24, 36),  # give or take a fifth
        (0.0, 0.1, 4, 6),  # something has changed this moment
        (100.0, 30.0, 240, 360),  # a target that takes half a minute to answer has other things to do
        (QUIET_SECONDS + 1, 0.1, 96, 144),  # nothing has happened for an hour
    ],
)
def test_a_target_is_asked_at_its_pace_and_less_where_it_is_slow_or_nothing_happens(road, now, took, least, most):
    next_looks = set()
    road.took = took
    for _ in range(100):
        road.look_later(now)
        next_looks.add(road.next_look - now)
    assert least <= min(next_looks) < max(next_looks) <= most
    assert max(next_looks) - min(next_looks) > (most - least) / 4


def test_after_a_change_the_questions_come_soon_and_then_less_and_less_often():
    assert [paces.wait(30.0, past, 0.1) for past in (0.0, 4.0, 10.0, 40.0, 60.0, 600.0)] == [5, 5, 5, 20, 30, 30]
    assert paces.wait(0.5, 0.0, 0.0) == 0.5  # a pace that is quicker than that stays
    assert paces.wait(30.0, 0.0, 5.0) == 50.0  # a slow target is left alone all the same
    assert paces.wait(30.0, 0.0, 0.1, adaptive=False) == 30.0
    assert paces.wait(30.0, QUIET_SECONDS + 1, 0.1) == 120.0


def test_of_many_jobs_a_scheduler_that_is_shared_is_not_asked_too_often():
    assert [paces.least(100, jobs, 10.0) for jobs in (0, 100, 101)] == [0.0, 0.0, 10.0]
    assert paces.least(None, 100_000, 10.0) == 0.0


@pytest.mark.parametrize("pace", [0.05, 3.0, 30.0])
def test_nobody_has_a_crowded_target_asked_before_it_may_be(road, pace):
    road.backend.pace = pace
    road.looks(100.0, 101)
    road.look_now(100.2)  # somebody presses a key while it is being asked
    road.look_later(101.0)
    assert road.next_look == 110.0
    road.look_now(102.0)
    assert road.next_look == 110.0
    road.unanswered(103.0)
    assert road.next_look == 110.0
    road.look_now(111.0)
    assert road.next_look == 111.0
    for _ in range(50):
        road.look_later(101.0)
        assert road.next_look >= 110.0
    road.looks(120.0, 100)  # one job less, and whoever asks is answered
    road.look_later(121.0)
    road.look_now(121.5)
    assert road.next_look == 121.5


def test_when_it_is_asked_next_is_only_said_of_what_does_not_tell_by_itself(road):
    road.next_look = 40.0
    assert road.due == 40.0
    road.pause.failed(30.0, 50.0)
    assert road.due > 70.0
    road.backend.crowded = None
    assert road.due > 70.0
    road.pause.end()
    assert road.due == float("inf")


def test_whoever_asks_gets_the_usual_pace_again(road):
    road.look_now(QUIET_SECONDS + 1)
    assert road.next_look == QUIET_SECONDS + 1
    road.look_later(QUIET_SECONDS + 1)
    assert road.next_look < QUIET_SECONDS + 40


def test_one_question_at_a_time_and_the_next_at_once_if_it_is_about_something_new(road):
    road.next_look = float("inf")  # it is being asked
    road.look_now(5.0)
    assert road.next_look == float("inf")
    road.look_later(6.0)
    assert road.next_look == 6.0
    road.look_later(6.0)
    assert road.next_look > 6.0


def test_a_pause_grows_to_ten_minutes_and_ends_when_it_goes_well():
    pause, now, waits = Pause(), 0.0, []
    for _ in range(9):
        pause.failed(30.0, now)
        waits.append(pause.until - now)
        pause.failed(30.0, now)  # what was asked before the failure fails with it: no failure more
        now = pause.until
    for wait, expected in zip(waits, [30, 60, 120, 240, 480, *[LONGEST] * 4], strict=True):
        assert 0.8 * expected <= wait <= min(LONGEST, 1.2 * expected) + 0.01
    pause.asked()
    assert pause.until == 0.0
    pause.failed(30.0, now)
    assert pause.until > now + 400, "it has not gone well meanwhile"
    pause.end()
    pause.failed(30.0, now)
    assert pause.until < now + 40


def test_a_pause_that_waits_for_a_person_does_not_end_by_failures():
    pause = Pause()
    pause.shut()
    pause.failed(1.0, 5.0)
    assert pause.until == float("inf")
