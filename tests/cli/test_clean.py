"""A folder on a target's host: it stays until somebody asks for its end, and what is here outlives it."""

import pytest
from worlds.gridengine import FakeGridEngineWorld


@pytest.fixture
def world(tmp_path):
    (tmp_path / "world").mkdir()
    world = FakeGridEngineWorld(tmp_path / "world")
    yield world
    world.close()


@pytest.fixture
def cluster(program, world, tmp_path):
    """The program with a Grid Engine beside it; the folder that its submissions lie in."""
    there = tmp_path / "there"
    folder = tmp_path / "config" / "tui-batch"
    folder.mkdir(parents=True)
    folder.joinpath("config.toml").write_text(
        f'default_target = "cluster"\n[targets.cluster]\nkind = "gridengine"\nworkdir = "{there}"\npoll_seconds = 0.2\n'
    )
    program.environment["PATH"] = f"{tmp_path / 'world' / 'bin'}:{program.environment['PATH']}"
    return there


def test_what_is_left_there_goes_when_it_is_asked_for_and_never_else(program, world, cluster):
    world.pull(slots=0)  # its jobs do not end before that is tried
    name = program.sent("-s", "word=a,b")
    assert "needs its folder" in program("clean", name, code=2).err
    world.pull(slots=4)
    program("wait", name)
    [folder] = cluster.iterdir()
    asked = program("clean", name, code=1).err
    assert f"Delete {cluster}/{name} on cluster? The results and the history here stay." in asked
    assert "logs that nobody has looked at." in asked
    assert "nothing was deleted" in asked
    (cluster / "of-somebody-else").mkdir()
    assert "asked to be deleted" in program("clean", name, "--yes").err
    program.until(lambda: not folder.exists(), "the folder is gone")
    assert [path.name for path in cluster.iterdir()] == ["of-somebody-else"]
    assert sorted(path.read_text() for path in program.home.glob("results/*/*/*/word.txt")) == ["a", "b"]
    assert program("show", name, "--json").json["counts"] == {"succeeded": 2}


def test_a_log_that_is_there_is_brought_here(program, cluster):
    name = program.sent("-s", "word=a,b")
    program("wait", name)
    assert not list(program.home.glob("submissions/*/logs/*/*"))
    assert program("log", name, "1").out == "b"
    said = program("log", name, "1", "--stream", "err", code=1).err
    assert said == "Nothing of it came here from cluster so far.\n"


def test_what_lies_here_is_not_cleaned(program, cluster):
    name = program.sent("--target", "local")
    program("wait", name)
    assert "keeps nothing of echo that could be deleted there" in program("clean", name, "--yes", code=2).err
