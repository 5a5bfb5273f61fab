"""A sweep: which values the variables of a template take, job by job."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import prod

from tui_batch.axis import Sources
from tui_batch.columns import Columns, along_axes, converted, from_table, read_table
from tui_batch.errors import TemplateError, nearest, sentence
from tui_batch.model import Value
from tui_batch.numbers import spell
from tui_batch.paths import ON_TARGET
from tui_batch.template import Template, Variable
from tui_batch.where import compile_where

MOST = 50_000_000  # combinations that are looked through
_BREATH = 10_000  # of them between two breaths


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
        return self.combination(next(islice(self.kept(), index, None)) if self.keep else index)

    def on_target(self) -> Iterator[tuple[Variable, str]]:
        """What might be uploaded and is not, since the first job has it from the target."""
        first = self.at(0) if self.count else {}
        for variable in self.template.variables:
            if variable.upload and (value := str(first.get(variable.key, ""))).startswith(ON_TARGET):
                yield variable, value.removeprefix(ON_TARGET)

    def kept(self, breath: Callable[[], None] = lambda: None) -> Iterator[int]:
        """Which combinations the jobs are, where a condition keeps only some of them."""
        for position, values in enumerate(_every(self.base, self.steps)):
            if position % _BREATH == 0:
                breath()
            if self.keep is None or self.keep(values):
                yield position

    def combination(self, position: int) -> Mapping[str, Value]:
        """All variables of one combination, whether a condition keeps it or not."""
        values = dict(self.base)
        for columns in reversed(self.steps):
            position, row = divmod(position, _length(columns))
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
    breath: Callable[[], None] = lambda: None,
) -> Sweep:
    """The sweep that these axes make of a template; one TemplateError lists all that is wrong, a line each.

    To count what a condition keeps may take long: `breath` is called now and then, and may raise to end it.
    """
    known = {variable.key: variable for variable in template.variables}
    problems: list[str] = []
    header, rows = read_table(table, problems)
    _check_keys(known, header, [key for key, _ in axes], [key for key, _ in fixed], problems)
    given = {key: word for key, word in fixed if key in known}
    columns, texts = along_axes(known, axes, sources, problems)
    steps = _steps(columns, zips, [key for key, _ in axes], problems)
    whole_rows = from_table(known, header, rows, sources, problems)
    if whole_rows:
        steps.insert(0, whole_rows)
    base = _base(known, given, {*header, *(key for key, _ in axes)}, sources, problems)
    keep = None
    if where.strip():
        try:
            keep = compile_where(where, list(known))
        except ValueError as wrong:
            problems.append(f"where: {sentence(wrong)}")
    if problems:
        raise TemplateError.of(f"{template.name}: {problem}" for problem in problems)
    alike = {key: spell(column[0]) for key, column in whole_rows.items() if len(set(map(spell, column))) == 1}
    varying = [key for step in steps for key in step if key not in alike]
    spelled = {key: spell(base[key]) for key in given} | alike
    count = _count(base, steps, keep, template.name, breath)
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


def _base(
    known: Mapping[str, Variable], given: Mapping[str, str], varied: set[str], sources: Sources, problems: list[str]
) -> Mapping[str, Value]:
    """What every variable is where nothing varies it; varied ones keep their place in the order."""
    base: dict[str, Value] = {}
    for key, variable in known.items():
        if key in given:
            base.update((key, value) for value in converted(variable, [given[key]], sources, problems))
        elif key in varied:
            base[key] = variable.default if variable.default is not None else ""
        elif variable.default and variable.upload:
            base.update((key, value) for value in converted(variable, [spell(variable.default)], sources, problems))
        elif variable.default is not None:
            base[key] = variable.default
        else:
            problems.append(f"{key} has no default: give it a value or an axis.")
    return base


def _count(
    base: Mapping[str, Value],
    steps: Sequence[Columns],
    keep: Callable[[Mapping[str, Value]], bool] | None,
    name: str,
    breath: Callable[[], None],
) -> int:
    total = prod(map(_length, steps))
    if total > MOST:
        raise TemplateError(f"{name}: the axes make {total:,} combinations; at most {MOST:,} can be looked through.")
    if keep is None:
        return total
    try:
        every, count = _every(base, steps), 0
        for _ in range(0, total, _BREATH):
            breath()
            count += sum(map(keep, islice(every, _BREATH)))
    except ValueError as wrong:
        raise TemplateError(f"{name}: where: {sentence(wrong)}") from wrong
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
