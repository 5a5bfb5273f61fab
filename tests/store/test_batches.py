"""Batches: what generation writes, what is left when it fails, and what damaged or hostile zips do."""

import csv
import errno
import io
import os
import signal
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tui_batch.errors import StoreError, TemplateError
from tui_batch.rendering import Renderer
from tui_batch.store import batches
from tui_batch.store.sources import FileSources
from tui_batch.sweep import plan
from tui_batch.template import read

TEXT = """
name = "raft"
description = "a test"
command = "./raft {{ label|sh }} input.csv"
[[variables]]
key = "seed"
type = "int"
default = 1
[[variables]]
key = "label"
default = "x"
[files]
"input.csv" = "seed,{{ seed }}\\nlabel,{{ label }}\\n"
"sub/{{ seed }}.txt" = "{{ name }} {{ index }} {{ batch }}"
[resources]
cpus = 2
memory = "1 GB"
[options.slurm]
partition = "short"
[results]
patterns = ["*.csv"]
"""
RAFT = read(TEXT, "raft.toml")
CREATED = "2026-11-20T05:33:12.345Z"
HOSTILE = ["a b", "$(touch owned)", 'it\'s "q"', "two\nlines", "r\rn\r\n", "🚀", "x" * 300, "-n", "a,b", "", "\udcff"]


def sweep(*axes, template=RAFT, **more):
    said = {"fixed": [], "zips": [], "where": "", "table": "", **more}
    return plan(template, [axis.split("=", 1) for axis in axes], sources=FileSources(), **said)


def quoted(words):
    return ", ".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words)


@pytest.fixture
def batch(tmp_path):
    return batches.write(tmp_path, sweep("seed=1..3", "label=a,b", where="seed != 2"), "b", CREATED)


def test_a_batch_tells_what_it_is(batch):
    assert (batch.name, batch.template, batch.created, batch.jobs) == ("b", "raft", CREATED, 4)
    assert (batch.varying, batch.axes) == (("seed", "label"), {"seed": "1..3", "label": "a, b"})
    assert (batch.resources.cpus, batch.resources.memory_mb, batch.results) == (2, 1024, ("*.csv",))
    assert batch.options == {"slurm": {"partition": "short"}}
    assert batches.read(batch.path) == batch


def test_the_jobs_and_their_files(batch):
    varying, jobs = batches.jobs(batch.path)
    assert varying == ("seed", "label")
    assert jobs[:2] == [(0, "seed1-labela", ("1", "a")), (1, "seed1-labelb", ("1", "b"))]
    assert batches.job_files(batch.path, "seed3-labelb") == {
        "command": "./raft b input.csv",
        "input.csv": "seed,3\nlabel,b\n",
        "sub/3.txt": "seed3-labelb 3 b",
    }
    with pytest.raises(StoreError, match="no job 'nobody'"):
        batches.job_files(batch.path, "nobody")


def test_any_unzip_can_open_it(batch):
    with zipfile.ZipFile(batch.path) as archive:
        assert archive.testzip() is None
        assert archive.read("template.toml").decode() == TEXT
        table = list(csv.reader(io.StringIO(archive.read("jobs.csv").decode(), newline="")))
        assert table[0] == ["index", "name", "seed", "label"]
        assert archive.read("jobs/seed1-labela/command") == b"./raft a input.csv"


def test_the_batch_can_be_made_again_from_itself(batch, tmp_path):
    with zipfile.ZipFile(batch.path) as archive:
        said = tomllib.loads(archive.read("batch.toml").decode())
        template = read(archive.read("template.toml").decode(), "again")
    again = plan(template, list(said["axes"].items()), list(said["fixed"].items()), said["zips"], said["where"], "",
                 FileSources())  # fmt: skip
    copy = batches.write(tmp_path, again, "copy", CREATED)
    assert batches.jobs(copy.path) == batches.jobs(batch.path)


