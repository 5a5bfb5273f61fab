"""What goes wrong while jobs are staged, sent and fetched: nothing twice, nothing lost, one sentence for the person."""

import contextlib
import os
import shutil
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from mounting import mounted
from sshd import until
from worlds.hosts import Batches, Counting, run_task, tree

from tui_batch.backends import nobody
from tui_batch.backends.hosted import errand
from tui_batch.backends.hosted.journal import Call
from tui_batch.backends.hosted.parcel import group
from tui_batch.backends.hosted.staging import Staging
from tui_batch.errors import Refused, Unclear, Unreachable
from tui_batch.wire.host import HostSettings, open_host


@pytest.fixture
def batches(tmp_path):
    made = Batches(tmp_path / "store")
    yield made
    made.close()


@pytest.fixture
def opened():
    """Open a host with these settings; closed after the test."""
    hosts = []

    def open_one(**settings):
        hosts.append(open_host(HostSettings(**settings), nobody))
        return hosts[-1]

    yield open_one
    for host in hosts:
        host.close()


def persist(doing, tries=5):
    """Do as the courier does with a target that is not reached: once more, later."""
    for _ in range(tries):
        try:
            return doing()
        except (Unreachable, Unclear):
            pass
    return doing()


# -- the host's own trouble --------------------------------------------------------------------------------------------


def test_a_full_disk_is_said_and_what_was_half_made_does_not_count(opened, batches, tmp_path):
    batch, files, jobs = batches.make([f"echo {os.urandom(400).hex()}" for _ in range(40)])
    with mounted(tmp_path / "small", "size=1m") as small:
        filler, folder = small / "filler", small / "work" / jobs[0].submission
        staging = Staging(opened(), str(small / "work"))
        for room in (4, 8, 20, 40, 100, 200, 400):  # kB: it is full at one step after the other
            filler.write_bytes(bytes((1024 - room) * 1024))
            with pytest.raises(Refused, match=r"No space left"):
                staging.stage(batch, files, jobs)
            assert not list(folder.glob("staged/*"))
            filler.unlink()
        staging.stage(batch, files, jobs)
        assert not list(folder.glob("incoming/*"))
        assert run_task(str(folder), group(jobs), 40, "7.40") == 0


def test_a_full_disk_keeps_results_there_until_there_is_room(opened, batches, tmp_path):
    batch, files, jobs = batches.make(["head -c 100000 /dev/urandom >result"] * 2)
    with mounted(tmp_path / "small", "size=512k") as small:
        staging = Staging(opened(), str(small / "work"))
        staging.stage(batch, files, jobs)
        for line in (1, 2):
            assert run_task(staging.path(jobs[0].submission), group(jobs), line, f"7.{line}") == 0
        filler = small / "filler"
        filler.write_bytes(bytes(150 * 1024))
        with pytest.raises(Refused):
            list(staging.collect(batch, files, jobs, tmp_path / "into"))
        filler.unlink()
        assert list(staging.collect(batch, files, jobs, tmp_path / "into")) == jobs
    assert [len((tmp_path / "into" / job.name / "result").read_bytes()) for job in jobs] == [100000] * 2


def test_a_read_only_disk_is_said(opened, batches, tmp_path):
    batch, files, jobs = batches.make(["true"])
    with mounted(tmp_path / "small", "ro") as small:
        staging = Staging(opened(), str(small / "work"))
        with pytest.raises(Refused, match=r"work.* cannot be made: .*Read-only file system"):
            staging.stage(batch, files, jobs)


# All that a host needs.
PROGRAMS = """
awk cat chmod date env find grep gzip hostname ls mkdir mv rm rmdir sed setsid sh sleep tail tar uname xargs
"""


@pytest.fixture
def without(tmp_path, monkeypatch):
    """Take programs off the path."""

    def take(*names):
        folder = tmp_path / "bin"
        folder.mkdir()
        programs = {name: shutil.which(name) for name in PROGRAMS.split()} | {"python3": sys.executable}
        for name in programs.keys() - names:
            (folder / name).symlink_to(programs[name])
        monkeypatch.setenv("PATH", str(folder))

    return take


def test_without_tar_python_unpacks(opened, batches, tmp_path, without):
    without("tar", "setsid")
    batch, files, jobs = batches.make(["cat tool"], shared=["tool"])
    staging = Staging(opened(), str(tmp_path / "work"))
    staging.stage(batch, files, jobs)
    assert run_task(staging.path(jobs[0].submission), group(jobs), 1, "7") == 0
    with pytest.raises(Refused, match="there is no tar"):
        list(staging.collect(batch, files, jobs, tmp_path / "into"))


def test_with_neither_tar_nor_python_it_is_said(opened, batches, tmp_path, without):
    without("tar", "python3")
    batch, files, jobs = batches.make(["true"])
    staging = Staging(opened(), str(tmp_path / "work"))
    with pytest.raises(Refused, match=r"neither tar nor python3 .* Nothing was sent"):
        staging.stage(batch, files, jobs)


