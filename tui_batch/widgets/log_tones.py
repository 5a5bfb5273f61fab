"""How a row of a log is toned: what was looked for, and what went wrong."""

from tui_batch.widgets.lines import Line, joined
from tui_batch.widgets.log_hunt import Found, Quarry
from tui_batch.widgets.log_rows import Row
from tui_batch.widgets.log_text import ERROR

MARGIN = 64  # characters around what is seen, in which a match may begin or end


def toned(row: Row, quarry: Quarry | None, found: Found | None) -> Line:
    """The characters that are seen, in pieces of one tone."""
    if row.kind == "rule":
        return ((row.text, "attention" if row.part >= 0 else "quiet"),)
    tones = ["quiet" if row.kind == "near" else ""] * (row.last - row.first)

    def paint(first: int, last: int, tone: str) -> None:
        first, last = max(0, first - row.first), min(len(tones), last - row.first)
        if first < last:
            tones[first:last] = [tone] * (last - first)

    around = max(0, row.first - MARGIN), row.last + MARGIN
    for match in ERROR.finditer(row.text, *around):
        paint(*match.span(), "trouble")
    if quarry:
        for match in quarry.seen.finditer(row.text, *around):
            paint(*match.span(), "trouble" if quarry.by_line else "attention")
    if found and (row.start, row.piece) == (found.line.start, found.piece):
        paint(found.first, found.last, "match")
    seen = joined(list(zip(row.text[row.first : row.last], tones, strict=True)))
    return ((" " * row.blank, ""), *seen) if row.blank else seen
