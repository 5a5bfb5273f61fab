"""How the lines of a table look: the heading, and one row below it."""

import re
from collections.abc import Sequence
from typing import Any

from tui_batch.widgets.arranging import Sorting
from tui_batch.widgets.columns import Column, R
from tui_batch.widgets.lines import Line, Part, joined
from tui_batch.widgets.printable import cells, fit, printable


def heading(columns: Sequence[Column[Any]], room: Sequence[int], sorting: Sorting, where: str, width: int) -> Line:
    """The names of the columns, the sign of what sorts them, and where there is room for it where one is."""
    text, seen = "  ", not sorting.name  # whether what sorts can be seen
    for column, taken in zip(columns, room, strict=True):
        if taken:
            sign = sorting.sign if column.name == sorting.name else ""
            name = fit(column.label, min(taken - len(sign), cells(printable(column.label)))) + sign
            text += fit(name, taken, column.right) + " "
            seen = seen or (sign != "" and cells(text.rstrip()) <= width)
    by = "" if seen else f"by {sorting.name}{sorting.sign}"
    return ((_with(fit(text, width), f"{by} {where}".strip(), by, where), "head"),)


def _with(text: str, *wordings: str) -> str:
    """The heading with the first of these that covers no name: at its end, else in its widest gap."""
    gaps = sorted(re.finditer(" +", text), key=lambda gap: (gap.end() == len(text), len(gap[0])))
    for words in filter(None, wordings):
        for gap in reversed(gaps):
            if len(words) + 2 <= len(gap[0]):
                return f"{text[: gap.end() - len(words) - 1]}{words} {text[gap.end() :]}"
    return text


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
