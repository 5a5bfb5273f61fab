"""A Triangle Raft sweep on a real Grid Engine over SSH: from an empty home to its results, by keys alone, in tmux."""

import json
import shutil
from pathlib import Path

import pytest

from tui_batch.config import Config
from tui_batch.desk import Desk
from tui_batch.states import JobState

STAND_IN = Path(__file__).parents[1] / "stand_ins" / "mx2.x"
RINGS = 40
COOL = {f"Seed_Size_{size}__Temperature_{heat}": (size, heat) for size in (10, 25) for heat in ("0.001", "0.002")}
HOT = {f"Seed_Size_{size}__Temperature_0.05": size for size in (10, 25)}
PARTS = ("atoms", "units", "rings", "connections", "vis", "analysis")

pytestmark = pytest.mark.xdist_group("gridengine")


@pytest.fixture
def place(gridengine_cell, sshd, tmp_path):
    """A target on a host that is not known yet, and the program beside it; the folder of both."""
    known = tmp_path / "known_hosts"
    settings = {"kind": "gridengine", **sshd.login(tmp_path / "there"), "known_hosts": str(known), "poll_seconds": 0.5,
                "setup": [f"export STAND_IN_PACE=0.02 STAND_IN_HOLD={tmp_path}/hold"]}  # fmt: skip
    (tmp_path / "hold").touch()
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    (tmp_path / "config.toml").write_text("\n".join(["undo_seconds = 2.0", "[targets.cluster]", *lines]) + "\n")
    shutil.copy(STAND_IN, tmp_path / "mx2.x")
    return tmp_path


def type_it_in(tmux, place):
    """From the shell to what would be sent."""
    tmux.type(f"cd {place}; tui-batch --config config.toml\n")
    tmux.shows("tui-batch makes many jobs from one template", "n   makes a batch of your own")
    tmux.press("n")
    tmux.shows("from which template?", "triangle-raft", "Enter choose")
    tmux.press("G")
    tmux.shows("> triangle-raft", "Triangle Raft: networks of triangles that grow from a ring")
    tmux.press("Enter")
    tmux.shows("> Executable", "executable has no default", "Lower Ring Size Limit ", "M-X Force Constant ")
    tmux.type("mx2.x")
    tmux.press("Down", "Down")
    tmux.shows("> Seed Size")
    tmux.type("10, 25")
    tmux.press("Down")
    tmux.shows("2: 10, 25", "> Number of Rings")
    tmux.type(str(RINGS))
    tmux.press(*["Down"] * 5)
    tmux.shows("> Temperature")
    tmux.type("0.001, 0.002, 0.05")
    tmux.shows("new batch: triangle-raft  6 jobs", "3: 0.001, 0.002, 0.05")
    tmux.press("Enter")
    tmux.shows("nothing is written yet", "JOB seed_size  temperature", "5 25         0.05", "A submit all")


def send(tmux):
    """To the target that is chosen, whose host is not known yet."""
    tmux.press("t")
    tmux.shows("triangle-raft: 6 jobs. Where to?", "> local")
    tmux.press("j")
    tmux.shows("> cluster        gridengine")
    tmux.press("Enter")
    tmux.shows("on             cluster: 6 jobs")
    tmux.press("A")
    tmux.shows("Submit 6 jobs of triangle-raft to cluster? Y/n")
    tmux.press("y")
    tmux.shows("> DR triangle-raft", "in 2 s: u takes it back.")
    tmux.shows("cluster shows an unknown host key: a")
    tmux.press("a")
    tmux.shows("SHA256:", "Trust this key? yes or no:")
    tmux.type("yes")
    tmux.press("Enter")


def test_from_an_empty_home_to_the_results_of_a_triangle_raft_sweep(place, tmux, home):
    type_it_in(tmux, place)
    send(tmux)
    tmux.shows("4 running, 2 failed", "> R      0 10", "exit 1")
    tmux.press("l")
    tmux.shows("Seed_Size_10__Temperature_0.001  stdout  running", "seed 10: made, a ring of 10 triangles", "\n5\n")
    (place / "hold").unlink()
    tmux.shows("stdout  succeeded", "ended", f"\n{RINGS}\n")
    tmux.press("q")
    tmux.shows("> F  triangle-raft", "6/6", "2 failed, 4 succeeded")
    tmux.leave()
    desk = Desk(home, Config())
    [submission] = desk.snapshot().submissions
    assert submission.counts == {JobState.SUCCEEDED: 4, JobState.FAILED: 2}
    assert not desk.snapshot().orders
    assert {row.name: row.status.attempt for row in desk.jobs(submission.id).rows} == dict.fromkeys({**COOL, **HOT}, 1)
    results = home / "results" / "triangle-raft" / "run_1"
    assert desk.results(submission.id) == results
    assert {path.name for path in results.iterdir()} == {*COOL, *HOT}
    rings = "".join(f"{ring}\n" for ring in range(2, RINGS + 1))
    for name, (size, heat) in COOL.items():
        assert (results / name / "stdout").read_text() == f"seed {size}: made, a ring of {size} triangles\n{rings}"
        assert "All rings built\nSimulation complete: " in (results / name / "mx2.log").read_text()
        grown = {path.name: path.read_text() for path in (results / name / "output_files").iterdir()}
        assert grown == {f"{name}_{part}.out": f"{size} {RINGS} {heat}\n" for part in PARTS}
        assert not (results / name / "seed").exists()
    for name, size in HOT.items():
        assert (results / name / "stdout").read_text() == f"seed {size}: made, a ring of {size} triangles\n2\n"
        assert "growth killed, excessive energy" in (results / name / "mx2.log").read_text()
