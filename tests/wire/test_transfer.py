"""Files over a connection that breaks, and files that change while they are fetched."""

import os
import resource
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sshd import until

from tui_batch.errors import Refused, Unclear, Unreachable

BIG = 3_000_000


@pytest.fixture
def wired(sshd, tmp_path, opened):
    """A host behind a network, at home in a folder."""
    settings = sshd.login(tmp_path / "home")
    with sshd.wire() as wire:
        host = opened(settings, port=wire.port, command_seconds=2.0)
        host.run("true")
        yield host, wire


@pytest.fixture
def source(tmp_path):
    (tmp_path / "source").write_bytes(os.urandom(BIG))
    return tmp_path / "source"


@pytest.fixture
def there(tmp_path, wired):
    return tmp_path / "home" / "file"


def test_an_upload_that_is_cut_leaves_what_stood_there_and_is_done_again(wired, source, there):
    host, wire = wired
    there.write_text("old")
    wire.after(1_000_000, wire.cut)
    with pytest.raises(Unreachable, match="connection was lost"):
        host.put(source, "~/file")
    assert there.read_text() == "old"
    host.put(source, "~/file")
    assert there.read_bytes() == source.read_bytes()
    until(lambda: [path.name for path in there.parent.iterdir()] == ["file"], "nothing but the file")


def test_an_upload_that_stalls_is_given_up(wired, source, there):
    host, wire = wired
    wire.after(1_000_000, wire.stall)
    with pytest.raises(Unreachable, match=r"no answer in 2 s"):
        host.put(source, "~/file")
    wire.flow()
    assert not there.exists()
    host.put(source, "~/file")
    assert there.read_bytes() == source.read_bytes()


def test_a_slow_upload_is_not_given_up_while_it_moves(wired, source, there):
    host, wire = wired
    wire.delay = 0.05
    host.put(source, "~/file")
    assert there.read_bytes() == source.read_bytes()


def test_a_file_that_shrinks_while_it_is_sent_is_not_put_there(wired, source, there):
    host, wire = wired
    wire.after(500_000, lambda: os.truncate(source, 600_000))
    with pytest.raises((Unreachable, Refused)):
        host.put(source, "~/file")
    assert not there.exists()
    assert host.run("echo on").out == "on\n"


def test_a_file_that_grows_while_it_is_sent_is_never_taken_for_commands(wired, source, there, tmp_path):
    host, wire = wired

    def grow():
        with source.open("ab") as file:
            file.write(f"\nx\ntouch {tmp_path}/carried-out\n".encode() * 1000)

    wire.after(500_000, grow)
    host.put(source, "~/file")
    assert there.stat().st_size == BIG
    assert not (tmp_path / "carried-out").exists()


def test_a_full_disk_there_is_refused(sshd, tmp_path, opened, source):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".bashrc").write_text("ulimit -f 1000\n")
    host = opened(sshd.login(tmp_path / "home"))
    with pytest.raises(Refused, match=r"~/file cannot be written.*What stood there is as it was"):
        host.put(source, "~/file")
    assert [path.name for path in (tmp_path / "home").iterdir()] == [".bashrc"]