def test_hostile_values_reach_the_job_unchanged(tmp_path):
    made = batches.write(tmp_path, sweep(f"label={quoted(HOSTILE)}"), "b", CREATED)
    _, jobs = batches.jobs(made.path)
    assert [values for _, _, values in jobs] == [(word,) for word in HOSTILE]
    assert len({name for _, name, _ in jobs}) == len(HOSTILE)
    with batches.Archive(made.path) as archive:
        for (_, name, _), word in zip(jobs, HOSTILE, strict=True):
            label = os.fsencode(word) if word == "\udcff" else word.encode()
            assert archive.job(name)["input.csv"] == b"seed,1\nlabel," + label + b"\n"
    assert batches.read(made.path).axes["label"] == quoted(HOSTILE)
    assert not (tmp_path / "owned").exists()


def test_values_keep_their_precision_from_the_axis_to_the_name():
    template = read('name = "t"\ncommand = "{{ x }}"\n[[variables]]\nkey = "x"\ntype = "float"\n', "t.toml")
    made = sweep("x=1e-4, 2e-4, 0.30000000000000004, 0.1..0.3 by 0.1", template=template)
    render = Renderer(template)
    names = [render.name(values, made.varying) for values in made.values()]
    assert names == ["x1e-4", "x2e-4", "x0.30000000000000004", "x0.1", "x0.2", "x0.3"]
    assert [render.command({**values, "name": ""}) for values in made.values()] == [name[1:] for name in names]


def test_shared_files_are_copied_once_with_their_modes(tmp_path):
    folder = tmp_path / "raft"
    (folder / "seeds" / "deep").mkdir(parents=True)
    (folder / "run").write_bytes(b"#!/bin/sh\n")
    (folder / "run").chmod(0o755)
    (folder / "seeds" / "a.txt").write_text("a")
    (folder / "seeds" / "deep" / "b.txt").write_text("b" * 10_000)
    text = 'name = "raft"\ncommand = "./run"\nshared = ["run", "seeds"]\n'
    made = batches.write(tmp_path, sweep(template=read(text, "t", folder)), "b", CREATED)
    with batches.Archive(made.path) as archive:
        assert list(archive.shared()) == [
            ("run", b"#!/bin/sh\n", 0o755), ("seeds/a.txt", b"a", 0o644), ("seeds/deep/b.txt", b"b" * 10_000, 0o644),
        ]  # fmt: skip
    hidden = text.replace("seeds", "gone").replace('command = "./run"', 'command = "./run"\n[files]\n"run" = ""')
    hidden = 'shared = ["run", "gone"]\n' + hidden.replace('shared = ["run", "gone"]\n', "")
    with pytest.raises(TemplateError) as caught:
        batches.write(tmp_path, sweep(template=read(hidden, "t", folder)), "c", CREATED)
    assert "no file matches 'gone'" in str(caught.value)
    assert "'run' is also the name of a file that each job has" in str(caught.value)


def test_an_existing_batch_is_refused_and_unharmed(batch):
    with pytest.raises(StoreError, match="There is a batch b already"):
        batches.write(batch.path.parent, sweep(), "b", CREATED)
    assert batches.read(batch.path) == batch


