"""What is typed faster than the screens come, as over a slow line: all in one burst, as if each key had waited."""

import pytest
from terminal import COMMAND, KEYS, Terminal, plain_environment

from tui_batch.config import Config
from tui_batch.desk import Desk
from tui_batch.store import lock
from tui_batch.store.home import Home


def burst(*keys):
    return "".join(KEYS.get(key, key) for key in keys)


@pytest.fixture
def empty(tmp_path):
    """The program on an empty store, whose courier's place is taken by this process."""
    home = Home(tmp_path / "home").prepare()
    lock.take(home)
    command = [*COMMAND, "--home", str(home.path), "--undo-seconds", "60"]
    with Terminal(command, plain_environment(tmp_path)) as app:
        app.desk = Desk(home.path, Config())
        yield app
    lock.release(home)


def test_the_whole_way_to_a_submission(empty):
    empty.shows("n   makes a batch")
    empty.send(burst("n", "G", "k", "enter", "down", "4..6", "enter", "A", "y"))
    empty.shows("> DR shell", "on its way to local")
    [order] = empty.desk.snapshot().orders
    assert (order.verb, order.batch, order.total) == ("submit", "shell", 3)
    assert empty.desk.batch("shell").axes == {"n": "4..6"}


def test_another_target_then_one_job_first(empty):
    empty.shows("n   makes a batch")
    empty.send(burst("n", "G", "k", "enter", "down", "4..6", "enter", "t", "enter", "1", "enter"))
    empty.shows("> DR shell", "One job of shell is on its way to local")
    [order] = empty.desk.snapshot().orders
    assert (order.first, order.total) == (True, 3)


def test_before_the_program_has_the_terminal(empty):
    empty.send(burst("n", "G", "k", "enter", "\x0e"))
    empty.shows("new batch: shell", "Nothing was typed yet.")


def test_back_and_forth_loses_nothing(empty):
    empty.shows("n   makes a batch")
    empty.send(burst("n", "G", "k", "enter", "down", "4..6", "enter", "e", "escape"))
    empty.shows("from which template?", "> shell", " now")  # it is a draft
    empty.send(burst("enter", ", 9", "enter", "enter"))
    empty.shows("job 0", "n              4")
    empty.send(burst("q", "G", "enter"))
    empty.shows("job 3", "n              9")


def test_taken_back_and_left_at_once(empty):
    empty.shows("n   makes a batch")
    empty.send(burst("n", "G", "k", "enter", "down", "4..6", "enter", "A", "y", "u", "q"))
    assert empty.ended() == 0
    assert not empty.desk.snapshot().orders
    assert [batch.name for batch in empty.desk.batches()] == ["shell"]


@pytest.mark.parametrize(("keys", "words"), [
    (("enter", "j", "d"), ("scan-499 job 5",)),
    (("j", "k", "l"), ("job-4  stdout",)),
    (("enter", "/", "job-17", "enter", "l"), ("job-17  stdout",)),
    (("/", "scan-123", "enter", "enter", "G"), ("scan-123 on local", "60/60")),
    (("s", "n", "g", "enter"), ("scan-0 on local",)),
    (("2", "1", "j", "j", "enter"), ("scan-497 on local",)),
    ((":", "jobs", "enter", "j", "d"), ("scan-499 job 5",)),
    (("4", "enter"), ("local is being examined",)),
    (("n", "G", "k", "enter", "down", "2, 3", "enter", "j", "enter"), ("job 1", "n              3")),
    (("c", "56", "enter", "u"), ("Taken back, not cancelled: 56 jobs of scan-499.",)),
    (("l", "o", "q", "tab", "j", "l"), ("job-5  stdout",)),
])  # fmt: skip
def test_each_key_reaches_the_screen_that_those_before_it_lead_to(start, keys, words):
    with start("--undo-seconds", "60") as app:
        app.shows("> PD scan-499", "job-10")
        app.send(burst(*keys))
        app.shows(*words)


def test_what_was_asked_for_is_done_before_one_leaves(start, store):
    with start("--undo-seconds", "60") as app:
        app.shows("> PD scan-499", "job-10")
        app.send(burst("c", "56", "enter", "q"))
        assert app.ended() == 0
    assert [order.verb for order in Desk(store.home.path, Config()).snapshot().orders] == ["cancel"]
