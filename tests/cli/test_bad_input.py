"""Bad input, one by one: exit 2, a sentence that names the thing, no traceback, nothing left behind, nothing lost."""

import contextlib
import os
import shutil
import subprocess
import zipfile

import pytest
from mounting import mounted


@pytest.fixture
def tree(shared):
    """The files of the shared store; they must be the same afterwards."""

    def files():
        return {
            path: path.stat().st_mtime_ns if path.is_file() else 0
            for path in shared.home.rglob("*")
            if "courier" not in path.name
        }

    if not shared.home.exists():
        shared.generate("--name", "good")
        shared("wait", shared.submit("good"))
        shared.stop()
    before = files()
    yield shared
    assert files() == before


def template(program, text, name="broken.toml"):
    path = program.path / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["generate", "python-swep"], "There is no template 'python-swep'. Did you mean 'python-sweep'?"),
        (["templates", "show", "shel"], "There is no template 'shel'. Did you mean 'shell'?"),
        (["generate", "./none.toml"], "There is no template 'none.toml'."),
        (["generate", "python-sweep", "-s", "treshold=1"], "unknown variable 'treshold'. Did you mean 'threshold'?"),
        (["generate", "python-sweep", "--set", "sigm=1"], "unknown variable 'sigm'. Did you mean 'sigma'?"),
        (["submit", "good", "--target", "locla"], "There is no target 'locla'. Did you mean 'local'?"),
        (["run", "shell", "--target", "locla"], "There is no target 'locla'. Did you mean 'local'?"),
        (["doctor", "locla"], "There is no target 'locla'. Did you mean 'local'?"),
        (["submit", "goood"], "There is no batch 'goood'. Did you mean 'good'?"),
        (["submit", "../good"], "There is no batch '../good'."),
        (["show", "goot"], "There is no submission 'goot'. Did you mean 'good'?"),
        (["wait", "last", "nothing-like-it"], "There is no submission 'nothing-like-it'."),
        (["cancel", "goot", "--yes"], "There is no submission 'goot'."),
        (["retry", "goot"], "There is no submission 'goot'."),
        (["fetch", "goot"], "There is no submission 'goot'."),
        (["note", "goot", "x"], "There is no submission 'goot'."),
        (["log", "goot", "0"], "There is no submission 'goot'."),
        (["log", "last", "7"], "has no job '7'."),
        (["log", "last", "-1"], "has no job '-1'."),
        (["log", "last", "²"], "has no job '²'."),
        (["cancel", "last", "ehco"], "has no job 'ehco'. Did you mean 'echo'?"),
        (["retry", "last", "ehco"], "has no job 'ehco'. Did you mean 'echo'?"),
        (["show", ""], "There is no submission ''."),
        (["submit", ""], "There is no batch ''."),
        (["generate", "echo.toml", "--name", "good"], "There is a batch good already."),
        (["generate", "echo.toml", "--name", "a/b"], "'a/b' cannot name a batch"),
        (["generate", "echo.toml", "-s", "n=1..9", "--max-jobs", "5"], "This makes 9 jobs, more than the 5"),
        (["generate", "echo.toml", "-s", "n"], "-s n: write it as KEY=AXIS."),
        (["generate", "echo.toml", "--table", "none.csv"], "--table none.csv cannot be read"),
        (["generate", "echo.toml", "-s", "n="], "n: "),
        (["generate", "echo.toml", "-s", "n=1..5 by 0"], "n: "),
        (["generate", "echo.toml", "-s", "rate=1..1e-6 log 7"], "rate: "),
        (["generate", "echo.toml", "-s", "n=1,2", "-s", "n=3"], "n has two axes."),
        (["generate", "echo.toml", "-s", "n=1,2", "--set", "n=3"], "n is both fixed and varied."),
        (["generate", "echo.toml", "-s", "word=glob(none/*.fits)"], "word: "),
        (["generate", "echo.toml", "-s", "n=1,2", "--where", "n >"], "where: "),
        (["generate", "echo.toml", "-s", "n=1,2", "--where", "m > 1"], "where: "),
        (["generate", "echo.toml", "-s", "n=1,2", "--where", "n > 9"], "none of 2 combinations is kept"),
        (["generate", "echo.toml", "-s", "n=0..1..2"], "n: "),
    ],
    ids=lambda words: " ".join(words)[:40] if isinstance(words, list) else "",
)  # fmt: skip
def test_what_does_not_exist_or_makes_no_sense(tree, words, said):
    lines = tree.wrong(*words)
    assert len(lines) == 1
    assert said in lines[0]


