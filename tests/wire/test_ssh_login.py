"""Being let in: known and unknown hosts, keys, an agent, passwords, two steps, codes; who is asked, and for what."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from nobody import Person, nobody
from requirement import needs
from sshd import accounts, keygen, running, until

from tui_batch.errors import Unanswered, Unreachable

PASSWORD = "testbed-Pass1"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home on this side; no agent."""
    monkeypatch.setenv("HOME", str(tmp_path / "mine"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    (tmp_path / "mine" / ".ssh").mkdir(parents=True, mode=0o700)
    return tmp_path / "mine"


@pytest.fixture
def settings(sshd, tmp_path, home):
    return sshd.login(tmp_path / "home")


def words(host):
    return host.run("echo in").out


# -- the host's key ----------------------------------------------------------------------------------------------------


def fingerprints(sshd):
    argv = ["ssh-keygen", "-l", "-f", str(sshd.folder / "host_ed25519.pub")]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()[1]


def test_an_unknown_host_is_asked_about_and_written_down(sshd, settings, home, opened):
    settings["known_hosts"] = ""
    person = Person("yes")
    assert words(opened(settings, person)) == "in\n"
    (asked,) = person.asked
    assert (asked.kind, asked.secret) == ("host key", False)
    assert fingerprints(sshd) in asked.text and "ED25519" in asked.text and str(sshd.port) in asked.text
    line = (home / ".ssh" / "known_hosts").read_text()
    assert line.split()[:2] == [f"[127.0.0.1]:{sshd.port}", "ssh-ed25519"]
    assert (home / ".ssh" / "known_hosts").stat().st_mode & 0o777 == 0o600
    assert words(opened(settings, nobody)) == "in\n"


def test_a_file_of_hashed_names_stays_one_and_what_stands_there_stays(sshd, settings, home, opened):
    needs("ssh-keygen")
    known = home / ".ssh" / "known_hosts"
    known.write_text(f"other.example {sshd.known_hosts.read_text().split()[1]} {'A' * 20}")
    before = "other.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0o6b5Zc8yJd4nJQ0W9nY0Qy3h6w7cJv0m6d4r8sPqK\n"
    known.write_text(before)
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(known)], check=True, capture_output=True)
    hashed = known.read_text()
    known.write_text(hashed.rstrip("\n"))
    settings["known_hosts"] = ""
    assert words(opened(settings, Person("yes"))) == "in\n"
    assert known.read_text().startswith(hashed) and "127.0.0.1" not in known.read_text()
    assert words(opened(settings, nobody)) == "in\n"
    found = subprocess.run(["ssh-keygen", "-F", f"[127.0.0.1]:{sshd.port}", "-f", str(known)], capture_output=True)
    assert found.returncode == 0


@pytest.mark.parametrize("answers", [("no",), ("y",), ("",), ()])
def test_an_unknown_host_that_nobody_confirms_is_not_logged_in_to(settings, home, opened, answers):
    settings["known_hosts"] = ""
    host = opened(settings, person := Person(*answers))
    with pytest.raises(Unanswered):
        host.run("true")
    assert not (home / ".ssh" / "known_hosts").exists()
    with pytest.raises(Unanswered):
        host.run("true")
    assert len(person.asked) == 2


def test_a_host_whose_key_has_changed_is_refused_with_the_file_and_the_line(sshd, settings, tmp_path, opened):
    keygen(tmp_path / "other", "ed25519")
    key = " ".join((tmp_path / "other.pub").read_text().split()[:2])
    known = tmp_path / "known"
    known.write_text(f"# mine\n[127.0.0.1]:{sshd.port} {key}\n")
    with pytest.raises(Unanswered, match=rf"(?s)another key.*delete line 2 of {known} and try again") as caught:
        opened(settings, known_hosts=str(known)).run("true")
    assert fingerprints(sshd) in str(caught.value)
    assert known.read_text() == f"# mine\n[127.0.0.1]:{sshd.port} {key}\n"


def test_of_several_keys_of_a_host_one_that_is_known_is_asked_for(sshd, settings, tmp_path, opened):
    (tmp_path / "known").write_text(sshd.known_hosts.read_text().splitlines()[1])
    assert "ecdsa" in (tmp_path / "known").read_text()
    assert words(opened(settings, known_hosts=str(tmp_path / "known"))) == "in\n"


