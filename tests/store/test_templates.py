"""Templates are found by name and path, and each one that ships makes jobs that run."""

import csv
import json
import subprocess

import pytest

from tui_batch.errors import RequestError, TemplateError
from tui_batch.store import batches, templates
from tui_batch.store.filling import sample
from tui_batch.store.sources import FileSources
from tui_batch.sweep import plan

CREATED = "2026-11-20T05:33:12.345Z"


def run(tmp_path, name, *axes, fixed=()):
    """Make the batch; run each job in a folder with the shared files beside its own: name → (output, folder)."""
    pairs = [axis.split("=", 1) for axis in axes]
    sweep = plan(templates.load(name, []), pairs, [one.split("=", 1) for one in fixed], [], "", "", FileSources())
    batch = batches.write(tmp_path, sweep, name, CREATED)
    done = {}
    with batches.Archive(batch.path) as archive:
        for _, job, _ in batches.jobs(batch.path)[1]:
            folder = tmp_path / job
            folder.mkdir()
            files = archive.job(job)
            for path, data, _ in archive.shared():
                (folder / path).parent.mkdir(exist_ok=True)
                (folder / path).write_bytes(data)
            script = files["command"].decode()
            ran = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=True)
            done[job] = (ran.stdout, folder)
    return done


def test_the_parameter_sweep(tmp_path):
    done = run(tmp_path, "python-sweep", "threshold=0.1,0.5", "method=gaussian,tophat", fixed=["seconds=0"])
    assert list(done) == [f"threshold{t}-method{m}" for t in ("0.1", "0.5") for m in ("gaussian", "tophat")]
    for output, folder in done.values():
        assert "step 5 of 5" in output
        assert len(list(csv.reader((folder / "result.csv").read_text().splitlines()))) > 1


def test_one_job_for_each_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.dat", "b $(touch owned).dat", "it's.dat"):
        tmp_path.joinpath(name).write_text("12345")
    done = run(tmp_path, "file-per-job", "input=glob(*.dat)")
    assert list(done) == ["inputa", "inputb_touch_owned_", "inputit_s"]
    assert all(output.startswith("5 ") for output, _ in done.values())
    assert not list(tmp_path.rglob("owned"))


def test_a_command_line(tmp_path):
    done = run(tmp_path, "shell", "n=1..2", fixed=["command=echo \"run $N\" | tr a-z A-Z; echo 'it''s'"])
    assert {job: output for job, (output, _) in done.items()} == {"n1": "RUN 1\nits\n", "n2": "RUN 2\nits\n"}


DATA, THERE = "target:/arc/projects/mygroup/data", "/arc/projects/mygroup/scripts/process data.py"


def rendered(name, axes, fixed=()):
    sweep = plan(templates.load(name, []), axes, fixed, [], "", "", FileSources())
    return [sample(sweep, index, "b") for index in range(sweep.count)]


def test_a_file_of_the_target_for_each_job_and_one_that_is_made_of_it():
    fixed = [("program", "python /arc/process.py"), ("output", "/arc/projects/mygroup/results/")]
    jobs = rendered("file-per-job", [("input", f'{DATA}/obs1.fits, "{DATA}/obs 2.fits"')], fixed)
    assert {name: files["command"].split(" /arc/process.py ")[1].strip() for name, files in jobs} == {
        "inputobs1": "/arc/projects/mygroup/data/obs1.fits /arc/projects/mygroup/results/processed_obs1.fits",
        "inputobs_2": "'/arc/projects/mygroup/data/obs 2.fits' '/arc/projects/mygroup/results/processed_obs 2.fits'",
    }


def test_a_script_of_the_target_or_of_ones_own_is_told_what_varies_and_nothing_else(tmp_path):
    (tmp_path / "mine.py").touch()
    for script, there in ((f"target:{THERE}", f"'{THERE}'"), (str(tmp_path / "mine.py"), "uploads/mine.py")):
        [(name, files), *_] = jobs = rendered("python-sweep", [("sigma", "1..3")], [("script", script)])
        assert files["command"].splitlines()[-1] == (f"python3 {there} --threshold 0.5 --sigma 1 --method gaussian")
        assert (name, len(jobs)) == ("sigma1", 3)


def test_training(tmp_path):
    done = run(tmp_path, "ml-training", "learning_rate=1e-2,5e-2", fixed=["epochs=3", "model=cubic"])
    assert list(done) == ["learning_rate1e-2", "learning_rate5e-2"]
    for output, folder in done.values():
        assert "epoch 3/3 loss" in output
        metrics = json.loads((folder / "metrics.json").read_text())
        assert metrics["loss"][-1] < metrics["loss"][0]


def test_all_that_ship_are_described():
    for name, path in templates.find([]):
        template = templates.load(name, [])
        assert template.name == name
        assert template.description
        assert all(variable.label for variable in template.variables), path


def test_names_paths_and_folders(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "template.toml").write_text(
        'name = "mine"\ncommand = "true"\n[files]\n"f" = { from = "f.j2" }\n'
    )
    (tmp_path / "mine" / "f.j2").write_text("hello {{ batch }}\n")
    (tmp_path / "shell.toml").write_text('name = "my-shell"\ncommand = "true"\n')
    assert templates.load("mine", [tmp_path]).files == {"f": "hello {{ batch }}\n"}
    assert templates.load(str(tmp_path / "mine"), []) == templates.load(str(tmp_path / "mine" / "template.toml"), [])
    assert templates.load("shell", [tmp_path]).name == "my-shell"
    assert [name for name, _ in templates.find([tmp_path])] == [
        "file-per-job",
        "mine",
        "ml-training",
        "netmc",
        "netmc-pores",
        "python-sweep",
        "shell",
        "triangle-raft",
    ]


def test_what_is_not_there(tmp_path):
    with pytest.raises(RequestError, match=r"no template 'python-swep'. Did you mean 'python-sweep'"):
        templates.load("python-swep", [])
    with pytest.raises(RequestError, match=r"no template '.*gone\.toml'"):
        templates.load(str(tmp_path / "gone.toml"), [])
    (tmp_path / "bad.toml").write_bytes(b"\xff")
    with pytest.raises(TemplateError, match=r"bad\.toml cannot be read"):
        templates.load(str(tmp_path / "bad.toml"), [])
