"""What an answer of Slurm's costs: its lines, all that follows until the ledger knows it, and how often it is asked."""

import json
import os
import statistics
import subprocess
import time

import full_queue
import full_store
import pytest
from measuring import in_turns, seconds
from terminal import COMMAND, plain_environment
from worlds.hosts import Counting

from tui_batch.backends.slurm import Settings, Slurm
from tui_batch.backends.slurm.listing import BETWEEN, listed
from tui_batch.courier.tracked import Tracked
from tui_batch.model import Job
from tui_batch.states import JobState
from tui_batch.store import contacts
from tui_batch.store.past import Past
from tui_batch.wire.here import LocalHost
from tui_batch.wire.host import Done

pytestmark = pytest.mark.bench

MANY, ROUNDS = 100_000, 5
SUBMISSIONS, EACH = 1_000, 10


def answer(percent=0):
    """A line for each job; so many percent of them are not as they were."""
    jobs = [full_queue.job(index, waiting=0) for index in range(MANY)]
    moved = {"T": "COMPLETING"}
    return "".join(full_queue.lines(one | moved if at % 100 < percent else one for at, one in enumerate(jobs)))


def tuples(text, before):
    """What is done without much thought: a dictionary of tuples, compared."""
    now = {(fields := tuple(line.split(BETWEEN)))[0]: fields for line in text.splitlines()}
    return now, [one for one, fields in now.items() if before.get(one) != fields], before.keys() - now.keys()


def ours(text, before):
    now = listed(text, before)
    return now, now.keys() - before.keys(), before.keys() - now.keys()


@pytest.mark.parametrize("percent", [0, 5, 40])
def test_a_hundred_thousand_lines_parsed_and_compared(compare, percent):
    first, text = answer(), answer(percent)
    lines, known = listed(first, {}), tuples(first, {})[0]
    changed = len(ours(text, lines)[1])
    assert changed == len(tuples(text, known)[1]) == MANY // 100 * percent
    mine, theirs = in_turns(ROUNDS, lambda: seconds(ours, text, lines), lambda: seconds(tuples, text, known))
    compare(f"{MANY:,} lines of squeue, {changed:,} of them changed", mine, "dictionary of tuples", theirs, 1.0)


def test_the_same_jobs_as_json(note):
    jobs = [full_queue.job(index) for index in range(MANY // 100)]
    text, lines = full_queue.as_json(jobs), "".join(full_queue.lines(jobs))
    as_json, as_lines = in_turns(ROUNDS, lambda: seconds(json.loads, text), lambda: seconds(listed, lines, {}))
    times = statistics.median(as_json) / statistics.median(as_lines)
    note(f"squeue --json of the same: {len(text) / len(lines):.0f} x the bytes of our lines, {times:.0f} x the time")
    assert times > 1


class Told:
    """A host on which every command says the same."""

    name = "told"

    def run(self, script, given=b"", seconds=None):
        return Done(0, self.text if "-t all" in script else "", "")


def test_a_whole_poll_of_a_hundred_thousand_jobs(tmp_path, compare):
    home, host = full_store.store(tmp_path, full_store.jobs(MANY)), Told()
    past = Past(home.history)
    past.refresh()
    [known] = past.submissions.values()
    tracked = Tracked(home.submission(known.id), known)
    tracked.open_batch(home.batches / "scan.zip")
    backend = Slurm(Settings(), host)

    def poll(text):
        host.text = text
        tracked.learn(backend.poll(tracked.jobs(tracked.unfinished())).statuses)

    first, later = answer(), answer(5)
    poll(first)
    before = tuples(first, {})[0]
    same, some, theirs = [], [], []
    for _ in range(ROUNDS):
        poll(first)
        same.append(seconds(poll, first))
        some.append(seconds(poll, later))
        theirs.append(seconds(tuples, later, before))
    tracked.close()
    than = "dictionary of tuples"
    compare(f"poll of {MANY:,} jobs of which nothing is new, from the text to the ledger", same, than, theirs, 3)
    compare(f"the same when {MANY // 20:,} have moved on", some, than, theirs, 5)


# -- how often it is asked ---------------------------------------------------------------------------------------------

SQUEUE = """#!/bin/sh
echo "${0##*/} $*" >>"${0%/*}/calls"
cat "${0%/*}/lines" 2>/dev/null
"""


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """Slurm's commands, that put down how often they are called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("squeue", "sacct", "scontrol", "sinfo", "scancel", "sbatch"):
        (folder / name).write_text(SQUEUE)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def test_a_thousand_running_submissions_cost_one_call(tmp_path, commands, note):
    markers = [f"20261120-{at:06}-bafodu" for at in range(SUBMISSIONS)]
    sent = {
        marker: [full_queue.job(at * EACH + index, False, 0, EACH, marker) for index in range(EACH)]
        for at, marker in enumerate(markers)
    }
    (commands / "lines").write_text("".join(full_queue.lines(one for jobs in sent.values() for one in jobs)))

    host = Counting(LocalHost(30.0))
    jobs = [Job(marker, index, "", id=one["i"]) for marker, jobs in sent.items() for index, one in enumerate(jobs)]
    poll = Slurm(Settings(), host).poll(jobs)
    assert {status.state for status in poll.statuses.values()} == {JobState.RUNNING}
    assert len(poll.statuses) == SUBMISSIONS * EACH
    assert host.calls == ["run"]
    assert len((commands / "calls").read_text().splitlines()) == 1

    (commands / "calls").unlink()
    home = full_store.store(tmp_path / "store", sent)
    words = ["--home", str(home.path), "--config", str(full_store.configured(tmp_path)), "courier"]
    with subprocess.Popen([*COMMAND, *words], env=plain_environment(tmp_path), cwd=tmp_path) as courier:
        end = time.monotonic() + 60
        while not contacts.read(home.contacts, ["here"]):
            assert time.monotonic() < end, "Slurm was not asked"
            time.sleep(0.05)
        courier.terminate()
    calls = (commands / "calls").read_text().splitlines()
    note(f"{SUBMISSIONS:,} running submissions: a poll makes {len(calls)} call of Slurm's commands (goal 1)")
    assert [call.split()[0] for call in calls] == ["squeue"]
