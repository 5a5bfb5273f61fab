"""A thousand jobs that do nothing, two at a time, beside GNU parallel."""

import json
import os
import subprocess
import sys
import time
from datetime import datetime

import pytest
from measuring import ratio, seconds
from requirement import needs

JOBS, ROUNDS = 1_000, 5
TEMPLATE = 'name = "nothing"\ncommand = "true"\n[[variables]]\nkey = "n"\ntype = "int"\ndefault = 1\n'
CONFIG = "[targets.two]\nkind = 'local'\nslots = 2\n"


class Store:
    """A home of its own, asked through the command line."""

    def __init__(self, folder):
        folder.mkdir()
        (folder / "nothing.toml").write_text(TEMPLATE)
        (folder / "config.toml").write_text(CONFIG)
        self._folder = folder
        self._environment = os.environ | {
            "TUI_BATCH_HOME": str(folder / "home"), "TUI_BATCH_CONFIG": str(folder / "config.toml"),
        }  # fmt: skip

    def say(self, *words):
        """What a verb prints."""
        command = [sys.executable, "-m", "tui_batch", *words]
        done = subprocess.run(
            command, env=self._environment, cwd=self._folder, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout


def sent(store):
    """Seconds from the order until the last job had ended; until all was home and `wait` knew it; in each of them."""
    store.say("generate", "nothing.toml", "-s", f"n=1..{JOBS}", "--name", "nothing")
    ordered, begun = time.time(), time.perf_counter()
    name = json.loads(store.say("submit", "nothing", "--target", "two", "--yes", "--json"))["submission"]
    store.say("wait", name, "--timeout", "300")
    whole = time.perf_counter() - begun
    jobs = json.loads(store.say("show", name, "--json"))["jobs"]
    assert [job["state"] for job in jobs] == ["succeeded"] * JOBS
    store.say("courier", "--stop")
    return max(datetime.fromisoformat(job["ended"]).timestamp() for job in jobs) - ordered, whole


def parallel(folder):
    words = ["parallel", "--will-cite", "-j2", "--results", str(folder), "true", ":::", *map(str, range(JOBS))]
    return seconds(lambda: subprocess.run(words, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL))


@pytest.mark.bench
def test_a_thousand_short_jobs(tmp_path, compare, note):
    needs("parallel")
    ended, whole, peer = [], [], []
    for number in range(ROUNDS):  # nothing is deleted in between: that would slow down whoever creates files next
        first, all_home = sent(Store(tmp_path / f"ours-{number}"))
        ended.append(first)
        whole.append(all_home)
        peer.append(parallel(tmp_path / f"parallel-{number}"))
    note(f"the same until `wait` returns and all results are here: {ratio(whole, peer):.3g} x")
    compare(f"{JOBS:,} x true, 2 slots, order to last end", ended, "GNU parallel -j2 --results", peer, 0.5, "s")
