"""Hunting in a log of which not everything is seen."""

import pytest

from tui_batch.widgets.log_file import LogFile
from tui_batch.widgets.log_hunt import Hunt, word_quarry
from tui_batch.widgets.log_rows import Look
from tui_batch.widgets.log_search import Finder, Scan, Stopped, word


@pytest.fixture
def hunt(tmp_path):
    """Hunts for a word in these bytes; the line that was found."""
    path, files = tmp_path / "log", []

    def run(raw, text, look, forward=True, limit=None):
        path.write_bytes(raw)
        files.append(LogFile(path))
        files[-1].size()
        quarry = word_quarry(text)
        start = 0 if forward else len(raw)
        found = Hunt(quarry, Finder(quarry.pattern), start, forward).run(files[-1], look, Scan(limit))
        return found and found.line.raw

    yield run
    for file in files:
        file.close()


HIDDEN = b"a line\n" * 20_000


@pytest.mark.parametrize("forward", [True, False])
def test_lines_that_the_filter_hides_are_passed_over_at_once(hunt, forward):
    only = Look(only=Finder(word("epoch")))
    raw = HIDDEN + b"x\nx\nepoch line 7\nx\nx\n" + HIDDEN
    assert hunt(raw, "line", only, forward, limit=1 << 22) == b"epoch line 7\n"
    assert hunt(HIDDEN, "line", only, forward, limit=1 << 22) is None


@pytest.mark.parametrize("forward", [True, False])
def test_what_can_never_be_seen_does_not_hold_up_the_program(hunt, forward):
    coloured = b"\x1b[31mred\x1b[0m\n" * 20_000
    with pytest.raises(Stopped):
        hunt(coloured, "[31m", Look(), forward, limit=1 << 21)
    assert hunt(coloured[:130] + b"[31m\n" + coloured[:130], "[31m", Look(), forward) == b"[31m\n"
