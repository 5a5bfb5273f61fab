"""A page of text that scrolls: what there is to know of one thing."""

from collections.abc import Sequence

from tui_batch.widgets.lines import Line
from tui_batch.widgets.moves import Moving
from tui_batch.widgets.printable import fit, printable


class TextView(Moving, can_focus=True):
    """Lines of toned text; longer ones are cut."""

    lines: Sequence[Line] = ()
    top = 0

    def show(self, lines: Sequence[Line]) -> None:
        """These lines from now on, at the same place."""
        self.lines = lines
        self.move_by(0)

    def line(self, y: int) -> Line:
        """One of the lines, cut to the width."""
        if self.top + y >= len(self.lines):
            return ()
        room = self.size.width - 1
        parts = [(" ", "")]
        for text, tone in self.lines[self.top + y]:
            parts.append((fit(text, min(room, len(printable(text)))), tone))
            room -= len(printable(text))
            if room <= 0:
                break
        return tuple(parts)

    def move_by(self, lines: int) -> None:
        """Scroll, not past the end."""
        self.top = max(0, min(self.top + lines, len(self.lines) - self.page))
        self.repaint()

    def action_top(self) -> None:
        """To the first line."""
        self.move_by(-len(self.lines))

    def action_bottom(self) -> None:
        """To the last line."""
        self.move_by(len(self.lines))

    def on_resize(self) -> None:
        """Use the room there is."""
        self.move_by(0)


def heading(text: str) -> Line:
    """A line that begins a part of the page."""
    return ((text, "title"),)


def pair(label: str, value: str, tone: str = "") -> Line:
    """A named value."""
    return ((f"  {label:<14} ", "quiet"), (value, tone))
