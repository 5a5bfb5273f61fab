"""The app's start with a history of ten thousand submissions, beside the least that a Textual program can be."""

import re
import shutil
import sys
from pathlib import Path

import pytest
from loaded import loaded, telling
from long_history import write_history
from measuring import in_turns, ratio
from requirement import needs
from terminal import COMMAND, Terminal, plain_environment

from tui_batch.store.past import Past

pytestmark = pytest.mark.bench

MANY, ROUNDS = 10_000, 9
HERE = Path(__file__).parent
POSTING = (["posting"], "Collection")
MINIMAL = ([sys.executable, str(HERE / "minimal_app.py")], "scan-1")


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """Homes with nothing, with many submissions, and with those and an index, as the courier leaves it."""
    base = tmp_path_factory.mktemp("stores")
    for name in ("many", "indexed"):
        write_history(base / name / "history", MANY)
    past = Past(base / "indexed" / "history")
    past.refresh()
    past.save_index()
    (base / "empty").mkdir()
    return base


@pytest.fixture
def environment(tmp_path):
    """Next to nothing: the same for every program."""
    return plain_environment(tmp_path)


def ours(store):
    return [*COMMAND, "--home", str(store)], "makes many jobs" if store.name == "empty" else "scan-"


def started(program, environment):
    """First frame, first rows, peak memory of one start."""
    command, words = program
    with Terminal(command, environment) as terminal:
        frame, rows = terminal.until_painted(), terminal.until(words)
        terminal.until_quiet()
        return frame, rows, terminal.peak_memory()


def test_the_first_frame_and_its_memory(stores, environment, compare, note):
    programs = [MINIMAL, *(ours(stores / name) for name in ("empty", "many", "indexed"))]
    in_turns(1, *(lambda program=program: started(program, environment) for program in programs))  # compiles, warms
    rounds = in_turns(ROUNDS, *(lambda program=program: started(program, environment) for program in programs))
    frames, rows, memory = ([[start[at] for start in column] for column in rounds] for at in range(3))
    later, later_cold = (
        sorted(1000 * (a - b) for a, b in zip(rows[at], rows[1], strict=True))[ROUNDS // 2] for at in (3, 2)
    )
    than, cold = ratio(rows[3], rows[0]), ratio(rows[2], rows[0])
    words = note(
        f"first rows of {MANY:,} submissions: {later:.0f} ms later than with none, {later_cold:.0f} ms without an "
        f"index (goal 100 ms); {than:.2f} x the minimal app's rows, {cold:.2f} x without an index"
    )
    compare(f"first frame, {MANY:,} submissions", frames[3], "minimal Textual app", frames[0], 1.4)
    compare(f"first frame, {MANY:,} submissions, no index", frames[2], "minimal Textual app", frames[0], 1.4)
    compare("peak memory at the first screen", memory[3], "minimal Textual app", memory[0], 1.4, "MB")
    assert max(later, later_cold) <= 100, words


def test_the_first_frame_beside_posting(stores, environment, compare):
    needs("posting")
    programs = [POSTING, *(ours(stores / name) for name in ("many", "indexed"))]
    in_turns(1, *(lambda program=program: started(program, environment) for program in programs))  # compiles, warms
    rounds = in_turns(ROUNDS, *(lambda program=program: started(program, environment) for program in programs))
    posting, cold, indexed = ([frame for frame, *_ in column] for column in rounds)
    compare(f"first frame, {MANY:,} submissions", indexed, "posting", posting, 0.5)
    compare(f"first frame, {MANY:,} submissions, no index", cold, "posting", posting, 0.5)


def opened(program, environment, trace):
    """How many files a start opens until its rows are written to the terminal."""
    command, words = program
    strace = ["strace", "-f", "-s", "100000", "-e", "trace=open,openat,write", "-o", str(trace)]
    with Terminal([*strace, *command], environment) as terminal:
        terminal.until(words, patience=60)
        terminal.until_quiet()
    count = 0
    for line in trace.read_text(errors="replace").splitlines():
        if "write(" in line and words in line:
            return count
        count += bool(re.search(r"open(at)?\(.*= \d+$", line) or re.search(r"open(at)? resumed.*= \d+$", line))
    raise AssertionError("the rows were never written")


def test_files_opened_until_the_first_frame(stores, environment, tmp_path, compare):
    needs("strace")
    counts = [opened(program, environment, tmp_path / f"trace-{at}")
              for at, program in enumerate((MINIMAL, ours(stores / "indexed")))]  # fmt: skip
    compare("files opened until the first rows", [counts[1]], "minimal Textual app", [counts[0]], 1.3, "files")


def test_nothing_heavy_is_loaded_at_the_first_frame(stores, environment, tmp_path, note):
    shutil.copytree(stores / "indexed", tmp_path / "home")
    said = tmp_path / "modules.json"
    command = [*telling(said), "--home", str(tmp_path / "home")]
    with Terminal(command, environment) as terminal:
        terminal.until("scan-")
        terminal.until_quiet()
        modules = loaded(terminal, said)
    heavy = {"paramiko", "requests", "boto3", "botocore", "cryptography", "jinja2", "numpy", "pydantic", "urllib3"}
    found = sorted({name.split(".")[0] for name in modules} & heavy)
    words = note(f"heavy libraries loaded at the first screen: {', '.join(found) or 'none'} (goal none), "
                 f"of {len(modules)} modules")  # fmt: skip
    assert not found, words
