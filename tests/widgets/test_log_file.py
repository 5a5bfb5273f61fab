"""Reading a log by offset."""

import pytest

from tui_batch.widgets import log_file
from tui_batch.widgets.log_file import LogFile, shown


@pytest.fixture(params=[1 << 16, 64], ids=["whole", "pieces"])
def chunk(request, monkeypatch):
    monkeypatch.setattr(log_file, "CHUNK", request.param)


@pytest.fixture
def log(tmp_path, chunk):
    path = tmp_path / "log"
    path.write_bytes(b"".join(b"line %d\n" % n for n in range(200)) + b"no end")
    file = LogFile(path)
    file.size()
    yield file
    file.close()


def test_the_lines_from_an_offset_on(log):
    first = log.lines(0, 3)
    assert first == [(0, b"line 0"), (7, b"line 1"), (14, b"line 2")]
    assert [line for _, line in log.lines(first[2][0], 2)] == [b"line 2", b"line 3"]
    assert log.lines(0, 1000)[-1][1] == b"no end"
    assert len(log.lines(0, 1000)) == 201


@pytest.mark.parametrize("count", [1, 2, 23, 150, 201, 999])
def test_back_is_the_opposite_of_forward(log, count):
    start = log.back(log.size(), count)
    assert len(log.lines(start, 999)) == min(count, 201)


def test_a_line_longer_than_a_piece_comes_in_pieces(tmp_path, chunk):
    path = tmp_path / "log"
    path.write_bytes(b"x" * 200_000 + b"\nend\n")
    file = LogFile(path)
    file.size()
    lines = file.lines(0, 99_999)
    assert lines[-1][1] == b"end"
    assert all(len(line) <= log_file.LONGEST for _, line in lines)
    file.close()


def test_searching_both_ways(log):
    at = log.find(b"LINE 150", 0)
    assert log.lines(at, 1)[0][1] == b"line 150"
    assert log.find(b"line 150", at + 1) is None
    assert log.find_before(b"line 15", at) < at
    assert log.find_before(b"line 150", at + 8) == at
    assert log.find(b"nowhere", 0) is log.find_before(b"nowhere", 999) is None


def test_a_file_that_is_not_there_is_empty_until_it_comes(tmp_path):
    file = LogFile(tmp_path / "later")
    assert (file.size(), file.lines(0, 5), file.back(0, 5), file.find(b"x", 0)) == (0, [], 0, None)
    (tmp_path / "later").write_text("here\n")
    assert file.size() == 5
    assert file.lines(0, 5) == [(0, b"here")]
    file.close()


def test_a_file_that_was_replaced_is_read_anew(tmp_path):
    path = tmp_path / "log"
    path.write_text("old\n")
    file = LogFile(path)
    file.size()
    (tmp_path / "new").write_text("new\n")
    (tmp_path / "new").rename(path)
    file.size()
    assert file.lines(0, 1) == [(0, b"new")]
    file.close()


def test_a_line_as_a_terminal_leaves_it():
    assert shown(b"10%\r50%\r99%") == "99%"
    assert shown(b"dos\r") == "dos"
    assert shown(b"\x1b[1;31mERROR\x1b[0m done\x1b]0;title\x07") == "ERROR done"
    assert shown(b"\xff\tx") == "\ufffd       x"
