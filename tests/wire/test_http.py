"""Web services: whole answers in time, what was heard of a request that got none, and no secret in any sentence."""

import contextlib
import logging
import socket
import threading
import time
import traceback
from datetime import timedelta

import pytest
from nobody import Person
from papers import Papers
from speaking import answer, drips, hangs, is_deaf, passes_on, resets, says, speaking
from sshd import until

from tui_batch.errors import ConfigError, Expired, Refused, Unclear, Unreachable
from tui_batch.wire.credentials import Credentials
from tui_batch.wire.http import Answer, Service
from tui_batch.wire.http_line import Wanted

TOKEN = "planted-token-9f3c"
SOON = 0.2  # seconds
PATIENCE = 5.0


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A home with a ~/.netrc, and no proxies."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("FAR_TOKEN", TOKEN)
    (tmp_path / ".netrc").write_text("default login somebody password from-netrc\n")
    return tmp_path


@pytest.fixture
def service(home):
    """Opens services with a token or what else is given, and closes them."""
    services = []

    def open_(url, seconds=PATIENCE, ca_file="", **credentials):
        shown = Credentials("far", **(credentials or {"token_env": "FAR_TOKEN"}))
        services.append(Service("far", url, shown, str(ca_file), seconds))
        return services[-1]

    yield open_
    for one in services:
        one.close()


def failed(kind, call, *arguments, **more):
    """What a call says that fails in this way and in time, with nothing secret in all that it carries along."""
    begun = time.monotonic()
    with pytest.raises(Exception) as caught:
        call(*arguments, **more)
    assert time.monotonic() - begun < PATIENCE
    assert type(caught.value) is kind, caught.value
    error = caught.value
    assert "planted" not in "".join(traceback.format_exception(error)) + repr(vars(error)) + repr(error.__context__)
    return str(caught.value)


# -- what is sent ------------------------------------------------------------------------------------------------------


def test_a_question_carries_its_pairs_and_our_token_and_no_other(service):
    with speaking(says(answer(b"\xffne", "200 OK", "X-Vo-Authenticated: tree"))) as server:
        got = service(server.url).ask("/v1/session", [("type", "headless"), ("type", "a b&c=é+")])
    assert (got.status, got.body, got.text, got.headers["x-vo-authenticated"]) == (200, b"\xffne", "\ufffdne", "tree")
    lines = server.heard[0].decode().split("\r\n")
    assert lines[0] == "GET /skaha/v1/session?type=headless&type=a%20b%26c%3D%C3%A9%2B HTTP/1.1"
    assert [line for line in lines if "uthor" in line] == [f"Authorization: Bearer {TOKEN}"]


