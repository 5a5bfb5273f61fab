"""At a terminal: what is asked before jobs are sent or cancelled, and what an answer does."""

import os
import pty
import select
import subprocess
import sys

import pytest


@pytest.fixture
def ask(program):
    """Run a verb at a terminal, answering each question; (exit code, all that was on the terminal, stdout)."""
    program.environment["TERM"] = "xterm"

    def run(*words, answer):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "tui_batch", "--home", program.home, *map(str, words)], stdin=theirs, stderr=theirs,
            stdout=subprocess.PIPE, cwd=program.path, env=program.environment,
        )  # fmt: skip
        os.close(theirs)
        seen = b""
        try:
            while select.select([ours], [], [], 30)[0] and (piece := os.read(ours, 4096)):
                seen += piece
                if seen.rstrip().endswith((b"[y/N]", b"the same:")):
                    assert answer, seen
                    os.write(ours, answer.encode() + b"\n")
                    answer = ""
        except OSError:  # Linux: the other end is closed
            pass
        out = process.communicate(timeout=30)[0].decode()
        os.close(ours)
        text = seen.decode()
        assert "Traceback" not in text
        return process.returncode, text, out

    return run


def test_submit_shows_what_goes_where_and_asks(program, ask):
    text = program.template.read_text() + "[resources]\ncpus = 2\nmemory = '1 GB'\nminutes = 30\n"
    program.template.write_text(text)
    program.generate("-s", "n=1..4", "--name", "b")
    code, seen, out = ask("submit", "b", answer="n")
    assert (code, out) == (1, "")
    assert "b: 4 jobs, each 2 CPUs, 1024 MB, at most 30 min, 4.0 core-hours at most." in seen
    assert "Send them to local (local)? [y/N]" in seen
    assert program("list", "--json").json == []
    code, seen, out = ask("submit", "b", answer="y")
    assert code == 0
    assert program("list", "--json").json[0]["id"] == out.strip()
    program("wait", "last")
    code, seen, out = ask("submit", "b", "--yes", "--json", answer="")
    assert code == 0
    assert "[y/N]" not in seen
    program("wait", "last")


def test_run_keeps_the_batch_when_the_answer_is_no(program, ask):
    code, seen, out = ask("run", program.template, "--name", "other", answer="no")
    assert (code, out) == (1, "")
    assert "The batch other was made and is kept." in seen
    assert "other" in {row["name"] for row in program("batches", "--json").json}


def test_very_many_jobs_are_asked_for_by_their_number(program, ask):
    words = ["generate", program.template, "-s", "n=1..100", "-s", "rate=repeat(3)", "--name", "many"]
    (program.path / "few.toml").write_text("max_jobs = 250")
    program.environment["TUI_BATCH_CONFIG"] = str(program.path / "few.toml")
    code, seen, _ = ask(*words, answer="yes")
    assert code == 2
    assert "This makes 300 jobs, more than the 250 that max_jobs allows" in seen
    assert program("batches", "--json").json == []
    assert "300" in program.wrong(*words)[0]  # nobody to ask
    code, _, out = ask(*words, answer="300")
    assert (code, out) == (0, "many\n")


def test_cancel_asks(program, ask):
    name = program.sent("--set", "then=sleep 60")
    code, seen, _ = ask("cancel", name, answer="n")
    assert code == 1
    assert "Cancel 1 job of echo on local?" in seen
    assert program.job(name)["state"] != "cancelled"
    assert ask("cancel", name, answer="y")[0] == 0
    program("wait", name, code=1)


def test_the_demo_without_a_terminal_prints_the_table_and_ends(program):
    (program.path / "wide.toml").write_text('[targets.local]\nkind = "local"\nslots = 18\n')
    program.environment["TUI_BATCH_CONFIG"] = str(program.path / "wide.toml")
    said = program("demo")
    assert "18 jobs of python-sweep run on this machine." in said.err
    assert said.out.count("succeeded") == 19  # its own line and one for each job
    assert len(list((program.home / "results" / "python-sweep" / "run_1").glob("*/result.csv"))) == 18