def test_a_download_that_is_cut_goes_on_where_it_broke(wired, source, there, tmp_path):
    host, wire = wired
    there.write_bytes(source.read_bytes())
    part, stalled = tmp_path / "back.part", threading.Event()
    wire.after(1_500_000, lambda: (wire.stall(), stalled.set()))
    with ThreadPoolExecutor() as apart:
        fetched = apart.submit(host.get, "~/file", tmp_path / "back")
        assert stalled.wait(10)
        until(lambda: part.exists() and part.stat().st_size > 500_000, "what came before the cut")
        wire.cut()
        wire.flow()
        with pytest.raises(Unreachable):
            fetched.result()
    assert not (tmp_path / "back").exists()
    kept = part.stat().st_size
    assert kept < BIG
    before = wire.carried
    host.get("~/file", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == source.read_bytes()
    assert not (tmp_path / "back.part").exists()
    assert wire.carried - before < BIG - kept + 100_000


@pytest.mark.parametrize("change", ["begins otherwise", "is shorter", "is gone", "is damaged here"])
def test_what_was_fetched_of_another_file_is_not_gone_on_with(wired, source, there, tmp_path, change):
    host, wire = wired
    there.write_bytes(source.read_bytes())
    wire.after(1_500_000, wire.cut)
    with pytest.raises(Unreachable):
        host.get("~/file", tmp_path / "back")
    if change == "begins otherwise":
        there.write_bytes(b"!" + source.read_bytes())
    elif change == "is shorter":
        there.write_bytes(b"short")
    elif change == "is gone":
        there.unlink()
        with pytest.raises(Refused, match="there is no such file"):
            host.get("~/file", tmp_path / "back")
        return
    else:
        with (tmp_path / "back.part").open("r+b") as part:
            part.write(b"!!!")
    host.get("~/file", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == there.read_bytes()


def test_a_file_that_changes_while_it_is_fetched_is_fetched_anew(wired, source, there, tmp_path):
    host, wire = wired
    there.write_bytes(source.read_bytes())

    def change():
        with there.open("r+b") as file:
            file.write(b"changed!")

    wire.after(1_500_000, change)
    host.get("~/file", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == there.read_bytes()


def test_a_download_that_finds_no_room_here_is_refused(wired, source, there, tmp_path):
    host, _ = wired
    there.write_bytes(source.read_bytes())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, limits[1]))
    try:
        with pytest.raises(Refused, match=rf"{tmp_path}/back cannot be written: File too large"):
            host.get("~/file", tmp_path / "back")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    with pytest.raises(Refused, match="cannot be written"):
        host.get("~/file", tmp_path / "no" / "back")
    assert host.run("echo on").out == "on\n"


def test_commands_go_on_beside_a_transfer(wired, source, there):
    host, wire = wired
    wire.delay = 0.02
    sending = threading.Thread(target=host.put, args=(source, "~/file"))
    sending.start()
    said = [host.run(f"echo {number}").out for number in range(5)]
    sending.join()
    assert said == [f"{number}\n" for number in range(5)]
    assert there.read_bytes() == source.read_bytes()


def test_a_piece_that_is_not_heard_is_unreachable_and_a_command_unclear(sshd, tmp_path, opened):
    settings = sshd.login(tmp_path / "home")
    (tmp_path / "home" / "file").write_text("x")
    with sshd.wire() as wire:
        host = opened(settings, port=wire.port, command_seconds=0.5)
        for call, error in ((lambda: host.read("~/file", 0, 1), Unreachable), (lambda: host.run("true"), Unclear)):
            assert host.read("~/file", 0, 1) == b"x"
            wire.stall()
            with pytest.raises(error):
                call()
            wire.flow()


@pytest.mark.parametrize("what", ["cut", "stall"])
def test_wherever_it_breaks_every_call_either_answers_or_says_that_it_did_not(sshd, tmp_path, opened, what):
    settings = sshd.login(tmp_path / "home")
    (tmp_path / "source").write_bytes(os.urandom(70_000))
    with sshd.wire() as wire:
        seconds = 10.0 if what == "cut" else 0.8
        host = opened(settings, port=wire.port, command_seconds=seconds, connect_seconds=seconds)
        calls = [
            lambda: host.run("echo on").out == "on\n",
            lambda: host.run("cat", b"x" * 50_000).out == "x" * 50_000,
            lambda: host.put(tmp_path / "source", "~/file") is None,
            lambda: host.read("~/file", 0, 100) == (tmp_path / "source").read_bytes()[:100],
            lambda: host.get("~/file", tmp_path / "back") is None,
        ]
        assert all(call() for call in calls)
        for count in range(20, 400_000, 40_000 if what == "cut" else 150_000):
            wire.after(count, getattr(wire, what))
            for call in calls * 2:
                try:
                    assert call()
                except (Unreachable, Unclear):
                    wire.flow()
        assert all(call() for call in calls)
    assert (tmp_path / "back").read_bytes() == (tmp_path / "source").read_bytes()