def test_a_revoked_key_is_never_taken(sshd, settings, tmp_path, opened):
    lines = sshd.known_hosts.read_text().splitlines()
    (tmp_path / "known").write_text("".join(f"{line}\n@revoked {line}\n" for line in lines))
    with pytest.raises(Unanswered, match=f"revokes in line 2.*|{tmp_path}"):
        opened(settings, known_hosts=str(tmp_path / "known")).run("true")


# -- keys --------------------------------------------------------------------------------------------------------------


def test_a_key_with_a_passphrase_is_asked_for_until_it_is_right_and_then_never_again(sshd, settings, opened):
    settings["key_file"] = str(sshd.key(passphrase="testbed-phrase"))
    host = opened(settings, person := Person("wrong", "testbed-phrase"))
    assert words(host) == "in\n"
    assert [asked.kind for asked in person.asked] == ["passphrase", "passphrase"]
    assert settings["key_file"] in person.asked[0].text and "wrong" in person.asked[1].text
    assert all(asked.secret for asked in person.asked)
    sshd.cut()
    until(lambda: not host._alive(), "the end of the connection")
    assert words(host) == "in\n"


def test_a_passphrase_that_stays_wrong_is_asked_for_three_times(sshd, settings, opened):
    settings["key_file"] = str(sshd.key(passphrase="testbed-phrase"))
    with pytest.raises(Unanswered, match=r"3 answers were wrong. Nothing was sent"):
        opened(settings, person := Person(*["wrong"] * 9)).run("true")
    assert len(person.asked) == 3


@pytest.mark.parametrize("spoil", ["unlink", "empty", "strange"])
def test_a_key_that_cannot_be_used_is_named(settings, tmp_path, opened, spoil):
    key = tmp_path / "key"
    if spoil == "strange":
        keygen(key, "ed25519")
    elif spoil == "empty":
        key.touch()
    with pytest.raises(
        Unanswered, match=f"does not let us in: tried {key}.*it takes publickey.*Nothing was sent"
    ) as caught:
        opened(settings, key_file=str(key)).run("true")
    assert "Errno" not in str(caught.value)


def test_keys_are_found_where_ssh_keeps_them(sshd, settings, home, opened):
    key = settings.pop("key_file")
    with pytest.raises(Unanswered, match="there was nothing to show"):
        opened(settings).run("true")
    shutil.copy(key, home / ".ssh" / "id_ed25519")
    assert words(opened(settings)) == "in\n"


def test_an_agent_opens_what_it_holds(sshd, settings, home, tmp_path, opened, monkeypatch):
    needs("ssh-agent", "ssh-add")
    locked = sshd.key(passphrase="testbed-phrase")
    plain = settings.pop("key_file")
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(tmp_path / "agent")], stdout=subprocess.DEVNULL)
    try:
        until((tmp_path / "agent").exists, "the agent")
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
        subprocess.run(["ssh-add", "-q", plain], check=True, capture_output=True)
        assert words(opened(settings)) == "in\n"
        # A key file with a passphrase, which the agent holds, asks for nothing.
        subprocess.run(["ssh-add", "-q", "-D"], check=True, capture_output=True)
        with pytest.raises(Unanswered):
            opened(settings).run("true")
        subprocess.run(["ssh-keygen", "-q", "-p", "-P", "testbed-phrase", "-N", "", "-f", str(locked)], check=True,
                       capture_output=True)  # fmt: skip
        subprocess.run(["ssh-add", "-q", str(locked)], check=True, capture_output=True)
        subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "other", "-f", str(locked)], check=True,
                       capture_output=True)  # fmt: skip
        assert words(opened(settings, key_file=str(locked))) == "in\n"
    finally:
        agent.terminate()
        agent.wait()


