"""The lock: one courier for each store, whoever comes first, and a dead one's lock is no hindrance."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time

import pytest

from tui_batch.store import lock
from tui_batch.store.home import Home

TAKER = """
import sys
from pathlib import Path
from tui_batch.store import lock
from tui_batch.store.home import Home
home = Home(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print("took" if lock.take(home) else "refused", flush=True)
sys.stdin.readline()
if len(sys.argv) > 2:
    lock.release(home)
"""


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home").prepare()


@contextlib.contextmanager
def takers(home, number, *more):
    running = [
        subprocess.Popen([sys.executable, "-c", TAKER, home.path, *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(number)
    ]
    try:
        for one in running:
            assert one.stdout.readline() == b"ready\n"
        yield running
    finally:
        for one in running:
            one.kill()
            one.communicate()


def tell(running):
    for one in running:
        one.stdin.write(b"go\n")
        one.stdin.flush()


def holder(home, **facts):
    """Write a lock by hand."""
    known = {"host": os.uname().nodename, "pid": os.getpid(), "started": "x", "ticks": "1"} | facts
    lines = (f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}" for key, value in known.items())
    home.courier.write_text("\n".join(lines) + "\n")


def test_of_many_at_once_exactly_one_gets_it(home):
    with takers(home, 6) as running:
        tell(running)
        said = [one.stdout.readline() for one in running]
        assert sorted(said) == [b"refused\n"] * 5 + [b"took\n"]
        beat = lock.look(home)
        assert beat.alive
        assert beat.pid == running[said.index(b"took\n")].pid
        assert not lock.take(home)


def test_of_many_who_find_a_dead_one_exactly_one_gets_it(home):
    for _ in range(3):
        holder(home, pid=2**22 + 5)
        with takers(home, 5) as running:
            tell(running)
            assert sorted(one.stdout.readline() for one in running) == [b"refused\n"] * 4 + [b"took\n"]
            home.courier.unlink()
    assert not list(home.path.glob("courier.gone*"))


def test_a_killed_couriers_lock_is_taken_over(home):
    with takers(home, 1) as running:
        tell(running)
        assert running[0].stdout.readline() == b"took\n"
        os.kill(running[0].pid, signal.SIGKILL)
        running[0].wait()
        assert not lock.look(home).alive
        assert lock.take(home)
        assert lock.holds(home)
        lock.release(home)
        assert lock.look(home) is None


def test_a_zombie_holds_nothing(home):
    with takers(home, 1) as running:
        tell(running)
        running[0].stdout.readline()
        os.kill(running[0].pid, signal.SIGKILL)
        os.waitid(os.P_PID, running[0].pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody has collected it
        assert not lock.look(home).alive


def test_a_number_that_another_process_has_by_now_holds_nothing(home):
    holder(home, pid=os.getpid(), ticks="1")  # our number, another start
    assert not lock.look(home).alive
    assert lock.take(home)


def test_a_released_lock_is_free_and_only_ones_own_is_released(home):
    with takers(home, 1, "release") as running:
        tell(running)
        running[0].stdout.readline()
        lock.release(home)  # it is not ours
        assert lock.look(home).alive
        tell(running)
        running[0].wait()
        assert lock.look(home) is None


def test_who_lost_the_lock_notices(home):
    assert lock.take(home)
    before = home.courier.stat().st_mtime
    os.utime(home.courier, (before - 50, before - 50))
    assert lock.holds(home)
    assert home.courier.stat().st_mtime >= before  # the beat
    holder(home, pid=1)
    assert not lock.holds(home)
    home.courier.unlink()
    assert not lock.holds(home)


def test_on_another_host_the_beat_decides(home):
    holder(home, host="elsewhere", pid=1)
    assert lock.look(home).alive
    assert not lock.take(home)
    long_ago = time.time() - lock.SILENCE - 1
    os.utime(home.courier, (long_ago, long_ago))
    assert not lock.look(home).alive
    assert lock.take(home)


@pytest.mark.parametrize("text", [b"", b"host = ", b"\xff", b'host = "a"\n', b"[host]\n", b"pid = 'x'\nhost = 5\n"])
def test_a_damaged_lock_counts_while_it_is_young(home, text):
    home.courier.write_bytes(text)
    assert lock.look(home).alive  # being written this moment
    assert not lock.take(home)
    long_ago = time.time() - 60
    os.utime(home.courier, (long_ago, long_ago))
    assert not lock.look(home).alive
    assert lock.take(home)


def test_the_bell_wakes_who_listens_and_harms_nobody_else(home):
    lock.ring(home)  # nobody has hung one
    bell = lock.hang_bell(home)
    try:
        assert not select.select([bell], [], [], 0)[0]
        lock.ring(home)
        assert select.select([bell], [], [], 5)[0]
        for _ in range(70_000):  # more than a pipe holds
            lock.ring(home)
    finally:
        os.close(bell)
    lock.ring(home)
