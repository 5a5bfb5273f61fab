"""Where to log in, and as whom: what the settings and ~/.ssh/config say together, and machines to go through."""

import getpass
import sys

import pytest
from nobody import nobody

from tui_batch.errors import Unanswered, Unreachable
from tui_batch.wire.host import HostSettings, open_host
from tui_batch.wire.ssh_config import route


@pytest.fixture
def config(tmp_path, monkeypatch):
    """Writes ~/.ssh/config."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    (tmp_path / ".ssh").mkdir()

    def write(text, name="config"):
        (tmp_path / ".ssh" / name).write_text(text)

    return write


FIR = """
Host fir
    HostName fir.example
    User tree
    Port 2200
    IdentityFile ~/.ssh/fir key
    UserKnownHostsFile ~/known_fir /dev/null
"""


def test_settings_alone(config, tmp_path):
    (place,) = route(HostSettings(host="Fir.Example"))
    assert (place.host, place.port, place.user, place.known_as) == ("Fir.Example", 22, getpass.getuser(), "fir.example")
    assert [path.name for path in place.keys] == ["id_ed25519", "id_ecdsa", "id_rsa"]
    assert place.known_hosts[0] == tmp_path / ".ssh" / "known_hosts"
    assert place.agent


def test_a_name_in_the_config_stands_for_all_of_it(config, tmp_path):
    config(FIR)
    (place,) = route(HostSettings(host="fir"))
    assert (place.host, place.port, place.user) == ("fir.example", 2200, "tree")
    assert place.known_as == "[fir.example]:2200"
    assert place.keys == (tmp_path / ".ssh" / "fir key",)
    assert place.known_hosts[0] == tmp_path / "known_fir"


def test_what_the_target_says_comes_first(config, tmp_path):
    config(FIR)
    settings = HostSettings(host="fir", user="me", port=22, key_file="~/mine", known_hosts="~/known")
    (place,) = route(settings)
    assert (place.host, place.port, place.user, place.keys) == ("fir.example", 22, "me", (tmp_path / "mine",))
    assert place.known_hosts[0] == tmp_path / "known"
    assert not place.agent


def test_one_machine_through_the_other(config):
    config(
        FIR + "ProxyJump me@gate:2222,inner\nHost gate\nHostName gate.example\nProxyJump first\nHost inner\nUser deep\n"
    )
    places = route(HostSettings(host="fir"))
    assert [(one.host, one.port, one.user) for one in places] == [
        ("first", 22, getpass.getuser()),
        ("gate.example", 2222, "me"),
        ("inner", 22, "deep"),
        ("fir.example", 2200, "tree"),
    ]
    assert [one.host for one in route(HostSettings(host="fir", jump="other"))] == ["other", "fir.example"]
    assert [one.host for one in route(HostSettings(host="fir", jump="none"))] == ["fir.example"]


def test_a_circle_of_machines_is_told(config):
    config("Host a\nProxyJump b\nHost b\nProxyJump a\n")
    with pytest.raises(Unanswered, match="circle"):
        route(HostSettings(host="a"))


def test_included_files_count_and_the_block_goes_on_after_them(config):
    config("Host fir\nInclude more/*.conf none\nPort 2300\nHost *\nUser everyone\n")
    config("", "more.conf")
    config("Host *\nHostName included.example\n", "x.conf")
    config("Host fir\nInclude x.conf\nPort 2300\nInclude config\n")
    (place,) = route(HostSettings(host="fir"))
    assert (place.host, place.port) == ("included.example", 2300)
    (place,) = route(HostSettings(host="oak"))
    assert (place.host, place.port) == ("included.example", 22)


@pytest.mark.parametrize("text", ["Host fir\nPort many\n", "Host 'fir\n"])
def test_a_config_that_cannot_be_used_is_named(config, tmp_path, text):
    config(text)
    with pytest.raises(Unanswered, match=rf"fir: {tmp_path}/.ssh/config cannot be used: .*mend that file"):
        route(HostSettings(host="fir"))


def test_a_config_that_may_not_be_read_is_named(config, tmp_path):
    (tmp_path / ".ssh" / "config").symlink_to(tmp_path / "loop")
    config("Include loop\n", "config2")
    (tmp_path / "loop").symlink_to(tmp_path / ".ssh" / "config")
    assert route(HostSettings(host="fir"))


# -- with a server -----------------------------------------------------------------------------------------------------


def test_a_host_is_reached_through_others(sshd, config, tmp_path):
    login = sshd.login(tmp_path / "home")
    block = "Host {}\n HostName 127.0.0.1\n Port {port}\n User {user}\n IdentityFile {key_file}\n"
    block += " UserKnownHostsFile {known_hosts}\n"
    text = "".join(block.format(name, **login) for name in ("gate", "inner", "fir"))
    config(text + " ProxyJump gate,inner\n")
    host = open_host(HostSettings(host="fir"), nobody)
    try:
        assert host.run("echo $SSH_CONNECTION").out.split()[0] == "127.0.0.1"
        assert len(host._transports) == 3
        sshd.cut()
    finally:
        host.close()


def test_a_jump_in_the_settings_uses_the_same_key(sshd, config, tmp_path):
    login = sshd.login(tmp_path / "home")
    host = open_host(HostSettings(**login, jump=f"{login['user']}@127.0.0.1:{login['port']}"), nobody)
    try:
        assert host.run("cat", b"through").out == "through"
    finally:
        host.close()


def test_a_machine_on_the_way_that_does_not_reach_the_next_says_so(sshd, config, tmp_path):
    login = sshd.login(tmp_path / "home")
    settings = login | {"port": 1, "jump": f"{login['user']}@127.0.0.1:{login['port']}"}
    with pytest.raises(Unreachable, match=r"through the machine before.*Nothing was sent"):
        open_host(HostSettings(**settings), nobody).run("true")


def test_a_command_may_stand_for_the_connection(sshd, config, tmp_path):
    login = sshd.login(tmp_path / "home")
    relay = tmp_path / "relay.py"
    relay.write_text(
        "import socket, sys, threading, os\n"
        "line = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n"
        "def back():\n"
        "    while data := line.recv(65536): os.write(1, data)\n"
        "    os._exit(0)\n"
        "threading.Thread(target=back, daemon=True).start()\n"
        "while data := os.read(0, 65536): line.sendall(data)\n"
    )
    config(f"Host 127.0.0.1\n ProxyCommand {sys.executable} {relay} %h %p\n")
    host = open_host(HostSettings(**login), nobody)
    try:
        assert host.run("echo through").out == "through\n"
    finally:
        host.close()
