"""A page of text about one thing."""

from collections.abc import Iterable, Mapping, Sequence

from textual.widget import Widget

from tui_batch.screens.view import View
from tui_batch.widgets.lines import Line
from tui_batch.widgets.text_view import TextView, heading


class Page(View):
    """A name and lines that never change."""

    def __init__(self, name: str, lines: Sequence[Line], more: str = "") -> None:
        super().__init__()
        self._about, self._lines, self._more = name, lines, more

    def body(self) -> Iterable[Widget]:
        """The page."""
        yield TextView(id="page")

    def on_mount(self) -> None:
        """Fill it."""
        self.status.show(self._about, ((self._more, ""),) if self._more else ())
        self.query_one(TextView).show(self._lines)


def contents(files: Mapping[str, str]) -> list[Line]:
    """Every file, one after the other."""
    lines: list[Line] = []
    for path, text in files.items():
        lines += [(), heading(path)] if lines else [heading(path)]
        lines += [((f"  {line.expandtabs()}", ""),) for line in text.splitlines()]
    return lines
