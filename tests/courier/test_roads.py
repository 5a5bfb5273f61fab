"""How the targets are, as the courier notes it."""

from tui_batch.config import Config
from tui_batch.courier.roads import Roads
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
