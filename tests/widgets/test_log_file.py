"""Reading a log by offset."""

from itertools import islice

import pytest

from tui_batch.widgets import log_file
from tui_batch.widgets.log_file import LogFile, RawLine


@pytest.fixture(params=[1 << 15, 64], ids=["whole", "pieces"])
def piece(request, monkeypatch):
    monkeypatch.setattr(log_file, "PIECE", request.param)
    monkeypatch.setattr(log_file, "CHUNK", 2 * request.param)
    return request.param


@pytest.fixture
def opened(tmp_path):
    """Makes a log of these bytes and opens it."""
    files = []

    def make(raw):
        path = tmp_path / f"log{len(files)}"
        path.write_bytes(raw)
        files.append(LogFile(path))
        assert files[-1].size() == len(raw)
        return files[-1]

    yield make
    for file in files:
        file.close()


NUMBERED = b"".join(b"line %d\n" % n for n in range(200)) + b"no end"


def test_the_lines_from_an_offset_on(opened, piece):
    file = opened(NUMBERED)
    assert list(islice(file.below(0), 3)) == [(0, b"line 0\n"), (7, b"line 1\n"), (14, b"line 2\n")]
    assert [line.raw for line in islice(file.below(14), 2)] == [b"line 2\n", b"line 3\n"]
    assert b"".join(line.raw for line in file.below(0)) == NUMBERED
    assert len(list(file.below(0))) == 201


@pytest.mark.parametrize("raw", [NUMBERED, b"", b"\n", b"\n\n\n", b"x" * 1000 + b"\nend\n" + b"y" * 500,
                                 (b"z" * 63 + b"\n") * 9, (b"z" * 200 + b"\n" + b"z\n" * 40) * 3])  # fmt: skip
def test_up_meets_the_same_lines_as_down(opened, piece, raw):
    file = opened(raw)
    down = list(file.below(0))
    assert list(file.above(len(raw))) == down[::-1]
    assert b"".join(line.raw for line in down) == raw
    for line in down:
        assert list(file.above(line.start)) == [one for one in down[::-1] if one.start < line.start]
        assert list(file.below(line.start)) == [one for one in down if one.start >= line.start]
        assert {file.start(offset) for offset in range(line.start, line.end)} == {line.start}
        assert len(line.raw) <= 2 * piece


def test_a_line_without_an_end_comes_in_pieces(opened):
    file = opened(b"head\n" + b"x" * 3_000_000)
    lines = list(file.below(0))
    assert max(len(line.raw) for line in lines) <= 2 * log_file.PIECE
    assert lines[0] == RawLine(0, b"head\n")


def test_a_file_that_is_not_there_is_empty_until_it_comes(tmp_path):
    file = LogFile(tmp_path / "later")
    assert (file.size(), list(file.below(0)), list(file.above(0)), file.start(5)) == (0, [], [], 0)
    (tmp_path / "later").write_text("here\n")
    assert file.size() == 5
    assert list(file.below(0)) == [(0, b"here\n")]
    file.close()


def test_a_file_that_was_replaced_is_read_anew(tmp_path):
    path = tmp_path / "log"
    path.write_text("old\n")
    file = LogFile(path)
    file.size()
    (tmp_path / "new").write_text("new\n")
    (tmp_path / "new").rename(path)
    file.size()
    assert list(file.below(0)) == [(0, b"new\n")]
    file.close()


def test_a_file_that_vanished_is_still_read(opened):
    file = opened(b"last words\n")
    file.path.unlink()
    assert file.size() == 11
    assert list(file.below(0)) == [(0, b"last words\n")]


def test_a_file_that_became_shorter_while_it_is_read(opened):
    file = opened(b"x\n" * 100_000)
    up, down = file.above(200_000), file.below(0)
    next(up), next(down)
    with file.path.open("r+b") as cut:
        cut.truncate(6)
    assert len(list(down)) <= log_file.CHUNK
    assert len(list(up)) <= log_file.CHUNK
    assert list(file.below(0)) == [(0, b"x\n"), (2, b"x\n"), (4, b"x\n")]


def test_a_pipe_is_not_waited_for(tmp_path):
    import os

    os.mkfifo(tmp_path / "pipe")
    file = LogFile(tmp_path / "pipe")
    assert file.size() == 0
    assert list(file.below(0)) == []
    file.close()
