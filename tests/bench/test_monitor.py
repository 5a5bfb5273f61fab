"""The list of jobs beside other monitors of Slurm's queue, turm and slurmtui.

Each asks as often as it does by itself: turm every 2 s, slurmtui every 10 s, ours every 10 to 30 s, since there are
more than a hundred jobs. With ours goes the courier, in processor time and memory: it asks Slurm, whether somebody
looks or not.
"""

import contextlib
import json
import os
import signal
import time
from datetime import date

import full_queue
import full_store
import pytest
from measuring import in_turns, pressed
from requirement import needs
from terminal import COMMAND, Terminal, plain_environment

from tui_batch.store import contacts, lock

pytestmark = pytest.mark.bench

ROUNDS, KEYS, IDLE, GLANCE = 5, 7, 20.0, 0.1
TICK = os.sysconf("SC_CLK_TCK")


class Program:
    """A monitor in a terminal, and whatever works for it."""

    def __init__(self, terminal, words, home=None):
        self.terminal, self._home = terminal, home
        self.first = terminal.until(words, patience=60)  # seconds until the first jobs are there

    @property
    def _processes(self):
        beat = self._home and lock.look(self._home)
        return [self.terminal.process.pid, *([beat.pid] if beat and beat.alive else [])]

    def used(self):
        """Processor seconds of all its processes, also of those that have ended; of the one in the terminal alone."""
        used = [_used(pid) for pid in self._processes]
        return sum(used), used[0]

    def memory(self):
        """Megabytes that all of them took at most; the one in the terminal alone."""
        taken = [_memory(pid) for pid in self._processes]
        return sum(taken), taken[0]


def _used(pid):
    with open(f"/proc/{pid}/stat") as file:
        return sum(map(int, file.read().rpartition(")")[2].split()[11:15])) / TICK


def _memory(pid):
    """What a process took at most, but for what it has in common with others: that is parted between them."""
    amounts = {}
    for name in ("status", "smaps_rollup"):
        with open(f"/proc/{pid}/{name}") as file:
            amounts |= {words[0]: int(words[1]) for line in file if (words := line.split())[-1] == "kB"}
    return (amounts["VmHWM:"] - amounts["Rss:"] + amounts["Pss:"]) / 1024


class Queue:
    """Slurm with so many jobs, and the programs that show them."""

    def __init__(self, folder, jobs, with_json=False):
        commands = full_queue.commands(folder / "bin", jobs, with_json)
        self.home = full_store.store(folder / "store", full_store.jobs(jobs))
        self._ours = [*COMMAND, "--home", str(self.home.path), "--config", str(full_store.configured(folder))]
        self._environment = plain_environment(folder, USER=full_queue.USER)
        self._environment["PATH"] = f"{commands}:{self._environment['PATH']}"
        asked = folder / ".config" / "slurmtui" / "update_check.json"  # or it would look for a newer one of itself
        asked.parent.mkdir(parents=True)
        asked.write_text(json.dumps({"last_check": date.today().isoformat()}))

    def __enter__(self):
        """The courier is at work; `asked` are the seconds that it took from nothing to Slurm's answer in the store."""
        with self.ours() as ours:
            ours.terminal.wait_for(self._answered, 60)
            self.asked = time.perf_counter() - ours.terminal.began
        return self

    def _answered(self):
        contact = contacts.read(self.home.contacts, ["here"]).get("here")
        return contact and contact.heard

    def __exit__(self, *_):
        while (beat := lock.look(self.home)) and beat.alive:
            os.kill(beat.pid, signal.SIGTERM)
            time.sleep(0.1)

    @contextlib.contextmanager
    def ours(self):
        with Terminal(self._ours, self._environment) as terminal:
            terminal.until("scan")
            terminal.press("enter")
            yield Program(terminal, "7000000_1", self.home)

    @contextlib.contextmanager
    def turm(self):
        with Terminal(["turm"], self._environment) as terminal:
            yield Program(terminal, "7000000_1")

    @contextlib.contextmanager
    def slurmtui(self):
        with Terminal(["slurmtui"], self._environment) as terminal:
            yield Program(terminal, "7000001")


def first(program):
    """Seconds from the start until the first jobs are there."""
    with program() as one:
        return one.first


def at_rest(*programs):
    """Processor seconds of each in a while in which nobody does anything."""
    for one in programs:
        one.terminal.until_quiet(0.5)
    before = [one.used() for one in programs]
    for _ in range(round(IDLE / GLANCE / len(programs))):
        for one in programs:
            one.terminal.listen(GLANCE)
    return [
        [now - then for now, then in zip(one.used(), used, strict=True)]
        for one, used in zip(programs, before, strict=True)
    ]


def tell(note, jobs, queue, used, memory, turm):
    """What there is to know besides of ours, without and with the courier."""
    note(f"{jobs:,} jobs: {queue.asked:.2f} s from nothing, not even a courier, to Slurm's answer in the store")
    note(f"{jobs:,} jobs: without the courier {1000 * used[1]:.0f} ms in {IDLE:.0f} s at rest, {memory[1]:.0f} MB; "
         f"with it {1000 * used[0]:.0f} ms, {memory[0]:.0f} MB; turm: {turm:.0f} MB")  # fmt: skip


def test_ten_thousand_jobs(tmp_path, compare, note):
    needs("turm", "slurmtui")
    with Queue(tmp_path, 10_000, with_json=True) as queue:
        ours, theirs = in_turns(ROUNDS, lambda: first(queue.ours), lambda: first(queue.slurmtui))
        with queue.ours() as mine, queue.turm() as turm, queue.slurmtui() as slurmtui:
            used, yardstick, _ = at_rest(mine, turm, slurmtui)
            memory, floor, others = (one.memory() for one in (mine, turm, slurmtui))
    tell(note, 10_000, queue, used, memory, floor[0])
    compare("10,000 jobs: first of them", ours, "slurmtui", theirs, 0.15)
    compare(f"10,000 jobs: processor, {IDLE:.0f} s at rest", used[:1], "turm", yardstick[:1], 0.6)
    compare("10,000 jobs: memory", memory[:1], "slurmtui", others[:1], 0.2, "MB")


def test_a_hundred_thousand_jobs(tmp_path, compare, note):
    needs("turm")
    with Queue(tmp_path, 100_000) as queue:
        ours, theirs = in_turns(ROUNDS, lambda: first(queue.ours), lambda: first(queue.turm))
        with queue.ours() as mine, queue.turm() as turm:
            used, yardstick = at_rest(mine, turm)
            keys, others = in_turns(KEYS, *(lambda one=one: pressed(one.terminal, "down")[0] for one in (mine, turm)))
            memory, floor = mine.memory(), turm.memory()
    tell(note, 100_000, queue, used, memory, floor[0])
    compare("100,000 jobs: first of them", ours, "turm", theirs, 2)
    compare("100,000 jobs: a key", keys, "turm", others, 0.3)
    compare(f"100,000 jobs: processor, {IDLE:.0f} s at rest", used[:1], "turm", yardstick[:1], 0.4)
