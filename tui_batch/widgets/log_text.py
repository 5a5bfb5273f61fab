"""What a line of a log reads like: without escapes, by what carriage returns left, cut to the width of the screen."""

import re
from collections.abc import Iterator

from rich.cells import get_character_cell_size

from tui_batch.widgets.log_search import Expression
from tui_batch.widgets.printable import printable

# Colours and cursor movements that programs write for a terminal, and titles set by them.
_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_GULP = 1 << 9  # what is made printable is remembered: only pieces of this length

# Words that say that something went wrong; but not `0 errors`, `no error`, `failed: 0`, `error=0.02`, `error.log`.
_BEGIN = r"(?:(?<!\w)|(?<=[\[;\d]m))"  # a colour may end right before
_ERROR = (
    rf"(?:{_BEGIN}(?<!\b0 )(?<!\bno )(?i:error|exception|traceback|fatal|critical|fail(?:ed|ure|s)?|panic"
    r"|abort(?:ed|ing)?|killed|segmentation fault|segfault|out of memory)|(?<=[A-Za-z])(?:Error|Exception))"
    r"(?!\w|[-./]\w|\s*[=:]\s*0\b|\s*[=:]?\s*[-+]?\d*(?:\.\d|\d[eE][-+]))"
)
_CLUES = ("error", "exception", "traceback", "fatal", "critical", "fail", "panic", "abort", "killed",
          "segmentation fault", "segfault", "out of memory")  # fmt: skip
ERRORS = Expression(_ERROR.encode(), tuple(clue.encode() for clue in _CLUES), reach=64)
ERROR = re.compile(_ERROR, re.ASCII)


def plain(raw: bytes) -> str:
    """The text without what programs write for a terminal."""
    return _ESCAPES.sub(b"", raw).decode("utf-8", "replace").expandtabs()


def pieces(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """What stands between the carriage returns of a line, each with its place; a line has at least one."""
    body = raw.rstrip(b"\r\n")
    start = 0
    while (end := body.find(b"\r", start)) >= 0:
        if end > start:
            yield start, body[start:end]
        start = end + 1
    yield start, body[start:]


def last_piece(raw: bytes) -> tuple[int, bytes]:
    """The last of them: what a terminal would show in the end."""
    body = raw.rstrip(b"\r\n")
    start = body.rfind(b"\r") + 1
    return start, body[start:]


def drawn(text: str) -> str:
    """Any text, however long, made printable."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(printable(text[at : at + _GULP]) for at in range(0, len(text), _GULP))


def cut(text: str, left: int, width: int) -> tuple[int, int, int]:
    """Which characters stand in the cells from `left` on, and how many cells are blank because of a halved one."""
    if text.isascii():
        return min(left, len(text)), min(left + width, len(text)), 0
    begin = at = 0
    while begin < len(text) and at < left:
        at += get_character_cell_size(text[begin])
        begin += 1
    blank = max(0, at - left)
    return begin, _fitting(text, begin, width - blank), blank


def folds(text: str, width: int) -> list[tuple[int, int]]:
    """The text in pieces of this width: where each begins and ends."""
    if text.isascii():
        return [(at, min(at + width, len(text))) for at in range(0, len(text) or 1, width)]
    found: list[tuple[int, int]] = []
    begin = 0
    while begin < len(text) or not found:
        end = max(_fitting(text, begin, width), begin + 1)
        found.append((begin, end))
        begin = end
    return found


def _fitting(text: str, begin: int, width: int) -> int:
    """Where to end what begins there, to stay in the width."""
    for end in range(begin, len(text)):
        width -= get_character_cell_size(text[end])
        if width < 0:
            return end
    return len(text)