def test_results_that_change_while_they_are_read_come_another_time(opened, batches, tmp_path):
    batch, files, jobs = batches.make(["echo x >x"] * 3)
    staging = Staging(opened(), str(tmp_path / "work"))
    staging.stage(batch, files, jobs)
    folder = staging.path(jobs[0].submission)
    for line in (1, 2, 3):
        run_task(folder, group(jobs), line, f"7.{line}")
    path = Path(folder, "jobs", "1", jobs[1].name, "growing")
    with path.open("wb") as file:
        file.truncate(1 << 25)
        file.seek(0, os.SEEK_END)
        over = threading.Event()

        def grow():
            while not over.wait(0.001):
                file.write(b"more")
                file.flush()

        writer = threading.Thread(target=grow)
        writer.start()
        got = []
        with pytest.raises(Refused, match="growing: file changed as we read it"):
            got.extend(staging.collect(batch, files, jobs, tmp_path / "into"))
        over.set()
        writer.join()
    assert not got or got == [jobs[0], jobs[2]]
    assert not (tmp_path / "into" / jobs[1].name).exists()
    path.write_text("grown")
    assert list(staging.collect(batch, files, jobs, tmp_path / "into"))[-1] == jobs[1]
    assert tree(tmp_path / "into" / jobs[1].name) == {"growing": "grown", "x": "x\n"}


# -- the connection ----------------------------------------------------------------------------------------------------


def test_calls_go_on_without_the_connection_and_are_made_once(opened, sshd, batches, tmp_path):
    batch, files, jobs = batches.make(["true"])
    host = opened(**sshd.login(tmp_path / "home"))
    staging, submission = Staging(host, str(tmp_path / "work")), jobs[0].submission
    staging.stage(batch, files, jobs)
    os.mkfifo(tmp_path / "gate")
    calls = [Call(str(number), f"echo {number}; echo {number} >>{tmp_path}/made") for number in range(4)]
    calls[1] = replace(calls[1], script=f"echo begun >{tmp_path}/begun; cat {tmp_path}/gate >&2; {calls[1].script}")
    lost = []

    def send():
        try:
            staging.send(submission, calls)
        except (Unclear, Unreachable) as error:
            lost.append(error)

    sender = threading.Thread(target=send)
    sender.start()
    until((tmp_path / "begun").exists, "the second call begins")
    sshd.cut()
    sender.join(20)
    assert [type(error) for error in lost] == [Unclear]
    leave = next(Path(staging.path(submission, "errands")).glob("send.*.go"))

    def open_the_gate():
        until(lambda: not leave.exists(), "the journal is being read")  # which takes back the leave to make more calls
        (tmp_path / "gate").write_text("go")

    threading.Thread(target=open_the_gate).start()
    states = {key: sent.state for key, sent in staging.journal(submission).items()}
    assert states == {"0": "done", "1": "done"}  # the runner has ended: the others were certainly never made
    sent = staging.send(submission, calls)
    assert [(sent[key].state, sent[key].out) for key in "0123"] == [("done", f"{key}\n") for key in "0123"]
    assert (tmp_path / "made").read_text().split() == ["0", "1", "2", "3"]


def test_what_takes_longer_than_a_question_is_asked_for_again(opened, batches, tmp_path, monkeypatch):
    monkeypatch.setattr(errand, "_PATIENCE", 1)
    host = Counting(opened())
    batch, files, jobs = batches.make(["true"])
    staging = Staging(host, str(tmp_path / "work"))
    staging.stage(batch, files, jobs)
    os.mkfifo(tmp_path / "gate")
    asked, sent = len(host.calls), {}
    call = Call("slow", f"cat {tmp_path}/gate; echo x >>{tmp_path}/made")
    sender = threading.Thread(target=lambda: sent.update(staging.send(jobs[0].submission, [call])))
    sender.start()
    until(lambda: len(host.calls) >= asked + 2, "it asks again")
    (tmp_path / "gate").write_text("go\n")
    sender.join(20)
    assert (sent["slow"].state, sent["slow"].out) == ("done", "go\n")
    assert (tmp_path / "made").read_text() == "x\n"


class Leaving(Counting):
    """A host that is gone when it is asked for the second time."""

    def __init__(self, host, sshd):
        super().__init__(host)
        self.sshd = sshd

    def run(self, script, given=b"", seconds=None):
        if self.calls:
            self.sshd.stop()
            self.sshd.cut()
            until(lambda: not self.sshd.connections(), "nobody is connected")
        return super().run(script, given, seconds)


def test_what_was_begun_is_in_doubt_when_nobody_can_be_asked_how_it_went(sshd, opened, tmp_path, monkeypatch):
    monkeypatch.setattr(errand, "_PATIENCE", 1)
    host = Leaving(opened(**sshd.login(tmp_path / "login")), sshd)
    os.mkfifo(tmp_path / "gate")
    try:
        with pytest.raises(Unclear, match="making calls was begun"):
            errand.carry_out(host, str(tmp_path), "send.1", f"cat {tmp_path}/gate", "making calls")
    finally:
        sshd.start()
        (tmp_path / "gate").write_text("go")


def test_what_ended_counts_although_nobody_can_tidy_up(opened, tmp_path):
    done = errand.carry_out(opened(), str(tmp_path), "send.1", "mkdir errands/send.1.d; echo here", "making calls")
    assert (done.code, done.out) == (0, "here\n")


