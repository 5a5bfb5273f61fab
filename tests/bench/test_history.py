"""The history of ten thousand submissions, four years of months: listing it, and adding to it."""

import os
import random
import statistics
import subprocess
import sys
import time
import tomllib
from types import SimpleNamespace

import pytest
from long_history import HOST, MONTHS, submission, write_history
from measuring import in_turns, seconds

from tui_batch.config import Config
from tui_batch.courier import carry
from tui_batch.model import Order
from tui_batch.store.history import HistoryWriter, submission_record
from tui_batch.store.home import Home
from tui_batch.store.past import Past

pytestmark = pytest.mark.bench

MANY, FEW = 10_000, 100


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many") / "history"
    write_history(folder, MANY)
    return folder


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("indexed") / "history"
    write_history(folder, MANY)
    past = Past(folder)
    past.refresh()
    past.save_index()
    return folder


def listed(folder):
    past = Past(folder)
    past.refresh()
    assert len(past.submissions) == MANY
    assert not past.problems


def test_ten_thousand_submissions_are_listed(many, indexed, compare):
    text = "".join(path.read_text() for path in sorted(many.glob("*.toml")))
    cold, fresh, plain = in_turns(
        5,
        lambda: seconds(listed, many),
        lambda: seconds(listed, indexed),
        lambda: seconds(tomllib.loads, text),
    )
    what, than = f"{MANY:,} submissions listed", f"tomllib.loads of the same {len(text) / 1e6:.1f} MB"
    compare(f"{what} without an index", cold, than, plain, 0.10)
    compare(f"{what} with a fresh index", fresh, than, plain, 0.03)


def opened(folder):
    """How many files and folders a listing opens, in a fresh interpreter."""
    code = (
        "import json, sys, pathlib; from tui_batch.store.past import Past\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(args[0]) if event in ('open', 'os.scandir') else None)\n"
        "Past(pathlib.Path(sys.argv[1])).refresh()\n"
        "ours = [str(name) for name in opened if sys.argv[1] in str(name)]; print(len(ours))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_few_files_are_opened(many, indexed, note):
    cold, fresh = opened(many), opened(indexed)
    words = note(f"files opened to list {MANY:,} submissions of {MONTHS} months: {cold} (goal {MONTHS + 4}); "
                 f"with an index: {fresh} (goal 4)")  # fmt: skip
    assert cold <= MONTHS + 4, words
    assert fresh <= 4, words


def courier(folder):
    """As much of a courier as it takes to enter a submission."""
    past = Past(folder)
    past.refresh()
    history = HistoryWriter(folder, HOST)
    return SimpleNamespace(
        past=past, history=history, config=Config(), home=Home(folder.parent), track=lambda known: known
    )


def test_adding_to_many_costs_what_adding_to_few_does(tmp_path, compare):
    couriers = {}
    for number in (MANY, FEW):
        write_history(tmp_path / str(number), number)
        couriers[number] = courier(tmp_path / str(number))
    record = submission_record(submission(1, "2026-01")).encode()
    bare = os.open(tmp_path / "bare", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def add(number):
        name = f"20261120-{random.randrange(10**12):012}"
        order = Order(name, "submit", name, "2026-11-20T12:00:00.000Z", f"scan-{random.randrange(40)}", "0" * 64,
                      "python-sweep", "local", 12)  # fmt: skip
        start = time.perf_counter()
        assert carry.submit(couriers[number], order)
        return time.perf_counter() - start

    def append():
        start = time.perf_counter()
        os.write(bare, record)
        os.fdatasync(bare)
        return time.perf_counter() - start

    to_many, to_few, floor = in_turns(101, lambda: add(MANY), lambda: add(FEW), append)
    os.close(bare)
    for each in couriers.values():
        each.history.close()
        assert not each.past.problems
    # A disk has moods of its own: the medians of many are held against each other, not call against call.
    to_many, to_few, floor = ([statistics.median(column)] for column in (to_many, to_few, floor))
    compare(f"a submission added to {MANY:,}", to_many, "a bare append and fdatasync", floor, 4)
    compare(f"a submission added to {MANY:,}", to_many, f"added to {FEW}", to_few, 1.3)
