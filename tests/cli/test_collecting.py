"""`fetch` on the command line: what jobs left comes as ever, what patterns name elsewhere is listed first."""

import os

import pytest

RESULTS = '[results]\npatterns = ["word.txt", "{0}/processed_*.fits"]\n'


@pytest.fixture
def arc(program, tmp_path):
    folder = tmp_path / "arc" / "results"
    folder.mkdir(parents=True)
    with program.template.open("a") as file:
        file.write(RESULTS.format(folder))
    return folder


def put(path, size):
    path.write_bytes(b"x" * size)


def sent(program):
    name = program.sent()
    program("wait", name)
    return name


def test_files_elsewhere_are_listed_with_their_sizes_and_fetched(program, arc):
    put(arc / "processed_1.fits", int(3.2 * 2**20))
    put(arc / "processed_2.fits", 12)
    name = sent(program)
    listed = program("fetch", name, "--list")
    assert listed.out == "Found 2 result files:\n  processed_1.fits: 3.2 MB\n  processed_2.fits: 0.0 MB\n"
    into = program.home / "results" / "echo" / "run_1"
    assert not (into / "collected").exists()
    said = program("fetch", name)
    assert (said.out, said.err) == (f"{into}\n", listed.out)
    assert (into / "collected" / "processed_1.fits").stat().st_size == int(3.2 * 2**20)
    assert list(into.glob("*/word.txt"))
    told = program("fetch", name, "--list", "--json").json
    assert [(one["name"], one["size"], one["here"]) for one in told["files"]] == [
        ("processed_1.fits", int(3.2 * 2**20), True),
        ("processed_2.fits", 12, True),
    ]
    assert told["collected"] == str(into / "collected")


def test_a_file_that_does_not_come_is_said(program, arc):
    put(arc / "processed_1.fits", 12)
    name = sent(program)
    into = program.home / "results" / "echo" / "run_1" / "collected"
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_text("in the way")
    said = program("fetch", name, code=1)
    assert "1 did not come: " in said.err
    assert "collected" in said.err
    into.unlink()
    assert program("fetch", name, "--json").json["files"][0]["here"]


def test_any_name_is_printed(program, arc):
    for name in (os.fsdecode(b"processed_\xff.fits"), "processed_\x1b[31m\n.fits"):
        put(arc / name, 1)
    name = sent(program)
    assert program("fetch", name, "--list").out.splitlines()[1:] == ["  processed_?[31m?.fits: 0.0 MB",
                                                                     "  processed_?.fits: 0.0 MB"]  # fmt: skip
    assert all(one["here"] for one in program("fetch", name, "--json").json["files"])


def test_nothing_to_be_found_is_no_failure(program, arc):
    name = sent(program)
    said = program("fetch", name)
    assert f"Nothing was found on local: {arc}/processed_*.fits" in said.err
    assert said.out.strip().endswith("run_1")


def test_without_such_patterns_nothing_is_listed(program):
    name = sent(program)
    assert program("fetch", name).out == f"{program.home}/results/echo/run_1\n"
    assert "names no files outside of its jobs' folders" in program("fetch", name, "--list").err
    assert program("fetch", name, "--json").json["files"] == []
