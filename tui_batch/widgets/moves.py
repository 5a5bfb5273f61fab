"""The keys that move in every list, text and log."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui_batch.widgets.lines import Lines


class Moving(Lines):
    """Whatever has a place in it: says how to move by lines, by pages and to the ends."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", "next", show=False, id="list.down"),
        Binding("up,k", "step(-1)", "previous", show=False, id="list.up"),
        Binding("pagedown", "page(1.0)", "page down", show=False, id="list.page-down"),
        Binding("pageup", "page(-1.0)", "page up", show=False, id="list.page-up"),
        Binding("ctrl+d", "page(0.5)", "half a page down", show=False, id="list.half-down"),
        Binding("ctrl+u", "page(-0.5)", "half a page up", show=False, id="list.half-up"),
        Binding("home,g", "top", "first", show=False, id="list.top"),
        Binding("end,G", "bottom", "last", show=False, id="list.bottom"),
    ]

    def move_by(self, lines: int) -> None:
        """This many lines on, or back."""
        raise NotImplementedError

    def action_top(self) -> None:
        """To the first line."""
        raise NotImplementedError

    def action_bottom(self) -> None:
        """To the last line."""
        raise NotImplementedError

    @property
    def page(self) -> int:
        """How many lines are on the screen."""
        return max(1, self.size.height)

    def action_step(self, by: int) -> None:
        """One line on or back."""
        self.move_by(by)

    def action_page(self, pages: float) -> None:
        """Some pages on or back."""
        self.move_by(int(pages * self.page))

    def on_mouse_scroll_down(self) -> None:
        """The mouse is a guest: three lines on."""
        self.move_by(3)

    def on_mouse_scroll_up(self) -> None:
        """Three lines back."""
        self.move_by(-3)