def test_a_file_system_without_hard_links(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.delattr(os, "O_TMPFILE")  # such file systems have no nameless files either
    made = batches.write(tmp_path, sweep("seed=1..3"), "b", CREATED)
    assert made.jobs == 3
    assert list(tmp_path.iterdir()) == [made.path]


@pytest.mark.parametrize("name", ["", "a b", "../b", ".b", "x" * 81, "é", "-f", "a/b"])
def test_bad_names_of_batches(tmp_path, name):
    with pytest.raises(StoreError, match="cannot name a batch"):
        batches.write(tmp_path, sweep(), name, CREATED)


def test_the_first_free_name(tmp_path, batch):
    assert batches.free_name(tmp_path, "raft") == "raft"
    assert batches.free_name(tmp_path, "b") == "b-2"
    assert batches.free_name(tmp_path, "..my räft/") == "my_r_ft_"
    assert batches.free_name(tmp_path, "é") == "batch"


@pytest.mark.parametrize(
    ("trouble", "becomes"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), StoreError),
        (TemplateError("t: no."), TemplateError),
    ],
)
def test_an_interrupted_generation_leaves_nothing_behind(tmp_path, trouble, becomes):
    def interrupt(done):
        if done:
            raise trouble

    with pytest.raises(becomes):
        batches.write(tmp_path, sweep("seed=1..2000"), "b", CREATED, interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_job_that_cannot_be_rendered_is_named_and_nothing_is_left(tmp_path):
    template = read(TEXT.replace("{{ index }}", "{{ 1 // (seed - 1500) }}"), "raft.toml")
    with pytest.raises(TemplateError, match=r'files."sub/\{\{ seed \}\}.txt" of the job .seed1500'):
        batches.write(tmp_path, sweep("seed=1..2000", template=template), "b", CREATED)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    code = f"""
import resource, signal, sys
sys.path[:0] = [{str(Path(__file__).parent)!r}]
from pathlib import Path
import test_batches as t
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    t.batches.write(Path({str(tmp_path)!r}), t.sweep("seed=1..5000"), "b", t.CREATED)
except t.StoreError as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "The batch b cannot be written" in said
    assert "File too large" in said
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StoreError, match="No such file"):
        batches.write(tmp_path / "none", sweep(), "b", CREATED)


def test_progress_ends_with_all_jobs(tmp_path):
    seen = []
    batches.write(tmp_path, sweep("seed=1..1200"), "b", CREATED, seen.append)
    assert seen[-1] == 1200
    assert seen == sorted(seen)


def test_every_damaged_byte_is_noticed_or_harmless(batch):
    whole = batch.path.read_bytes()
    for at in range(0, len(whole), 7):
        batch.path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            with batches.Archive(batch.path) as archive:
                for _, name, _ in batches.jobs(batch.path)[1]:
                    archive.job(name)
            changed = batches.read(batch.path)
        except StoreError as error:
            assert str(batch.path) in str(error)
        else:
            assert changed.digest != batch.digest


def test_a_cut_batch_is_named(batch):
    whole = batch.path.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        batch.path.write_bytes(whole[:length])
        with pytest.raises(StoreError, match=r"b\.zip is damaged"):
            batches.read(batch.path)


def test_what_is_no_batch(tmp_path):
    path = tmp_path / "b.zip"
    with pytest.raises(StoreError, match="does not exist"):
        batches.read(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello", "world")
    with pytest.raises(StoreError, match=r"holds no batch\.toml"):
        batches.read(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("batch.toml", "format = 2")
    with pytest.raises(StoreError, match=r"b\.zip: batch\.toml: name is missing"):
        batches.read(path)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "jobs/../../evil", "jobs/a/b\\c", "jobs/a/l\nf"])
def test_entries_that_lead_elsewhere_are_refused(tmp_path, name):
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "x")
    with pytest.raises(StoreError, match=r"b\.zip is damaged: the entry"):
        batches.Archive(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_entries_that_are_there_twice_are_refused(tmp_path):
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("jobs/a/command", "x")
        archive.writestr("jobs/a/command", "y")
    with pytest.raises(StoreError, match="'jobs/a/command' twice"):
        batches.Archive(path)


def test_a_batch_that_was_packed_again_by_another_program_still_opens(batch, tmp_path):
    path = tmp_path / "packed.zip"
    with zipfile.ZipFile(batch.path) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        new.mkdir("jobs")
        for name in sorted(old.namelist(), key=lambda name: name[::-1]):
            new.writestr(name, old.read(name))
        new.comment = b"packed again"
    assert batches.read(path).jobs == 4
    assert batches.jobs(path) == batches.jobs(batch.path)
    assert batches.job_files(path, "seed1-labela") == batches.job_files(batch.path, "seed1-labela")


def test_a_generation_that_is_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    code = """
import os, signal, sys
from pathlib import Path
from tui_batch.store import batches
from tui_batch.store.sources import FileSources
from tui_batch.sweep import plan
from tui_batch.template import read
template = read('name = "t"\\ncommand = "true"\\n[[variables]]\\nkey = "n"\\ntype = "int"\\n', "t.toml")
sweep = plan(template, [("n", "1..5000")], [], [], "", "", FileSources())
def progress(done):
    if done > 1000:
        os.kill(os.getpid(), signal.SIGKILL)
batches.write(Path(sys.argv[1]), sweep, "t", "2026-11-20T00:00:00.000Z", progress)
"""
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert list(tmp_path.iterdir()) == []
