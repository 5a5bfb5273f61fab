"""What is typed after `/`: words that all have to be there, `!word` that must not, `column:word` for one column."""

from collections.abc import Callable, Mapping
from typing import TypeVar

R = TypeVar("R")


def keep(text: str, columns: Mapping[str, Callable[[R], str]]) -> Callable[[R], bool]:
    """Says of a row whether the filter keeps it; only the cells that matter are made."""
    tests = [_test(word, columns) for word in text.casefold().split()]
    return lambda row: all(test(row) for test in tests)


def _test(word: str, columns: Mapping[str, Callable[[R], str]]) -> Callable[[R], bool]:
    if word.startswith("!") and len(word) > 1:
        unwanted = _test(word[1:], columns)
        return lambda row: not unwanted(row)
    name, colon, value = word.partition(":")
    if colon and (cell := columns.get(name)) is not None:
        if name == "state":  # a code is short: F must not find OFF
            return lambda row: cell(row).casefold() == value
        return lambda row: value in cell(row).casefold()
    return lambda row: any(word in cell(row).casefold() for cell in columns.values())