# -- passwords ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """Settings of users that need a password: alone, after a key, or by a conversation."""
    folder = tmp_path_factory.mktemp("guarded")
    with accounts(word=PASSWORD, two=PASSWORD, talk=PASSWORD) as names:
        lines = [f"Match User {names['word']}", " AuthenticationMethods password", " PasswordAuthentication yes"]
        lines += [f"Match User {names['two']}", " AuthenticationMethods publickey,password"]
        lines += [" PasswordAuthentication yes", " AuthorizedKeysFile .ssh/authorized_keys"]
        # Only PAM converses.
        talks = [f"Match User {names['talk']}", " AuthenticationMethods keyboard-interactive"]
        talks += [" KbdInteractiveAuthentication yes"]
        with running(folder / "plain", *lines) as plain, running(folder / "pam", "UsePAM yes", *talks) as pam:
            key = plain.key()
            keys = Path(f"~{names['two']}/.ssh/authorized_keys").expanduser()
            keys.parent.mkdir()
            keys.write_text(key.with_name(f"{key.name}.pub").read_text())
            yield {name: login(pam if name == "talk" else plain, user, key) for name, user in names.items()}


def login(server, user, key):
    known = str(server.known_hosts)
    return {"host": "127.0.0.1", "port": server.port, "user": user, "known_hosts": known, "key_file": str(key)}


@pytest.mark.parametrize("name", ["word", "two", "talk"])
def test_a_password_is_asked_for_until_it_is_right_and_kept_in_memory(guarded, home, opened, name):
    host = opened(guarded[name], person := Person("wrong", PASSWORD))
    assert words(host) == "in\n"
    assert [(asked.kind, asked.secret) for asked in person.asked] == [("password", True)] * 2
    assert guarded[name]["user"] in person.asked[0].text and "was wrong" in person.asked[1].text
    host._transports[-1].close()
    assert words(host) == "in\n"
    assert len(person.asked) == 2


@pytest.mark.parametrize("name", ["word", "two", "talk"])
def test_a_password_comes_from_a_command(guarded, home, opened, name):
    settings = guarded[name]
    assert words(opened(settings, password_command=f"echo {PASSWORD}; echo second line")) == "in\n"
    with pytest.raises(Unanswered, match=r"does not let us in: tried .*; it takes .*Nothing was sent") as caught:
        opened(settings, password_command="echo secret-but-wrong").run("true")
    assert "secret" not in str(caught.value)
    with pytest.raises(Unanswered, match=r"`password_command` gave no password: no such thing\. Nothing was sent"):
        opened(settings, password_command="echo no such thing >&2; exit 1").run("true")


def test_a_command_for_the_password_that_hangs_is_given_up(guarded, home, opened):
    host = opened(guarded["word"], password_command="sleep 60", connect_seconds=1.0)
    with pytest.raises(Unanswered, match=r"`password_command` gave no password: .*no answer in 1 s.*Nothing was sent"):
        host.run("true")


@pytest.mark.parametrize("name", ["word", "two"])
def test_a_password_that_stays_wrong_is_asked_for_three_times(guarded, home, opened, name):
    with pytest.raises(Unanswered) as caught:
        opened(guarded[name], person := Person(*["wrong-secret"] * 9)).run("true")
    assert len(person.asked) == 3
    assert "wrong-secret" not in str(caught.value)


def test_a_question_that_nobody_answers_is_asked_again_as_a_first_one(sshd, settings, opened):
    host = opened(settings | {"key_file": str(sshd.key(passphrase="testbed-phrase"))}, person := Person("wrong"))
    for _ in range(5):
        with pytest.raises(Unanswered, match="Nobody answered"):
            host.run("true")
    assert ["wrong" in asked.text for asked in person.asked] == [False, True, False, False, False, False]


def test_nobody_is_asked_for_a_password_that_would_not_help(sshd, settings, opened):
    settings["key_file"] = str(sshd.folder / "host_ecdsa")
    with pytest.raises(Unanswered, match="it takes publickey"):
        opened(settings).run("true")


def test_a_host_that_hangs_up_before_a_login_is_unreachable(sshd, settings, opened):
    with sshd.wire() as wire:
        wire.after(2700, wire.cut)
        with pytest.raises(Unreachable) as caught:
            opened(settings, port=wire.port).run("true")
        assert not isinstance(caught.value, Unanswered) and os.environ["HOME"] not in str(caught.value)
