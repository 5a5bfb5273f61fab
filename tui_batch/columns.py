"""The values of variables, one below the other: along the axes, and in a table that takes whole rows."""

import csv
import io
from collections.abc import Mapping, Sequence

from tui_batch import axis
from tui_batch.axis import Axis, Sources
from tui_batch.errors import TemplateError, sentence
from tui_batch.model import Value
from tui_batch.paths import ON_TARGET
from tui_batch.template import Variable

_SHOWN = 5  # bad values of one axis that are named one by one

Columns = Mapping[str, Sequence[Value]]  # variables that step together, all equally long


def along_axes(
    known: Mapping[str, Variable],
    axes: Sequence[tuple[str, str]],
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
            problems.append(f"{key}: {sentence(wrong)}")
            continue
        texts[key] = found.text
        columns[key] = _axis_values(known[key], found, sources, problems)
    return columns, texts


def _axis_values(variable: Variable, found: Axis, sources: Sources, problems: list[str]) -> Sequence[Value]:
    if not found.repeats or variable.numeric:
        return converted(variable, found.words, sources, problems)
    if variable.default is None:
        problems.append(f"{variable.key}: {found.text} repeats the default, and there is none.")
        return []
    return [variable.default] * found.repeats


def read_table(text: str, problems: list[str]) -> tuple[list[str], list[list[str]]]:
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
            return header, []
    return header, rows[1:]


def from_table(
    known: Mapping[str, Variable], header: list[str], rows: list[list[str]], sources: Sources, problems: list[str]
) -> Columns:
    """The columns of a table as values; unknown ones have been complained of."""
    return {
        key: converted(known[key], [row[at] for row in rows], sources, problems)
        for at, key in enumerate(header)
        if key in known
    }


def converted(variable: Variable, words: Sequence[str], sources: Sources, problems: list[str]) -> Sequence[Value]:
    """The words as values; of many bad ones the first few are named."""
    values: list[Value] = []
    wrong: list[str] = []
    for word in words:
        try:
            values.append(_value(variable, word, sources))
        except ValueError as error:
            wrong.append(sentence(error))
    problems += [f"{variable.key}: {text}" for text in wrong[:_SHOWN]]
    if len(wrong) > _SHOWN:
        problems.append(f"{variable.key}: {len(wrong) - _SHOWN:,} more like these.")
    return values


def _value(variable: Variable, word: str, sources: Sources) -> Value:
    value = variable.convert(word)
    if variable.type != "path" or not word:
        return value
    return _upload(word, sources) if variable.upload else sources.absolute(word)


def _upload(word: str, sources: Sources) -> str:
    """A path of this machine from the root, or `target:` and one of the target's: its whole path, or a command's name.

    What is not here is taken to be there, and shown so; what cannot be on either is refused.
    """
    said = word.removeprefix(ON_TARGET)
    if said == word and sources.is_here(word):
        return sources.absolute(word)
    if not said or ("/" in said and said[0] != "/"):
        where = "names no file of a target" if said != word else "is not on this machine"
        raise ValueError(f"{word!r} {where}; one on the target is named by its whole path, as in target:/opt/x/run.x")
    return ON_TARGET + said
