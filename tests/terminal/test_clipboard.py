"""What is copied, as the terminal gets it: alone, through GNU screen, through a real tmux; and what commands cost."""

import re
import shutil
import subprocess
import time
from base64 import b64decode

import pytest
from terminal import COMMAND, plain_environment

OSC = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07")


def copied(start, store, **environment):
    """What is written to the terminal while the id of the first submission is copied."""
    with start(**environment) as app:
        app.shows("> PD scan-499", "job-10")
        app.until_quiet()
        before = len(app.seen)
        app.press("y")
        app.shows("i id", "c command")
        app.press("i")
        app.shows("also in", "clipboard.txt")
        assert (store.home.memory / "clipboard.txt").read_text() == store.open[0]
        return bytes(app.seen[before:])


def said(osc):
    return b64decode(OSC.fullmatch(osc)[1]).decode()


def test_alone(start, store):
    seen = copied(start, store)
    assert [b64decode(text).decode() for text in OSC.findall(seen)] == [store.open[0]]
    assert b"\x1bP" not in seen


def test_in_tmux_it_is_sent_to_tmux_and_past_it(start, store):
    seen = copied(start, store, TERM="tmux-256color", TMUX="/tmp/tmux-0/default,1,0")
    wrapped = re.search(rb"\x1bPtmux;(.*?\x07)\x1b\\", seen, re.DOTALL)[1]
    assert said(wrapped.replace(b"\x1b\x1b", b"\x1b")) == store.open[0]
    assert OSC.search(seen)


def test_in_screen_it_is_handed_on(start, store):
    seen = copied(start, store, TERM="screen.xterm-256color", STY="1234.pts-0.login1")
    assert said(b"".join(re.findall(rb"\x1bP(.*?)\x1b\\", seen, re.DOTALL))) == store.open[0]


@pytest.mark.skipif(not shutil.which("tmux"), reason="there is no tmux")
def test_a_tmux_that_may_set_the_clipboard_holds_what_was_copied(tmp_path, store):
    environment = plain_environment(tmp_path, TERM="xterm-256color", TMUX_TMPDIR=str(tmp_path))

    def tmux(*words):
        done = subprocess.run(["tmux", "-f", "/dev/null", *words], env=environment, capture_output=True, text=True)
        return done.stdout

    def until(condition):
        end = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < end, tmux("capture-pane", "-p")

    try:
        tmux("new-session", "-d", "-x", "80", "-y", "24", ";", "set", "-s", "set-clipboard", "on", ";",
             "respawn-window", "-k", *COMMAND, "--home", str(store.home.path))  # fmt: skip
        until(lambda: "job-10" in tmux("capture-pane", "-p"))
        tmux("send-keys", "y")
        until(lambda: "i id" in tmux("capture-pane", "-p"))
        tmux("send-keys", "i")
        until(lambda: tmux("show-buffer") == store.open[0])
        until(lambda: " sent through tmux; also in " in tmux("capture-pane", "-p"))
    finally:
        tmux("kill-server")


def test_a_command_line_costs_as_little_as_any_prompt(start, store):
    with start(COLORTERM="") as app:
        app.shows("> PD scan-499", "job-10")
        app.until_quiet()
        assert 0 < app.written(lambda: app.press(":")) <= 1_500
        assert 0 < app.written(lambda: app.press("s")) <= 600
        assert 0 < app.written(lambda: app.press("o", "tab")) <= 1_000
        app.press(*"age", "enter")
        app.shows("AGE+")
        app.until_quiet()
        assert 0 < app.written(lambda: app.press("y")) <= 1_500
