"""Which logs somebody looks at."""

import pytest

from tui_batch.store import followed
from tui_batch.store.followed import AGAIN, RECENT, Followed
from tui_batch.store.home import Home

NOW = 1_800_000_000.0
LOG = Followed("20261120-053312-bafodu", 17, "err")


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path).prepare()


def test_what_is_looked_at_is_known_for_a_while(home):
    assert followed.recent(home, NOW) == []
    assert followed.touch(home, LOG, NOW)
    assert followed.recent(home, NOW + RECENT) == [LOG]
    assert followed.recent(home, NOW + RECENT + 0.1) == []
    assert list(home.followed.iterdir()) == []


def test_it_is_not_said_more_often_than_is_worth_it(home):
    assert followed.touch(home, LOG, NOW)
    assert not followed.touch(home, LOG, NOW + AGAIN / 2)
    assert followed.touch(home, LOG, NOW + AGAIN)
    assert followed.recent(home, NOW + AGAIN + RECENT) == [LOG]


def test_what_is_no_such_file_is_passed_over(home):
    home.followed.mkdir()
    (home.followed / "README").touch()
    (home.followed / "a.x.out").touch()
    assert followed.recent(home, NOW) == []
