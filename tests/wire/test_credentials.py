"""What lets us in: read where it is kept, never shown again once it was refused, and in no sentence."""

import base64
import json
import time
from datetime import timedelta

import pytest
from nobody import Person
from papers import Papers

from tui_batch.errors import Expired, Unanswered
from tui_batch.times import seconds
from tui_batch.wire import credentials
from tui_batch.wire.credentials import Credentials, Source, secret

RENEW = "Nothing was sent; put a new one there (`cadc-get-cert -u USER`)."
LASTS, OVER = time.time() + 3600, time.time() - 3600


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("FAR_TOKEN", raising=False)
    return tmp_path


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    return Papers(tmp_path_factory.mktemp("papers"))


def jwt(end, **more):
    """A token as services give it, which says of itself when it ends."""
    claims = base64.urlsafe_b64encode(json.dumps({"sub": "tree", "exp": end, **more}).encode()).decode().rstrip("=")
    return f"planted.{claims}.planted"


def shown(one):
    """The token that a request would carry."""
    ((name, value),) = one.headers().items()
    assert name == "Authorization" and value.startswith("Bearer ")
    return value.removeprefix("Bearer ")


def expired(one):
    """What is said where nothing would be sent."""
    with pytest.raises(Expired) as caught:
        one.headers()
    assert "planted" not in str(caught.value) and type(caught.value) is Expired
    return str(caught.value)


def test_the_first_that_is_set_counts(home, monkeypatch):
    monkeypatch.setenv("FAR_TOKEN", "from-environment")
    (home / "token").write_text("from-file\n")
    ways = {"token_env": "FAR_TOKEN", "token_file": "~/token", "token_command": "echo from-command", "certificate": "x"}
    found = []
    while ways:
        one = Credentials("far", **ways)
        found.append((one.origin(), one.certificate or shown(one)))
        del ways[next(iter(ways))]
    assert found == [
        ("the environment variable FAR_TOKEN", "from-environment"),
        ("the file ~/token", "from-file"),
        ("`token_command`", "from-command"),
        ("the file x", "x"),
    ]
    one = Credentials("far")
    assert (one.origin(), one.certificate) == ("the file ~/.ssl/cadcproxy.pem", f"{home}/.ssl/cadcproxy.pem")


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_file_is_read_whenever_it_is_used(home):
    one = Credentials("far", token_file="~/token")
    assert (
        expired(one)
        == "far: the file ~/token cannot be read: No such file or directory. Nothing was sent; put a new token there."
    )
    for token in ("one", "two"):
        (home / "token").write_text(f" {token}\n")
        assert shown(one) == token
    (home / "token").write_text("\n")
    assert expired(one) == "far: the file ~/token gave nothing. Nothing was sent; put a new token there."


@pytest.mark.parametrize(
    "token", ["planted\r\nX: y", "Bearer planted", "planted\x00", "plantéd", "planted\x7f", "a\tb"]
)
def test_what_is_no_token_is_not_sent(home, monkeypatch, token):
    (home / "token").write_text(token)
    assert "the file ~/token holds no token, for there are blanks" in expired(Credentials("far", token_file="~/token"))
    if "\x00" not in token:
        monkeypatch.setenv("FAR_TOKEN", token)
        assert "FAR_TOKEN holds no token" in expired(Credentials("far", token_env="FAR_TOKEN"))


def test_a_token_that_was_refused_is_not_shown_again(home):
    (home / "token").write_text("planted")
    one = Credentials("far", token_file="~/token")
    shown(one)
    said = str(one.refused())
    assert expired(one) == expired(one) == said
    (home / "token").write_text("another")
    assert shown(one) == "another"
    (home / "token").write_text("planted\n")
    assert expired(one) == said


def test_a_token_that_was_refused_is_shown_once_more_in_a_while_unless_it_is_over(home, monkeypatch):
    monkeypatch.setattr(credentials, "SAME_SECONDS", 0.0)
    one = Credentials("far", token_file="~/token")
    for token, again in ((jwt(LASTS), True), (jwt(OVER), False)):
        (home / "token").write_text(token)
        shown(one)
        said = str(one.refused())
        assert shown(one) == token if again else expired(one) == said


def test_the_end_of_a_token_is_told(home):
    (home / "token").write_text(jwt(LASTS))
    one = Credentials("far", token_file="~/token")
    assert seconds(one.expires()) == pytest.approx(LASTS, abs=0.01) and not one.ended()
    (home / "token").write_text(jwt(OVER))
    shown(one)  # the clock of this machine may be wrong
    assert one.ended() and "does not let us in by the file ~/token: it ended at " in str(one.refused())


