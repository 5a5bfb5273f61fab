"""A real host asks before it lets us in: its key, then the passphrase of ours; in the app and on the command line."""

import json
import os
import subprocess

import pytest
from terminal import COMMAND, Terminal, plain_environment
from worlds.gridengine import FakeGridEngineWorld

PHRASE = "Tr0ub4dor-&-3"


@pytest.fixture
def place(sshd, tmp_path):
    """A target on a host that is not known yet, and whose key has a passphrase; what its file of known keys is."""
    there = tmp_path / "there"
    there.mkdir()
    cluster = FakeGridEngineWorld(there)
    path = f"{there / 'bin'}:{os.defpath}"
    key = sshd.key(options=f'environment="HOME={there}",environment="PATH={path}"', passphrase=PHRASE)
    known = tmp_path / "known_hosts"
    settings = {"kind": "gridengine", "host": "127.0.0.1", "port": sshd.port, "user": sshd.user, "key_file": str(key),
                "known_hosts": str(known)}  # fmt: skip
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    (tmp_path / "config.toml").write_text("\n".join(["[targets.cluster]", *lines]) + "\n")
    yield known
    subprocess.run([*_command(tmp_path), "courier", "--stop"], env=plain_environment(tmp_path), capture_output=True)
    cluster.close()


def _command(tmp_path):
    return [*COMMAND, "--home", str(tmp_path / "home"), "--config", str(tmp_path / "config.toml")]


def start(tmp_path, *words):
    return Terminal([*_command(tmp_path), *words], plain_environment(tmp_path))


def kept(folder):
    """Every file below a folder that holds the passphrase."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if PHRASE.encode() in path.read_bytes()]


def test_what_a_host_asks_is_answered_in_the_app(place, tmp_path):
    with start(tmp_path) as app:
        app.shows("makes many jobs")
        app.press("4")
        app.shows("> local", "cluster")
        app.press("j")
        app.shows("> cluster")
        app.press("enter")
        app.shows("cluster shows an unknown host key: a", "needs answer")
        app.press("enter")
        app.shows("SHA256:", "Trust this key? yes or no:")
        app.press("yes", "enter")
        app.shows("cluster asks for a passphrase: a")
        app.press("a")
        app.shows("Passphrase of")
        app.press(PHRASE)
        app.shows("*" * len(PHRASE))
        app.press("enter")
        app.shows("SGE 8.1.9 answers", "reachable")
        assert PHRASE.encode() not in app.seen
    assert "ssh-ed25519" in place.read_text()
    assert not kept(tmp_path)


def test_what_a_host_asks_is_answered_by_a_command(place, tmp_path):
    with start(tmp_path, "answer", "cluster") as typing:
        typing.shows("Type yes to trust it")
        typing.press("yes", "enter")
        typing.shows("Passphrase of")
        typing.press(PHRASE, "enter")
        assert typing.ended() == 0
        assert "cluster answers." in typing.screen
        assert PHRASE.encode() not in typing.seen
    assert not kept(tmp_path)


def test_a_no_is_a_no(place, tmp_path):
    with start(tmp_path, "doctor", "cluster") as typing:
        typing.shows("Type yes to trust it")
        typing.press("no", "enter")
        assert typing.ended() == 1
        assert b"was not confirmed. Nothing was sent." in typing.seen
    assert not place.exists() or not place.read_text()
    done = subprocess.run([*_command(tmp_path), "doctor", "cluster"], env=plain_environment(tmp_path),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)  # fmt: skip
    assert (done.returncode, "nobody is there to answer" in done.stdout) == (1, True)