def test_what_is_told_comes_as_it_was_given(service):
    form = [("env", "A=b=c"), ("env", "B=$x \\\"'"), ("args", "-c exec(x+y)")]
    with speaking(says(answer(b"k3x9w2ab\n"))) as server:
        far = service(server.url)
        assert far.tell("POST", "v1/session", form, {"X-Skaha-Registry-Auth": "cGxhbnRlZA=="}).text == "k3x9w2ab\n"
        far.tell("DELETE", "v1/session/k3x9w2ab")
        far.tell("POST", "v1/session/k3x9w2ab")
    head, _, body = server.heard[0].partition(b"\r\n\r\n")
    assert body == b"env=A%3Db%3Dc&env=B%3D%24x%20%5C%22%27&args=-c%20exec%28x%2By%29"
    assert head.startswith(b"POST /skaha/v1/session HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/x-www-form-urlencoded\r\n" in head
    assert b"\r\nX-Skaha-Registry-Auth: cGxhbnRlZA==" in head
    assert server.heard[1].startswith(b"DELETE /skaha/v1/session/k3x9w2ab HTTP/1.1\r\n")
    assert server.heard[2].endswith(b"\r\n\r\n") and b"Content-Length: 0" in server.heard[2]


def test_questions_share_a_connection_and_what_is_told_has_its_own(service):
    with speaking(says(*[answer()] * 3), says(answer())) as server:
        far = service(server.url)
        for _ in range(2):
            far.ask("v1/session")
        assert server.begun == 1
        far.tell("POST", "v1/session")
        assert server.begun == 2
        far.ask("v1/session")
        assert server.begun == 2


def test_a_kept_connection_that_broke_is_opened_anew_for_a_question(service):
    with speaking(resets(answer(b"one")), says(answer(b"two"))) as server:
        far = service(server.url)
        assert [far.ask("").body, far.ask("").body] == [b"one", b"two"]
        assert len(server.heard) == 3


def test_a_question_that_breaks_every_connection_is_not_asked_for_ever(service):
    with speaking(resets(answer(b"one")), resets()) as server:
        far = service(server.url)
        far.ask("")
        failed(Unreachable, far.ask, "")
        assert server.begun == 2


def test_cookies_are_not_kept(service):
    with speaking(says(answer(b"", "200 OK", "Set-Cookie: CADC_SSO=x; Path=/"), answer())) as server:
        far = service(server.url)
        far.ask("")
        far.ask("")
    assert b"ookie" not in server.heard[1]


# -- answers that do not come ------------------------------------------------------------------------------------------

BEGUN = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
SLOW = {
    "no word": hangs,
    "a slow status": drips(b"HT", b"T"),
    "slow headers": drips(b"HTTP/1.1 200 OK\r\nX: "),
    "a slow body": drips(BEGUN),
    "slow chunks": drips(CHUNKED, b"1\r\nx\r\n"),
    "one slow chunk": drips(CHUNKED + b"fff\r\n"),
    "a body without an end": drips(b"HTTP/1.1 200 OK\r\n\r\n"),
}
BROKEN = {
    "nothing": b"",
    "garbage": b"\x00\xffgarbage\r\n\r\n",
    "half of a header": b"HTTP/1.1 200 OK\r\nContent-Le",
    "some of the headers": b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n",
    "a short body": BEGUN + b"x" * 999,
    "a body cut between chunks": CHUNKED + b"3\r\nabc\r\n",
    "a body cut in a chunk": CHUNKED + b"9\r\nabc",
    "a chunk of no length": CHUNKED + b"zz\r\nabc\r\n",
    "a body that is not packed as it says": answer(b"no gzip", "200 OK", "Content-Encoding: gzip"),
}


def asks(far):
    return Unreachable, far.ask, ("v1/session",)


def tells(far):
    return Unclear, far.tell, ("POST", "v1/session", [("name", "a")])


def deletes(far):
    return Unclear, far.tell, ("DELETE", "v1/session/k3x9w2ab")


@pytest.mark.parametrize("way", [asks, tells, deletes])
@pytest.mark.parametrize("slow", SLOW)
def test_there_is_one_deadline_for_the_whole_answer(service, slow, way):
    with speaking(SLOW[slow]) as server:
        kind, call, arguments = way(service(server.url, SOON))
        begun = time.monotonic()
        said = failed(kind, call, *arguments)
        assert time.monotonic() - begun < SOON + 1
        assert said.startswith(f"far: no answer from 127.0.0.1:{server.port} in 0.2 s")
        assert said.endswith("it may have been done or not.") == (kind is Unclear)


@pytest.mark.parametrize("way", [asks, tells, deletes])
@pytest.mark.parametrize("broken", [*BROKEN, "a reset"])
def test_half_an_answer_is_none(service, broken, way):
    with speaking(says(BROKEN[broken]) if broken in BROKEN else resets()) as server:
        kind, call, arguments = way(service(server.url))
        assert f"127.0.0.1:{server.port}" in failed(kind, call, *arguments)


def test_an_answer_that_is_too_long_is_not_taken(service):
    with speaking(says(answer(b"x" * 5000))) as server:
        far = service(server.url)
        assert "is longer than what is taken" in failed(Unreachable, far.ask, "", most=4999)
        assert len(far.ask("", most=5000).body) == 5000
        last = far.ask("", most=4000, last=True)
        assert (len(last.body), last.before) == (4000, 1000)


def test_the_answer_of_an_old_server_ends_with_its_connection(service):
    with speaking(says(b"HTTP/1.0 200 OK\r\n\r\nall of it"), says(CHUNKED + b"3\r\nabc\r\n0\r\n\r\n")) as server:
        far = service(server.url)
        assert far.ask("").body == b"all of it"
        assert far.ask("").body == b"abc"


# -- what was certainly not heard --------------------------------------------------------------------------------------


@pytest.fixture
def closed():
    """A port where nobody listens."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        yield line.getsockname()[1]


def both_unheard(far):
    """What both a question and something told say where nobody can have heard them."""
    asked, told = failed(Unreachable, far.ask, "v1"), failed(Unreachable, far.tell, "POST", "v1", [("name", "a")])
    assert asked == told and told.endswith("Nothing was sent.")
    return told


def test_where_nobody_listens(service, closed):
    said = both_unheard(service(f"http://127.0.0.1:{closed}"))
    assert said == f"far: 127.0.0.1:{closed} cannot be reached: Connection refused. Nothing was sent."


def test_a_name_that_is_not_known(service, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "far.invalid is not a name that is known here" in both_unheard(service("https://far.invalid/skaha"))


def test_a_name_that_is_found_too_late_leads_to_nothing_being_sent(service, monkeypatch):
    found, look_up, looked = threading.Event(), socket.getaddrinfo, threading.Event()

    def slow(*arguments, **more):
        found.wait(PATIENCE)
        try:
            return look_up(*arguments, **more)
        finally:
            looked.set()

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with speaking(says(answer())) as server:
        said = failed(Unreachable, service(server.url, SOON).tell, "POST", "v1")
        assert said == f"far: no answer from 127.0.0.1:{server.port} in 0.2 s. Nothing was sent."
        found.set()
        assert looked.wait(PATIENCE)
        until(lambda: server.begun == 1 and not any(one.name == "http" for one in threading.enumerate()), "its end")
        assert server.heard == []


def test_a_host_that_takes_no_connection(service):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, contextlib.ExitStack() as stack:
        for _ in range(2):
            line = stack.enter_context(socket.socket())
            line.setblocking(False)
            line.connect_ex(full.getsockname())
        said = both_unheard(service(f"http://127.0.0.1:{full.getsockname()[1]}", SOON))
    assert "no answer from" in said


def test_a_server_that_does_not_speak_tls(service):
    def plainly(server, line):
        line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with speaking(plainly) as plain, speaking(is_deaf) as deaf:
        said = both_unheard(service(plain.url.replace("http", "https")))
        assert "cannot agree on encryption" in said
        assert "no answer from" in both_unheard(service(deaf.url.replace("http", "https"), SOON))


# -- proxies -----------------------------------------------------------------------------------------------------------


def test_a_proxy_that_is_not_there_or_does_not_let_us_through(service, monkeypatch, closed):
    far = service("https://far.invalid/skaha")
    for scheme in ("http", "socks5h"):
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://tree:planted-password@127.0.0.1:{closed}")
        assert "the proxy on the way to far.invalid does not let us through" in both_unheard(far)
    with speaking(says(answer(b"", "407 Proxy Authentication Required"))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://tree:planted-password@127.0.0.1:{proxy.port}")
        assert "Tunnel connection failed: 407" in both_unheard(far)
        assert proxy.heard[0].startswith(b"CONNECT far.invalid:443 ") and TOKEN.encode() not in proxy.heard[0]


def test_a_proxy_that_hangs(service, monkeypatch):
    with speaking(hangs) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        both_unheard(service("https://far.invalid/skaha", SOON))


def test_this_machine_is_spoken_with_directly(service, monkeypatch, closed):
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{closed}")
    with speaking(says(answer())) as server:
        assert service(server.url).ask("").status == 200


# -- what lets us in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [asks, tells])
def test_what_was_refused_is_not_shown_again_until_there_is_something_new(service, home, way):
    (home / "token").write_text(f"{TOKEN}\n")
    with speaking(says(answer(b"", "401 Unauthorized")), says(answer())) as server:
        _, call, arguments = way(service(server.url, token_file="~/token"))
        said = failed(Expired, call, *arguments)
        assert said == (
            "far does not let us in by the file ~/token. Nothing was lost; put a new token there, and it goes on."
        )
        assert failed(Expired, call, *arguments) == said
        assert len(server.heard) == 1
        (home / "token").write_text("another\n")
        assert call(*arguments).status == 200
        assert b"Bearer another" in server.heard[1]


def test_a_person_who_can_be_asked_for_a_new_token_is_asked_at_once(service):
    with speaking(
        says(answer(b"", "401 Unauthorized")), says(answer(b"", "401 Unauthorized")), says(answer())
    ) as server:
        far = service(server.url, token_env="FAR_TOKEN", ask=(person := Person("wrong", "right")))
        assert far.ask("v1").status == 200
        assert ["refused" in asked.text for asked in person.asked] == [True, True]
        assert [one.split(b"Bearer ")[1].split()[0] for one in server.heard] == [TOKEN.encode(), b"wrong", b"right"]


def test_what_else_is_said_of_us_is_for_the_caller(service):
    with speaking(says(answer(b"not a member", "403 Forbidden"))) as server:
        far = service(server.url)
        assert [far.ask("").status, far.tell("POST", "").status] == [403, 403]


def test_a_connection_on_which_something_was_refused_is_not_kept(service):
    with speaking(says(answer(b"", "403 Forbidden"), answer()), says(answer())) as server:
        far = service(server.url)
        assert [far.ask("").status, far.ask("").status, server.begun] == [403, 200, 2]


# -- elsewhere ---------------------------------------------------------------------------------------------------------


def moved(to, status="302 Found"):
    return answer(b"", status, f"Location: {to}")


def test_a_question_follows_where_it_is_sent_on_the_same_host(service):
    with speaking(says(moved("/skaha/v1/session?x=1"), moved("other"), answer(b"here"))) as server:
        assert service(server.url).ask("v1").body == b"here"
    assert [one.split()[1] for one in server.heard] == [b"/skaha/v1", b"/skaha/v1/session?x=1", b"/skaha/v1/other"]
    assert server.begun == 1 and all(TOKEN.encode() in one for one in server.heard)


def test_a_question_follows_to_no_other_place(service):
    with speaking(hangs) as other:
        for to in (f"{other.url}/v1", f"//127.0.0.1:{other.port}/v1", "https://127.0.0.1/skaha", "ftp://x/"):
            with speaking(says(moved(to))) as server:
                assert "sends us elsewhere" in failed(Unreachable, service(server.url).ask, "v1")
        for to in ("//[", "//x:y/", "\xff", ""):  # no places at all
            with speaking(says(moved(to))) as server:
                failed(Unreachable, service(server.url).ask, "v1")
        assert other.begun == 0


def test_a_question_takes_no_other_name_from_where_it_is_sent(service):
    with speaking(hangs) as server:
        server.turns[:] = [says(moved(f"//me:word@127.0.0.1:{server.port}/"))]
        assert "word" not in failed(Unreachable, service(server.url).ask, "v1")
        assert len(server.heard) == 1


def test_a_question_is_not_sent_round_for_ever(service):
    with speaking(says(*[moved("/skaha/v1")] * 9)) as server:
        assert "round in a circle" in failed(Unreachable, service(server.url).ask, "v1")
        assert len(server.heard) < 9


def test_what_is_told_follows_nowhere(service):
    with speaking(says(moved("/other")), says(moved("/other", "308 Permanent Redirect"))) as server:
        far = service(server.url)
        assert "may have been done or not" in failed(Unclear, far.tell, "POST", "v1")
        assert "Nothing was sent on; look at `url`" in failed(Refused, far.tell, "POST", "v1")
        assert len(server.heard) == 2


# -- certificates ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    return Papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module", params=["TLSv1_2", "TLSv1_3"])
def guarded(papers, request):
    """What a server needs that wants to see a certificate of ours."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers.issue("server"))
    context.load_verify_locations(papers.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = context.maximum_version = ssl.TLSVersion[request.param]
    return context


def test_a_certificate_lets_us_in(service, papers, guarded):
    with speaking(says(answer(b"in")), context=guarded) as server:
        url = server.url.replace("http", "https")
        far = service(url, ca_file=papers.ca, certificate=str(papers.issue("client")))
        assert [far.ask("v1").body, far.tell("POST", "v1").body] == [b"in", b"in"]
    assert b"uthorization" not in b"".join(server.heard)


def test_a_certificate_that_has_ended_dies_in_the_handshake(service, papers, guarded):
    ended = papers.issue("ended", -timedelta(hours=5))
    with speaking(says(answer()), context=guarded) as server:
        far = service(server.url.replace("http", "https"), ca_file=papers.ca, certificate=str(ended))
        with pytest.raises((Expired, Unclear)):  # the other side may hang up before it is known why
            far.tell("POST", "v1")
        said = failed(Expired, far.ask, "v1")
        assert said.startswith(f"far does not let us in by the file {ended}: it ended at ")
        assert said.endswith("Nothing was lost; put a new one there (`cadc-get-cert -u USER`), and it goes on.")
        begun = server.begun
        assert failed(Expired, far.ask, "v1") == failed(Expired, far.tell, "POST", "v1") == said
        assert server.begun == begun and server.heard == []
        papers.issue("ended")
        assert far.ask("v1").status == 200


@pytest.mark.parametrize("guarded", ["TLSv1_2"], indirect=True)
def test_a_certificate_of_somebody_else_is_not_taken(service, papers, guarded, tmp_path):
    with speaking(says(answer()), context=guarded) as server:
        stranger = str(Papers(tmp_path).issue("client"))
        _, call, arguments = tells(
            service(server.url.replace("http", "https"), ca_file=papers.ca, certificate=stranger)
        )
        assert "does not let us in by" in failed(Expired, call, *arguments)


def test_a_server_that_is_not_trusted_hears_nothing(service, papers, guarded, tmp_path):
    with speaking(says(answer()), context=guarded) as server:
        url, client = server.url.replace("http", "https"), str(papers.issue("client"))
        said = both_unheard(service(url, certificate=client))
        assert "shows a certificate that is not trusted here" in said and "look at `ca_file`" in said
        assert server.heard == []
        assert "`ca_file` /nowhere is not there" in both_unheard(service(url, ca_file="/nowhere", certificate=client))


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_a_proxy_carries_what_is_encrypted_and_sees_nothing_of_it(service, papers, guarded, monkeypatch, scheme):
    with speaking(says(answer(b"in")), context=guarded) as server, speaking(passes_on(server, saw := [])) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
        client = str(papers.issue("client"))
        far = service("https://server/skaha", ca_file=papers.ca, certificate=client)
        assert [far.ask("v1").body, far.tell("POST", "v1").body, proxy.begun] == [b"in", b"in", 2]
        server.turns[:] = [hangs]
        failed(Unclear, far.tell, "POST", "v1", seconds=SOON)
        far = service("https://server/skaha", certificate=client)
        assert "there is no way to server; look at" in both_unheard(far)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(papers.ca))
        server.turns[:] = [says(answer(b"in"))]
        assert far.ask("v1").body == b"in"
        assert len(saw) > 6 and b"skaha" not in b"".join([*saw, *proxy.heard])


# -- settings, secrets, small things -----------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["http://far.example/skaha", "http://127.0.0.1.example/", "ftp://127.0.0.1/",
                                 "far.example", "", "https://", "https://me:planted@far.example", "https://far:port/",
                                 "https://[::1/", "http://[fe80::1]/"])  # fmt: skip
def test_an_address_that_cannot_be_used(service, url):
    assert failed(ConfigError, service, url).startswith("far: `url` is ")


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://127.8.0.1/x", "http://[::1]:80", "https://far.example/skaha"]
)
def test_an_address_that_can_be_used_costs_nothing(service, url):
    service(url, certificate="/nowhere")


def test_nothing_shows_a_secret(service, caplog):
    caplog.set_level(logging.DEBUG)
    with speaking(says(answer(b"planted", "200 OK", "x-vo-bearer: planted"))) as server:
        far = service(server.url)
        got = far.ask("v1")
        shown = [far, far._credentials, far._line, got, Wanted("POST", far._url, {"Authorization": TOKEN}, b"planted")]
    assert "planted" not in repr(shown) + str(shown) + caplog.text


def test_what_is_no_json_is_no_answer(service):
    assert Answer(200, {}, b'{"a": [1]}').json() == {"a": [1]}
    for body in (b"", b"<html>", b"\xff", b"[1, 2", b"[" * 100_000):
        assert "far: what answers there is not the service" in failed(Unreachable, Answer(200, {}, body, "far").json)
