"""Files of this machine that a batch needs are brought along once; those of the target stay where they are."""

import os
import zipfile

import pytest

from tui_batch.errors import StoreError, TemplateError
from tui_batch.store import batches
from tui_batch.store.filling import sample, weigh
from tui_batch.store.sources import FileSources
from tui_batch.sweep import plan
from tui_batch.template import preset, read

CREATED = "2026-11-20T05:33:12.345Z"
TEMPLATE = """
name = "t"
command = "{{ program|sh }} {{ data|sh }}"
[[variables]]
key = "program"
type = "path"
upload = true
[[variables]]
key = "data"
type = "path"
default = ""
upload = true
"""


def swept(*axes, fixed=(), text=TEMPLATE):
    pairs = [[one.split("=", 1) for one in said] for said in (axes, fixed)]
    return plan(read(text, "t.toml"), *pairs, [], "", "", FileSources())


def written(tmp_path, sweep):
    batch = batches.write(tmp_path, sweep, "b", CREATED)
    with zipfile.ZipFile(batch.path) as file:
        shared = {one.filename: one for one in file.infolist() if one.filename.startswith("files/")}
        commands = [file.read(one).decode() for one in file.namelist() if one.endswith("/command")]
        return shared, commands, file.read("jobs.csv").decode()


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.x").write_text("#!/bin/sh\n")
    (tmp_path / "run.x").chmod(0o750)
    return tmp_path


def test_a_file_is_brought_once_with_its_mode(here):
    (here / "a b.dat").write_text("1")
    shared, commands, listing = written(here, swept("data=a b.dat, run.x", fixed=["program=run.x"]))
    assert sorted(shared) == ["files/uploads/a b.dat", "files/uploads/run.x"]
    assert shared["files/uploads/run.x"].external_attr >> 16 & 0o777 == 0o750
    assert commands == ["uploads/run.x 'uploads/a b.dat'", "uploads/run.x uploads/run.x"]
    assert f"0,dataa_b,{here}/a b.dat\n" in listing.replace("\r", "")


def test_files_of_one_name_stay_apart(here):
    for folder in ("1", "2"):
        (here / folder).mkdir()
        (here / folder / "x.dat").write_text(folder)
        (here / folder / "2").write_text(folder)
    sweep = swept("data=1/x.dat, 2/x.dat, 1/2, 2/2", fixed=["program=run.x"])
    shared, commands, _ = written(here, sweep)
    places = [command.split()[1] for command in commands]
    assert places == ["uploads/x.dat", "uploads/2/x.dat", "uploads/1/2", "uploads/2/2"]
    assert {f"files/{place}" for place in places} < set(shared)


def test_a_folder_is_brought_whole(here):
    (here / "seeds" / "25").mkdir(parents=True)
    (here / "seeds" / "25" / "25_atoms.out").write_text("x")
    shared, [command], _ = written(here, swept(fixed=["program=run.x", "data=seeds"]))
    assert sorted(shared) == ["files/uploads/run.x", "files/uploads/seeds/25/25_atoms.out"]
    assert command == "uploads/run.x uploads/seeds"


def test_what_is_on_the_target_stays_there(here):
    for said, runs, shown in [
        ("target:/opt/run.x", "/opt/run.x", "target:/opt/run.x"), ("/no/where/run.x", "/no/where/run.x", None),
        ("target:run.x", "run.x", None), ("other.x", "other.x", "target:other.x"),
    ]:  # fmt: skip
        sweep = swept(fixed=[f"program={said}"])
        assert sample(sweep, 0, "b")[1]["command"] == f"{runs} ''"
        assert shown is None or sweep.fixed == {"program": shown}


def test_a_path_that_can_be_nowhere_is_refused(here):
    for said in ("bin/run.x", "~/no/such/run.x", "target:~/run.x", "target:bin/run.x", "target:"):
        with pytest.raises(TemplateError, match=r"program: '.*' (is not on this machine|names no file of a target)"):
            swept(fixed=[f"program={said}"])


def test_files_that_the_target_sees_too_are_matched_here_and_used_there(here):
    (here / "a.dat").write_text("1")
    shared, [command], _ = written(here, swept("data=glob(target:*.dat)", fixed=["program=run.x"]))
    assert sorted(shared) == ["files/uploads/run.x"]
    assert command == f"uploads/run.x {here}/a.dat"


def test_a_default_is_looked_up_like_a_value(here):
    template = preset(read(TEMPLATE, "t.toml"), {"program": "run.x"}, "config.toml: defaults.t")
    assert plan(template, [], [], [], "", "", FileSources()).base["program"] == f"{here}/run.x"
    with pytest.raises(TemplateError, match=r"config.toml: defaults.t: unknown variable 'progam'. Did you mean"):
        preset(template, {"progam": "x"}, "config.toml: defaults.t")
    with pytest.raises(TemplateError, match="must be one value"):
        preset(template, {"program": ["x"]}, "config.toml: defaults.t")


def test_a_file_that_went_meanwhile_leaves_nothing_behind(here):
    sweep = swept(fixed=["program=run.x"])
    (here / "run.x").unlink()
    with pytest.raises(StoreError, match=r"run\.x is gone"):
        batches.write(here, sweep, "b", CREATED)
    assert os.listdir(here) == []


def test_they_weigh(here):
    (here / "a.dat").write_bytes(b"x" * 1000)
    (here / "b.dat").write_bytes(b"x" * 2000)
    weight = weigh(swept("data=a.dat, b.dat", fixed=["program=target:x"]), "b")
    assert weight.jobs > 3000
    assert weight.shared == 0
    weight = weigh(swept("program=target:x, target:y", fixed=["data=a.dat"]), "b")
    assert weight.jobs < 1000
    assert weight.shared == 1000


def test_only_a_path_is_uploaded_and_its_folder_is_taken():
    with pytest.raises(TemplateError) as caught:
        read(
            'name = "t"\ncommand = "x"\n[files]\n"uploads/x" = ""\n[[variables]]\nkey = "n"\nupload = true\n', "t.toml"
        )
    assert str(caught.value).splitlines() == [
        "t.toml: variable 'n': only a path can be uploaded.",
        't.toml: files."uploads/x": the folder uploads is taken by what is uploaded; choose another.',
    ]
