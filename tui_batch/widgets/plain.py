"""ASCII only: the last thing that happens to what is drawn, where the terminal shows nothing else."""

from functools import lru_cache
from unicodedata import name, normalize

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

# By what is in a character's name; the first that fits.
_LOOKS = {
    "AND": "+", "CROSS": "+", "LIGHT HORIZONTAL": "-", "HEAVY HORIZONTAL": "-", "VERTICAL": "|", "BOX DRAWINGS": "+",
    "BLOCK": "#", "DASH": "-", "SINGLE QUOTATION": "'", "DOUBLE QUOTATION": '"', "BULLET": "*", "MULTIPLICATION": "x",
    "ARROW": ">",
}  # fmt: skip


class AsciiOnly(LineFilter):
    """Every character by the ASCII one that looks most like it, in as many cells."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line, plain."""
        return [one if one.text.isascii() else one._replace(text=plain(one.text)) for one in segments]


@lru_cache(maxsize=1024)
def plain(text: str) -> str:
    """The text in ASCII, as wide as it was."""
    return "".join(character if character.isascii() else _plain(character) for character in text)


def _plain(character: str) -> str:
    width = cell_len(character)
    letters = normalize("NFKD", character).encode("ascii", "ignore").decode()  # of accents, ligatures, wide letters
    if len(letters) == width and letters.isprintable():
        return letters
    called = name(character, "")
    return next((looks for words, looks in _LOOKS.items() if words in called), "?").ljust(width, "?")[:width]
