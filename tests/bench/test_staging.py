"""A thousand jobs prepared, submitted and recorded on a host, beside one SSH command for each."""

import os
import subprocess
import time

import pytest
from measuring import in_turns
from requirement import needs
from worlds.hosts import Batches, Counting

from tui_batch.backends import nobody
from tui_batch.backends.hosted.journal import Call
from tui_batch.backends.hosted.parcel import group
from tui_batch.backends.hosted.staging import Staging
from tui_batch.wire.host import HostSettings, open_host

JOBS, ROUNDS = 1_000, 3
NAIVE = 20  # of them are sent the naive way in each round, which takes long enough
QSUB = "#!/bin/sh\ncat >/dev/null\necho $$\n"


@pytest.fixture
def login(sshd, tmp_path):
    needs("ssh")
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "qsub").write_text(QSUB)
    (folder / "qsub").chmod(0o755)
    return sshd.login(tmp_path / "home", {"PATH": f"{folder}:{os.environ['PATH']}"})


@pytest.fixture
def batches(tmp_path):
    made = Batches(tmp_path / "store")
    yield made
    made.close()


def call(key, name, line):
    return Call(key, f"qsub <<'end of task'\nsh ./task.sh \"$PWD\" {name} {line} $JOB_ID\nend of task")


@pytest.mark.bench
@pytest.mark.parametrize("way", ["as an array", "one by one"])
def test_a_thousand_jobs_sent(login, batches, tmp_path, compare, note, way):
    batch, files, jobs = batches.make(["true"] * JOBS)
    name = group(jobs)
    lines = ["$SGE_TASK_ID"] if way == "as an array" else range(1, JOBS + 1)
    calls = [call(f"{name}.{number}", name, line) for number, line in enumerate(lines)]
    rounds = iter(range(ROUNDS))

    def ours():
        start = time.perf_counter()
        host = Counting(open_host(HostSettings(**login), nobody))
        staging = Staging(host, str(tmp_path / f"work-{next(rounds)}"))
        staging.stage(batch, files, jobs)
        sent = staging.send(jobs[0].submission, calls)
        took = time.perf_counter() - start
        assert all(one.state == "done" and one.out.strip().isdigit() for one in sent.values())
        host.close()
        note(f"{way}: {len(host.calls)} calls of the host: {' '.join(host.calls)}")
        return took

    def naive():
        ssh = ["ssh", "-F", "none", "-i", login["key_file"], "-p", str(login["port"]), "-o", "BatchMode=yes"]
        ssh += ["-o", f"UserKnownHostsFile={login['known_hosts']}", f"{login['user']}@{login['host']}"]
        start = time.perf_counter()
        for number in range(NAIVE):
            folder = tmp_path / "naive" / str(number)
            command = f"mkdir -p {folder} && cd {folder} && echo true >command && echo 'sh ./command' | qsub"
            done = subprocess.run([*ssh, command], stdin=subprocess.DEVNULL, capture_output=True, text=True)
            assert done.stdout.strip().isdigit(), done.stderr
        return (time.perf_counter() - start) * JOBS / NAIVE

    ours_took, naive_took = in_turns(ROUNDS, ours, naive)
    compare(f"{JOBS:,} jobs staged and sent {way}", ours_took, "`ssh` for each", naive_took, 0.1, "s")
