"""From Batch-Manager to here: its templates and history come over, and its programs run as they did there."""

import shutil
import zipfile
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
WHEN = "2023 Fri 08 Dec 12:52:{:02} UTC"
INPUT = "I/O\n./seed/{size}               Seed Size\n./output_files/x\n"


def has(folder, *names):
    """Whether these are all the files below a folder."""
    found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert found == sorted(names)
    return True


def test_a_sweep_of_triangle_raft_from_an_empty_home(program):
    shutil.copy(TESTS / "stand_ins" / "mx2.x", program.path)
    sweep = ["-s", "seed_size=6, 25", "-s", "temperature=1e-4, 2e-4, 0.5", "--set", "number_of_rings=120"]
    said = program("run", "triangle-raft", *sweep, "--set", "executable=mx2.x", "--name", "rafts")
    name = said.out.strip()
    program("wait", name, code=1)  # too hot are those of 0.5
    shown = program("show", name, "--json").json["jobs"]
    states = {job["name"]: (job["state"], job["exit_code"]) for job in shown}
    hot = [job for job, (state, _) in states.items() if state == "failed"]
    assert hot == ["Seed_Size_6__Temperature_0.5", "Seed_Size_25__Temperature_0.5"]
    assert list(states.values()).count(("succeeded", 0)) == 4
    program("fetch", name)
    run = program.home / "results" / "rafts" / "run_1"
    program.until(lambda: len(list(run.glob("[!.]*"))) == 6, "all results are here")
    job = "Seed_Size_25__Temperature_0.0002"
    outputs = [f"output_files/{job}_{part}.out" for part in
               ("atoms", "units", "rings", "connections", "vis", "analysis")]  # fmt: skip
    assert has(run / job, "mx2.log", "stdout", *outputs)  # neither the seed nor the executable
    assert (run / job / outputs[0]).read_text() == "25 120 0.0002\n"
    assert (run / job / "stdout").read_text().splitlines()[:2] == ["seed 25: made, a ring of 25 triangles", "2"]
    assert "Critical error" in (run / hot[0] / "mx2.log").read_text()


def test_seeds_of_a_folder_are_taken(program):
    shutil.copy(TESTS / "stand_ins" / "mx2.x", program.path)
    seeds = program.path / "seeds"
    (seeds / "4").mkdir(parents=True)
    rows = {"atoms": "8 4 0 0\n" * 12, "units": "", "rings": "0 1 2 3\n", "connections": "0\n0\n"}
    for part, text in rows.items():
        (seeds / "4" / f"4_{part}.out").write_text(text)
    given = ["--set", "executable=mx2.x", "--set", f"seeds={seeds}", "--set", "number_of_rings=5"]
    name = program("run", "triangle-raft", "-s", "seed_size=4..5", *given).out.strip()
    program("wait", name)
    assert program("log", name, "0").out.startswith("seed 4: from uploads/seeds/4\n")
    assert program("log", name, "1").out.startswith("seed 5: made, a ring of 5 triangles\n")


def test_netmc_with_the_executable_of_the_configuration(program):
    config = program.path / "config" / "tui-batch"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(f'[defaults.netmc]\nexecutable = "{TESTS}/stand_ins/netmc.x"\n')
    name = program("run", "netmc", "-s", "random_seed=1..2", "--set", "lattice=mix_X", "--name", "n").out.strip()
    program("wait", name)
    program("fetch", name)
    job = program.home / "results" / "n" / "run_1" / "Random_Seed_2"
    program.until(job.is_dir, "its results are here")
    assert "Simulation complete at:" in (job / "netmc.log").read_text()
    assert len(list((job / "output_files").glob("Random_Seed_2_*"))) == 20
    (config / "config.toml").write_text('[defaults.netmc]\nexecutabel = "x"\n')
    assert program.wrong("generate", "netmc") == [
        f"{config}/config.toml: defaults.netmc: unknown variable 'executabel'. Did you mean 'executable'?"
    ]


def test_a_program_that_is_not_here_is_said_to_be_the_targets(program):
    said = program("generate", "netmc", "--set", "executable=/no/such/netmc.x", "--name", "typo")
    assert "Executable: /no/such/netmc.x is taken from the target; nothing is uploaded.\n" in said.err
    assert "is taken from" not in program("generate", "shell", "-s", "command=true", "--name", "plain").err


def test_a_template_is_imported_once(program):
    csv = TESTS / "templates" / "triangle_raft_template.csv"
    assert "a template triangle-raft already" in program.wrong("import", csv)[0]
    assert program("import", csv, "--as", "rafts").out == "rafts\n"
    folder = program.path / "config" / "tui-batch" / "templates" / "rafts"
    assert has(folder, "template.toml", "seed.sh")
    assert program("generate", "rafts", "--set", "executable=target:mx2.x", "--name", "b").out == "b\n"
    with zipfile.ZipFile(program.home / "batches" / "b.zip") as batch:
        assert batch.read("jobs/rafts/mx2.inpt").decode().splitlines()[1] == "./seed/25               Seed Size"
    before = (folder / "template.toml").read_bytes()
    assert "a template rafts already" in program.wrong("import", csv, "--as", "rafts")[0]
    assert (folder / "template.toml").read_bytes() == before