def test_names_that_are_too_long_for_a_file(tree):
    long = "x" * 300
    for words in (["submit", long], ["generate", long], ["show", long], ["templates", "show", long]):
        assert "There is no" in tree.wrong(*words)[0]
    assert long in tree.wrong("generate", "shell", "--name", long)[0]
    for words in (["--config", long, "list"], ["generate", "shell", "--table", long]):
        assert long in tree.wrong(*words)[0]


def test_unequal_zips_name_both_lengths(tree):
    said = tree.wrong("generate", "echo.toml", "-s", "n=1..3", "-s", "rate=1,2", "--zip", "n,rate")
    assert len(said) == 1
    assert "n has 3 values" in said[0]
    assert "rate has 2 values" in said[0]


def test_several_wrong_values_are_listed_at_once(tree):
    words = ["-s", "n=1,200,x", "-s", "rate=fast", "--set", "wrd=1", "--zip", "n,nn"]
    said = tree.wrong("generate", "echo.toml", *words)
    text = "\n".join(said)
    for piece in (
        "n: ",
        "200",
        "above the maximum 100",
        "'x'",
        "rate: ",
        "'fast'",
        "'wrd'. Did you mean 'word'?",
        "'nn'",
    ):
        assert piece in text, piece
    assert len(said) >= 4


def test_templates_that_are_wrong(tree):
    path = template(tree, 'name = "t"\ncommand = \n')
    assert [f"{path}: not valid TOML" in line and "line 2" in line for line in tree.wrong("generate", path)] == [True]
    path = template(tree, 'name = "t"\ncommand = "a\\n{{ n"\n')
    said = tree.wrong("generate", path)
    assert [f"{path}: command, line 2: " in line for line in said] == [True]
    path = template(tree, 'name = "t"\ncommand = "{{ sed }}\\n{{ other }}"\n[[variables]]\nkey = "seed"\ndefault = 1\n')
    assert tree.wrong("generate", path) == [
        f"{path}: command, line 2: unknown name 'other'. Known: batch, index, name, seed.",
        f"{path}: command, line 1: unknown name 'sed'. Did you mean 'seed'?",
    ]
    path = template(tree, 'nam = "t"\ncommand = 5\n[[variables]]\nkey = "x"\ntype = "integer"\n')
    said = tree.wrong("generate", path)
    assert [line.startswith(f"{path}: ") for line in said] == [True] * 3
    assert "'nam'. Did you mean 'name'?" in said[0]
    path = template(tree, 'name = "t"\ncommand = "{{ x }}"\n[[variables]]\nkey = "x"\n')
    assert "x has no default" in tree.wrong("generate", path)[0]
    path.write_bytes(b"\xff")
    assert f"{path} cannot be read" in tree.wrong("generate", path)[0]
    assert f"{tree.path}" in tree.wrong("generate", tree.path)[0]


HERE = ["submit", "good", "--target", "here"]


