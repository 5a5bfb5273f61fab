"""The top line: where you are, the counts, and how old it is what you see."""

import re

from tui_batch.widgets.lines import Line, Lines, Part
from tui_batch.widgets.printable import cells, fit, printable


class StatusLine(Lines):
    """One line: a place and what is to be said of it at the left, an age or a trouble at the right."""

    place = ""
    facts: tuple[Part, ...] = ()
    right: Part = ("", "")
    banner: Part = ("", "")  # what concerns all that one sees: it takes the right part as long as it lasts
    filtered = ""  # what hides a part of what is below: said first, lest it be taken for all there is

    def show(self, place: str, facts: tuple[Part, ...] = (), right: Part = ("", "")) -> None:
        """Say this from now on."""
        if (place, facts, right) != (self.place, self.facts, self.right):
            self.place, self.facts, self.right = place, facts, right
            self.repaint()

    def show_banner(self, banner: Part) -> None:
        """Say this of everything from now on; "" for nothing."""
        if banner != self.banner:
            self.banner = banner
            self.repaint()

    def show_filter(self, filtered: str) -> None:
        """Say this of the filter from now on."""
        if filtered != self.filtered:
            self.filtered = filtered
            self.repaint()

    def line(self, y: int) -> Line:
        """The right part stays whole; of the left one goes what does not fit, a number never in its middle."""
        width = self.size.width
        words, loud = self.banner if self.banner[0] else self.right
        right = _cut(f" {words} ", max(0, width - 12)) if words else ""
        room = width - cells(right)
        parts: list[Part] = []
        filtered: tuple[Part, ...] = ((self.filtered, "attention"),) if self.filtered else ()
        facts = ((f" {text} ", tone) for text, tone in (*filtered, *self.facts))
        for text, tone in ((f" {self.place} ", "title"), *facts):
            text = _cut(text, room)
            room -= cells(text)
            parts.append((text, tone))
            if room <= 0:
                break
        return (*parts, (" " * room, ""), (right, loud))


def room_of(parts: tuple[Part, ...]) -> int:
    """The cells that these facts take, the empty place before them and their blanks."""
    return 2 + sum(cells(printable(text)) + 2 for text, _ in parts)


def _cut(text: str, room: int) -> str:
    """What fits of a text; it ends before what would be cut, a number with its word. Only the first is, if need be."""
    text = printable(text)
    if cells(text) <= room:
        return text
    kept = fit(text, max(0, room - 1)).removesuffix("~")
    whole = kept if text[len(kept) : len(kept) + 1] == " " else kept[: kept.rfind(" ") + 1]
    if (whole := re.sub(r"( +[\d.,/!]+)* *$", "", whole)).strip():
        return fit(f"{whole} ~", room)
    cut = fit(text, room)
    kept = cut.removesuffix("~").rstrip("0123456789.,/")
    return fit(f"{kept}~", room) if text[len(kept) : len(kept) + 1].isdigit() else cut
