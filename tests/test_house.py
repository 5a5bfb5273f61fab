"""The rules of the house: who may import whom, what is imported when, how large a room may be."""

import ast
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "tui_batch"
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "templates" not in path.relative_to(PACKAGE).parts[:1])
CODE = sorted([*FILES, *(ROOT / "tests").rglob("*.py")])

FRONT = {"app", "desk", "__main__"}
GROUND = {path.stem for path in PACKAGE.glob("*.py")} - FRONT - {"__init__"}

# Imports run down and never across: from a room, into these, when it is loaded.
MAY = {
    "ground": {"ground"},
    "store": {"store", "ground"},
    "wire": {"wire", "ground"},
    "backends": {"backends", "wire", "ground"},
    "courier": {"courier", "backends", "store", "ground"},
    "desk": {"desk", "store", "ground"},
    "widgets": {"widgets", "desk", "ground"},
    "screens": {"screens", "widgets", "desk", "ground"},
    "app": {"screens", "widgets", "desk", "ground"},
    "cli": {"cli", "desk", "ground"},
    "__main__": {"ground"},
}
# And into these only inside a function, when it is called.
MAY_LATER = {
    "desk/making.py": {"backends"},
    "desk/looking.py": {"backends"},
    "cli/places.py": {"courier"},
    "cli/screen.py": {"app"},
    "__main__.py": {"cli"},
}
TEXTUAL, NETWORK, LATE = {"textual", "rich"}, {"paramiko", "requests", "boto3", "botocore", "socks"}, {"jinja2"}
HEAVY = NETWORK | LATE | {"cryptography", "urllib3", "numpy", "pydantic"}

TOP = {
    ".ci", ".gitignore", "LICENSE", "README.md", "config.example.toml", "pyproject.toml", "screenshots", "tests",
    "tui_batch",
}  # fmt: skip


@dataclass(frozen=True)
class Import:
    """One import of a module, by its whole name; `late` when it is carried out in a call, `typing` when never."""

    file: str
    line: int
    module: str
    late: bool
    typing: bool

    def __str__(self):
        return f"tui_batch/{self.file}:{self.line} imports {self.module}"


def imports(path):
    """Every import of a file, absolute: the house has no relative ones."""
    file = str(path.relative_to(PACKAGE))

    def walk(node, late, typing):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from (Import(file, child.lineno, name.name, late, typing) for name in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = f"{'.' * child.level}{child.module or ''}"
                for name in child.names:
                    below = f"{base}.{name.name}"
                    yield Import(file, child.lineno, below if is_module(below) else base, late, typing)
            elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                yield from walk(ast.Module(child.body, []), late, True)
                yield from walk(ast.Module(child.orelse, []), late, typing)
            else:
                function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
                yield from walk(child, late or function, typing)

    return list(walk(ast.parse(path.read_text()), False, False))


def is_module(name):
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def room(module):
    """The room of one of our modules: its folder, or its own name, or the ground."""
    parts = module.split(".")
    return "ground" if len(parts) == 1 or parts[1] in GROUND else parts[1]


IMPORTS = [one for path in FILES for one in imports(path)]


def here(one):
    """The room that an import stands in."""
    return room("tui_batch." + one.file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))


def test_the_rooms_are_the_known_ones():
    assert {room("tui_batch." + path.parts[0].removesuffix(".py")) for path in
            (file.relative_to(PACKAGE) for file in FILES) if path.name != "__init__.py"} <= set(MAY)  # fmt: skip
    assert {"model", "states", "sweep", "template", "tables", "errors"} <= GROUND


def test_imports_run_down_and_never_across():
    wrong = []
    for one in IMPORTS:
        if one.module.startswith("."):
            wrong.append(f"{one}: relative")
        if one.module.split(".")[0] != "tui_batch" or one.typing:
            continue
        allowed = MAY[here(one)] | (MAY_LATER.get(one.file, set()) if one.late else set())
        if room(one.module) not in allowed:
            wrong.append(f"{one}{' in a function' if one.late else ''}: {here(one)} may not")
    assert not wrong, "\n".join(wrong)


