"""One function that makes any text fit to be drawn: one line, no control, no surprise for the layout."""

from functools import lru_cache
from unicodedata import category

from rich.cells import cell_len, set_cell_size

# Controls, formats (bidirectional overrides, joiners), surrogates, private, unassigned, line and paragraph separators.
_UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e"}


def printable(text: str) -> str:
    """The text in one line, with every character that is not for drawing shown as an escape."""
    return text if text.isascii() and text.isprintable() else _escaped(text)


def fit(text: str, width: int, right: bool = False, ending: bool = False) -> str:
    """Printable text in exactly this many cells; what is cut, in the middle to keep the ending, is told by a `~`."""
    text = printable(text)
    length = cells(text)
    if length > width:
        if ending and width > 4 and text.isascii():
            return f"{text[: (width - 1) // 2]}~{text[-(width // 2) :]}"
        return set_cell_size(text, width - 1) + "~" if width > 1 else "~" * width
    blank = " " * (width - length)
    return blank + text if right else text + blank


def cells(text: str) -> int:
    """How many cells printable text takes."""
    return len(text) if text.isascii() else cell_len(text)


@lru_cache(maxsize=1024)
def _escaped(text: str) -> str:
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    # A variation selector changes how wide some terminals draw what stands before it, and says nothing by itself.
    if "\ufe00" <= character <= "\ufe0f":
        return ""
    if category(character) not in _UNFIT:
        return " " if category(character) == "Zs" else character
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
