"""A password in a real terminal: it reaches whoever asked, and no byte of it comes out or stays."""

import contextlib
import os
import select
import time

import pytest

from tui_batch.model import Question
from tui_batch.store import questions
from tui_batch.times import stamp

SECRET = "Tr0ub4dor-&-3"


@pytest.fixture
def asked(store):
    """A target asks for a password, and hears what is answered."""

    @contextlib.contextmanager
    def asked(**more):
        known = {"kind": "password", "text": "Password for ada@fir", "target": "local", "asked": stamp(time.time())}
        with questions.asked(store.home, Question(**known | more)) as reader:
            yield lambda: os.read(reader, 9999) if select.select([reader], [], [], 20)[0] else b""

    return asked


def kept(folder):
    """Every file below a folder that holds the secret, or its beginning."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if SECRET[:6].encode() in path.read_bytes()]


@pytest.mark.parametrize("words", [(), ("--ascii",)], ids=["plain", "ascii"])
def test_a_password_is_in_no_byte_that_comes_out_and_in_no_file(start, store, asked, tmp_path, words):
    with start(*words) as app:
        app.shows("> PD scan-499", "job-10")
        with asked() as heard:
            app.shows("local asks for a password: a")
            app.press("a")
            app.shows("Password for ada@fir:")
            app.paste(SECRET[:6])
            app.send(SECRET[6:])
            app.shows("Password for ada@fir: " + "*" * len(SECRET))
            app.press("enter")
            assert heard() == SECRET.encode() + b"\n"
            app.shows("Answered; waiting for local.")
        app.hides("waiting for local")
        app.press(":", "up", "escape")  # what was typed is in no history
        app.until_quiet()
        app.press("q")
        assert app.ended() == 0
        assert SECRET[:6].encode() not in app.seen
    assert not kept(tmp_path)


def test_a_long_token_is_pasted_whole(start, asked, tmp_path):
    token = f"{SECRET}{'t' * 4000}"
    with start() as app:
        app.shows("> PD scan-499", "job-10")
        with asked(kind="token", text="token of local") as heard:
            app.shows("local asks for a token: a")
            app.press("a")
            app.shows("token of local:")
            app.press("enter")
            app.shows("type it, or Esc")
            app.paste(f"{token}\n")
            app.shows("token of local:", "<****")
            app.press("enter")
            assert heard() == token.encode() + b"\n"
        assert SECRET[:6].encode() not in app.seen
    assert not kept(tmp_path)


def test_what_was_typed_too_late_goes_nowhere(start, store, asked, tmp_path):
    with start() as app:
        app.shows("> PD scan-499", "job-10")
        with asked():
            app.shows("asks for a password")
            app.press("a")
            app.shows("Password for ada@fir:")
            app.send(SECRET)
        app.hides("asks for a password")
        with asked(kind="code", text="Code for ada@fir") as heard:  # another question: a password is no answer to it
            app.shows("asks for a code")
            app.press("enter")
            app.shows("nothing was sent: local asks something else by now")
            app.shows("local asks for a code: a")
            app.press("a")
            app.shows("Code for ada@fir:")
            app.press("1", "enter")
            assert heard() == b"1\n"
        assert SECRET[:6].encode() not in app.seen
    assert not kept(tmp_path)


def test_a_question_that_stands_costs_nothing(start, store, asked):
    with start() as app:
        app.shows("> PD scan-499", "job-10")
        with asked():
            app.shows("asks for a password")
            app.until_quiet(1.0)
            assert app.listen(5.0) <= 150  # what an idle screen may cost, half of the 300 B for 10 s
            opened = app.written(lambda: app.press("a"))
            assert opened <= 1500, f"{opened} bytes"
            assert app.written(lambda: app.press("x")) <= 200
