"""The last lines of a log, for a corner of a screen that is about something else."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from tui_batch.widgets.lines import Line, Lines
from tui_batch.widgets.log_file import LogFile
from tui_batch.widgets.log_text import last_piece, plain
from tui_batch.widgets.printable import fit

LONGEST = 1 << 10  # of a line; more than a corner shows


def last_lines(path: Path, count: int) -> Sequence[str]:
    """So many lines of the end of a file; none if it is not there."""
    file = LogFile(path)
    try:
        found = [plain(last_piece(line.raw)[1])[:LONGEST] for line in islice(file.above(file.size()), count)]
    finally:
        file.close()
    return found[::-1]


class LogTail(Lines):
    """A heading and the end of a log."""

    heading = ""
    lines: Sequence[str] = ()

    def show(self, heading: str, lines: Sequence[str]) -> None:
        """This is the end now."""
        if (heading, lines) != (self.heading, self.lines):
            self.heading, self.lines = heading, lines
            self.repaint()

    @property
    def page(self) -> int:
        """For how many lines there is room."""
        return max(0, self.size.height - 1)

    def line(self, y: int) -> Line:
        """The heading, then the lines."""
        width = self.size.width
        if y == 0:
            return ((fit(f"  {self.heading}", width), "head"),)
        return ((fit(f"  {self.lines[y - 1]}", width), ""),) if y <= len(self.lines) else ()
