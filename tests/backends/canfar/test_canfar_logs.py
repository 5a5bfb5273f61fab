"""What sessions wrote, from a service that gives all of it each time, slowly, or half of it."""

from dataclasses import replace

import pytest
from sshd import until
from worlds.asking import ended, send, take

from tui_batch.backends.canfar import service
from tui_batch.errors import Unclear, Unreachable


def test_bytes_of_a_log_that_come_in_small_pieces_come_all(world, backend, skaha):
    skaha.ways.log_piece, skaha.ways.log_pause = 97, 0.001
    [job] = send(world, backend, "printf '\\377\\376\\000a\\r\\n'; seq 2000; printf 'no end of a line'")
    world.watch(backend, ended(1))
    numbers = "".join(f"{number}\n" for number in range(1, 2001)).encode()
    assert backend.tail(job, "out", "").data == b"\xff\xfe\0a\r\n" + numbers + b"no end of a line"


@pytest.mark.parametrize("how", ["cut", "short", "reset", 500, 503])
def test_a_log_that_breaks_off_is_read_anew(world, backend, skaha, how):
    [job] = send(world, backend, "seq 2000")
    world.watch(backend, ended(1))
    skaha.pull("logs", how, times=2)
    with pytest.raises(Unclear if how == 500 else Unreachable):  # a 500 says nothing of the service as a whole
        backend.tail(job, "out", "")
    skaha.calm()
    assert backend.tail(job, "out", "").data.endswith(b"\n1999\n2000\n")


def test_a_log_grows_and_only_what_is_new_is_told(world, backend, skaha):
    go, more = (f"until [ -e {world.folder}/{word} ]; do sleep 0.02; done" for word in ("go", "more"))
    [job] = send(world, backend, f"echo one; {more}; echo two; {go}")
    first = until(lambda: (chunk := backend.tail(job, "out", "")).data and chunk, "it has written")
    assert first.data == b"one\n" and first.wait > 0
    assert backend.tail(job, "out", first.cursor).data == b""
    (world.folder / "more").touch()
    second = until(lambda: (chunk := backend.tail(job, "out", first.cursor)).data and chunk, "it has written more")
    assert second.data == b"two\n"
    (world.folder / "go").touch()
    world.watch(backend, ended(1))
    assert backend.tail(job, "out", second.cursor).data == b""  # the line that is ours is not the job's


def test_of_a_log_whose_beginning_is_dropped_what_is_left_is_told(world, backend, skaha):
    [job] = send(world, backend, "seq 1000; sleep 60")
    until(lambda: backend.tail(job, "out", "").data.endswith(b"\n1000\n"), "it has written")
    first = backend.tail(job, "out", "")
    skaha.ways.log_kept = 100
    told = backend.tail(job, "out", first.cursor)
    assert b"no longer" in told.data and told.data.endswith(b"\n999\n1000\n")
    assert backend.tail(job, "out", told.cursor).data == b""


def test_of_what_was_sent_twice_the_log_is_that_of_the_session_which_ran(world, backend, skaha):
    batch, files, jobs = world.batch(["echo said; exit 3"])
    taken = []
    for _ in range(2):
        take(taken, backend, batch, files, jobs)
    for one in taken:
        job = replace(jobs[0], id=one.id)
        world.jobs = [job]
        assert world.watch(backend, ended(1))[job.id].exit_code == 3
        assert backend.tail(job, "out", "").data == b"said\n"


def test_events_are_told_as_they_are_and_none_as_nothing(world, backend, skaha):
    skaha.ways.waits = "queue"
    [job] = send(world, backend, "true")
    assert backend.tail(job, "events", "").data == b""
    skaha.go()
    world.watch(backend, ended(1))
    assert b"Pulling image" in backend.tail(job, "events", "").data


def test_of_a_log_that_is_too_much_the_last_is_brought_and_how_its_job_ended(world, backend, skaha, monkeypatch):
    monkeypatch.setattr(service, "MOST", 1000)
    [job] = send(world, backend, f"seq 1000; until [ -e {world.folder}/go ]; do sleep 0.02; done; exit 3")
    first = until(
        lambda: (chunk := backend.tail(job, "out", "")).data.endswith(b"\n1000\n") and chunk, "it has written"
    )
    assert b"may be missing here" in first.data and first.data.count(b"\n900\n") == 1
    assert backend.tail(job, "out", first.cursor).data == b""
    (world.folder / "go").touch()
    assert world.watch(backend, ended(1))[job.id].exit_code == 3
    last = backend.tail(job, "out", first.cursor)
    assert last.whole and last.data == b""
