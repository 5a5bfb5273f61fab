"""What the command line says of a batch before it is sent, by what is known of its target."""

from argparse import Namespace

import pytest

from tui_batch import config
from tui_batch.cli import sending
from tui_batch.desk import Desk
from tui_batch.model import Contact, Target
from tui_batch.store import contacts, lock
from tui_batch.store.home import Home
from tui_batch.times import clock, stamp

SHORT = {"name": "short", "default": True, "minutes": 2.0, "number": 1, "cpus": 4}
TEMPLATE = 'name = "t"\ncommand = "true"\n[resources]\nminutes = 120\n[[variables]]\nkey = "n"\ndefault = 1\n'


@pytest.fixture
def desk(tmp_path):
    """A desk whose courier's place is taken by this process, so that none is started; its target is a Slurm."""
    (tmp_path / "t.toml").write_text(TEMPLATE)
    made = Desk(tmp_path / "home", config.Config(targets={"fir": Target("fir", "slurm")}, default_target="fir"))
    lock.take(Home(made.home).prepare())
    made.generate(made.plan(made.template(str(tmp_path / "t.toml")), [("n", "1..3")]), "b")
    yield made
    lock.release(Home(made.home))


def submit(desk):
    return sending.submit(desk, Namespace(batch="b", target="", yes=True, first=False, json=False))


def test_what_a_cluster_would_refuse_is_said_and_since_when_that_is_known(desk, capsys):
    then = stamp(desk.now() - 1800)
    known = {"as_of": then, "cluster": "fir", "partitions": [SHORT]}
    contacts.write(Home(desk.home).contacts, "fir", Contact(True, known=known))
    assert submit(desk) == 0
    said = capsys.readouterr().err
    assert "fir: each job asks for 2 h, partition short allows 2 min: it would wait for ever.\n" in said
    assert f"What fir offers is as it said at {clock(then, desk.now())}.\n" in said
    assert [order.verb for order in desk.snapshot().orders] == ["submit"], "that is new enough"


def test_a_cluster_of_which_nothing_is_known_is_asked_and_nobody_waits(desk, capsys):
    assert submit(desk) == 0
    assert "offers" not in capsys.readouterr().err
    assert [order.verb for order in desk.snapshot().orders] == ["probe", "submit"]