def test_what_is_only_for_typing_runs_down_too():
    wrong = [
        str(one)
        for one in IMPORTS
        if one.typing
        and one.module.split(".")[0] == "tui_batch"
        and room(one.module)
        not in MAY[here(one)] | MAY_LATER.get(one.file, set()) | ({"app"} if here(one) == "screens" else set())
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_front_knows_textual():
    wrong = [one for one in IMPORTS if one.module.split(".")[0] in TEXTUAL]
    wrong = [str(one) for one in wrong if here(one) not in {"app", "screens", "widgets"}]
    assert not wrong, "\n".join(wrong)


def test_only_the_wire_knows_the_network_and_only_when_it_is_used():
    wrong = [one for one in IMPORTS if one.module.split(".")[0] in NETWORK and not one.typing]
    assert not [str(one) for one in wrong if here(one) != "wire"]
    assert not [str(one) for one in wrong if not one.late]


def test_slow_libraries_are_imported_when_they_are_used():
    wrong = [one for one in IMPORTS if one.module.split(".")[0] in LATE and not one.late and not one.typing]
    assert not wrong, "\n".join(map(str, wrong))


def test_the_ground_has_no_clock_and_starts_nothing():
    doing = {"time", "subprocess", "socket", "threading", "asyncio", "tempfile", "shutil", "multiprocessing"}
    wrong = [str(one) for one in IMPORTS if here(one) == "ground" and one.module.split(".")[0] in doing]
    assert not wrong, "\n".join(wrong)


# -- what is loaded, in a fresh interpreter ----------------------------------------------------------------------------


def loaded(tmp_path, code):
    """The modules that a fresh interpreter has loaded once it has run this."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TUI_BATCH")}
    environment |= {"TUI_BATCH_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT), "TERM": "dumb"}
    code += "\nimport json, sys; sys.stderr.write('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in json.loads(done.stderr.rsplit("\n", 1)[1])}


CLI = sorted(f"tui_batch.cli.{path.stem}" for path in (PACKAGE / "cli").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("module", ["tui_batch.desk", "tui_batch.courier.process", *CLI])
def test_importing_a_verb_loads_neither_textual_nor_the_network(tmp_path, module):
    assert not loaded(tmp_path, f"import {module}") & (TEXTUAL | HEAVY)


@pytest.mark.parametrize("words", ["--help", "generate --help", "list", "batches --json", "templates", "targets",
                                   "templates show shell", "courier --status", "doctor"])  # fmt: skip
def test_a_verb_loads_neither_textual_nor_the_network(tmp_path, words):
    code = (
        "from tui_batch.__main__ import main\n"
        f"try: code = main({words.split()!r})\n"
        "except SystemExit as end: code = end.code\n"
        "assert not code, code"
    )
    assert not loaded(tmp_path, code) & (TEXTUAL | HEAVY)


def test_every_kind_of_target_is_connected_without_loading_the_network(tmp_path):
    code = "from pathlib import Path; from tui_batch import backends; from tui_batch.model import Target; "
    code += f"[backends.connect(Target(kind, kind), Path({str(tmp_path)!r})) for kind in backends.KINDS]"
    assert not loaded(tmp_path, code) & (TEXTUAL | HEAVY)


def test_the_version_loads_next_to_nothing(tmp_path):
    modules = loaded(tmp_path, "from tui_batch.__main__ import main\nmain(['--version'])")
    assert not modules & (TEXTUAL | HEAVY | {"argparse", "tomllib", "dataclasses"})


def test_the_app_loads_neither_the_network_nor_templates(tmp_path):
    assert not loaded(tmp_path, "import tui_batch.app") & HEAVY


# -- how large, how plain ----------------------------------------------------------------------------------------------


def functions(path):
    nodes = ast.walk(ast.parse(path.read_text()))
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_file_is_longer_than_300_lines():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in FILES}
    assert not {name: lines for name, lines in lengths.items() if lines > 300}


def test_no_function_is_longer_than_60_lines():
    lengths = {f"{path.relative_to(ROOT)} {one.name}": one.end_lineno - one.lineno + 1
               for path in FILES for one in functions(path)}  # fmt: skip
    assert not {name: lines for name, lines in lengths.items() if lines > 60}


def test_every_function_says_what_it_takes_and_gives():
    wrong = []
    for path in FILES:
        for one in functions(path):
            arguments = [*one.args.posonlyargs, *one.args.args, *one.args.kwonlyargs, one.args.vararg, one.args.kwarg]
            bare = [arg.arg for arg in arguments if arg and arg.annotation is None and arg.arg not in ("self", "cls")]
            if bare or one.returns is None:
                wrong.append(f"{path.relative_to(ROOT)}:{one.lineno} {one.name} {bare or 'what it returns'}")
    assert not wrong, "\n".join(wrong)


def test_every_file_says_what_it_is_for():
    assert not [str(path) for path in FILES if not ast.get_docstring(ast.parse(path.read_text()))]


def test_there_is_no_css_in_python():
    wrong = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Name(id="CSS" | "DEFAULT_CSS", ctx=ast.Store()):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
                case ast.Attribute(attr="styles" | "set_styles"):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} sets a style: give it a class instead")
    assert not wrong, "\n".join(wrong)


def test_names_say_what_a_file_is_for():
    assert not [str(path) for path in CODE if path.stem in ("utils", "util", "helpers", "misc", "common", "tools")]


def test_nothing_is_left_to_do():
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    lines = [(path, at, line) for path in CODE for at, line in enumerate(path.read_text().splitlines(), 1)]
    wrong = [f"{path.relative_to(ROOT)}:{at}" for path, at, line in lines if any(word in line for word in words)]
    assert not wrong


def test_the_top_of_the_repository_stays_small():
    if not (ROOT / ".git").exists():
        pytest.skip("needs a clone: this is no git repository")
    kept = subprocess.run(["git", "-C", str(ROOT), "ls-files"], capture_output=True, text=True, check=True).stdout
    assert {name.split("/")[0] for name in kept.splitlines()} <= TOP
