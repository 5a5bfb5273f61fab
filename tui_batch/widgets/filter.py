"""What is typed after `/`: `word`, `!word`, `"two words"`, `column:word`, `column>number`; a row has to pass all."""

import operator
import re
from collections.abc import Callable, Sequence

from tui_batch.numbers import number
from tui_batch.widgets.columns import Column, R, find

LANGUAGE = (
    ("word", "the row has this word; of several it has all"),
    ("!word", "it has it not; a ! turns round what stands below, too"),
    ('"two words"', "it has them next to each other"),
    ("on:fir", "the column has this word"),
    ("state:F", "the state is this one: state:failed is the same"),
    ("jobs>100", "the number is larger; also < <= >= = !="),
    ("age<2d", "times are written 90s 5m 2h 1d, shares 50%"),
)

_PART = re.compile(
    r"""\s*
    (?P<no>!?)
    (?: (?P<name>[^\W\d][^\s"!:<>=]*) (?: (?P<colon>:) | \s* (?P<sign>[<>]=?|!?=) \s* ) )?
    (?: "(?P<quoted>[^"]*)(?P<end>"?) | (?P<bare>\S*) )
    """,
    re.VERBOSE,
)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_SPAN = re.compile(rf"(\d+\.?\d*)([{''.join(_SECONDS)}])")
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

Test = Callable[[R], bool]


def keep(text: str, columns: Sequence[Column[R]]) -> Test[R]:
    """Says of a row whether the filter keeps it; a ValueError in a few words for a filter that makes no sense."""
    tests: list[Test[R]] = []
    wanted: list[str] = []
    unwanted: list[str] = []
    for part in _PART.finditer(text.strip()):
        if not part[0]:
            continue
        word = _word(part)
        if part["name"] is None:
            (unwanted if part["no"] else wanted).append(word.casefold())
            continue
        test = _test(find(part["name"], columns), part["sign"] or ":", word)
        tests.append(_not(test) if part["no"] else test)
    if wanted or unwanted:
        tests.append(_anywhere(wanted, unwanted, columns))
    return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)


def wrong(text: str, columns: Sequence[Column[R]]) -> str:
    """Why this is no filter of these columns, in a few words; "" if it is one."""
    try:
        keep(text, columns)
    except ValueError as error:
        return str(error)
    return ""


def _word(part: re.Match[str]) -> str:
    """What a part of the filter looks for."""
    if part["quoted"] is None:
        if not part["bare"]:
            raise ValueError(f"nothing after {part[0].strip()!r}")
        return part["bare"]
    if not part["end"]:
        raise ValueError('a closing " is missing')
    return part["quoted"]


def _not(test: Test[R]) -> Test[R]:
    return lambda row: not test(row)


def _anywhere(wanted: Sequence[str], unwanted: Sequence[str], columns: Sequence[Column[R]]) -> Test[R]:
    """Words that no column was named for: the row's text is made once for all of them."""
    texts = [column.cell for column in columns if column.plain]
    texts += [column.word for column in columns if column.word]

    def test(row: R) -> bool:
        text = "\n".join([text(row) for text in texts]).casefold()
        return all(word in text for word in wanted) and not any(word in text for word in unwanted)

    return test


def _test(column: Column[R], sign: str, word: str) -> Test[R]:
    text, wanted = column.cell, word.casefold()
    if sign == ":" and column.word is None:
        return lambda row: wanted in text(row).casefold()
    if sign in _SIGNS:
        return _compared(column, _SIGNS[sign], word)
    return _not(_equal(column, word)) if sign == "!=" else _equal(column, word)


def _compared(column: Column[R], compare: Callable[[float, float], bool], word: str) -> Test[R]:
    if (value := column.value) is None:
        raise ValueError(f"{column.name} has no numbers: try {column.name}:{word}")
    limit = _limit(column, word)

    def test(row: R) -> bool:
        found = value(row)
        return isinstance(found, int | float) and compare(found, limit)

    return test


def _equal(column: Column[R], word: str) -> Test[R]:
    """The whole cell, what its code stands for, or the same number."""
    text, stands_for, value = column.cell, column.word, column.value
    wanted, name = word.casefold(), re.sub("[-_]", " ", word.casefold())
    try:
        same = _limit(column, word)
    except ValueError:
        same = None

    def test(row: R) -> bool:
        if text(row).casefold() == wanted or (stands_for and re.sub("[-_]", " ", stands_for(row)) == name):
            return True
        return value is not None and same is not None and value(row) == same

    return test


def _limit(column: Column[R], word: str) -> float:
    """The number that is compared with, in the unit of the column."""
    if column.unit == "time":
        if word and not _SPAN.sub("", word):
            return sum(float(amount) * _SECONDS[unit] for amount, unit in _SPAN.findall(word))
        raise ValueError(f"{word!r} is no time such as 90s 5m 2h 1d")
    if column.unit == "share":
        if word.endswith("%"):
            return float(number(word[:-1])) / 100
        raise ValueError(f"{word!r} is no share such as 50%")
    return float(number(word))
