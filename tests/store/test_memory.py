"""What the front remembers is worth no error: it is there the next time, or it is not."""

from tui_batch.store import memory
from tui_batch.store.home import Home


def test_what_is_remembered_is_there_until_it_is_forgotten(tmp_path):
    home = Home(tmp_path).prepare()
    memory.write(home, "draft ../raft", {"seed": "1..9", "at": 2, "list": ["a", 'b"\n']})
    assert memory.read(home, "draft ../raft") == {"seed": "1..9", "at": 2, "list": ["a", 'b"\n']}
    assert [path.parent for path in home.memory.iterdir()] == [home.memory]
    memory.write(home, "draft ../raft", {})
    assert memory.read(home, "draft ../raft") == {}


def test_what_is_damaged_is_forgotten(tmp_path):
    home = Home(tmp_path).prepare()
    memory.write(home, "sorting", {"home": "name"})
    (home.memory / "sorting.toml").write_bytes(b"\xff\x00")
    assert memory.read(home, "sorting") == {}
