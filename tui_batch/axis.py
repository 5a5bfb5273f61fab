"""The notation of an axis: `1, 2, 5..9 by 2`, `1e-6..1 log 7`, `uniform(0, 1, 20)`, `glob(data/*.fits)`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from math import exp
from random import Random
from typing import Protocol

from tui_batch.numbers import NUMBER, Real, number, whole
from tui_batch.paths import ON_TARGET

LONGEST = 1_000_000  # values of one axis
_IN_FULL = Decimal(10) ** 25  # whole numbers below are written with all their digits: a seed is no float


class Sources(Protocol):
    """What an axis may take from the world outside: files, folders and chance."""

    def glob(self, pattern: str) -> Sequence[str]: ...
    def column(self, path: str, name: str) -> Sequence[str]: ...
    def absolute(self, path: str) -> str: ...
    def is_here(self, path: str) -> bool: ...
    def seed(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Axis:
    """The words that a variable takes, one after the other, and the notation that gives the same words again."""

    text: str
    words: Sequence[str]
    repeats: int = 0  # asked for as repeat(n): what that means depends on the variable


FUNCTIONS = ("uniform", "loguniform", "normal", "randint", "repeat", "glob", "file")

_CALL = re.compile(rf"({'|'.join(FUNCTIONS)})\s*\((.*)\)", re.DOTALL)
_RANGE = re.compile(rf"({NUMBER})\s*\.\.\s*({NUMBER})(?:\s+(by|in|log)\s+({NUMBER}))?", re.ASCII)
_QUOTED = re.compile(r"""(["'])(?:\\\\|\\\1|(?!\1).)*\1""", re.DOTALL)
_LOOKS_LIKE_RANGE = re.compile(rf"{NUMBER}\s*\.\.", re.ASCII)


def parse(text: str, sources: Sources) -> Axis:
    """The axis that a text describes; a ValueError says what is wrong with it."""
    words: list[str] = []
    texts: list[str] = []
    items = split(text)
    for item in items:
        call = _CALL.fullmatch(item)
        if call and call[1] == "repeat":
            if len(items) > 1:
                raise ValueError("repeat(…) stands alone")
            times = _count(call[2].strip())
            return Axis(item, [str(n) for n in range(1, times + 1)], times)
        if call:
            written, more = _call(call[1], call[2], item, sources)
        else:
            written, more = item, _words(item)
        texts.append(written)
        words.extend(more)
        if len(words) > LONGEST:
            raise ValueError(f"more than {LONGEST:,} values")
    if not words:
        raise ValueError("the axis is empty")
    return Axis(", ".join(texts), words)


def split(text: str) -> list[str]:
    """The items between commas that are neither quoted nor in parentheses; a ValueError for an open quote."""
    items: list[str] = []
    start, depth, quote, at = 0, 0, "", 0
    fresh = True  # where an item may begin with a quote; an apostrophe inside a word is only that
    while at < len(text):
        char = text[at]
        if quote:
            if char == "\\" and text[at + 1 : at + 2] in (quote, "\\"):
                at += 1
            elif char == quote:
                quote = ""
        elif char in "\"'" and fresh:
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif char == "," and not depth:
            items.append(text[start:at].strip())
            start = at + 1
        fresh = char in ",(" or (fresh and char.isspace())
        at += 1
    if quote:
        raise ValueError(f"a quote {quote} is not closed")
    items.append(text[start:].strip())
    if items == [""]:
        raise ValueError("the axis is empty")
    if "" in items:
        raise ValueError('an item between commas is empty (write "" for an empty text)')
    return items


def unquote(item: str) -> str:
    """A quoted item without its quotes; anything else as it is. A ValueError when a quoted one goes on afterwards."""
    if item[:1] not in ('"', "'"):
        return item
    if not _QUOTED.fullmatch(item):
        raise ValueError(f"{item} goes on after its closing quote")
    return re.sub(rf"\\([\\{item[0]}])", r"\1", item[1:-1])


def _words(item: str) -> Sequence[str]:
    if item[0] in "\"'":
        return [unquote(item)]
    found = _RANGE.fullmatch(item)
    if found is None:
        if _LOOKS_LIKE_RANGE.match(item):
            raise ValueError(f"{item!r} is not a range: write 1..9, 1..9 by 2, 0..1 in 11, 1e-6..1 log 7, or quote it")
        return [item]
    first, last = number(found[1]), number(found[2])
    with localcontext() as exact:
        exact.prec = 900
        if found[3] == "in":
            return _spaced(first, last, _count(found[4]))
        if found[3] == "log":
            return _logarithmic(first, last, _count(found[4]))
        return _stepped(first, last, number(found[4]) if found[3] else None)


def _stepped(first: Decimal, last: Decimal, step: Decimal | None) -> Sequence[str]:
    """From first towards last, never past it; the sign of the step follows the direction."""
    if step == 0:
        raise ValueError("a step of 0 never arrives")
    stride = abs(step) if step is not None else Decimal(1)
    if step is not None and step < 0 and last > first:
        raise ValueError(f"a step of {step} leads away from {last}")
    count = abs(last - first) // stride + 1
    if count > LONGEST:
        raise ValueError(f"more than {LONGEST:,} values")
    stride = stride if last >= first else -stride
    return [_plain(first + stride * n) for n in range(int(count))]


def _spaced(first: Decimal, last: Decimal, count: int) -> Sequence[str]:
    if count == 1:
        if first != last:
            raise ValueError("a single value cannot reach from one end to the other: write at least `in 2`")
        return [_plain(first)]
    start, width = Fraction(first), Fraction(last) - Fraction(first)
    return [_nearest(start + width * n / (count - 1)) for n in range(count)]


def _logarithmic(first: Decimal, last: Decimal, count: int) -> Sequence[str]:
    """Equal ratios between neighbours; whole decades come out exact."""
    if first <= 0 or last <= 0:
        raise ValueError("a logarithmic range needs ends above 0")
    if last <= first:
        raise ValueError("a logarithmic range goes upwards: write the smaller end first")
    if count < 2:
        raise ValueError("a logarithmic range needs at least its two ends: write at least `log 2`")
    with localcontext() as rough:
        rough.prec = 40
        low, high = first.log10(), last.log10()
        inner = [Decimal(10) ** (low + (high - low) * n / (count - 1)) for n in range(1, count - 1)]
    return [_plain(first), *(_plain(Decimal(Real(value).text)) for value in inner), _plain(last)]


def _plain(exact: Decimal) -> str:
    """An exact number in the shortest form: whole numbers in full, others as their float is written."""
    if exact == exact.to_integral_value() and abs(exact) < _IN_FULL:
        return str(int(exact))
    return Real(exact).text


def _nearest(exact: Fraction) -> str:
    if exact.denominator == 1:
        return _plain(Decimal(exact.numerator))
    return Real(float(exact)).text


def _count(text: str) -> int:
    count = whole(text)
    if count < 1:
        raise ValueError("the axis is empty")
    if count > LONGEST:
        raise ValueError(f"more than {LONGEST:,} values")
    return count


def _call(name: str, inside: str, item: str, sources: Sources) -> tuple[str, Sequence[str]]:
    """What a function of the notation gives, and how it is to be written down."""
    if name == "glob":
        pattern = unquote(inside.strip())
        if found := sources.glob(pattern):
            return item, found
        away = "; what is not seen from here is named in a table: file(list.csv, path)"
        raise ValueError(f"nothing here matches {pattern}{away if pattern.startswith(ON_TARGET) else ''}")
    parts = split(inside)
    if name == "file":
        if len(parts) != 2:
            raise ValueError("file(…) takes a path and the name of a column")
        return item, sources.column(unquote(parts[0]), unquote(parts[1]))
    return _random(name, parts, item, sources)


def _random(name: str, parts: list[str], item: str, sources: Sources) -> tuple[str, Sequence[str]]:
    seeds = [part for part in parts if part.startswith("seed")]
    numbers = [part for part in parts if part not in seeds]
    if len(numbers) != 3 or len(seeds) > 1:
        raise ValueError(f"{name}(…) takes {_NEEDS[name]}, how many, and if wanted seed=N")
    low, high, count = number(numbers[0]), number(numbers[1]), _count(numbers[2])
    seed = whole(seeds[0].removeprefix("seed").strip().removeprefix("=").strip()) if seeds else sources.seed()
    draw = _drawing(name, low, high)
    chance = Random(seed)
    written = item if seeds else f"{name}({', '.join(numbers)}, seed={seed})"
    return written, [draw(chance) for _ in range(count)]


_NEEDS = {
    "uniform": "a lower and an upper end", "loguniform": "a lower and an upper end",
    "normal": "a mean and a deviation", "randint": "a lower and an upper end",
}  # fmt: skip


def _drawing(name: str, low: Decimal, high: Decimal) -> Callable[[Random], str]:
    """How one word is drawn; a ValueError when these bounds cannot be."""
    first, last = float(low), float(high)
    if name == "normal":
        if high <= 0:
            raise ValueError("normal(…) needs a deviation above 0")
        return lambda chance: Real(chance.gauss(first, last)).text
    if high < low:
        raise ValueError(f"{name}(…) needs the lower end first")
    if name == "randint":
        return lambda chance: str(chance.randint(whole(str(low)), whole(str(high))))
    if name == "uniform":
        return lambda chance: Real(chance.uniform(first, last)).text
    if low <= 0:
        raise ValueError("loguniform(…) needs ends above 0")
    with localcontext() as rough:
        rough.prec = 40
        bottom, top = low.ln(), high.ln()
    return lambda chance: Real(min(max(exp(chance.uniform(float(bottom), float(top))), first), last)).text
