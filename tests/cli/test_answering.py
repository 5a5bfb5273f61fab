"""What targets ask, answered on the command line; the test is the courier."""

import os
import select
import subprocess
import threading
import time

import pytest
from played_store import PlayedStore
from terminal import COMMAND, Terminal, plain_environment

from tui_batch.model import Contact, Question
from tui_batch.store import contacts, lock, orders, questions
from tui_batch.times import stamp

SECRET = "Tr0ub4dor-&-3"
PASSWORD = Question("password", "Password of ada on fir")
TOKEN = Question("token", "token of canfar")
CODE = Question("code", "fir asks: Verification code:", secret=False)
HOST_KEY = Question("host key", "fir is not known yet. Is its ED25519 key SHA256:abc? Type yes to trust it.", False)


@pytest.fixture
def home(tmp_path):
    with PlayedStore(tmp_path / "home", submissions=2).courier() as store:
        yield store.home


class Asking(threading.Thread):
    """Waits for somebody to ask how the target is, asks these questions first, and then says how it is."""

    def __init__(self, home, *asked, trouble=""):
        super().__init__(daemon=True)
        self._home, self._asked, self._trouble = home, asked, trouble
        self.heard = []

    def run(self):
        end = time.monotonic() + 30
        while not (found := [one for one in orders.read(self._home.orders)[0] if one.verb == "probe"]):
            assert time.monotonic() < end
        for one in self._asked:
            shown = Question(one.kind, one.text, one.secret, "local", stamp(time.time()))
            with questions.asked(self._home, shown) as reader:
                if not select.select([reader], [], [], 20)[0]:
                    return
                self.heard.append(os.read(reader, 9999).decode())
        contacts.write(self._home.contacts, "local", Contact(not self._trouble, trouble=self._trouble))
        orders.done(self._home.orders, found[0])


def terminal(home, *words):
    return Terminal([*COMMAND, "--home", str(home.path), *words], plain_environment(home.path.parent))


def piped(home, *words, given=""):
    return subprocess.run([*COMMAND, "--home", str(home.path), *words], input=given, capture_output=True, text=True,
                          env=plain_environment(home.path.parent), timeout=40)  # fmt: skip


def kept(folder):
    return [path for path in folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def test_all_that_a_target_asks_is_asked_on_the_terminal_and_secrets_are_not_seen(home, tmp_path):
    courier = Asking(home, HOST_KEY, PASSWORD, CODE)
    courier.start()
    with terminal(home, "answer", "local") as typing:
        typing.shows("Type yes to trust it.")
        typing.press("yes", "enter")
        typing.shows("Password of ada on fir:")
        typing.press(SECRET, "enter")
        typing.shows("Verification code:")
        typing.press("123456", "enter")
        assert typing.ended() == 0
        assert "local answers." in typing.screen
        assert SECRET[:6].encode() not in typing.seen
    assert courier.heard == ["yes\n", f"{SECRET}\n", "123456\n"]
    assert not kept(tmp_path)


def test_a_long_token_is_taken_whole(home, tmp_path):
    courier, token = Asking(home, TOKEN, CODE), f"{SECRET}{'t' * 4000}"
    courier.start()
    with terminal(home, "answer", "local") as typing:
        typing.shows("token of canfar:")
        typing.press(token, "enter")
        typing.shows("Verification code:")
        typing.press("123456", "enter")
        assert typing.ended() == 0
        assert SECRET[:6].encode() not in typing.seen
    assert courier.heard == [f"{token}\n", "123456\n"]
    assert not kept(tmp_path)


def test_what_is_given_is_the_answer_where_no_terminal_is(home, tmp_path):
    courier = Asking(home, PASSWORD, trouble="fir does not let us in.")
    courier.start()
    done = piped(home, "answer", "local", given=f" {SECRET} \n")
    assert (done.returncode, done.stdout) == (1, "")
    assert "fir does not let us in." in done.stderr
    assert SECRET not in done.stderr
    assert courier.heard == [f" {SECRET} \n"]
    assert not kept(tmp_path)


def test_an_answer_that_is_not_there_is_not_sent(home):
    courier = Asking(home, PASSWORD)
    courier.start()
    done = piped(home, "answer", "local")
    assert done.returncode == 3
    assert done.stderr.endswith("tui-batch: Password of ada on fir: nobody answered. Nothing was sent.\n")
    assert not courier.heard


def test_where_nothing_is_asked_nothing_is_done(home):
    done = piped(home, "answer")
    assert (done.returncode, done.stderr) == (1, "No target waits for an answer.\n")
    done = piped(home, "answer", "firr")
    assert (done.returncode, done.stderr.startswith("tui-batch: There is no target 'firr'.")) == (2, True)
    assert not list(home.orders.iterdir())


def test_who_looks_at_anything_is_told_what_is_asked(home):
    known = Question("password", "Password of \x1bada", True, "a b", stamp(time.time()))
    with questions.asked(home, known):
        for words in (["list"], ["show", "last"], ["targets"], ["targets", "--json"]):
            done = piped(home, *words)
            told = "a b asks: Password of ?ada. To answer: tui-batch answer 'a b'\n"
            assert (done.returncode, told in done.stderr) == (0, True), done.stderr


def test_a_question_that_ends_its_sentence_is_told_as_one(home):
    with questions.asked(home, Question("host key", HOST_KEY.text, False, "fir", stamp(time.time()))):
        assert "Type yes to trust it. To answer: tui-batch answer fir\n" in piped(home, "list").stderr


def test_a_courier_elsewhere_is_answered_there(home):
    lock.release(home)
    home.courier.write_text('host = "login2"\npid = 1\nstarted = "2026-01-01T00:00:00.000Z"\nticks = "1"\n')
    done = piped(home, "answer", "local")
    home.courier.unlink()
    assert done.returncode == 2
    assert "The courier is at work on login2: local is answered there." in done.stderr
    assert not list(home.orders.iterdir())
