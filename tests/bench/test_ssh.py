"""Questions and files over SSH, beside a channel for each question and `cat` through ssh on the same server."""

import os
import subprocess

import pytest
from measuring import in_turns, seconds
from requirement import needs

from tui_batch.wire.host import HostSettings, open_host

ROUNDS, QUESTIONS, MEGABYTES = 5, 200, 50


@pytest.fixture
def host(sshd, tmp_path):
    opened = open_host(HostSettings(**sshd.login(tmp_path / "home")), print)
    opened.run("true")
    yield opened
    opened.close()


def in_a_channel(transport):
    """The usual way: a channel for each command."""
    channel = transport.open_session()
    try:
        channel.exec_command("echo it is so")
        assert channel.makefile("rb").read() == b"it is so\n"
        assert channel.recv_exit_status() == 0
    finally:
        channel.close()


def in_a_bare_shell(channel):
    """The floor: a line for an open shell, a mark after the answer, and nothing that makes sure of either."""
    channel.sendall(b"echo it is so; echo end\n")
    said = b""
    while not said.endswith(b"end\n"):
        said += channel.recv(100)


@pytest.mark.bench
def test_small_questions(host, compare):
    transport = host._transports[-1]
    bare = transport.open_session()
    bare.exec_command("sh -s")

    def ask(script):
        assert host.run(script).out == "it is so\n"

    def each(ask, *args):
        return lambda: seconds(lambda: [ask(*args) for _ in range(QUESTIONS)]) / QUESTIONS

    plain, scripts, floor, channels = in_turns(
        ROUNDS,
        each(ask, "echo it is so"),
        each(ask, "so='it is so'; echo $so"),
        each(in_a_bare_shell, bare),
        each(in_a_channel, transport),
    )
    compare("a plain question", plain, "in a channel of its own", channels, 0.1)
    compare("a script that could leave something behind", scripts, "in a channel of its own", channels, 0.33)
    compare("a plain question", plain, "a line for a bare shell", floor, 4)


@pytest.mark.bench
def test_a_large_file_there_and_back(host, sshd, tmp_path, compare):
    needs("ssh")
    login = sshd.login(tmp_path / "home")
    (tmp_path / "source").write_bytes(os.urandom(MEGABYTES << 20))
    ssh = ["ssh", "-F", "none", "-i", login["key_file"], "-p", str(login["port"]), "-o", "BatchMode=yes", "-o"]
    ssh += [f"UserKnownHostsFile={login['known_hosts']}", "127.0.0.1"]

    def sent():
        with (tmp_path / "source").open("rb") as source:
            subprocess.run([*ssh, "cat >sent"], stdin=source, check=True)

    def fetched():
        with (tmp_path / "fetched").open("wb") as into:
            subprocess.run([*ssh, "cat sent"], stdout=into, check=True)

    there, cat_there, back, cat_back = in_turns(
        3,
        lambda: seconds(host.put, tmp_path / "source", "~/put"),
        lambda: seconds(sent),
        lambda: seconds(host.get, "~/put", tmp_path / "got"),
        lambda: seconds(fetched),
    )
    assert (tmp_path / "got").read_bytes() == (tmp_path / "source").read_bytes()
    compare(f"{MEGABYTES} MB sent, compared and renamed", there, "cat through ssh, neither", cat_there, 2)
    compare(f"{MEGABYTES} MB fetched, compared and renamed", back, "cat through ssh, neither", cat_back, 2)
