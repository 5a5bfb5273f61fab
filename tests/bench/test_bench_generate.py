"""Generation beside its yardsticks: a bare loop that writes the same entries, and generation of a hundredth as much."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from measuring import seconds

from tui_batch.store import batches
from tui_batch.store.sources import FileSources
from tui_batch.sweep import plan
from tui_batch.template import read

JOBS, FEW, ROUNDS = 100_000, 1_000, 3
RAFT = """
name = "raft"
command = "./raft input.csv"
job_name = "raft-{{ seed }}-{{ temperature }}"
[[variables]]
key = "seed"
type = "int"
default = 1
minimum = 0
[[variables]]
key = "temperature"
type = "float"
default = 0.5
[files]
"input.csv" = "seed,{{ seed }}\\ntemperature,{{ temperature }}\\n"
[resources]
cpus = 1
minutes = 30
[options.slurm]
partition = "short"
"""


def generate(folder, jobs):
    """From the text of the template and the axes to a batch on the disk, as the command line does it."""
    axes = [("seed", f"1..{jobs // 10}"), ("temperature", "0.1..1 by 0.1")]
    sweep = plan(read(RAFT, "raft.toml"), axes, [], [], "", "", FileSources())
    return batches.write(folder, sweep, batches.free_name(folder, "raft"), "2026-11-20T00:00:00.000Z")


def bare(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, text in entries:
            archive.writestr(name, text)


def peak(folder, jobs):
    """Megabytes that a child which generates so many jobs takes at most."""
    code = (
        f"import sys; sys.path[:0] = [{str(Path(__file__).parent)!r}]; import test_bench_generate, pathlib;"
        f"test_bench_generate.generate(pathlib.Path({str(folder)!r}), {jobs});"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(said.stdout) / 1024


@pytest.mark.bench
def test_time_of_a_hundred_thousand_jobs(tmp_path, compare):
    first = generate(tmp_path, JOBS)
    with zipfile.ZipFile(first.path) as archive:
        entries = [(name, archive.read(name)) for name in archive.namelist()]
    assert len(entries) == 2 * JOBS + 3
    ours, floor = [], []
    for number in range(ROUNDS):  # nothing is deleted in between: that would slow down whoever creates next
        for folder in (tmp_path / f"ours-{number}", tmp_path / f"bare-{number}"):
            folder.mkdir()
        ours.append(seconds(generate, tmp_path / f"ours-{number}", JOBS))
        floor.append(seconds(bare, tmp_path / f"bare-{number}" / "raft.zip", entries))
    compare(f"{JOBS:,} jobs generated", ours, "a bare zipfile loop over the same entries", floor, 1.8, "s")


@pytest.mark.bench
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_memory_of_a_hundred_thousand_jobs(tmp_path, note):
    few, many = peak(tmp_path, FEW), peak(tmp_path, JOBS)
    words = note(
        f"peak memory: {JOBS:,} jobs {many:.1f} MB, {FEW:,} jobs {few:.1f} MB: +{many - few:.1f} MB (goal +70 MB)"
    )
    assert many - few <= 70, words
