"""Finding a word in a log, whatever its size."""

import pytest

from tui_batch.widgets import log_search
from tui_batch.widgets.log_file import LogFile
from tui_batch.widgets.log_search import Finder, Scan, Stopped, word


@pytest.fixture(params=[1 << 18, 7, 16], ids=["whole", "7", "16"])
def chunk(request, monkeypatch):
    monkeypatch.setattr(log_search, "CHUNK", request.param)


class Counting(LogFile):
    """Says how much was read."""

    read_bytes = 0

    def read_into(self, buffer, offset):
        got = super().read_into(buffer, offset)
        self.read_bytes += got
        return got


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log"
    path.write_text("".join(f"line {n}\n" for n in range(200)) + "no Größe\nend")
    file = Counting(path)
    file.size()
    yield file
    file.close()


def places(file, text, start=0):
    """Where the word stands, found downwards."""
    finder, found = Finder(word(text)), []
    while (hit := finder.next(file, start, Scan())) is not None:
        found.append(hit)
        start = hit + 1
    return found


def places_up(file, text):
    finder, found, end = Finder(word(text)), [], file.size()
    while (hit := finder.previous(file, end, Scan())) is not None:
        found.append(hit)
        end = hit
    return found


@pytest.mark.parametrize("text", ["line 15", "LINE 15", "e 1", "end", "d", "größe", "Größe", "GRÖSSE", "0\nl"])
def test_all_places_both_ways(log, chunk, text):
    whole = log.path.read_text()
    if text == text.lower():
        whole = whole.lower()
    raw, needle = whole.encode(), text.encode()
    wanted = [at for at in range(len(raw)) if raw.startswith(needle, at)]
    assert places(log, text) == wanted
    assert places_up(log, text) == wanted[::-1]


def test_a_word_across_the_border_of_two_chunks(tmp_path):
    for shift in range(-12, 2):
        path = tmp_path / f"log{shift + 12}"
        at = log_search.CHUNK + shift
        path.write_bytes(b"." * at + b"NEEDLE" + b"." * log_search.CHUNK)
        file = LogFile(path)
        file.size()
        for text in ("NEEDLE", "needle"):
            assert places(file, text) == places_up(file, text) == [at]
        file.close()


def test_any_case_only_without_a_capital(log):
    assert places(log, "größe")
    assert not places(log, "Line")
    assert len(places(log, "line")) == 200


def test_what_is_known_is_not_read_again(log):
    finder = Finder(word("nowhere"))
    assert finder.next(log, 0, Scan()) is None
    before = log.read_bytes
    assert finder.next(log, 50, Scan()) is None
    assert finder.previous(log, 1000, Scan()) is None
    assert log.read_bytes - before < 50


def test_what_was_written_at_the_end_meanwhile_is_found(log, chunk):
    finder = Finder(word("the end is here"))
    for more in (" the e", "nd is", " here", " more"):
        assert (finder.next(log, 0, Scan()) is None) == (more != " more")
        assert (finder.previous(log, log.size(), Scan()) is None) == (more != " more")
        with log.path.open("a") as file:
            file.write(more)


def test_a_search_goes_on_where_it_was_stopped(log, monkeypatch):
    monkeypatch.setattr(log_search, "CHUNK", 64)
    finder = Finder(word("line 199"))
    with pytest.raises(Stopped):
        finder.next(log, 0, Scan(limit=900))
    scan, anew = Scan(), Scan()
    assert finder.next(log, 0, scan) == Finder(word("line 199")).next(log, 0, anew) > 0
    assert 0 < scan.read <= anew.read - 900
    scan.stopped = True
    with pytest.raises(Stopped):
        Finder(word("nowhere")).previous(log, log.size(), scan)


def test_a_file_that_is_not_there_holds_nothing(tmp_path):
    assert places(LogFile(tmp_path / "none"), "x") == []
