"""What the command line loads: never Textual or a network library, and jinja2 only where something is rendered."""

import subprocess
import sys

import pytest

HEAVY = ("textual", "paramiko", "requests", "boto3", "jinja2")

LOADED = """
import sys
sys.argv[0] = "tui-batch"
from tui_batch.__main__ import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
sys.stderr.write("loaded " + " ".join(name for name in {heavy!r} if name in sys.modules) + "\\n")
"""


@pytest.fixture(scope="module")
def used(shared):
    """A store with something in it, and a courier at work."""
    shared.generate("-s", "n=1..2", "--name", "b")
    shared("submit", "b")
    shared("wait", "b")
    return shared


def loaded(program, *words):
    code = LOADED.format(heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", code, "--home", program.home, *words], stdin=subprocess.DEVNULL, capture_output=True,
        text=True, env=program.environment, cwd=program.path, timeout=30,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1].split()[1:]


@pytest.mark.parametrize(
    "words",
    [
        ["--help"], ["submit", "--help"], [], ["templates"], ["templates", "show", "shell"], ["batches"], ["list"],
        ["show", "last", "--json"], ["wait", "last"], ["log", "last", "0"], ["targets"], ["submit", "b"],
        ["cancel", "last"], ["retry", "b", "--lost"], ["signal", "last", "USR1"], ["fetch", "last"],
        ["note", "last", "x"], ["doctor"], ["courier", "--status"],
    ],
    ids=lambda words: " ".join(words) or "no verb",
)  # fmt: skip
def test_looking_and_asking_load_nothing_heavy(used, words):
    assert loaded(used, *words) == []


def test_rendering_loads_jinja2_alone(used):
    assert loaded(used, "generate", "shell") == ["jinja2"]
    assert loaded(used, "generate", "shell", "--dry-run") == ["jinja2"]  # it looks whether the template can be rendered


def test_the_version_loads_hardly_anything(shared):
    code = LOADED.replace("{heavy!r}", "sys.modules").replace("loaded ", "modules: ")
    done = subprocess.run(
        [sys.executable, "-c", code, "--version"], capture_output=True, text=True, env=shared.environment,
        cwd=shared.path,
    )  # fmt: skip
    ours = {name for name in done.stderr.split() if name.startswith("tui_batch")}
    assert ours == {"tui_batch", "tui_batch.__main__"}
    assert "argparse" not in done.stderr


def test_the_couriers_process_loads_neither(used):
    code = "import sys, tui_batch.courier.process, tui_batch.backends.local\n"
    code += f"print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=used.environment, check=True
    )
    assert done.stdout == "[]\n"
