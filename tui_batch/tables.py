"""TOML tables to dataclasses and back, with errors that name the file, the key and what was expected there."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from tui_batch.errors import TuiBatchError, nearest

T = TypeVar("T")


def parse(text: str, origin: str, error: type[TuiBatchError]) -> dict[str, Any]:
    """The tables of a TOML text; a syntax error names `origin` and the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise error(f"{origin}: not valid TOML: {wrong}.") from wrong


def build(cls: type[T], table: Mapping[str, Any], where: str, error: type[TuiBatchError]) -> T:
    """The dataclass that a table describes; all that is wrong with it in one error."""
    problems: list[str] = []
    value = _build(cls, table, where, problems)
    if problems:
        raise error.of(problems)
    return value


def _build(cls: type[T], table: Mapping[str, Any], where: str, problems: list[str]) -> T:
    hints = get_type_hints(cls)
    known = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]
    given: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            problems.append(f"{where}: unknown key {key!r}.{nearest(key, known)}")
            continue
        given[key] = _convert(hints[key], value, f"{where}: {key}", problems)
    for name, f in known.items():
        if name not in table and f.default is MISSING and f.default_factory is MISSING:
            problems.append(f"{where}: {name} is missing.")
            given[name] = None
    return cls(**given)


def _convert(hint: Any, value: Any, where: str, problems: list[str]) -> Any:
    """The value as the hint wants it; or a problem, and the value as it is."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if origin in (Union, UnionType):
        return _one_of(inner, value, where, problems)
    if is_dataclass(hint) and isinstance(value, Mapping):
        return _build(hint, value, where, problems)  # type: ignore[arg-type]
    if origin is tuple and isinstance(value, list):
        return tuple(_convert(inner[0], item, f"{where}[{at}]", problems) for at, item in enumerate(value, 1))
    if origin is not None and issubclass(origin, Mapping) and isinstance(value, Mapping):
        return {key: _convert(inner[1], item, f"{where}.{key}", problems) for key, item in value.items()}
    if hint is float and type(value) is int:
        return float(value)
    if isinstance(hint, type) and type(value) is hint:
        return value
    problems.append(f"{where} must be {describe(hint)}, not {json.dumps(value, default=str)}.")
    return value


def _one_of(hints: tuple[Any, ...], value: Any, where: str, problems: list[str]) -> Any:
    """The first of several types that the value fits."""
    for hint in hints:
        trial: list[str] = []
        converted = _convert(hint, value, where, trial)
        if not trial:
            return converted
    wanted = " or ".join(describe(hint) for hint in hints if hint is not type(None))
    problems.append(f"{where} must be {wanted}, not {json.dumps(value, default=str)}.")
    return value


_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


def describe(hint: Any) -> str:
    """A type in the words of a person: `a whole number`, `a list`, `a table`."""
    origin = get_origin(hint)
    if origin is tuple:
        return "a list"
    if is_dataclass(hint) or (origin is not None and issubclass(origin, Mapping)):
        return "a table"
    return _WORDS.get(hint, str(hint))
