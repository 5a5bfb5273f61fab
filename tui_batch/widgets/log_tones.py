"""How a row of a log is toned: what was looked for, and what went wrong."""

import re

from tui_batch.widgets.lines import Line, joined
from tui_batch.widgets.log_hunt import Found, Quarry
from tui_batch.widgets.log_rows import Row
from tui_batch.widgets.log_text import ERROR

MARGIN = 64  # characters around what is seen, in which a match may begin or end


def toned(row: Row, quarry: Quarry | None, found: Found | None, kept: re.Pattern[str] | None) -> Line:
    """The characters that are seen, in pieces of one tone."""
    if row.kind == "rule":
        return ((row.text, "attention" if row.part >= 0 else "quiet"),)
    seen, base = row.text[row.first : row.last], "quiet" if row.kind == "near" else ""
    line: Line = ((seen, base),)
    if spans := _spans(row, quarry, found, kept):
        tones = [base] * len(seen)
        for first, last, tone in spans:
            first, last = max(0, first - row.first), max(0, min(row.last, last) - row.first)
            tones[first:last] = [tone] * (last - first)
        line = joined(list(zip(seen, tones, strict=True)))
    return ((" " * row.blank, ""), *line) if row.blank else line


def _spans(
    row: Row, quarry: Quarry | None, found: Found | None, kept: re.Pattern[str] | None
) -> list[tuple[int, int, str]]:
    """Which characters of the whole text to tone; a later span lies over an earlier one."""
    around = max(0, row.first - MARGIN), row.last + MARGIN
    spans = [(*match.span(), "trouble") for match in ERROR.finditer(row.text, *around)]
    if kept:
        spans += [(*match.span(), "kept") for match in kept.finditer(row.text, *around)]
    if quarry and not quarry.by_line:
        spans += [(*match.span(), "attention") for match in quarry.seen.finditer(row.text, *around)]
    if found and (row.start, row.piece) == (found.line.start, found.piece):
        spans.append((found.first, found.last, "match"))
    return [span for span in spans if span[0] < row.last and span[1] > row.first]