def test_an_errand_that_is_killed_is_not_waited_for(opened, batches, tmp_path):
    batch, files, jobs = batches.make(["true"])
    staging = Staging(opened(), str(tmp_path / "work"))
    staging.stage(batch, files, jobs)
    calls = [Call("first", "kill -KILL $(tail -n 1 errands/send.*.pid | cut -d ' ' -f 1)"), Call("second", "true")]
    with pytest.raises(Unclear, match="did not come to its end"):
        staging.send(jobs[0].submission, calls)
    assert {key: one.state for key, one in staging.journal(jobs[0].submission).items()} == {"first": "doubt"}


def test_two_who_send_the_same_make_each_call_once(opened, batches, tmp_path):
    batch, files, jobs = batches.make(["true"])
    stagings = [Staging(opened(), str(tmp_path / "work")) for _ in range(3)]
    stagings[0].stage(batch, files, jobs)
    calls = [Call(f"key-{number}", f"echo {number} >>{tmp_path}/made; sleep 0.01") for number in range(20)]

    def send(staging):
        with contextlib.suppress(Unclear):  # that another took over
            staging.send(jobs[0].submission, calls)

    threads = [threading.Thread(target=send, args=(one,)) for one in stagings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    sent = stagings[0].send(jobs[0].submission, calls)
    assert {one.state for one in sent.values()} == {"done"}
    assert sorted(map(int, (tmp_path / "made").read_text().split())) == list(range(20))


LIFE = 46_000  # bytes that go through the network in the life that follows


class Life:
    """Jobs from the first step to the last, over a network that is cut somewhere."""

    def __init__(self, staging, batches, into, made):
        self.batch, self.files, self.jobs = batches.make(
            [f"echo {number} >>ran; head -c {3000 * number} /dev/urandom >result" for number in range(4)],
            shared=["tool"],
        )
        self.staging, self.into, self.made = staging, into, made
        name = group(self.jobs)
        # The scheduler is a loop that runs what it is told to, at once.
        self.calls = [
            Call(f"{name}.{line}", f'echo {line} >>{made}; sh ./task.sh "$PWD" {name} {line} 9.{line}')
            for line in range(1, 5)
        ]

    def live(self):
        staging, submission = self.staging, self.jobs[0].submission
        persist(lambda: staging.stage(self.batch, self.files, self.jobs))
        sent = persist(lambda: staging.send(submission, self.calls))
        persist(lambda: staging.set_cause(self.jobs[:1], "cancelled too late"))
        ended = persist(lambda: staging.ended(self.jobs))
        log = persist(lambda: staging.log(self.jobs[0], "out", ""))
        got = persist(lambda: list(staging.collect(self.batch, self.files, self.jobs, self.into)))
        assert {one.state for one in sent.values()} == {"done"}
        assert [ended[job].end["code"] for job in self.jobs] == ["0"] * 4
        assert ended[self.jobs[0]].cause == "cancelled too late"
        assert log.data == b""
        assert {job.index for job in got} == {0, 1, 2, 3}
        assert sorted(self.made.read_text().split()) == ["1", "2", "3", "4"]
        for number, job in enumerate(self.jobs):
            assert (self.into / job.name / "ran").read_text() == f"{number}\n"
            assert (self.into / job.name / "result").stat().st_size == 3000 * number
        assert sorted(os.listdir(self.into)) == sorted(job.name for job in self.jobs)


@pytest.mark.parametrize("part", range(16))
def test_a_cut_anywhere_loses_nothing_and_does_nothing_twice(opened, sshd, batches, tmp_path, part):
    with sshd.wire() as wire:
        host = opened(**sshd.login(tmp_path / "home") | {"port": wire.port})
        life = Life(Staging(host, str(tmp_path / "work")), batches, tmp_path / "into", tmp_path / "made")
        cuts = []

        def cut():
            cuts.append(part)
            (sshd if part % 2 else wire).cut()

        wire.after(part * LIFE // 16, cut)
        life.live()
        assert cuts


def test_large_results_are_gone_on_with_where_they_broke(opened, sshd, batches, tmp_path):
    size = 8 << 20
    with sshd.wire() as wire:
        host = opened(**sshd.login(tmp_path / "home") | {"port": wire.port})
        batch, files, jobs = batches.make([f"head -c {size} /dev/urandom >result"])
        staging = Staging(host, str(tmp_path / "work"))
        staging.stage(batch, files, jobs)
        assert run_task(staging.path(jobs[0].submission), group(jobs), 1, "7") == 0
        before = wire.carried
        wire.after(size * 3 // 4, wire.cut)
        with pytest.raises(Unreachable):
            list(staging.collect(batch, files, jobs, tmp_path / "into"))
        assert list(staging.collect(batch, files, jobs, tmp_path / "into")) == jobs
        assert wire.carried - before < size * 1.5
    there = Path(staging.path(jobs[0].submission, "jobs", "1", jobs[0].name, "result"))
    assert (tmp_path / "into" / jobs[0].name / "result").read_bytes() == there.read_bytes()
