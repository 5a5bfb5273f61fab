"""Values, names and paths that would break a careless program, run for real: nothing executed, nothing mangled."""

import json

HOSTILE = [
    "a b", "  ", "it's", 'say "q"', "$(touch owned)", "`touch owned`", "; touch owned", "| touch owned", "&", "> owned",
    "two\nlines", "r\rn\r\n", "tab\there", "🚀 é", "\\", "\\n", "back\\slash'", "*", "~", "$HOME", "{{ 7 * 7 }}", "-n",
    "x" * 300, "", "#", "!!", "%s%d", "a,b", "\x1b[31m", "\x7f", "\u2028", "é" * 150,
]  # fmt: skip

TEMPLATE = r"""
name = "hostile"
command = '''
printf %s {{ word|sh }} > by-argument
cat "in/the word.txt" > by-file
printf %s "$PWD" > where
'''
[[variables]]
key = "word"
[files]
"in/the word.txt" = "{{ word }}"
"""


def quoted(words):
    """The words in the notation of an axis."""
    return ", ".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words)


def test_hostile_values_run_for_real(program):
    home = program.path / 'a home\'s "$(touch owned)" 🚀'
    program.home = home
    folder = program.path / "my templates $(touch owned)"
    folder.mkdir()
    (folder / "it's mine.toml").write_text(TEMPLATE)
    said = program("run", folder / "it's mine.toml", "-s", f"word={quoted(HOSTILE)}", "--json").json
    waited = program("wait", "last", "--timeout", "25")
    assert f"{len(HOSTILE)} succeeded" in waited.err
    jobs = program("show", said["submission"], "--json").json["jobs"]
    assert [job["variables"]["word"] for job in jobs] == HOSTILE
    names = [job["name"] for job in jobs]
    assert len(set(names)) == len(HOSTILE)
    assert all(len(name) <= 120 and all(c.isascii() and (c.isalnum() or c in "._+-") for c in name) for name in names)
    for job, word in zip(jobs, HOSTILE, strict=True):
        results = home / "results" / "hostile" / "run_1" / job["name"]
        assert (results / "by-argument").read_bytes() == word.encode(), word
        assert (results / "by-file").read_bytes() == word.encode(), word
        assert (results / "where").read_text().endswith(job["name"])
        assert not (results / "in" / "the word.txt").exists()  # ours, and unchanged
    assert not list(program.path.rglob("owned"))
    for table in (program("show", "last").out, program("list").out, program("batches").out):
        assert "\x1b" not in table
        assert "\r" not in table


def test_paths_with_anything_in_them_are_one_job_each(program):
    names = ["a b.dat", "$(touch owned).dat", 'it\'s "q".dat', "two\nlines.dat", "🚀.dat", "-n.dat", "x" * 200 + ".dat"]
    folder = program.path / "in put"
    folder.mkdir()
    for name in names:
        (folder / name).write_text(name)
    program("run", "file-per-job", "-s", "input=glob(in put/*.dat)", "--set", "program=cat")
    program("wait", "last", "--timeout", "25")
    jobs = program("show", "last", "--json").json["jobs"]
    assert sorted(job["variables"]["input"] for job in jobs) == sorted(str(folder / name) for name in names)
    for job in jobs:
        name = job["variables"]["input"].removeprefix(f"{folder}/")
        assert program("log", "last", job["name"]).out == name
    assert not list(program.path.rglob("owned"))


def test_all_that_a_job_wrote_comes_home(program):
    (program.path / "old.toml").write_text(
        'name = "old"\ncommand = "echo new > quick; touch -d 2001-01-01 ancient; mkdir -p deep/er; '
        'cp -p quick deep/er/x; echo more >> mine; echo err >&2"\n[files]\n"mine" = "ours\\n"\n"untouched" = "ours"\n'
    )
    for number in range(1, 4):
        program("run", program.path / "old.toml", "--name", f"old{number}")
        program("wait", "last")
        folder = program.home / "results" / f"old{number}" / "run_1" / "old"
        found = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
        assert found == {
            "quick": "new\n",
            "ancient": "",
            "deep/er/x": "new\n",
            "mine": "ours\nmore\n",
            "stderr": "err\n",
        }


def test_json_is_json_whatever_the_job_says_of_itself(program):
    program("run", "shell", "--set", "command=printf '\\033[2J\\377'; sh -c 'kill -9 $$'", "--json")
    program("wait", "last", code=1)
    process = program.start("log", "last", "0")
    assert process.communicate()[0] == b"\x1b[2J\xff"
    assert json.loads(program("show", "last", "--json").out)["jobs"][0]["state"] == "failed"