@pytest.fixture
def left(tmp_path):
    """What Batch-Manager left: three submissions of two batches, one batch that was never sent, one that is gone."""
    folder = tmp_path / "batches"
    for type_, name, file in (("triangle_raft", "first", "mx2.inpt"), ("netmc", "first", "netmc.inpt"),
                              ("netmc", "unsent", "netmc.inpt")):  # fmt: skip
        (folder / type_).mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(folder / type_ / f"{name}.zip", "w") as zip_:
            for n in (6, 7):
                zip_.writestr(f"Seed_Size_{n}/{file}", INPUT.format(size=n))
    (folder / "netmc_pores").mkdir()
    history = tmp_path / "batch_history.txt"
    rows = [("first", "triangle_raft", 1), ("gone", "netmc", 5), ("first", "triangle_raft", 9), ("first", "netmc", 3)]
    history.write_text("\n".join(f"{name},{type_},{WHEN.format(second)}" for name, type_, second in rows))
    return history, folder


def test_a_history_is_taken_over_once(program, left):
    words = ["import", "--history", left[0], "--batches", left[1]]
    said = program(*words)
    assert sorted(said.out.splitlines()) == ["first", "first-triangle-raft", "unsent"]
    assert "Batches taken over: 3. Submissions: 4." in said.err
    rows = {row["name"]: row for row in program("batches", "--json").json}
    assert {name: (row["template"], row["jobs"], row["submitted"]) for name, row in rows.items()} == {
        "first": ("netmc", 2, 1), "first-triangle-raft": ("triangle-raft", 2, 2), "unsent": ("netmc", 2, 0),
    }  # fmt: skip
    assert rows["first-triangle-raft"]["last_submitted"] == "2023-12-08T12:52:09.000Z"
    listed = program("list", "--json").json
    assert [(one["batch"], one["run"], one["jobs"], one["state"], one["target"]) for one in listed] == [
        ("first-triangle-raft", 2, 2, "lost", "Batch-Manager"), ("gone", 1, 0, "lost", "Batch-Manager"),
        ("first", 1, 2, "lost", "Batch-Manager"), ("first-triangle-raft", 1, 2, "lost", "Batch-Manager"),
    ]  # fmt: skip
    assert "its zip is gone" in next(one["note"] for one in listed if one["batch"] == "gone")
    jobs = program("show", "first", "--json").json["jobs"]
    assert [job["name"] for job in jobs] == ["Seed_Size_6", "Seed_Size_7"]
    assert jobs[0]["detail"] == "sent by Batch-Manager, which kept no record of how it ended"
    files = {path: path.read_bytes() for path in program.home.rglob("*.toml")}
    said = program(*words)
    assert said.out == ""
    assert "Batches taken over: 0. Submissions: 0; 4 were here already." in said.err
    assert {path: path.read_bytes() for path in program.home.rglob("*.toml")} == files
    assert "no target of the configuration" in program.wrong("retry", "first")[0]
    program("courier", "--once")  # which has nothing to ask anybody
    assert program("list", "--json").json == listed


def test_a_batch_that_was_taken_over_runs_again(program, left):
    program("import", "--history", left[0], "--batches", left[1])
    (program.path / "bin").mkdir()
    (program.path / "bin" / "mx2.x").write_text("#!/bin/sh\ncat mx2.inpt; ls seed\n")
    (program.path / "bin" / "mx2.x").chmod(0o755)
    program.environment["PATH"] = f"{program.path}/bin:{program.environment['PATH']}"
    name = program.submit("first-triangle-raft")
    program("wait", name)
    assert program("list", "--json").json[0]["run"] == 3
    said = program("log", name, "1").out
    assert INPUT.format(size=7) in said
    assert "7_connections.out" in said


def test_a_zip_that_is_damaged_keeps_nothing_else_back(program, left):
    (left[1] / "netmc" / "first.zip").write_bytes(b"PK no zip")
    with zipfile.ZipFile(left[1] / "netmc" / "empty.zip", "w"):
        pass
    said = program("import", "--history", left[0], "--batches", left[1], code=1)
    assert sorted(said.out.splitlines()) == ["first-triangle-raft", "unsent"]
    assert "netmc/first.zip is damaged" in said.err
    assert "empty.zip holds no job" in said.err
    assert "Submissions: 4." in said.err


def test_a_zip_that_is_found_later_comes_to_its_submissions(program, left):
    zip_ = left[1] / "netmc" / "gone.zip"
    program("import", "--history", left[0], "--batches", left[1])
    shutil.copy(left[1] / "netmc" / "unsent.zip", zip_)
    assert program("import", "--history", left[0], "--batches", left[1]).out == "gone\n"
    rows = {row["name"]: row for row in program("batches", "--json").json}
    assert (rows["gone"]["jobs"], rows["gone"]["submitted"]) == (2, 1)
    program("submit", "gone")
    assert program("list", "--json").json[0]["run"] == 2


def test_names_that_are_taken_here_are_left_alone(program, left):
    program("generate", program.template, "--name", "first")
    program("generate", program.template, "--name", "unsent")
    said = program("import", "--history", left[0], "--batches", left[1])
    assert sorted(said.out.splitlines()) == ["first-netmc", "first-triangle-raft", "unsent-netmc"]


def test_what_makes_no_sense(program, left):
    for words in ([], ["x.csv", "--history", left[0]], ["--history", left[0]], ["--batches", left[1]]):
        assert program.wrong("import", *words) == [
            "import: name a template, FILE.csv, or a history, --history FILE --batches DIR."
        ]
    assert "cannot be read: No such file" in program.wrong("import", "none.csv")[0]
    for folder in (program.path / "no", left[1] / "netmc"):
        assert "has no folder netmc" in program.wrong("import", "--history", left[0], "--batches", folder)[0]
    left[0].write_text("a,b\nc\n")
    assert len(program.wrong("import", "--history", left[0], "--batches", left[1])) == 3
    assert not program.home.exists()