@pytest.mark.parametrize("token", ["planted", "a.b.c", "a.e30.c", jwt("soon"), jwt(1e30), jwt(None), jwt(float("nan")),
                                   f"a.{base64.urlsafe_b64encode(b'[1]').decode()}.c", "a..c", "."])  # fmt: skip
def test_a_token_that_does_not_tell_its_end(home, token):
    (home / "token").write_text(token)
    one = Credentials("far", token_file="~/token")
    assert (one.expires(), one.ended(), shown(one)) == ("", False, token)


def test_a_file_that_others_can_read_is_named(home):
    (home / "token").write_text("planted")
    (home / "token").chmod(0o640)
    one = Credentials("far", token_file="~/token")
    assert one.concerns() == "others can read it: chmod 600 ~/token"
    (home / "token").chmod(0o600)
    assert one.concerns() == Credentials("far", token_command="true").concerns() == Credentials("far").concerns() == ""


# -- commands ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def command(home):
    """A command that says what stands in a file, and counts how often it was asked."""
    (home / "count").touch()

    class Command:
        line = f"echo >> {home}/count; cat {home}/says"

        def says(self, text):
            (home / "says").write_text(text)

        @property
        def runs(self):
            return len((home / "count").read_text())

    return Command()


def test_a_command_is_asked_once(command):
    command.says("one\nmore\n")
    one = Credentials("far", token_command=command.line)
    assert one.expires() == "" and command.runs == 0
    assert [shown(one), shown(one), one.expires(), command.runs] == ["one", "one", "", 1]


def test_a_command_is_asked_again_when_its_token_was_refused_but_not_all_the_time(command, monkeypatch):
    monkeypatch.setattr(credentials, "AGAIN_SECONDS", 0.0)
    command.says("planted")
    one = Credentials("far", token_command=command.line)
    shown(one)
    said = str(one.refused())
    assert said == (
        "far does not let us in by `token_command`. Nothing was lost; have it give a new token, and it goes on."
    )
    monkeypatch.setattr(credentials, "AGAIN_SECONDS", 60.0)
    assert [expired(one), expired(one), command.runs] == [said, said, 2]
    command.says("another")
    assert [expired(one), command.runs] == [said, 2]
    one._again = 0.0
    assert [shown(one), shown(one), command.runs] == ["another", "another", 3]


def test_a_command_is_asked_again_when_its_token_is_over(command, monkeypatch):
    monkeypatch.setattr(credentials, "AGAIN_SECONDS", 0.0)
    command.says(jwt(OVER))
    one = Credentials("far", token_command=command.line)
    assert shown(one) == jwt(OVER)
    command.says(jwt(LASTS))
    assert [shown(one), shown(one), command.runs] == [jwt(LASTS), jwt(LASTS), 2]
    assert seconds(one.expires()) == pytest.approx(LASTS, abs=0.01)


def test_a_command_that_gives_nothing():
    one = Credentials("far", token_command="echo no network >&2; exit 1")
    assert expired(one) == "far: `token_command` gave nothing: no network. Nothing was sent; have it give a new token."
    assert expired(one) == "far: `token_command` gave nothing; it is run again soon. Nothing was sent."
    hangs = Credentials("far", token_command="exec sleep 60", command_seconds=0.2)
    assert "`token_command` gave nothing: this machine: no answer in 0.2 s" in expired(hangs)
    assert "gave nothing" in expired(Credentials("far", token_command="echo"))


# -- the environment, and a person -------------------------------------------------------------------------------------


def test_a_person_is_asked_for_what_the_environment_does_not_have(monkeypatch):
    one = Credentials("far", token_env="FAR_TOKEN", ask=(person := Person(" planted-one\n", "planted-two")))
    assert [shown(one), shown(one), one.origin()] == ["planted-one", "planted-one", "your answer"]
    assert [(asked.kind, asked.text, asked.secret) for asked in person.asked] == [("token", "token of far", True)]
    assert "by your answer. Nothing was lost; answer with a new token (`tui-batch answer far`)" in str(one.refused())
    assert [shown(one), shown(one), len(person.asked)] == ["planted-two", "planted-two", 2]
    assert "the last one was refused" in person.asked[1].text
    one.refused()
    with pytest.raises(Unanswered, match="Nobody answered"):
        one.headers()


