"""Numbers that stay as they were written, from the axis to the rendered file."""

import math
import re
from decimal import Decimal

from tui_batch.model import Value

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?"
_NUMBER = re.compile(NUMBER, re.ASCII)
_LONGEST = 400  # digits: more than any float has, few enough that no exponent can fill the memory


class Real(float):
    """A float that is written as the person wrote it: `1e-4` stays `1e-4`, `1.0` stays `1.0`."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, value: float | Decimal, text: str = "") -> "Real":
        """Without a text it is written in the shortest way that reads back as the same number."""
        self = super().__new__(cls, value)
        self.text = text or repr(float(self)).removesuffix(".0")
        return self

    def __str__(self) -> str:
        return self.text

    def __format__(self, spec: str) -> str:
        return super().__format__(spec) if spec else self.text


def number(text: str) -> Decimal:
    """The exact number that a text says; a ValueError when it says none, or one that no float can hold."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a number")
    exact = Decimal(text)
    if len(text) > _LONGEST or abs(exact.adjusted()) > _LONGEST or math.isinf(float(exact)):
        raise ValueError(f"{text!r} is out of range")
    return exact


def whole(text: str) -> int:
    """The whole number that a text says: `1e3` is 1000; a ValueError for `0.5`."""
    exact = number(text)
    if exact != exact.to_integral_value():
        raise ValueError(f"{text!r} is not a whole number")
    return int(exact)


def megabytes(size: int) -> str:
    """`3.2 MB`, `12,345.0 MB` for so many bytes."""
    return f"{size / 2**20:,.1f} MB"


def megabytes_of(size: int, whole: int) -> str:
    """`17.1 of 39.1 MB` for so many bytes of so many."""
    return f"{size / 2**20:,.1f} of {megabytes(whole)}"


def plain(value: Value) -> str:
    """A value as old programs read it: `1e-06`, `-3.0`, truth as 1 and 0; nothing is rounded."""
    if isinstance(value, bool):
        return str(int(value))
    return repr(float(value)) if isinstance(value, float) else str(value)


def spell(value: Value) -> str:
    """A value as it is written into files, names and tables."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
