"""What is sent to the terminal: the cells that changed, and no line that stands there already.

Textual sends a changed line from its beginning, and a new screen whole, three or four times over.
"""

from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.control import Control
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip


class Painting:
    """Knows what stands on the terminal."""

    def __init__(self) -> None:
        self._standing: dict[int, str] = {}  # line → what was sent of it, where that was last sent as a whole

    def forget(self) -> None:
        """Anything may stand there now."""
        self._standing.clear()

    def frugal(self, update: RenderableType | None) -> RenderableType | None:
        """The same update in fewer bytes."""
        match update:
            case ChopsUpdate():
                return _Changes(update, self)
            case LayoutUpdate():
                return _Whole(update, self)
        return update

    def line(self, y: int, strips: Iterable[Strip], console: Console) -> str:
        """What to send so that a line reads like this."""
        text = "".join(strip.render(console) for strip in strips)
        if self._standing.get(y) == text:
            return ""
        self._standing[y] = text
        return Control.move_to(0, y).segment.text + text

    def part(self, x: int, y: int, strip: Strip, console: Console) -> str:
        """What to send so that a part of a line reads like this."""
        self._standing.pop(y, None)
        return Control.move_to(x, y).segment.text + strip.render(console)


class _Changes(ChopsUpdate):
    """Each span of changed cells, from its first to its last."""

    def __init__(self, update: ChopsUpdate, painting: Painting) -> None:
        super().__init__(update.chops, update.spans, update.chop_ends)
        self._painting = painting

    def render_segments(self, console: Console) -> str:
        """As the terminal wants it."""
        return "".join(self._span(y, start, stop, console) for y, start, stop in self.spans)

    def _span(self, y: int, start: int, stop: int, console: Console) -> str:
        chops, ends = self.chops[y], self.chop_ends[y]
        strips = [strip for strip in chops.values() if strip is not None]
        if start <= 0 and stop >= ends[-1] and len(strips) == len(chops):
            return self._painting.line(y, strips, console)
        sent = ""
        for end, (x, strip) in zip(ends, chops.items(), strict=False):
            first, last = max(x, start), min(end, stop)
            if strip is not None and first < last:
                sent += self._painting.part(first, y, strip.crop(first - x, last - x), console)
        return sent


class _Whole(LayoutUpdate):
    """Each line of the screen that reads otherwise than before."""

    def __init__(self, update: LayoutUpdate, painting: Painting) -> None:
        super().__init__(update.strips, update.region)
        self._painting = painting

    def render_segments(self, console: Console) -> str:
        """As the terminal wants it."""
        return "".join(self._painting.line(y, strips, console) for y, strips in enumerate(self.strips))
