"""The table with many rows, beside Textual's own; and a key in the history, beside a key in the least Textual app."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from long_history import write_history
from measuring import in_turns
from terminal import COMMAND, Terminal, plain_environment

from tui_batch.store.past import Past

pytestmark = pytest.mark.bench

HERE = Path(__file__).parent
TABLE = str(HERE / "table_app.py")
ROUNDS, STEPS = 3, 15
HELD_UP = 0.1  # seconds for which no key is answered, at most


@pytest.fixture
def environment(tmp_path):
    return plain_environment(tmp_path, COLORTERM="")  # 256 colours, in which bytes are counted


@pytest.fixture
def measured(environment):
    """What a table of its own process says of so many rows."""

    def measured(kind, rows):
        command = [sys.executable, TABLE, kind, str(rows)]
        return json.loads(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)

    return measured


def test_ten_thousand_rows(measured, compare):
    ours, theirs = in_turns(ROUNDS, *(lambda kind=kind: measured(kind, 10_000)["fill"] for kind in ("live", "peer")))
    compare("10,000 rows filled and painted", ours, "DataTable", theirs, 0.12)


def test_a_hundred_thousand_rows(measured, compare, note):
    rounds = [measured("live", 100_000) for _ in range(ROUNDS)]
    peer = measured("peer", 100_000)  # a quarter of a minute: once has to do
    bounds = {"fill": 0.03, "sort": 0.2, "filter": 0.1, "change": 0.25}
    held_up = sorted(one["held up"] for one in rounds)[ROUNDS // 2]
    words = note(
        f"100,000 rows filled, sorted, filtered, changed, marked: no key waits longer than {1000 * held_up:.0f} ms "
        f"(goal {1000 * HELD_UP:.0f} ms); DataTable: {1000 * peer['held up']:,.0f} ms"
    )
    for name, bound in bounds.items():
        compare(f"100,000 rows: {name}", [one[name] for one in rounds], "DataTable", [peer[name]] * ROUNDS, bound)
    memory = [one["memory"] for one in rounds]
    compare("100,000 rows: peak memory", memory, "DataTable", [peer["memory"]] * ROUNDS, 0.65, "MB")
    assert held_up <= HELD_UP, words


def pressed(terminal, key):
    """Seconds from a key to what it changes on the screen, and the bytes of that."""
    before = len(terminal.seen)
    start = time.perf_counter()
    terminal.press(key)
    terminal.wait_for(lambda: len(terminal.seen) > before)
    taken = time.perf_counter() - start
    terminal.until_quiet(0.05)
    return taken, len(terminal.seen) - before


def test_a_page_of_a_hundred_thousand_rows(environment, compare, note):
    def page(terminal):
        return pressed(terminal, "page down")

    many, few = ([sys.executable, TABLE, "show", str(rows)] for rows in (100_000, 1_000))
    with Terminal(many, environment) as large, Terminal(few, environment) as small:
        for terminal, rows in ((large, 100_000), (small, 1_000)):
            terminal.shows(f"1/{rows}", patience=60)
            terminal.until_quiet()
            page(terminal)
        ours, yardstick = in_turns(STEPS, lambda: page(large), lambda: page(small))
    size = max(size for _, size in ours)
    words = note(f"a page of 100,000 rows: {size:,} bytes at most (goal 6,000)")
    times = ([taken for taken, _ in rounds] for rounds in (ours, yardstick))
    compare("a page of 100,000 rows", next(times), "of 1,000 rows", next(times), 1.5)
    assert size <= 6_000, words


def test_a_cursor_key_in_the_history(environment, tmp_path, compare, note):
    store = tmp_path / "store"
    write_history(store / "history", 10_000)
    past = Past(store / "history")
    past.refresh()
    past.save_index()
    minimal = [sys.executable, str(HERE / "minimal_app.py")]
    with Terminal([*COMMAND, "--home", str(store)], environment) as app, Terminal(minimal, environment) as peer:
        for terminal in (app, peer):
            terminal.shows("scan-")
            terminal.until_quiet(0.5)
            pressed(terminal, "down")
        ours, yardstick = in_turns(STEPS, lambda: pressed(app, "down"), lambda: pressed(peer, "down"))
    size, theirs = (sorted(size for _, size in rounds)[STEPS // 2] for rounds in (ours, yardstick))
    words = note(f"a cursor key in 10,000 submissions: {size:,} bytes (goal 600); minimal Textual app: {theirs:,}")
    times = ([taken for taken, _ in rounds] for rounds in (ours, yardstick))
    compare("a cursor key in 10,000 submissions", next(times), "minimal Textual app", next(times), 3)
    assert size <= 600, words
