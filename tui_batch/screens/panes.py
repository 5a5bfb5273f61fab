"""Two panes, one above the other or side by side, and the border between them, which two keys shift."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui_batch.screens.table_view import TableView

NAME = "panes"  # what the border is remembered as
FIRST, USUAL, LAST = 2, 6, 8  # tenths of the screen for the first pane


class Panes(TableView):
    """The style sheet knows how each place of the border looks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "border(1)", "more room for the first pane", show=False, id="panes.larger"),
        Binding("minus", "border(-1)", "less room for the first pane", show=False, id="panes.smaller"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._tenths = USUAL
        self.add_class("panes", f"-tenths-{USUAL}")

    def on_mount(self) -> None:
        """Where the border was left."""
        self.go(self._recall_border)

    def on_resize(self) -> None:
        """There may be room for more now."""
        self.beside()

    def beside(self) -> None:
        """Fill what only a wide screen has room for."""

    async def _recall_border(self) -> None:
        tenths = (await self.ask(self.desk.recall, NAME)).get("tenths")
        if isinstance(tenths, int) and FIRST <= tenths <= LAST:
            self._place(tenths)

    def action_border(self, by: int) -> None:
        """Shift it, and remember where it is."""
        self._place(max(FIRST, min(self._tenths + by, LAST)))
        self.go_instead("remember", self._remember)

    async def _remember(self) -> None:
        await self.ask(self.desk.remember, NAME, {"tenths": self._tenths})

    def _place(self, tenths: int) -> None:
        if tenths != self._tenths:
            self.remove_class(f"-tenths-{self._tenths}")
            self.add_class(f"-tenths-{tenths}")
            self._tenths = tenths
