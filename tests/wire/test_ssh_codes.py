"""Codes that count once: asked as the host asks, one after the other, and never by a login that nobody is there for."""

import threading

import pytest
from nobody import Person
from sshd import until
from talking import Round, talking

from tui_batch.errors import Unanswered, Unreachable

PASSWORD = Round("Password: ", "testbed-Pass1")


def code(answer, prompt="Verification code: "):
    return Round(prompt, answer, echo=True, instructions="Two\nsteps")


@pytest.fixture
def settings(tmp_path):
    def settings_(server):
        name = f"[127.0.0.1]:{server.port} {server.key.get_name()} {server.key.get_base64()}\n"
        (tmp_path / "known").write_text(name)
        more = {"key_file": "none", "known_hosts": str(tmp_path / "known")}
        return {"host": "127.0.0.1", "port": server.port, "user": "me", **more}

    return settings_


def lose(host):
    host._transports[-1].close()
    until(lambda: not host._alive(), "the end of the connection")


def test_each_prompt_is_asked_by_itself_as_secret_as_the_host_says(settings, opened):
    with talking([PASSWORD, code("123456")]) as server:
        host = opened(settings(server), person := Person("testbed-Pass1", "123456"))
        assert host.run("echo in").out == "in\n"
    assert [(asked.kind, asked.secret) for asked in person.asked] == [("password", True), ("code", False)]
    assert person.asked[1].text == "127.0.0.1 asks: Two steps Verification code:"


def test_a_host_that_wants_codes_is_not_called_again_until_somebody_is_there(settings, opened):
    with talking([PASSWORD, code("1")], [PASSWORD, code("2")]) as server:
        host = opened(settings(server), person := Person("testbed-Pass1", "1"))
        assert host.run("echo in").out == "in\n"
        lose(host)
        for _ in range(3):
            with pytest.raises(Unanswered, match="Nobody answered"):
                host.run("true")
        assert server.begun == 1
        person._answers.append("2")
        assert host.run("echo in").out == "in\n"
        assert [asked.kind for asked in person.asked] == ["password", *["code"] * 5]


def test_a_code_that_is_made_for_this_login_alone_is_asked_for_again(settings, opened):
    logins = [code("1", f"The code sent as number {number}: ") for number in (1, 2)]
    logins[1].answer = "2"
    with talking([logins[0]], [logins[1]]) as server:
        host = opened(settings(server), person := Person("1", "for the old one", "2"))
        assert host.run("echo in").out == "in\n"
        lose(host)
        assert host.run("echo in").out == "in\n"
        assert "number 2" in person.asked[-1].text


def test_wrong_answers_are_asked_again_three_times(settings, opened):
    with talking([PASSWORD, code("1")]) as server:
        host = opened(settings(server), person := Person("testbed-Pass1", "wrong-code", "testbed-Pass1", "1"))
        assert host.run("echo in").out == "in\n"
        host = opened(settings(server), person := Person(*["wrong-secret"] * 20))
        with pytest.raises(Unanswered) as caught:
            host.run("true")
        assert len(person.asked) == 3 and "wrong-secret" not in str(caught.value)


def test_a_command_may_give_the_password_and_a_person_the_code(settings, opened):
    with talking([PASSWORD, code("1")]) as server:
        host = opened(settings(server), person := Person("1"), password_command="echo testbed-Pass1")
        assert host.run("echo in").out == "in\n"
        assert [asked.kind for asked in person.asked] == ["code"]


def test_a_person_may_take_longer_than_the_connection(settings, opened):
    def slow(question):
        threading.Event().wait(0.6)
        return "1"

    with talking([code("1")]) as server:
        assert opened(settings(server), slow, connect_seconds=0.4).run("echo in").out == "in\n"


def test_a_host_that_hangs_up_while_somebody_thinks_is_not_reached(settings, opened):
    with talking([code("1")]) as server:

        def hang_up(question):
            server.cut()
            return "1"

        with pytest.raises(Unreachable, match=r"hung up.*Nothing was sent"):
            opened(settings(server), hang_up).run("true")


def test_strange_letters_of_a_prompt_do_no_harm(settings, opened):
    with talking([Round("\x1b[31mCode\x00:\n", "1")]) as server:
        opened(settings(server), person := Person("1")).run("true")
        assert person.asked[0].text.isprintable()
