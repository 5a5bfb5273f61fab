"""Which keys are known of a host, as ssh itself reads and writes these files."""

import subprocess

import pytest
from requirement import needs
from sshd import keygen

from tui_batch.wire.ssh_known import add, fingerprint, known, spelt

KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIJ0o6b5Zc8yJd4nJQ0W9nY0Qy3h6w7cJv0m6d4r8sPqK"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "known_hosts"


@pytest.mark.parametrize(
    "names, name, there",
    [
        ("fir", "fir", True),
        ("fir", "oak", False),
        ("oak,fir", "fir", True),
        ("FIR", "fir", True),
        ("*.example", "fir.example", True),
        ("*.example,!fir.example", "fir.example", False),
        ("!fir.example,*.example", "oak.example", True),
        ("[fir]:2200", "[fir]:2200", True),
        ("fir", "[fir]:2200", False),
        ("[fir]:2200", "fir", False),
        ("[f]", "f", False),
        ("f?r", "fir", True),
    ],
)
def test_names_are_matched_as_ssh_does(file, names, name, there):
    file.write_text(f"# comment\n\n{names} ssh-ed25519 {KEY} comment\nhalf a-line\n@cert-authority * ssh-rsa {KEY}\n")
    found = known([file], name)
    assert [(one.file, one.line, one.kind, one.key) for one in found] == (
        [(file, 3, "ssh-ed25519", KEY)] if there else []
    )


def test_revoked_keys_are_told_from_others(file):
    file.write_text(f"@revoked fir ssh-ed25519 {KEY}\n")
    assert [one.revoked for one in known([file], "fir")] == [True]


def test_what_is_not_there_or_is_no_text_knows_nothing(file, tmp_path):
    file.write_bytes(bytes(range(256)) + b"\n|1|broken ssh-ed25519 x\n|1|%%|x ssh-ed25519 x\n")
    assert known([file, tmp_path / "none", tmp_path], "fir") == []


def test_ssh_finds_what_is_added(file, tmp_path):
    needs("ssh-keygen")
    for number, name in enumerate((spelt("Fir", 22), spelt("oak", 2200))):
        add(file, name, "ssh-ed25519", KEY)
        assert len(file.read_text().splitlines()) == number + 1
        found = subprocess.run(["ssh-keygen", "-F", name, "-f", str(file)], capture_output=True, text=True)
        assert KEY in found.stdout
    file.write_text(f"|1|c2FsdA==|aGFzaA== ssh-ed25519 {KEY}")
    add(file, "[elm]:22000", "ssh-ed25519", KEY)
    assert "elm" not in file.read_text() and len(file.read_text().splitlines()) == 2
    assert (
        "found"
        in subprocess.run(["ssh-keygen", "-F", "[elm]:22000", "-f", str(file)], capture_output=True, text=True).stdout
    )
    assert [one.line for one in known([file], "[elm]:22000")] == [2]


def test_the_fingerprint_is_that_of_ssh_keygen(tmp_path):
    needs("ssh-keygen")
    keygen(tmp_path / "key", "ed25519")
    said = subprocess.run(["ssh-keygen", "-l", "-f", str(tmp_path / "key")], capture_output=True, text=True).stdout
    assert fingerprint((tmp_path / "key.pub").read_text().split()[1]) == said.split()[1]
