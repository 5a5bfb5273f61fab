"""What the README says is so: its commands work, its axes give what it says, its verbs are all there are."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from tui_batch import axis, backends, config, template
from tui_batch.cli.parser import parser
from tui_batch.store.sources import FileSources
from tui_batch.wire.host import HostSettings

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text()


def section(title):
    return re.search(rf"(?ms)^## {title}\n(.*?)(?=^## |\Z)", TEXT)[1]


def fences(title, language):
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```", section(title))


def rows(title):
    """The cells of a section's table, without their backticks."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_the_first_steps_work(tmp_path):
    command = tmp_path / "bin" / "tui-batch"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tui_batch "$@"\n')
    command.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{command.parent}:{os.environ['PATH']}", "TUI_BATCH_HOME": str(tmp_path / "home"),
        "PYTHONPATH": str(ROOT), "HOME": str(tmp_path),
    }  # fmt: skip
    for line in "".join(fences("First steps", "sh")).splitlines():
        done = subprocess.run(["sh", "-c", line], env=environment, cwd=tmp_path, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL)  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    results = Path(done.stdout.strip())
    assert len(list(results.glob("*/result.csv"))) == 6
    subprocess.run(["sh", "-c", "tui-batch courier --stop"], env=environment, cwd=tmp_path, capture_output=True)


AXES = [row for row in rows("The notation of an axis") if row[1].startswith("`") and row[1].endswith("`")]


@pytest.mark.parametrize(("notation", "gives"), AXES, ids=[row[0] for row in AXES])
def test_an_axis_gives_what_the_readme_says(notation, gives):
    assert list(axis.parse(notation.strip("`"), FileSources()).words) == gives.strip("`").split(", ")


def test_every_verb_is_named_and_no_other():
    named = {re.match(r"[a-z-]+", words)[0] for row in rows("The command line")
             for words in re.findall(r"`([^`]*)`", row[0])} - {"tui-batch"}  # fmt: skip
    known = next(action.choices for action in parser()._actions if action.dest == "==SUPPRESS==")
    assert named == set(known)


def test_its_configuration_and_its_template_can_be_read():
    example, looks = fences("Configuration", "toml")
    assert config.parse(example, Path("config.toml")).target("").settings == {"slots": 4}
    assert config.parse(looks, Path("config.toml")).keys == {"app.help": "f1,question_mark"}
    [raft] = fences("A template of your own", "toml")
    assert template.read(raft, "raft.toml", ROOT, lambda name: "").name == tomllib.loads(raft)["name"]


def test_every_kind_is_named():
    kinds = {word for row in rows("Targets") if row[-1] == "works" for word in re.findall("`([a-z-]+)`", row[0])}
    assert kinds == set(backends.KINDS)


@pytest.mark.parametrize(("title", "kind"), [("Slurm", "slurm"), ("Grid Engine", "gridengine")])
def test_every_key_of_a_cluster_is_named(title, kind):
    [example] = fences(title, "toml")
    cluster = config.parse(example, Path("config.toml")).target("cluster")
    assert cluster.kind == kind
    known = {field.name for field in fields(backends.kind(cluster).settings(cluster))}
    keys = [row for where in ("Clusters, here and over SSH", title) for row in rows(where) if len(row) == 3]
    named = [word for row in keys for word in re.findall("`([a-z_]+)`", row[0])]
    assert sorted(named) == sorted(known)


def test_every_key_of_a_platform_is_named():
    examples = fences("CANFAR", "toml")
    places = [config.parse(one, Path("config.toml")).target("canfar") for one in examples[:2]]
    platform = backends.kind(places[0])
    assert [platform.settings(place).storage for place in places] == ["none", "mounted"]
    named = [word for row in rows("CANFAR") for word in re.findall("`([a-z_]+)`", row[0])]
    assert sorted(named) == sorted(set(platform.Settings.__annotations__) - set(HostSettings.__annotations__))


def test_the_commands_for_a_platform_make_jobs_that_fit_it(tmp_path):
    *_, process = fences("CANFAR", "toml")
    made = template.read(process, "process.toml", tmp_path, lambda name: "")
    assert (made.name, made.resources.memory_mb) == ("process", 4096)
    said = [line.partition(" #")[0] for line in "".join(fences("CANFAR", "sh")).splitlines()]
    for words in (shlex.split(one)[1:] for line in said for one in line.split("&&")):
        parser().parse_args(words)


def test_what_it_points_to_is_there():
    local = [link for link in re.findall(r"\]\(([^)]+)\)", TEXT) if "://" not in link]
    assert not [link for link in local if not (ROOT / link).exists()]


def test_it_gives_the_two_commands_that_set_everything_up():
    assert "\npython3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/tui-batch demo\n" in TEXT
    assert "\npython3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest -q\n" in TEXT