@pytest.mark.parametrize(
    ("text", "verb", "said"),
    [
        ("max_job = 5", ["list"], ["{}: unknown key 'max_job'. Did you mean 'max_jobs'?"]),
        ('max_jobs = "many"', ["list"], ['{}: max_jobs must be a whole number, not "many".']),
        ("[targets.here]", ["list"], ["{}: targets.here: kind is missing; it says what the target is, as in kind ="]),
        ("default_target = 'x'", ["list"], ["{}: default_target: there is no target 'x'. Known: local."]),
        ("[targets", ["list"], ["{}: not valid TOML: "]),
        (
            "max_job = 5\ntemplates = 3\n", ["templates"],
            ["{}: unknown key 'max_job'. Did you mean 'max_jobs'?", "{}: templates must be a list, not 3."],
        ),
        ("[targets.here]\nkind = 'lokal'", HERE, ["{}: targets.here: unknown kind 'lokal'. Did you mean 'local'?"]),
        (
            "[targets.here]\nkind = 'local'\nslot = 1\nworkdir = 5", HERE,
            ["{}: targets.here: unknown key 'slot'. Did you mean 'slots'?",
             "{}: targets.here: workdir must be a text, not 5."],
        ),
        ("[targets.here]\nkind = 'local'\nslots = -1", HERE, ["{}: targets.here: slots must be at least 0, not -1."]),
    ],
)  # fmt: skip
def test_configurations_that_are_wrong(tree, text, verb, said):
    path = tree.path / "wrong.toml"
    path.write_text(text)
    found = tree.wrong("--config", path, *verb)
    assert len(found) == len(said)
    assert all(line.startswith(start.format(path)) for line, start in zip(found, said, strict=True))


def test_a_configuration_that_is_not_there(tree):
    assert tree.wrong("--config", "none.toml", "list") == ["There is no configuration none.toml."]
    assert "cannot be read" in tree.wrong("--config", tree.path, "list")[0]


# -- stores that cannot be used ----------------------------------------------------------------------------------------


def test_a_read_only_store_can_be_looked_at(program):
    with mounted(program.home, "size=1m"):
        program.generate("--name", "b")
        program("wait", program.submit("b"))
        program.stop()
        remount = ["mount", "-o", "remount,ro", program.home]
        program.until(lambda: not subprocess.run(remount, capture_output=True).returncode, "nobody writes there")
        assert program("list", "--json").json[0]["state"] == "succeeded"
        assert program.job()["state"] == "succeeded"
        for words in (
            ["submit", "b"],
            ["generate", "shell"],
            ["run", "shell"],
            ["retry", "b", "0"],
            ["note", "b", "x"],
        ):
            said = program.wrong(*words)
            assert len(said) == 1
            assert "read-only" in said[0]
            assert "--home" in said[0]
        assert "read-only" in program("doctor", code=1).out


def test_a_full_store_loses_nothing(program):
    with mounted(program.home, "size=256k"):
        program.generate("--name", "b")
        name = program.submit("b")
        program("wait", name)
        program.stop()
        filler = program.home / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(b"x" * 512):
                pass
        before = sorted(path for path in program.home.rglob("*") if path.is_file())
        for words in (["generate", "python-sweep"], ["submit", "b"], ["note", "b", "x"], ["run", "python-sweep"]):
            said = program.wrong(*words)
            assert len(said) == 1
            assert "no space left" in said[0].lower()
        assert sorted(path for path in program.home.rglob("*") if path.is_file()) == before
        assert [row["id"] for row in program("list", "--json").json] == [name]
        filler.unlink()
        program("wait", program.submit("b"))


def test_another_persons_store(program):
    """As root without the right to pass over permissions: the folder of somebody else is closed."""
    if os.getuid() or not shutil.which("setpriv"):
        pytest.skip("needs root, to give a folder to somebody else, and setpriv")
    program.home.mkdir(mode=0o700)
    os.chown(program.home, 65534, 65534)
    plain = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    for words in (
        ["list"],
        ["generate", "shell"],
        ["run", "shell"],
        ["submit", "b"],
        ["batches"],
        ["show", "x"],
        ["note", "x", "y"],
    ):
        said = program.wrong(*words, wrap=plain)
        assert len(said) == 1
        assert str(program.home) in said[0]
        assert "permission denied" in said[0]
    assert list(program.home.iterdir()) == []


