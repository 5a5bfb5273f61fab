"""The notation of an axis seen from the other side: how a word is written, and what a slip of the keys was to be."""

import re
from difflib import get_close_matches

from tui_batch.axis import FUNCTIONS, split
from tui_batch.numbers import NUMBER
from tui_batch.template import Variable

_PLAIN = re.compile(r"[^\s,()'\"\\][^,()'\"\\]*")
_LIKE_CALL = re.compile(r"([A-Za-z]\w*)\s*\(.*", re.DOTALL)
_LIKE_RANGE = re.compile(rf"({NUMBER})\s*(?:to|-|:|…)\s*({NUMBER})", re.ASCII)


def quoted(word: str) -> str:
    """The word as an axis that has this one value."""
    if _PLAIN.fullmatch(word) and word == word.strip() and ".." not in word:
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def doubt(variable: Variable, text: str) -> str:
    """What a text that is taken as it stands may have been meant to be; "" where nothing looks like a slip."""
    try:
        items = split(text)
    except ValueError:  # which is an error, and said as one
        return ""
    if variable.type == "str" and len(items) > 1 and any(map(_has_blanks, items)):
        return f'{len(items)} values, because of the comma; "..." around it keeps it one.'
    return next(filter(None, (_slip(variable, item) for item in items)), "")


def _has_blanks(item: str) -> bool:
    """Whether it looks like a part of a sentence or of a command line."""
    return " " in item and item[0] not in "\"'" and not _LIKE_CALL.fullmatch(item)


def _slip(variable: Variable, item: str) -> str:
    if call := _LIKE_CALL.fullmatch(item):
        name = call[1]
        if name in FUNCTIONS:
            return "" if item.endswith(")") else f"{item} lacks its closing parenthesis."
        close = get_close_matches(name.casefold(), FUNCTIONS, 1, 0.75)
        return f"{name}(…) is no notation. Did you mean {close[0]}(…)?" if close else ""
    if variable.numeric and (range_ := _LIKE_RANGE.fullmatch(item)):
        return f"{item} is no notation. Did you mean {range_[1]}..{range_[2]}?"
    if variable.type == "path" and re.search(r"[*?]", item) and item[0] not in "\"'":
        return f"{item} is taken as the name of a file. Did you mean glob({item})?"
    return ""
