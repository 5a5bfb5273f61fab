"""What the app costs while nobody does anything, what it sends, and how it leaves; beside the least Textual program."""

import statistics
import sys
import time
from pathlib import Path

import pytest
from loaded import loaded, telling
from long_history import write_history
from measuring import in_turns
from played_store import PlayedStore
from terminal import COMMAND, Terminal, plain_environment

from tui_batch.states import JobState

pytestmark = pytest.mark.bench

HERE = Path(__file__).parent
MINIMAL = [sys.executable, str(HERE / "minimal_app.py")]
MANY, IDLE, ROUNDS = 10_000, 10.0, 3
NETWORK = {"paramiko", "requests", "boto3", "botocore", "urllib3", "cryptography", "socks", "http.client"}


@pytest.fixture
def environment(tmp_path):
    return plain_environment(tmp_path)


@pytest.fixture
def history(tmp_path):
    """Ten thousand submissions that ended long ago."""
    write_history(tmp_path / "home" / "history", MANY)
    return [*COMMAND, "--home", str(tmp_path / "home")]


def rested(terminal, words):
    terminal.shows(words)
    terminal.until_quiet(1.0)
    terminal.listen(1.5)


def resting(terminal):
    """Processor seconds and bytes of a while in which nobody does anything."""
    before = terminal.processor_seconds()
    sent = terminal.listen(IDLE)
    return terminal.processor_seconds() - before, sent


def test_a_history_at_rest(history, environment, compare, note):
    with Terminal(history, environment) as ours, Terminal(MINIMAL, environment) as minimal:
        rested(ours, "scan-")
        rested(minimal, "scan-1")
        # In turns: who is listened to must not wait for the other.
        used, floor = in_turns(ROUNDS, lambda: resting(ours), lambda: resting(minimal))
    sent = [one for _, one in used]
    words = note(f"bytes sent in {IDLE:.0f} s at rest, {MANY:,} submissions: {max(sent)} (goal 0)")
    compare(f"processor, {IDLE:.0f} s at rest", [one for one, _ in used], "minimal Textual app",
            [one for one, _ in floor], 2.0)  # fmt: skip
    assert max(sent) == 0, words


def test_fifty_running_submissions_cost_less_than_a_hundredth_of_a_core(tmp_path, environment, note):
    store = PlayedStore(tmp_path / "home", 500, running=50)
    for name in store.open:
        store.change(name, {4: JobState.RUNNING, 5: JobState.RUNNING})
    with store.courier(), Terminal([*COMMAND, "--home", str(store.home.path)], environment) as app:
        rested(app, "> R  scan-499")
        shares = [resting(app)[0] / IDLE for _ in range(ROUNDS)]
    words = note(f"the app with 50 running submissions: {statistics.median(shares):.2%} of a core (goal 1 %)")
    assert statistics.median(shares) < 0.01, words


def first_frame(command, words, environment):
    """Bytes until all of the first screen is there."""
    with Terminal(command, environment) as terminal:
        terminal.shows(words)
        terminal.until_quiet()
        return len(terminal.seen)


def test_the_bytes_of_the_first_frame(history, environment, compare):
    ours, minimal = first_frame(history, "scan-", environment), first_frame(MINIMAL, "scan-1", environment)
    compare("bytes of the first frame", [ours], "minimal Textual app", [minimal], 2.0, "bytes")


def leaving(command, words, environment):
    """Seconds from the key that leaves to the end of the process."""
    with Terminal(command, environment) as terminal:
        terminal.shows(words)
        terminal.until_quiet()
        began = time.perf_counter()
        terminal.press("q")
        terminal.ended()
        return time.perf_counter() - began


def test_leaving_the_program(history, environment, compare):
    ours, minimal = in_turns(
        7, lambda: leaving(history, "scan-", environment), lambda: leaving(MINIMAL, "scan-1", environment)
    )
    compare("leaving the program", ours, "minimal Textual app", minimal, 1.5)


def test_no_network_library_is_loaded_on_any_screen(tmp_path, environment, note):
    store, said = PlayedStore(tmp_path / "home", 20), tmp_path / "modules.json"
    command = [*telling(said), "--home", str(store.home.path)]
    home, jobs = ("q", "PROGRESS"), ("q", "1/60")
    with store.courier(), Terminal(command, environment) as app:
        app.shows("> PD scan-19", "job-5")
        for key, words in (("enter", "1/60"), ("d", "evidence"), jobs, ("l", "stdout"), jobs, home, ("2", "TEMPLATE"),
                           home, ("3", "all jobs"), home, ("4", "local"), home, ("n", "python-sweep"),
                           ("enter", "step together"), ("escape", "python-sweep"), home, (",", "undo_seconds"), home,
                           ("?", "the keys of the screen"), home):  # fmt: skip
            app.press(key)
            app.shows(words)
        modules = loaded(app, said)
    found = sorted({name.split(".")[0] for name in modules} & NETWORK)
    words = note(f"network libraries loaded after all screens: {', '.join(found) or 'none'} (goal none)")
    assert not found, words
