"""A connection over SSH: what is measured of the library and of servers, and what becomes of calls when it is cut."""

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from nobody import nobody
from requirement import needs
from sshd import running, until

from tui_batch.errors import Unanswered, Unclear, Unreachable
from tui_batch.wire.host import HostSettings, open_host

ROOT = Path(__file__).parents[2]


@pytest.fixture
def host(sshd, tmp_path, opened):
    return opened(sshd.login(tmp_path / "home"))


def at_once(count, call):
    """What a call gives in so many threads at the same time."""
    said = []
    threads = [threading.Thread(target=lambda number=number: said.append(call(number))) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def cut(sshd, host):
    """Cut the connection, and wait until this end has heard of it too."""
    sshd.cut()
    until(lambda: not host._alive(), "the end of the connection")


# -- the library ------------------------------------------------------------------------------------------------------


def test_small_packets_are_not_held_back(host):
    host.run("true")
    assert host._transports[-1].sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_short_commands_that_are_given_something_never_cost_the_connection(host, sshd):
    def call(number):
        return [host.run("echo done", b"x").out for _ in range(60)]

    assert at_once(4, call) == [["done\n"] * 60] * 4
    assert "nonexistent channel" not in sshd.log()


def test_targets_that_get_there_in_the_same_way_have_one_connection(sshd, tmp_path):
    login = sshd.login(tmp_path / "home")
    before = len(sshd.connections())
    first, second = (open_host(HostSettings(**login, workdir=folder), nobody) for folder in ("~/a", "~/b"))
    assert at_once(2, lambda number: (first, second)[number].run("echo here").out) == ["here\n"] * 2
    assert len(sshd.connections()) == before + 1
    first.close()
    assert second.run("echo still").out == "still\n"
    second.close()
    until(lambda: len(sshd.connections()) == before, "the end of the connection")


def test_more_callers_than_a_server_takes_wait_for_one_another(host):
    def call(number):
        return [host.run("cat", f"{number}".encode()).out for _ in range(15)]

    assert sorted(at_once(12, call)) == sorted([[f"{number}"] * 15 for number in range(12)])


def test_a_channel_that_is_refused_twice_says_so_and_costs_nothing_else(tmp_path, opened):
    with running(tmp_path / "server", "MaxSessions 1") as server:
        host = opened(server.login(tmp_path / "home"))
        assert host.run("echo one").out == "one\n"
        with pytest.raises(Unreachable, match=r"takes no more commands now: Connect failed\. Nothing was sent"):
            host.run("cat", b"two")
        assert host.run("echo three").out == "three\n"


def test_a_script_that_ends_its_shell_has_no_known_end(host):
    with pytest.raises(Unclear, match="ended in the middle of a command"):
        host.run("kill -9 $$")
    assert host.run("echo again").out == "again\n"


def test_the_library_prints_nothing(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = (
            "from tui_batch.wire.host import *\n"
            f"host = open_host(HostSettings('127.0.0.1', 'x', {server.getsockname()[1]}, connect_seconds=5), print)\n"
            "try: host.run('true')\nexcept Exception as error: print(error)"
        )
        server.settimeout(20)
        environment = os.environ | {"HOME": str(tmp_path)}
        ran = subprocess.Popen([sys.executable, "-c", code], stdout=-1, stderr=-1, cwd=ROOT, env=environment)
        with server.accept()[0] as line:
            line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 300)
        out, err = ran.communicate(timeout=20)
    assert err == b""
    assert b"127.0.0.1" in out and b"Nothing was sent" in out


@pytest.mark.parametrize(
    "change, said",
    [
        ({"host": "no-such-host.invalid"}, "no-such-host.invalid.*: its name is not known here"),
        ({"port": 1}, "cannot be reached: Connection refused"),
        ({"user": "no-such-user"}, "does not let us in: tried .*; it takes publickey"),
        ({"host": "127.0.0.1", "jump": "127.0.0.1:1"}, "cannot be reached: Connection refused"),
        ({"jump": "a:b"}, "config cannot be used"),
    ],
)
def test_what_cannot_be_reached_says_why_and_that_nothing_was_sent(sshd, tmp_path, opened, change, said):
    host = opened(sshd.login(tmp_path) | change)
    for call in (lambda: host.run("true"), lambda: host.read("~/x", 0, 1), lambda: host.get("~/x", tmp_path / "x")):
        with pytest.raises(Unreachable, match=rf"{said}.*Nothing was sent"):
            call()


# -- time --------------------------------------------------------------------------------------------------------------


def test_a_port_where_nobody_speaks(opened):
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings = {"host": "127.0.0.1", "port": server.getsockname()[1], "connect_seconds": 0.5}
        before = time.monotonic()
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1.*Nothing was sent"):
            opened(settings).run("true")
        assert time.monotonic() - before < 5


@pytest.mark.parametrize("count", [1, 1200, 2500, 3500, 5000])
def test_a_network_that_stalls_anywhere_is_noticed(sshd, tmp_path, opened, count):
    settings = sshd.login(tmp_path)
    with sshd.wire() as wire:
        wire.after(count, wire.stall)
        host = opened(settings, port=wire.port, connect_seconds=1.0, command_seconds=1.0)
        before = time.monotonic()
        with pytest.raises((Unreachable, Unclear)) as caught:
            for number in range(100):
                host.run(f"echo {number}")
        assert not isinstance(caught.value, Unanswered)
        assert time.monotonic() - before < 5
        wire.flow()
        assert host.run("echo again").out == "again\n"


@pytest.mark.parametrize("count", [1, 30, 1200, 2500, 3000, 3500, 4000, 5000])
def test_a_network_that_is_cut_anywhere_is_noticed_at_once(sshd, tmp_path, opened, count):
    settings = sshd.login(tmp_path)
    with sshd.wire() as wire:
        wire.after(count, wire.cut)
        host = opened(settings, port=wire.port)
        before, lost = time.monotonic(), []
        for number in range(100):
            try:
                assert host.run(f"echo {number}").out == f"{number}\n"
            except (Unreachable, Unclear) as error:
                lost.append(error)
        assert len(lost) <= 1 and not any(isinstance(error, Unanswered) for error in lost)
        assert time.monotonic() - before < 5


def test_a_lost_connection_is_opened_again_by_the_next_call(host, sshd):
    for _ in range(3):
        assert host.run("echo there").out == "there\n"
        cut(sshd, host)


def test_a_command_whose_connection_is_lost_may_or_may_not_have_been_carried_out(host, sshd, tmp_path):
    threading.Thread(target=lambda: (until((tmp_path / "begun").exists, "the command"), sshd.cut())).start()
    with pytest.raises(Unclear, match="connection was lost before the answer"):
        host.run(f"sleep 300 & echo $! > {tmp_path}/pid; echo >> {tmp_path}/begun; wait; echo >> {tmp_path}/ended")
    host.run(f"kill $(cat {tmp_path}/pid)")
    until((tmp_path / "ended").exists, "the end of the command, which went on")
    assert (tmp_path / "begun").read_text() == "\n"


def test_a_server_that_is_gone_is_unreachable_until_it_is_back(host, sshd):
    assert host.run("echo there").out == "there\n"
    sshd.stop()
    try:
        assert host.run("echo still").out == "still\n"
        cut(sshd, host)
        with pytest.raises(Unreachable, match=r"cannot be reached: Connection refused\. Nothing was sent"):
            host.run("true")
    finally:
        sshd.start()
    assert host.run("echo back").out == "back\n"


# -- what is printed in between, and other shells ----------------------------------------------------------------------

NOISE = "echo 'noise of a profile'; echo noise >&2; printf 'and no newline'; printf 'none here' >&2\n"


@pytest.mark.parametrize("login, more", [(False, ""), (True, ""), (True, "set -v; set -x\n"), (True, "read x; cat\n")])
def test_profiles_that_talk_or_read_spoil_nothing(sshd, tmp_path, opened, login, more):
    settings = sshd.login(tmp_path / "home")
    (tmp_path / "home" / ".bash_profile").write_text(f"{NOISE}{more}export FROM_PROFILE=yes\n")
    (tmp_path / "home" / ".bashrc").write_text(f"{NOISE}")
    host = opened(settings, login_shell=login)
    for given in (b"", b"given\n"):
        done = host.run("cat; echo out $FROM_PROFILE; echo err >&2; exit 3", given)
        assert (done.code, done.out, done.err) == (3, given.decode() + ("out yes\n" if login else "out\n"), "err\n")


def test_a_banner_spoils_nothing(tmp_path, opened):
    (tmp_path / "banner").write_text("Authorised use only!\n" * 40)
    with running(tmp_path / "server", f"Banner {tmp_path}/banner") as server:
        assert opened(server.login(tmp_path / "home")).run("echo out").out == "out\n"


@pytest.mark.parametrize("shell", ["tcsh", "fish", "dash", "bash"])
def test_any_login_shell_will_do(sshd, tmp_path, opened, shell):
    needs(shell)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".tcshrc").write_text("echo noise\n")
    settings = sshd.login(tmp_path / "home", command=f'exec {shell} -c "$SSH_ORIGINAL_COMMAND"')
    for login in (False, True):
        host = opened(settings, login_shell=login)
        done = host.run("echo 'out!' \\\\ $((1 + 1)); echo err >&2; exit 3")
        assert (done.code, done.out, done.err) == (3, "out! \\ 2\n", "err\n")
        assert host.run("cat", b"given").out == "given"


def test_a_command_that_hangs_under_a_shell_that_does_not_give_way_is_ended(sshd, tmp_path, opened):
    host = opened(sshd.login(tmp_path, command='sh -c "$SSH_ORIGINAL_COMMAND"; true'))
    with pytest.raises(Unclear, match="which was ended"):
        host.run("sleep 302", seconds=0.5)
    assert not host.run("ps -e -o args | grep '[s]leep 302'").out


def test_an_account_that_may_not_do_anything_is_told_from_a_lost_connection(sshd, tmp_path, opened):
    host = opened(sshd.login(tmp_path, command="echo This account is closed.; exit 1"))
    with pytest.raises(Unreachable, match=r"ended before it did anything; it said: This account is closed\."):
        host.run("true")
