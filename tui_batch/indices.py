"""Ranges of job numbers as text, `0-411,413-999`: a hundred thousand jobs in a few lines."""

from collections.abc import Iterable, Iterator


def to_text(numbers: Iterable[int]) -> str:
    """The shortest ranges for these numbers, ascending, each once."""
    parts: list[str] = []
    first = last = -2
    for number in sorted(set(numbers)):
        if number == last + 1:
            last = number
            continue
        if first >= 0:
            parts.append(_span(first, last))
        first = last = number
    if first >= 0:
        parts.append(_span(first, last))
    return ",".join(parts)


def from_text(text: str) -> Iterator[int]:
    """The numbers that the ranges name; a ValueError for anything that is not ranges."""
    for part in filter(None, text.split(",")):
        first, dash, last = part.partition("-")
        numbers = range(int(first), int(last if dash else first) + 1)
        if not numbers:
            raise ValueError(f"{part!r} is not a range")
        yield from numbers


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
