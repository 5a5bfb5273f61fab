"""What a line of a log reads like."""

import pytest
from rich.cells import cell_len

from tui_batch.widgets.log_text import ERROR, ERRORS, cut, drawn, folds, last_piece, pieces, plain


def test_a_line_as_a_terminal_leaves_it():
    assert plain(b"\x1b[1;31mERROR\x1b[0m done\x1b]0;title\x07") == "ERROR done"
    assert plain(b"\xff\tx") == "\ufffd       x"
    assert drawn(plain(b"a\x00\x07b")) == "a\\x00\\x07b"


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (b"10%\r50%\r99%\n", [(0, b"10%"), (4, b"50%"), (8, b"99%")]),
        (b"10%\r50%\r", [(0, b"10%"), (4, b"50%")]),
        (b"\r\rdos\r\n", [(2, b"dos")]),
        (b"\n", [(0, b"")]),
        (b"", [(0, b"")]),
    ],
)
def test_the_pieces_between_carriage_returns(raw, wanted):
    assert list(pieces(raw)) == wanted
    assert last_piece(raw) == wanted[-1]


@pytest.mark.parametrize("text", ["plain text of some length", "日本語テキスト and 日本", "", "é" * 30])
@pytest.mark.parametrize("width", [2, 5, 8, 80])
def test_cutting_and_folding_keep_to_the_width(text, width):
    parts = [text[first:last] for first, last in folds(text, width)]
    assert "".join(parts) == text
    assert parts
    assert all(cell_len(part) <= width for part in parts)
    for column in range(12):
        first, last, blank = cut(text, column, width)
        assert blank + cell_len(text[first:last]) <= width
        assert cell_len(text[:first]) == min(column + blank, cell_len(text))


@pytest.mark.parametrize(
    "line",
    ["ERROR: no seed", "ValueError: bad", "OSError", "an exception", "3 failed", "10 failed", "error: 404", "FATAL",
     "Traceback (most recent call last):", "Segmentation fault (core dumped)", "Killed", "[CRITICAL] x", "FAIL: test_x",
     "\x1b[31mERROR\x1b[0m x", "NullPointerException", "slurmstepd: error: out of memory", "Aborted"],
)  # fmt: skip
def test_lines_that_say_that_something_went_wrong(line):
    raw = line.encode()
    assert 0 <= ERRORS.first(raw, 0, len(raw)) <= ERRORS.last(raw, 0, len(raw))
    assert ERROR.search(plain(raw))


@pytest.mark.parametrize(
    "line",
    ["0 errors", "no error", "0 failed", "failed: 0", "error=0.02", "train error 0.03", "terror", "error=1e-5",
     "mean_error", "wrote error.log", "errors", "skilled", "unfailed"],
)  # fmt: skip
def test_lines_that_do_not(line):
    raw = line.encode()
    assert ERRORS.first(raw, 0, len(raw)) == ERRORS.last(raw, 0, len(raw)) == -1
    assert not ERROR.search(line)
