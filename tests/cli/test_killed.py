"""The courier killed at random moments: nothing is lost, and every job runs exactly once."""

import os
import random
import re
import signal
import time

JOBS = 60


def test_every_job_runs_once_however_often_the_courier_is_killed(program):
    chance, ran = random.Random(), program.path / "ran"
    ran.mkdir()
    fast = '[targets.local]\nkind = "local"\nslots = 2\n'
    (program.path / "config.toml").write_text(fast)
    program.environment["TUI_BATCH_CONFIG"] = str(program.path / "config.toml")
    words = ["-s", f"n=1..{JOBS}", "--set", f"then=echo x >>{ran}/$TUI_BATCH_INDEX; sleep 0.03"]
    name = program.sent(*words)
    for _ in range(6):
        program.until(lambda: program("courier", "--status").out != "not at work\n", "a courier is at work")
        moment = time.monotonic() + chance.uniform(0, 0.2)
        while time.monotonic() < moment:
            os.sched_yield()
        if found := re.search(r"pid (\d+)", program("courier", "--status").out):
            os.kill(int(found[1]), signal.SIGKILL)
        program("note", name, "an order starts another one")
    program("wait", name, "--timeout", "25")
    assert program("list", "--json").json[0]["counts"] == {"succeeded": JOBS}
    assert {path.name: path.read_text() for path in ran.iterdir()} == {str(index): "x\n" for index in range(JOBS)}
    results = program.home / "results" / "echo" / "run_1"
    assert len(list(results.glob("n*/word.txt"))) == JOBS
    assert not list((program.home / "history").glob("*.damaged*"))
