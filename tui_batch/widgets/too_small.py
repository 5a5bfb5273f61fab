"""What stands there while the terminal is too small for anything else."""

from tui_batch.widgets.lines import Line, Lines
from tui_batch.widgets.printable import fit

COLUMNS, ROWS = 40, 10


class TooSmall(Lines):
    """One line; what is under it stays as it is."""

    def line(self, y: int) -> Line:
        """How large it has to be, and how large it is."""
        width, height = self.size
        return ((fit(f"{COLUMNS}x{ROWS} at least; this is {width}x{height}", width), ""),) if y == 0 else ()
