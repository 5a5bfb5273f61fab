"""The floor of every widget here: lines of toned text, of which only what changed is painted again."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui_batch.widgets.printable import cells

Part = tuple[str, str]  # a piece of text and its tone, "" for none; the text is printable already
Line = tuple[Part, ...]

TONES = (
    "title", "head", "key", "quiet", "cursor", "trouble", "running", "moving", "waiting", "attention", "match",
    "field", "caret", "kept",
)  # fmt: skip


class Lines(Widget):
    """Draws what `line` says; `repaint` compares first, so that an unchanged line costs nothing."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{tone}" for tone in TONES}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._painted: dict[int, Line] = {}
        self._tones: dict[str, Style] = {}
        self._base = Style.null()

    def line(self, y: int) -> Line:
        """What stands in line `y` of the window."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Paint again what differs from what is on the screen, from the first to the last cell that does."""
        dirty: list[Region] = []
        for y in range(self.size.height):
            # A line that was never painted is dirty as it is.
            if (before := self._painted.get(y)) is not None and (now := self.line(y)) != before:
                self._painted[y] = now
                dirty.append(_difference(y, before, now, self.size.width))
        if dirty:
            self.refresh(*dirty)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Textual asks for some lines, which have one style to begin with: it is dear to find out."""
        self._base = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Textual asks for a line."""
        line = self._painted[y] = self.line(y)
        base, width = self._base, self.size.width
        strip = Strip([Segment(text, base + self._tone(tone) if tone else base) for text, tone in line])
        return strip.crop_extend(0, width, base)

    def _tone(self, tone: str) -> Style:
        if (style := self._tones.get(tone)) is None:
            style = Style.null()
            for word in tone.split():  # a tone may be several words; the last one has the last say
                style += self.get_component_rich_style(f"lines--{word}", partial=True)
            self._tones[tone] = style
        return style

    def notify_style_update(self) -> None:
        """The theme changed: forget the tones of the old one."""
        super().notify_style_update()
        self._tones.clear()

    # Textual paints a widget whole when it gains or loses the focus; ours differ in a few cells at most.
    def _on_focus(self, event: events.Focus) -> None:
        self._focus_changed(event, True)

    def _on_blur(self, event: events.Blur) -> None:
        self._focus_changed(event, False)

    def _focus_changed(self, event: events.Event, focused: bool) -> None:
        event.prevent_default()
        self.has_focus = focused
        self.repaint()
        if isinstance(self.parent, Widget):
            self.parent.post_message(events.DescendantFocus(self) if focused else events.DescendantBlur(self))


def joined(parts: Sequence[Part]) -> Line:
    """Neighbours of the same tone in one piece: every change of tone costs bytes."""
    joined: list[Part] = []
    for text, tone in parts:
        if joined and joined[-1][1] == tone:
            joined[-1] = (joined[-1][0] + text, tone)
        else:
            joined.append((text, tone))
    return tuple(joined)


def _difference(y: int, before: Line, now: Line, width: int) -> Region:
    old, new = _spread(before, width), _spread(now, width)
    if old is None or new is None:
        return Region(0, y, width, 1)
    first = next((x for x in range(width) if old[x] != new[x]), 0)
    last = next((x for x in range(width - 1, -1, -1) if old[x] != new[x]), width - 1)
    return Region(first, y, last - first + 1, 1)


def _spread(line: Line, width: int) -> list[Part] | None:
    """A character and its tone for each cell; nothing if a character is not one cell wide."""
    spread: list[Part] = []
    for text, tone in line:
        if cells(text) != len(text):
            return None
        spread.extend((character, tone) for character in text)
    spread.extend([(" ", "")] * (width - len(spread)))
    return spread[:width]
