"""A page of text that scrolls: what there is to know of one thing."""

from collections.abc import Mapping, Sequence

from tui_batch.widgets.lines import Line
from tui_batch.widgets.moves import Moving
from tui_batch.widgets.printable import cells, printable


class TextView(Moving, can_focus=True):
    """Lines of toned text; longer ones are folded under where their last part begins."""

    lines: Sequence[Line] = ()
    top = 0
    _folded: Sequence[Line] = ()  # as the width wants them

    def show(self, lines: Sequence[Line]) -> None:
        """These lines from now on, at the same place."""
        if lines != self.lines:  # a page that ticks is mostly the same
            self.lines = lines
            self._fold()

    def line(self, y: int) -> Line:
        """One of the lines."""
        return ((" ", ""), *self._folded[self.top + y]) if self.top + y < len(self._folded) else ()

    def move_by(self, lines: int) -> None:
        """Scroll, not past the end."""
        self.top = max(0, min(self.top + lines, len(self._folded) - self.page))
        self.repaint()

    def action_top(self) -> None:
        """To the first line."""
        self.move_by(-len(self._folded))

    def action_bottom(self) -> None:
        """To the last line."""
        self.move_by(len(self._folded))

    def on_resize(self) -> None:
        """Use the room there is."""
        self._fold()

    def _fold(self) -> None:
        width = max(8, self.size.width - 2)
        self._folded = [piece for line in self.lines for piece in folded(line, width)]
        self.move_by(0)


def folded(line: Line, width: int) -> list[Line]:
    """A line in pieces of this width; what goes on stands below where its last part begins."""
    if not line:
        return [()]
    *before, (text, tone) = [(printable(text), tone) for text, tone in line]
    indent = sum(cells(text) for text, _ in before)
    if indent > width // 2 and (padded := before[-1][0]).endswith("  "):  # no room to stand below each other
        return folded((*before[:-1], (f"{padded.rstrip()} ", before[-1][1]), (text, tone)), width)
    if indent > width // 2:  # no room to fold in: the last part begins anew
        return [*folded(tuple(before), width), *folded(((f"  {text}", tone),), width)]
    margin = " " * (indent or min(len(text) - len(text.lstrip(" ")), width // 2))
    first, *more = _pieces(text, width - indent, 0 if indent else len(margin))
    return [(*before, (first, tone)), *(((margin, ""), (piece, tone)) for piece in more)]


def _pieces(text: str, width: int, indent: int) -> list[str]:
    """Cut by cells; all but the first piece stand further in."""
    pieces: list[str] = []
    rest = text
    while cells(rest) > (room := max(4, width - (indent if pieces else 0))):
        piece = rest[:room]
        while cells(piece) > room:
            piece = piece[:-1]
        if rest[len(piece)] != " " and (blank := piece.rfind(" ")) > room // 2:
            piece = piece[: blank + 1]
        pieces.append(piece)
        rest = rest[len(piece) :].removeprefix(" ")
    return [*pieces, rest]


def heading(text: str) -> Line:
    """A line that begins a part of the page."""
    return ((text, "title"),)


def pair(label: str, value: str, tone: str = "", width: int = 14) -> Line:
    """A named value."""
    return ((f"  {label:<{width}} ", "quiet"), (value, tone))


def pairs(named: Mapping[str, str]) -> list[Line]:
    """Named values, which stand below each other however long the names are, if they are not very long."""
    width = min(35, max([14, *map(len, named)]))
    return [pair(name, value, width=width) for name, value in named.items()]
