"""The wrapper of every job, run for real under the shells there are: it tells how the job ended, or nothing at all."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from mounting import mounted
from requirement import needs

import tui_batch.backends
from tui_batch.backends.records import outcome, parse
from tui_batch.states import JobState

WRAPPER = Path(tui_batch.backends.__file__).with_name("job.sh")
DEADLINE = 10.0


def until(condition, what):
    end = time.monotonic() + DEADLINE
    while not (found := condition()):
        assert time.monotonic() < end, f"not within {DEADLINE} s: {what}"
        os.sched_yield()
    return found


def listens(pid, name):
    """Whether a process does not ignore a signal, as one does that is passing it on to a group it is in itself."""
    ignored = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigIgn"))
    return not int(ignored.split()[1], 16) & 1 << (name - 1)


class Job:
    """A folder with a command, and the record beside it."""

    def __init__(self, shell, path, command, **environment):
        self.shell, self.folder, self.record = shell, path / "folder", path / "record"
        self.folder.mkdir(parents=True)
        (self.folder / "command").write_bytes(command if isinstance(command, bytes) else command.encode())
        (self.folder / "command").chmod(0o700)
        self.environment = {"PATH": os.environ["PATH"], "TUI_BATCH_JOB_ID": "marker/1/a", "TUI_BATCH_INDEX": "7"}
        self.environment |= environment

    def start(self):
        with (self.folder.parent / "out").open("ab") as out:
            return subprocess.Popen(
                [self.shell, WRAPPER, self.folder, self.record], env=self.environment, stdin=subprocess.DEVNULL,
                stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip

    def run(self):
        return self.start().wait(DEADLINE)

    @property
    def out(self):
        return (self.folder.parent / "out").read_text()

    def read(self, ending):
        path = self.record.with_name(f"record.{ending}")
        return dict(parse(path.read_text())) if path.exists() else None

    @property
    def code(self):
        return int(self.read("end")["code"])

    def running(self):
        """Start it, and wait until its command has said that it runs."""
        wrapper = self.start()
        until(lambda: "begun" in self.out, "the command begins")
        return wrapper


@pytest.fixture(params=["dash", "bash", "bash as sh"])
def job(request, tmp_path):
    name, _, called = request.param.partition(" as ")
    needs(name)
    shell = shutil.which(name)
    if called:
        (tmp_path / called).symlink_to(shell)
        shell = tmp_path / called
    started = []

    def make(command, name="job", **environment):
        started.append(Job(shell, tmp_path / name, command, **environment))
        return started[-1]

    yield make
    for one in started:
        if start := one.read("start"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(int(start["pid"]), signal.SIGKILL)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("true", 0), ("exit 3", 3), ("false", 1), ("echo x; (exit 255)", 255), ("no-such-program", 127),
        ("exec sh -c 'exit 5'", 5), ("exec true\nexit 9", 0), ("exec ./none", 127), ("trap 'exit 6' EXIT; true", 6),
        ("set -e; false; exit 0", 1), ("kill -KILL $$; exit 0 &", None), ("sh -c 'kill -SEGV $$'", 139),
        ("#!/bin/sh\nexit 4", 4), ("#!/bin/sh -e\nfalse\nexit 0", 1), ("#!/no/such/interpreter\n", None),
        ("#!/usr/bin/env python3\nraise SystemExit(8)", 8), ("read x; exit $?", 1), ("cd /; exit 2", 2),
        ("unset TUI_BATCH_JOB_ID record code got; exit 3", 3), ("wait() { return 9; }; false", 1), ("x=1; return 3", 3),
        (b"exit 3\r", None), ("", 0), ("\n\n#!no\nexit 2", 2), ("set -- a b; shift 2; exit $#", 0),
    ],
)  # fmt: skip
def test_the_exit_code_is_the_commands_own(job, command, code):
    one = job(command)
    said = one.run()
    if code is None and one.read("end") is None:
        return  # it killed its wrapper: no record
    assert one.code == said
    assert code is None or one.code == code
    assert code is not None or one.code != 0
    assert one.read("end")["job"] == one.read("start")["job"] == "marker/1/a"
    assert one.read("start")["index"] == "7"
    assert one.read("start")["host"] == os.uname().nodename


def test_a_syntax_error_is_the_jobs_and_not_the_wrappers(job):
    one = job("echo begun\nif then fi done (\n")
    one.run()
    assert one.code != 0
    assert "yntax error" in one.out


def test_the_command_gets_its_folder_and_nothing_to_read(job):
    one = job('pwd; ls; cat; echo "$# $TUI_BATCH_INDEX"')
    assert one.run() == 0
    assert one.out.split() == [str(one.folder), "command", "0", "7"]


@pytest.mark.parametrize("command", ["echo begun; {}", "#!/bin/sh\necho begun\n{}"], ids=["script", "#!"])
@pytest.mark.parametrize("name", ["TERM", "KILL", "HUP"])
def test_a_command_that_is_killed_is_told_from_one_that_fails(job, command, name):
    one = job(command.format(f"sh -c 'kill -{name} $$'"))
    one.run()
    number = getattr(signal, f"SIG{name}")
    assert one.code == 128 + number
    state, detail = outcome(one.code, "")
    assert (state, detail.startswith(f"killed by signal {name}")) == (JobState.FAILED, True)


@pytest.mark.parametrize("name", ["TERM", "HUP", "USR1", "XCPU"])
def test_a_signal_to_the_group_ends_the_job_and_is_recorded(job, name):
    one = job("echo begun; exec sleep 60")
    wrapper = one.running()
    os.killpg(wrapper.pid, getattr(signal, f"SIG{name}"))
    wrapper.wait(DEADLINE)
    assert one.code == 128 + getattr(signal, f"SIG{name}")


def test_a_kill_of_the_whole_group_leaves_no_record(job):
    one = job("echo begun; sleep 60")
    wrapper = one.running()
    os.killpg(wrapper.pid, signal.SIGKILL)
    wrapper.wait(DEADLINE)
    assert one.read("end") is None
    assert one.read("start")["pid"] == str(wrapper.pid)


@pytest.mark.parametrize("name", ["TERM", "HUP", "USR1"])
def test_a_wrapper_that_is_told_alone_tells_its_job(job, name):
    one = job("echo begun; sleep 60")
    wrapper = one.running()
    os.kill(wrapper.pid, getattr(signal, f"SIG{name}"))
    wrapper.wait(DEADLINE)
    assert one.code == 128 + getattr(signal, f"SIG{name}")


def test_a_wrapper_passes_on_each_signal_that_it_is_told(job):
    one = job("trap 'echo heard' USR1; echo begun; while [ ! -e enough ]; do sleep 0.05; done; exit 3")
    wrapper = one.running()
    for times in (1, 2, 3):
        until(lambda: listens(wrapper.pid, signal.SIGUSR1), "it has an ear for it again")
        os.kill(wrapper.pid, signal.SIGUSR1)
        until(lambda times=times: one.out.count("heard") == times, f"heard {times} times")
    (one.folder / "enough").touch()
    assert (wrapper.wait(DEADLINE), one.code) == (3, 3)


@pytest.mark.parametrize("name", ["USR1", "USR2"])
def test_a_signal_that_nobody_minds_ends_the_whole_of_a_job(job, name):
    one = job("echo begun; sleep 60; echo after")
    wrapper = one.running()
    os.killpg(wrapper.pid, getattr(signal, f"SIG{name}"))
    wrapper.wait(DEADLINE)
    assert (one.code, "after" in one.out) == (128 + getattr(signal, f"SIG{name}"), False)


def test_a_cancelled_job_is_told_by_its_wrapper_where_the_queue_tells_that_alone(job):
    one = job("echo begun; sleep 60", TUI_BATCH_ALONE="yes")
    wrapper = one.running()
    one.record.with_name("record.cause").write_text("cancelled cancelled by you\n")
    os.kill(wrapper.pid, signal.SIGTERM)
    assert (wrapper.wait(DEADLINE), one.code) == (143, 143)


def test_a_job_that_takes_its_time_to_end_is_waited_for(job):
    one = job("trap 'echo ending; sleep 0.2; echo ended; exit 7' TERM; echo begun; while :; do sleep 0.05; done")
    wrapper = one.running()
    for _ in range(3):  # told more than once
        os.killpg(wrapper.pid, signal.SIGTERM)
        until(lambda: "ending" in one.out, "the job is told")
    wrapper.wait(DEADLINE)
    assert one.code in (7, 143)
    assert one.out.count("begun") == 1


def test_a_job_that_ignores_a_signal_keeps_its_own_end(job):
    one = job("trap '' TERM; echo begun; read x <fifo; exit 9")
    os.mkfifo(one.folder / "fifo")
    wrapper = one.running()
    os.killpg(wrapper.pid, signal.SIGTERM)
    with (one.folder / "fifo").open("w") as fifo:
        fifo.write("go\n")
    wrapper.wait(DEADLINE)
    # About once in a hundred times bash forgets the code of a job that ends just as the wait for it is cut short.
    assert one.code == 9 or ("dash" not in str(one.shell) and one.code == 143)


def test_of_wrappers_that_start_at_once_one_runs_the_command(job):
    one = job("echo begun; exit 3")
    for turn in range(5):
        wrappers = [one.start() for _ in range(4)]
        codes = sorted(wrapper.wait(DEADLINE) for wrapper in wrappers)
        assert codes == [3, 125, 125, 125]  # 125: somebody else has it
        assert one.out.count("begun") == turn + 1
        assert one.code == 3
        for ending in ("start", "end"):
            one.record.with_name(f"record.{ending}").unlink()


def test_a_job_that_was_claimed_is_not_run_again(job):
    one = job("echo begun")
    one.record.with_name("record.start").write_text("")  # by a wrapper that was killed as it began
    assert one.run() == 125
    assert one.out == ""
    assert one.read("end") is None


def test_a_scheduler_may_run_its_own_job_again(job):
    one = job("echo begun; exit 99", TUI_BATCH_JOB_ID="17.3", TUI_BATCH_NATIVE="17.3")
    for turn in (1, 2):
        assert one.run() == 99
        assert one.out.count("begun") == turn
    one.environment |= {"TUI_BATCH_JOB_ID": "18.3", "TUI_BATCH_NATIVE": "18.3"}
    assert one.run() == 125
    assert (one.out.count("begun"), one.read("end")["job"]) == (2, "17.3")


def test_while_it_runs_again_the_former_end_is_none(job):
    one = job("[ -e ../record.end ] && exit 4; exit 3", TUI_BATCH_JOB_ID="17", TUI_BATCH_NATIVE="17")
    one.record.with_name("record.start").write_text("job 17\nindex 7\nhost gone\npid 1\nboot \nclock 1\nok\n")
    one.record.with_name("record.end").write_text("job 17\ncode 0\nclock 2\nok\n")
    assert one.run() == 3
    assert one.code == 3
    assert one.read("start")["host"] == os.uname().nodename


@pytest.mark.parametrize("start", ["", "job 1", "job 17.30\nindex 7\n", "job 17.3x\n"])
def test_a_claim_that_does_not_name_it_is_somebody_elses(job, start):
    one = job("echo begun", TUI_BATCH_JOB_ID="17.3", TUI_BATCH_NATIVE="17.3")
    one.record.with_name("record.start").write_text(start)
    assert one.run() == 125
    assert one.out == ""
    assert one.record.with_name("record.start").read_text() == start


def test_what_was_cancelled_is_not_run_again(job):
    one = job("echo begun; exit 99", TUI_BATCH_JOB_ID="17", TUI_BATCH_NATIVE="17")
    assert one.run() == 99
    one.record.with_name("record.cause").write_text("cancelled by you")
    assert one.run() == 125
    assert one.read("start")["job"] == "17"
    assert one.code == 99


def test_without_its_folder_nothing_is_claimed(job):
    one = job("echo begun")
    shutil.rmtree(one.folder)
    assert one.run() == 125
    assert one.read("start") is None


def test_names_with_anything_in_them(job):
    one = job("echo begun", name='a b $(touch owned) it\'s "q" 🚀\nx')
    assert one.run() == 0
    assert one.code == 0
    assert not list(one.folder.rglob("owned"))


def fill(path):
    with contextlib.suppress(OSError), (path / "filler").open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass


def test_on_a_full_disk_the_job_does_not_start(job, tmp_path):
    with mounted(tmp_path / "small") as small:
        one = job("echo begun")
        one.record = small / "record"
        fill(small)
        assert one.run() == 125
        assert one.out == ""
        assert [path.name for path in small.iterdir()] == ["filler"]  # the claim is given back
        (small / "filler").unlink()
        assert one.run() == 0
        assert one.code == 0


def test_an_end_record_waits_for_room_on_the_disk(job, tmp_path):
    naps = tmp_path / "bin"  # a `sleep` that tells of each nap, and ends it when a file appears
    naps.mkdir()
    (naps / "sleep").write_text('#!/bin/sh\necho nap\nread x <"$NAPS/fifo"\n')
    (naps / "sleep").chmod(0o755)
    os.mkfifo(naps / "fifo")
    with mounted(tmp_path / "small") as small:
        one = job("echo begun; exit 3", PATH=f"{naps}:{os.environ['PATH']}", NAPS=str(naps))
        one.record = small / "record"
        one.folder.joinpath("command").write_text(f"cat /dev/zero >{small}/filler; echo begun; exit 3")
        wrapper = one.start()
        until(lambda: "nap" in one.out, "there is no room for the end record")
        assert not one.read("end")  # none, or one that is not whole and does not count
        (small / "filler").unlink()
        (naps / "fifo").write_text("wake\n")
        assert wrapper.wait(DEADLINE) == 3
        assert one.code == 3
