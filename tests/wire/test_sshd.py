"""The server that the tests log in to does what it says, asked with the ssh that everybody has."""

import os
import subprocess

from requirement import needs
from sshd import accounts, until


def ssh(settings, *words, port=None, **more):
    needs("ssh")
    known = f"UserKnownHostsFile={settings['known_hosts']}"
    argv = ["ssh", "-F", "none", "-i", settings["key_file"], "-p", str(port or settings["port"])]
    argv += ["-o", known, "-o", "BatchMode=yes", f"{settings['user']}@{settings['host']}", *words]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def test_a_login_is_at_home_where_it_should_be(sshd, tmp_path):
    settings = sshd.login(tmp_path / "home", {"PATH": f"{tmp_path}:{os.defpath}"})
    out, err = ssh(settings, "echo $HOME $PATH").communicate(timeout=20)
    assert out.decode().split() == [str(tmp_path / "home"), f"{tmp_path}:{os.defpath}"], err


def test_a_connection_is_cut_and_what_it_started_goes_on(sshd, tmp_path):
    started = ssh(sshd.login(tmp_path), f"trap '' PIPE; echo there; cat; echo went on > {tmp_path}/on")
    assert started.stdout.readline() == b"there\n"
    assert sshd.connections()
    sshd.cut()
    assert started.wait(20) == 255
    started.communicate()
    until(lambda: (tmp_path / "on").exists(), "the end of what was started")
    assert not sshd.connections()


def test_nobody_is_let_in_while_it_is_stopped(sshd, tmp_path):
    settings = sshd.login(tmp_path)
    sshd.stop()
    assert b"refused" in ssh(settings, "true").communicate(timeout=20)[1]
    sshd.start()
    assert ssh(settings, "echo in").communicate(timeout=20)[0] == b"in\n"


def test_a_network_can_be_late_and_cut(sshd, tmp_path):
    settings = sshd.login(tmp_path)
    with sshd.wire() as wire:
        wire.delay = 0.001
        assert ssh(settings, "echo through", port=wire.port).communicate(timeout=20)[0] == b"through\n"
        held = ssh(settings, "cat", port=wire.port)
        held.stdin.write(b"x\n")
        held.stdin.flush()
        assert held.stdout.readline() == b"x\n"
        wire.cut()
        assert held.wait(20) == 255
        held.communicate()


def test_users_with_a_password_come_and_go():
    with accounts(one="Pass-1", two="Pass-2") as names:
        assert all(subprocess.run(["id", name], capture_output=True).returncode == 0 for name in names.values())
    assert all(subprocess.run(["id", name], capture_output=True).returncode for name in names.values())
