"""The first process of a container, run for real under the shells there are."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from requirement import needs

import tui_batch.backends
from tui_batch.backends.canfar import carrying
from tui_batch.backends.records import parse
from tui_batch.model import Job

HERE = Path(tui_batch.backends.__file__).parent
MARKER = "20261120-000000-babelele"
DEADLINE = 10.0


class Session:
    """A submission's folder with one job in it, and what stands for the container's log."""

    def __init__(self, shell, path):
        self.shell, self.folder, self.log = shell, path / MARKER, path / "log"
        self.jobs = self.folder / "jobs/1/a"
        for below in (self.jobs, self.folder / "records/1", self.folder / "logs/1", path / "tmp"):
            below.mkdir(parents=True)
        for script in (HERE / "job.sh", HERE / "hosted/session.sh"):
            shutil.copy(script, self.folder)
        self.environment = {"PATH": os.environ["PATH"], "skaha_sessionid": "s0000001", "TMPDIR": str(path / "tmp")}

    def start(self, command, seconds=0, setup="-", **environment):
        (self.jobs / "command").write_text(command)
        words = [self.shell, str(self.folder / "session.sh"), str(self.folder), "7", "a", "1", "2", str(seconds)]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*words, setup, carrying.WORD], env=self.environment | environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def run(self, command, **ways):
        return self.start(command, **ways).wait(DEADLINE)

    def wait_for(self, text):
        end = time.monotonic() + DEADLINE
        while text not in self.written:
            assert time.monotonic() < end, f"not within {DEADLINE} s: {text!r} in {self.written!r}"
            os.sched_yield()

    @property
    def written(self):
        return self.log.read_bytes() if self.log.exists() else b""

    @property
    def copy(self):
        return (self.folder / "logs/1/7.out").read_bytes()

    @property
    def last(self):
        return carrying.ended(self.written, Job(MARKER, 7, "a", 1, "s0000001"))

    def record(self, ending="end"):
        return parse((self.folder / f"records/1/7.{ending}").read_text())


@pytest.fixture(params=["bash", "dash", "busybox sh"])
def session(request, tmp_path):
    words = request.param.split()
    needs(words[0])
    shell = shutil.which(words[0])
    if words[1:]:
        (tmp_path / "sh").write_text(f'#!/bin/sh\nexec {shell} sh "$@"\n')
        (tmp_path / "sh").chmod(0o755)
        shell = str(tmp_path / "sh")
    return Session(shell, tmp_path)


def test_what_a_job_writes_is_in_the_log_and_in_its_copy_and_only_the_log_ends_with_our_line(session):
    assert session.run("echo one; echo two >&2; printf three") == 0
    assert carrying.said(session.written) == session.copy == b"one\ntwo\nthree"
    assert (session.last.end["code"], session.last.start["job"]) == ("0", "s0000001")


@pytest.mark.parametrize(
    ("command", "code"), [("exit 3", 3), ("sh -c 'kill -s KILL $$'", 137), ("no-such-program", 127)]
)
def test_the_code_is_the_jobs_in_the_record_and_in_the_last_line(session, command, code):
    assert session.run(command) == code
    assert session.last.end["code"] == session.record()["code"] == str(code)


def test_lines_before_the_job_and_its_variables_arrive_as_they_are_written(session):
    before = carrying.lines({"HOSTILE": "a b\t$HOME \"x\" 'y' \\ = `z`\n*"}, ["export LATER=$HOSTILE"])
    session.run('printf "%s|" "$HOSTILE" "$LATER" "$TUI_BATCH_JOB" "$TUI_BATCH_CPUS"', setup=carrying.encoded(before))
    hostile = "a b\t$HOME \"x\" 'y' \\ = `z`\n*"
    assert session.copy.decode() == f"{hostile}|{hostile}|a|2|"


def test_what_is_written_before_the_job_is_in_the_copy_too_also_where_it_comes_to_no_job(session):
    assert session.run("echo ran", setup=carrying.encoded("echo made ready; echo as told >&2")) == 0
    assert carrying.said(session.written) == session.copy == b"made ready\nas told\nran\n"
    assert session.run("echo ran", setup=carrying.encoded("echo no such module; exit 3")) == 3
    assert session.written.endswith(b"\nno such module\n")


def test_variables_of_the_lines_before_the_job_may_have_any_name_and_arrive(session):
    names = "folder index name attempt cpus seconds native log code owner cause record clock first child tries signal"
    before = carrying.lines(dict.fromkeys(names.split(), "mine"), [])
    command = f'echo "$TUI_BATCH_JOB $TUI_BATCH_INDEX ${names.replace(" ", " $")}"'
    assert session.run(command, setup=carrying.encoded(before)) == 0
    assert session.copy.decode() == f"a 7{' mine' * len(names.split())}\n"
    assert (session.last.end["code"], session.record()["code"]) == ("0", "0")


def test_lines_before_the_job_that_make_their_shell_strict_hide_no_exit_code(session):
    assert session.run("exit 3", setup=carrying.encoded("set -eu")) == 3
    assert session.last.end["code"] == "3"


def test_a_session_that_comes_too_late_writes_nothing_into_the_copy(session):
    assert session.run("echo ran") == 0
    assert session.run("echo ran", setup=carrying.encoded("echo made ready"), skaha_sessionid="s0000002") == 125
    assert session.copy == b"ran\n" and b"made ready\n" in session.written


def test_setup_that_is_no_base64_keeps_the_job_from_running(session):
    assert session.run("echo ran", setup="*") == 125
    assert b"ran" not in session.written


def test_a_session_that_is_told_to_end_tells_its_job_once_and_says_how_it_ended(session):
    process = session.start("trap 'echo told; exit 4' TERM; echo ready; while :; do sleep 0.05; done")
    session.wait_for(b"ready")
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE) == 4
    assert session.copy.count(b"told") == 1
    assert session.last.end["code"] == "4"


def test_a_job_whose_time_is_up_is_told_and_the_cause_is_noted(session):
    code = session.run("trap 'echo told; exit 4' TERM; while :; do sleep 0.05; done", seconds=1)
    assert code == 4
    assert session.copy.count(b"told") == 1
    assert (session.folder / "records/1/7.cause").read_text() == "timed_out\n"
    assert session.last.cause == "timed_out"


def test_a_job_that_the_kernel_ended_for_want_of_memory_says_so(session, tmp_path):
    counters = tmp_path / "memory.events"
    counters.write_text("max 3\noom_kill 1\n")
    killed = f"sed -i 's/oom_kill 1/oom_kill 2/' {counters}"
    assert session.run(f"{killed}; exit 137", TUI_BATCH_CGROUP=str(tmp_path)) == 137
    assert session.last.cause == "out_of_memory"


def test_a_job_that_fails_by_itself_was_not_ended_for_want_of_memory(session, tmp_path):
    (tmp_path / "memory.events").write_text("oom_kill 1\n")
    assert session.run("exit 137", TUI_BATCH_CGROUP=str(tmp_path)) == 137
    assert session.last.cause == ""


def test_what_a_job_leaves_behind_does_not_keep_its_session(session):
    began = time.monotonic()
    process = session.start("sleep 30 & echo done")
    try:
        assert process.wait(DEADLINE) == 0
        assert time.monotonic() - began < 8
        assert session.copy == b"done\n"
    finally:
        os.killpg(process.pid, signal.SIGKILL)


def test_a_second_session_of_a_job_ends_without_touching_it_and_says_whose_it_is(session):
    assert session.run("echo run >>runs") == 0
    session.log.write_bytes(b"")
    assert session.run("echo run >>runs", skaha_sessionid="s0000002") == 125
    assert (session.jobs / "runs").read_text() == "run\n"
    assert session.last.start["job"] == "s0000001"
    assert session.record()["code"] == "0"


def test_without_room_for_a_pipe_or_a_copy_the_job_runs_all_the_same(session, tmp_path):
    assert session.run("echo said", TMPDIR=str(tmp_path / "nowhere")) == 0
    assert carrying.said(session.written) == b"said\n"


def test_a_line_of_another_job_says_nothing_of_this_one(session):
    session.run("true")
    assert not carrying.ended(session.written, Job(MARKER, 8, "a", 1, "s0000001")).end
    assert not carrying.ended(b"\ntui-batch-end x 1\n", Job(MARKER, 7, "a", 1)).end
