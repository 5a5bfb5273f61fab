"""A sweep: which values the variables of a template take, job by job."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import prod

from tui_batch import axis
from tui_batch.axis import Axis, Sources
from tui_batch.errors import TemplateError, nearest
from tui_batch.model import Value
from tui_batch.numbers import spell
from tui_batch.template import Template, Variable
from tui_batch.where import compile_where

MOST = 50_000_000  # combinations that are looked through
_SHOWN = 5  # bad values of one axis that are named one by one

Columns = Mapping[str, Sequence[Value]]  # variables that step together, all equally long


@dataclass(frozen=True, slots=True)
class Sweep:
    """The jobs that a template makes, each known by its values; nothing is rendered yet."""

    template: Template
    varying: tuple[str, ...]
    axes: Mapping[str, str]
    fixed: Mapping[str, str]
    zips: tuple[tuple[str, ...], ...]
    where: str
    count: int
    base: Mapping[str, Value]
    steps: tuple[Columns, ...]  # the last varies fastest
    keep: Callable[[Mapping[str, Value]], bool] | None = None

    def values(self) -> Iterator[Mapping[str, Value]]:
        """All variables of each job, in order."""
        every = _every(self.base, self.steps)
        return filter(self.keep, every) if self.keep else every

    def at(self, index: int) -> Mapping[str, Value]:
        """All variables of one job."""
        if not 0 <= index < self.count:
            raise IndexError(index)
        if self.keep:
            return next(islice(self.values(), index, None))
        values = dict(self.base)
        for columns in reversed(self.steps):
            index, row = divmod(index, _length(columns))
            values.update((key, column[row]) for key, column in columns.items())
        return values


def plan(
    template: Template,
    axes: Sequence[tuple[str, str]],
    fixed: Sequence[tuple[str, str]],
    zips: Sequence[Sequence[str]],
    where: str,
    table: str,
    sources: Sources,
) -> Sweep:
    """The sweep that these axes make of a template; one TemplateError lists all that is wrong, a line each."""
    known = {variable.key: variable for variable in template.variables}
    problems: list[str] = []
    header, rows = _table(table, problems)
    _check_keys(known, header, [key for key, _ in axes], [key for key, _ in fixed], problems)
    given = {key: word for key, word in fixed if key in known}
    columns, texts = _columns(known, axes, given, sources, problems)
    steps = _steps(columns, zips, [key for key, _ in axes], problems)
    if header and not problems:
        whole_rows = _rows(known, header, rows, sources, problems)
        steps = [whole_rows, *steps]
    else:
        whole_rows = {}
    base = _base(known, given, {*header, *(key for key, _ in axes)}, sources, problems)
    keep = None
    if where.strip():
        try:
            keep = compile_where(where, list(known))
        except ValueError as wrong:
            problems.append(f"where: {_sentence(wrong)}")
    if problems:
        raise TemplateError.of(f"{template.name}: {problem}" for problem in problems)
    varying = [key for key, column in whole_rows.items() if len(set(map(spell, column))) > 1]
    varying += [key for step in steps for key in step if key in columns]
    spelled = {key: spell(base[key]) for key in given}
    count = _count(base, steps, keep, template.name)
    return Sweep(template, tuple(varying), texts, spelled, tuple(map(tuple, zips)), where.strip(), count, base,
                 tuple(steps), keep)  # fmt: skip


def _check_keys(
    known: Mapping[str, Variable], header: list[str], varied: list[str], fixed: list[str], problems: list[str]
) -> None:
    """Every key is a variable, and has its values from one place only."""
    for key in dict.fromkeys([*header, *varied, *fixed]):
        if key not in known:
            problems.append(f"unknown variable {key!r}.{nearest(key, known)}")
        for keys, text in ((header, "two columns in the table"), (varied, "two axes"), (fixed, "two fixed values")):
            if keys.count(key) > 1:
                problems.append(f"{key} has {text}.")
        if key in varied and key in fixed:
            problems.append(f"{key} is both fixed and varied.")
        if key in header and key in [*varied, *fixed]:
            problems.append(f"{key} is in the table and given a second time.")


def _columns(
    known: Mapping[str, Variable],
    axes: Sequence[tuple[str, str]],
    given: Mapping[str, str],
    sources: Sources,
    problems: list[str],
) -> tuple[dict[str, Sequence[Value]], dict[str, str]]:
    """The values along each axis, and each axis as it is to be stored."""
    columns: dict[str, Sequence[Value]] = {}
    texts: dict[str, str] = {}
    for key, text in axes:
        if key not in known or key in columns:
            continue
        try:
            found = axis.parse(text, sources)
        except (ValueError, TemplateError) as wrong:
            problems.append(f"{key}: {_sentence(wrong)}")
            continue
        texts[key] = found.text
        columns[key] = _axis_values(known[key], found, sources, problems)
    return columns, texts


def _axis_values(variable: Variable, found: Axis, sources: Sources, problems: list[str]) -> Sequence[Value]:
    if not found.repeats or variable.numeric:
        return _converted(variable, found.words, sources, problems)
    if variable.default is None:
        problems.append(f"{variable.key}: {found.text} repeats the default, and there is none.")
        return []
    return [variable.default] * found.repeats


def _converted(variable: Variable, words: Sequence[str], sources: Sources, problems: list[str]) -> Sequence[Value]:
    """The words as values; of many bad ones the first few are named."""
    values: list[Value] = []
    wrong: list[str] = []
    for word in words:
        try:
            values.append(_value(variable, word, sources))
        except ValueError as error:
            wrong.append(_sentence(error))
    problems += [f"{variable.key}: {text}" for text in wrong[:_SHOWN]]
    if len(wrong) > _SHOWN:
        problems.append(f"{variable.key}: {len(wrong) - _SHOWN:,} more like these.")
    return values


def _value(variable: Variable, word: str, sources: Sources) -> Value:
    value = variable.convert(word)
    return sources.absolute(word) if variable.type == "path" else value


def _steps(
    columns: Mapping[str, Sequence[Value]], zips: Sequence[Sequence[str]], varied: list[str], problems: list[str]
) -> list[Columns]:
    """The axes in their order; those that are zipped together stand where the first of them stood."""
    together: dict[str, Sequence[str]] = {}
    for keys in zips:
        unknown = [key for key in keys if key not in varied]
        problems += [f"zip {','.join(keys)}: there is no axis {key!r}.{nearest(key, varied)}" for key in unknown]
        problems += [f"zip {','.join(keys)}: {key} is zipped twice." for key in keys if key in together]
        if len(set(keys)) < 2:
            problems.append(f"zip {','.join(keys)}: it takes at least two axes.")
        lengths = {key: len(columns[key]) for key in keys if key in columns}
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{key} has {length:,} values" for key, length in lengths.items())
            problems.append(f"zip {','.join(keys)}: the axes differ in length: {said}.")
        together.update(dict.fromkeys(keys, keys))
    steps: dict[str, Columns] = {}
    for key in columns:
        keys = together.get(key, (key,))
        first = next(each for each in columns if each in keys)
        steps[first] = {each: columns[each] for each in columns if each in keys}
    return list(steps.values())


def _table(text: str, problems: list[str]) -> tuple[list[str], list[list[str]]]:
    """The header and the rows of a CSV text; blank lines do not count."""
    try:
        rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True) if row]
    except csv.Error as wrong:
        problems.append(f"table: not valid CSV: {wrong}.")
        return [], []
    if not rows:
        if text:
            problems.append("table: it is empty.")
        return [], []
    header = [key.strip() for key in rows[0]]
    if not rows[1:]:
        problems.append("table: it has no rows below its header.")
    for at, row in enumerate(rows[1:], 1):
        if len(row) != len(header):
            problems.append(f"table: row {at} has {len(row)} cells, the header {len(header)}.")
            break
    return header, rows[1:]


def _rows(
    known: Mapping[str, Variable], header: list[str], rows: list[list[str]], sources: Sources, problems: list[str]
) -> Columns:
    return {key: _converted(known[key], [row[at] for row in rows], sources, problems) for at, key in enumerate(header)}


def _base(
    known: Mapping[str, Variable], given: Mapping[str, str], varied: set[str], sources: Sources, problems: list[str]
) -> Mapping[str, Value]:
    """What every variable is where nothing varies it; varied ones keep their place in the order."""
    base: dict[str, Value] = {}
    for key, variable in known.items():
        if key in given:
            base.update((key, value) for value in _converted(variable, [given[key]], sources, problems))
        elif key in varied or variable.default is not None:
            base[key] = variable.default if variable.default is not None else ""
        else:
            problems.append(f"{key} has no default: give it a value or an axis.")
    return base


def _count(
    base: Mapping[str, Value], steps: Sequence[Columns], keep: Callable[[Mapping[str, Value]], bool] | None, name: str
) -> int:
    total = prod(map(_length, steps))
    if total > MOST:
        raise TemplateError(f"{name}: the axes make {total:,} combinations; at most {MOST:,} can be looked through.")
    if keep is None:
        return total
    try:
        count = sum(map(keep, _every(base, steps)))
    except ValueError as wrong:
        raise TemplateError(f"{name}: where: {_sentence(wrong)}") from wrong
    if not count:
        raise TemplateError(f"{name}: where: none of {total:,} combinations is kept.")
    return count


def _every(base: Mapping[str, Value], steps: Sequence[Columns]) -> Iterator[dict[str, Value]]:
    """Every combination; one dictionary each, made when it is asked for."""
    for rows in product(*(range(_length(columns)) for columns in steps)):
        values = dict(base)
        for columns, row in zip(steps, rows, strict=True):
            for key, column in columns.items():
                values[key] = column[row]
        yield values


def _length(columns: Columns) -> int:
    return len(next(iter(columns.values())))


def _sentence(wrong: Exception) -> str:
    text = str(wrong)
    return text if text.endswith((".", "?")) else f"{text}."