def test_a_person_is_asked_when_the_environment_has_one_that_was_refused(monkeypatch):
    monkeypatch.setenv("FAR_TOKEN", jwt(OVER))
    one = Credentials("far", token_env="FAR_TOKEN", ask=Person("same old", jwt(OVER), jwt(LASTS)))
    assert shown(one) == jwt(OVER) and one.ended()
    assert "by the environment variable FAR_TOKEN: it ended at " in str(one.refused())
    with pytest.raises(Unanswered, match="far: the answer was no token"):
        one.headers()
    assert "does not let us in" in expired(one)
    assert shown(one) == jwt(LASTS) and not one.ended()


def test_without_a_person_the_environment_is_all_there_is(monkeypatch):
    one = Credentials("far", token_env="FAR_TOKEN")
    end = "Nothing was sent; answer with a new token (`tui-batch answer far`)."
    assert expired(one) == f"far: the environment variable FAR_TOKEN is not set. {end}"
    monkeypatch.setenv("FAR_TOKEN", "planted")
    assert shown(one) == "planted"
    one.refused()
    assert "does not let us in by the environment variable FAR_TOKEN" in expired(one)


# -- certificates ------------------------------------------------------------------------------------------------------


def test_a_certificate_is_read_and_its_end_is_told(papers):
    path = papers.issue("client", timedelta(hours=3))
    one = Credentials("far", certificate=str(path))
    assert (one.headers(), one.certificate) == ({}, str(path))
    assert seconds(one.expires()) == pytest.approx(time.time() + 3 * 3600, abs=10)
    path.write_bytes(path.read_bytes() + papers.issue("short", timedelta(hours=1)).read_bytes())
    assert seconds(one.expires()) == pytest.approx(time.time() + 3600, abs=10)


def test_a_certificate_that_was_refused_is_not_shown_again(papers):
    path = papers.issue("client")
    one = Credentials("far", certificate=str(path))
    one.headers()
    said = str(one.refused())
    assert expired(one) == said and "it ended" not in said
    papers.issue("client")
    assert one.headers() == {}


def test_a_file_that_is_no_certificate(papers, home):
    one = Credentials("far", certificate="~/proxy.pem")
    assert expired(one) == f"far: the file ~/proxy.pem cannot be read: No such file or directory. {RENEW}"
    both, other = papers.issue("client").read_text(), papers.issue("other").read_text()
    key = both.index("-----BEGIN PRIVATE")
    hidden = papers.issue("hidden", passphrase=b"planted").read_text()
    for text in (both[:key], both[key:], both[:key] + other[other.index("-----BEGIN PRIVATE") :], hidden, "planted"):
        (home / "proxy.pem").write_text(text)
        said = expired(one)
        assert said.startswith("far: the file ~/proxy.pem does not hold a key without a passphrase and its certificate")
        assert said.endswith(RENEW)
    (home / "proxy.pem").write_text("-----BEGIN CERTIFICATE-----\nplanted\n-----END CERTIFICATE-----\n")
    assert one.expires() == "" and not one.ended()


# -- other secrets -----------------------------------------------------------------------------------------------------


def test_a_secret_of_another_kind(home, monkeypatch):
    monkeypatch.setenv("HARBOR", " one\n")
    (home / "harbor").write_text("two words\n")
    assert secret("far", "registry_secret", "HARBOR", "~/harbor", "echo three") == "one"
    assert secret("far", "registry_secret", "", "~/harbor", "echo three") == "two words"
    assert secret("far", "registry_secret", "", "", "echo three") == "three"
    assert secret("far", "registry_secret", "", "", "") == ""
    monkeypatch.delenv("HARBOR")
    with pytest.raises(
        Expired, match=r"^far: the environment variable HARBOR is not set\. Nothing was sent; mend that\.$"
    ):
        secret("far", "registry_secret", "HARBOR", "", "")
    with pytest.raises(Expired, match=r"^far: `registry_secret_command` gave nothing: exit code 3"):
        secret("far", "registry_secret", "", "", "exit 3")


def test_nothing_shows_a_secret(home, monkeypatch):
    monkeypatch.setenv("FAR_TOKEN", "planted")
    one = Credentials("far", token_env="FAR_TOKEN")
    shown(one)
    assert "planted" not in f"{one} {one!r} {one.origin()} {one.refused()!r} {Source('token', command='echo planted')}"
