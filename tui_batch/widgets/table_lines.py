"""How the lines of a table look: the heading, and one row below it."""

from collections.abc import Sequence
from typing import Any

from rich.cells import set_cell_size

from tui_batch.widgets.arranging import Sorting
from tui_batch.widgets.columns import Column, R
from tui_batch.widgets.lines import Line, Part, joined
from tui_batch.widgets.printable import cells, fit


def heading(columns: Sequence[Column[Any]], room: Sequence[int], sorting: Sorting, where: str, width: int) -> Line:
    """The names of the columns, the sign of what sorts them, and at the right end where one is."""
    text, ends = "  ", 0  # and where the name of the column that sorts ends
    for column, taken in zip(columns, room, strict=True):
        sign = sorting.sign if column.name == sorting.name else ""
        if taken:
            text += fit(column.label + sign, taken, column.right) + " "
        if sign:
            ends = cells(text.rstrip()) if taken else width + 1
    if ends > width - len(where) - 2:  # it would not be seen there
        where = f"by {sorting.name}{sorting.sign} {where}".rstrip()
    if where:
        text = f"{set_cell_size(text, max(0, width - len(where) - 2))} {where}"
    return ((fit(text, width), "head"),)


def row_line(columns: Sequence[Column[R]], room: Sequence[int], row: R, signs: str, under: str, width: int) -> Line:
    """The signs of the cursor and of a mark, and the cells there is room for; the tone `under` lies under them all."""
    parts: list[Part] = [(signs[0], under), (signs[1], _over(under, "key") if signs[1] != " " else under)]
    for column, taken in zip(columns, room, strict=True):
        if taken:
            text = fit(column.cell(row), taken, column.right, column.ending) + " "
            parts.append((text, _over(under, column.tone(row) if column.tone else "")))
    spare = width - sum(cells(text) for text, _ in parts)
    return joined([*parts, (" " * spare, under)])


def _over(under: str, tone: str) -> str:
    return f"{under} {tone}".strip()
