"""Some lines that are there to be read, as high as they need."""

from collections.abc import Sequence

from textual.geometry import Size

from tui_batch.widgets.lines import Line
from tui_batch.widgets.text_view import TextView, folded


class Facts(TextView, can_focus=False):
    """Grows and shrinks with what it says."""

    def show(self, lines: Sequence[Line]) -> None:
        """These lines from now on."""
        before = len(self._folded)
        super().show(lines)
        if len(self._folded) != before:
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One cell for each line, when they are folded to this width."""
        return sum(len(folded(line, max(8, width - 2))) for line in self.lines)