def test_a_file_in_the_stores_place(program):
    program.home.write_text("mine")
    for words in (["list"], ["generate", "shell"], ["batches"]):
        assert str(program.home) in program.wrong(*words)[0]
    assert program.home.read_text() == "mine"


# -- files of the store that are damaged or changed --------------------------------------------------------------------


def test_a_batch_that_was_changed_after_it_was_submitted(program):
    program.generate("--name", "b")
    name = program.submit("b")
    program("wait", name)
    path = program.home / "batches" / "b.zip"
    whole = path.read_bytes()
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("files/more", "x")
    for words in (["submit", "b"], ["retry", name, "0"]):
        said = program.wrong(*words)
        assert len(said) == 1
        assert "changed after it was submitted" in said[0]
        assert "b.zip" in said[0]
    assert len(program("list", "--json").json) == 1
    path.write_bytes(whole)
    program("retry", name, "0")
    program("wait", name)
    assert program.job(name)["attempt"] == 2
    path.unlink()
    assert "There is no batch 'b'" in program.wrong("retry", name, "0")[0]
    assert program.job(name)["exit_code"] == 0  # what became of it is known all the same


def test_damaged_files_are_named_and_the_rest_opens(program):
    for name in ("a", "b", "c"):
        program.generate("-s", "n=1..2", "--name", name)
    ids = [program.submit(name) for name in ("a", "b")]
    program("wait", *ids)
    program.stop()
    month = next((program.home / "history").glob("*.toml"))
    (program.home / "history" / "2025-01.other.toml").write_text("[[submission]]\nid = \n\n")
    (program.home / "orders" / "x.toml").write_text("verb =")
    (program.home / "batches" / "c.zip").write_bytes(b"no zip")
    with (program.home / "submissions" / ids[0] / "ledger.tsv").open("a") as file:
        file.write("garbage\n")
    said = program("list", "--json")
    assert [row["id"] for row in said.json] == ids[::-1]
    assert "2025-01.other.toml: passed over what cannot be read, line 1 to 3; mend it" in said.err
    assert "x.toml was damaged" in said.err
    assert (month.parent / "2025-01.other.toml").read_text() == "[[submission]]\nid = \n\n"
    said = program("batches", "--json")
    assert {row["name"] for row in said.json} == {"a", "b"}
    assert "c.zip is damaged" in said.err
    said = program("show", ids[0], "--json")
    assert {job["state"] for job in said.json["jobs"]} == {"succeeded"}
    assert "ledger.tsv: a line cannot be read and was passed over: 'garbage'" in said.err
    folder = program.path / "config" / "tui-batch" / "templates"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text("name =")
    said = program("templates", "--json")
    assert "shell" in {one["name"] for one in said.json}
    assert "mine.toml: not valid TOML" in said.err


def test_notes_and_words_that_are_no_text(program):
    name = program.sent("--set", b"word=a\xffb".decode("utf-8", "surrogateescape"), "-s", "n=1,2")
    program("wait", name)
    assert (program.home / "results" / "echo" / "run_1" / "n1" / "word.txt").read_bytes() == b"a\xffb"
    program("note", name, b"a\xffb".decode("utf-8", "surrogateescape"))
    program.until(lambda: program("show", name, "--json").json["note"], "the note is kept")
    other = program("run", program.template, "-s", b'word="a\xffb",c'.decode("utf-8", "surrogateescape")).out.strip()
    program("wait", other)
    assert program.job(other)["variables"]["word"].startswith("a")
    assert "n1" in program("show", name).out


def test_a_terminal_that_cannot_show_every_letter(program):
    program.environment |= {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    said = program("generate", program.template, "-s", "n=1..40", "--dry-run").out
    assert "more" in said.splitlines()[-1]
    name = program.sent("-s", "word=🚀,é")
    program("wait", name)
    assert program.job(name)["variables"] == {"word": "🚀"}
