"""What is typed after `/`: words that all have to be there, `!word` that must not, `column:word` for one column."""

from collections.abc import Callable, Mapping, Sequence

Keep = Callable[[Sequence[str]], bool]


def keep(text: str, columns: Mapping[str, int]) -> Keep:
    """Says of a row's cells whether the filter keeps it."""
    tests = [_test(word, columns) for word in text.casefold().split()]
    return lambda cells: all(test(cells) for test in tests)


def _test(word: str, columns: Mapping[str, int]) -> Keep:
    if word.startswith("!") and len(word) > 1:
        unwanted = _test(word[1:], columns)
        return lambda cells: not unwanted(cells)
    name, colon, value = word.partition(":")
    if colon and (index := columns.get(name)) is not None:
        if name == "state":  # a code is short: F must not find OFF
            return lambda cells: cells[index].casefold() == value
        return lambda cells: value in cells[index].casefold()
    return lambda cells: any(word in cell.casefold() for cell in cells)
