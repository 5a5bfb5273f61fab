"""A web service does not take the token of the environment any more: a person gives another one to the courier."""

import json
import subprocess

import pytest
from terminal import COMMAND, Terminal, plain_environment
from worlds.skaha import Skaha


@pytest.fixture
def site(tmp_path):
    """A platform; its target says that the token is in the environment."""
    (tmp_path / "site").mkdir()
    with Skaha(tmp_path / "site") as skaha:
        settings = {"kind": "canfar", "url": skaha.url, "token_env": "CANFAR_TOKEN"}
        lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
        (tmp_path / "config.toml").write_text("\n".join(["[targets.there]", *lines]) + "\n")
        yield skaha
        subprocess.run([*_command(tmp_path), "courier", "--stop"], env=plain_environment(tmp_path), capture_output=True)


def _command(tmp_path):
    return [*COMMAND, "--home", str(tmp_path / "home"), "--config", str(tmp_path / "config.toml")]


@pytest.mark.parametrize("before", [{}, {"CANFAR_TOKEN": "over-since-yesterday"}], ids=["none", "refused"])
def test_a_token_is_given_to_the_courier(site, tmp_path, before):
    command = [*_command(tmp_path), "answer", "there"]
    with Terminal(command, plain_environment(tmp_path, **before)) as typing:
        typing.shows("token of there")
        typing.press(site.token, "enter")
        assert typing.ended() == 0
        assert "there answers." in typing.screen
        assert site.token.encode() not in typing.seen
    site.token_file.unlink()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files and not [path for path in files if site.token.encode() in path.read_bytes()]
