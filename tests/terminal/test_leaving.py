"""Leaving for a while, leaving for good, and being thrown out."""

import signal
import subprocess
import time

import pytest
from terminal import COMMAND, Terminal, plain_environment

from tui_batch.store import lock

RESTORED = ("\x1b[?1049l", "\x1b[?25h", "\x1b[?2004l")  # the screen from before, a cursor, plain pastes


def test_back_to_the_shell_and_in_again(tmp_path, store):
    command = " ".join(f"'{word}'" for word in [*COMMAND, "--home", store.home.path])
    with Terminal(["bash", "--norc", "--noprofile", "-i"], plain_environment(tmp_path, PS1="shell> ")) as shell:
        shell.shows("shell>")
        shell.send(f"{command}\n")
        shell.shows("> PD scan-499", "job-10")
        shell.press("j", "ctrl+z")
        shell.shows("Stopped")
        shell.hides("scan-490")
        shell.send("echo in $((40 + 2)) between\n")
        shell.shows("in 42 between")
        shell.send("fg\n")
        shell.shows("> CD scan-498", "scan-489", "? help")
        shell.hides("in 42 between")
        shell.press("j")
        shell.shows("> CD scan-497")
        shell.press("q")
        shell.wait_for(lambda: shell.screen.count("shell>") > 3)  # until then what is typed is for the program
        shell.send("exit\n")
        assert shell.ended() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_at_once_and_the_terminal_is_as_before(start, store, number):
    with start() as app:
        app.shows("> PD scan-499", "job-10")
        app.press("/", *"half typed")
        app.shows("half typed")
        before = time.monotonic()
        app.process.send_signal(number)
        assert app.ended() == 128 + number
        assert time.monotonic() - before < 3
        left = app.seen.decode(errors="replace")
        assert all(word in left[-2000:] for word in RESTORED)
        assert "Traceback" not in left
    assert lock.look(store.home).alive  # the courier goes on
    assert not list(store.home.path.glob("crash-*"))


def test_a_connection_that_is_cut_leaves_no_process(start, store):
    with start() as app:
        app.shows("> PD scan-499", "job-10")
        app.hang_up()
        app.process.wait(10)
    assert lock.look(store.home).alive
    assert not list(store.home.path.glob("crash-*"))


def test_a_dumb_terminal_gets_the_plain_table(start):
    with start(TERM="dumb") as app:
        app.until("scan-499")
        assert app.ended() == 0
        assert "\x1b" not in app.seen.decode()


def test_without_a_terminal_it_prints_the_plain_table(tmp_path, store):
    command = [*COMMAND, "--home", str(store.home.path)]
    environment = plain_environment(tmp_path)
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "scan-499" in done.stdout
    assert "\x1b" not in done.stdout


def test_leaving_gives_everything_back(start):
    with start() as app:
        app.shows("> PD scan-499", "job-10")
        app.press("q")
        assert app.ended() == 0
        assert all(word in app.seen.decode() for word in RESTORED)
        assert "56 jobs go on without the screen." in app.screen
