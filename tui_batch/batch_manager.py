"""What Batch-Manager wrote, as we read it: the CSVs of its templates, and its history. Every wrong line is named."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from keyword import iskeyword
from typing import Any

from tui_batch.errors import RequestError, nearest, sentence
from tui_batch.numbers import number, whole
from tui_batch.template import RESERVED, Template

TYPES = ("int", "float", "bool", "str", "dual int", "dual float", "dual bool", "int/str")
PROGRAMS = {"netmc": "netmc.x", "netmc_pores": "netmc_pores.x", "triangle_raft": "mx2.x"}
_COLUMNS = "Line Number,Value,Is Var?,Table-Relevant?,Name,Type,Names,Allowed Values"
_NAMED_AFTER_THE_JOB = 3  # the line of the prefix of all that the program writes
_BOUNDS = re.compile(r"(?:>([^<>;]+))?(?:<([^<>;]+))?")
_TRUTH = {"true": True, "false": False}
_WHEN = "%Y %a %d %b %H:%M:%S UTC"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file that a template renders: its text, and the variables in it."""

    text: str
    variables: tuple[Mapping[str, Any], ...] = ()
    seed: bool = False  # it names the seed of Triangle Raft
    named: bool = False  # it is the job's name, and the text what stands behind that


@dataclass(frozen=True, slots=True)
class Sent:
    """One line of the history: a batch was sent."""

    batch: str
    type: str
    moment: str


def template_name(type_: str) -> str:
    """What the template is called here that Batch-Manager called so."""
    return type_.replace("_", "-")


# -- a template --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reading:
    """The CSV as far as it was read."""

    lines: dict[int, Line] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)  # the row that made each
    problems: list[str] = field(default_factory=list)


def read_template(text: str, origin: str) -> tuple[Line, ...]:
    """The lines that a template CSV describes, in their order; a RequestError names every row that is wrong."""
    read = _Reading()
    rows = [(at, row) for at, row in enumerate(text.removeprefix("\ufeff").splitlines(), 1) if row.strip()]
    if not rows or rows[0][1].strip() != _COLUMNS:
        read.problems.append(f"line {rows[0][0] if rows else 1}: it does not begin with the columns {_COLUMNS}.")
    for at, row in rows[1:]:
        try:
            _read_row(at, row, read)
        except ValueError as wrong:
            read.problems.append(f"line {at}: {sentence(wrong)}")
    missing = [str(n) for n in range(1, max(read.lines, default=0)) if n not in read.lines]
    if missing and not read.problems:
        read.problems.append(f"there is no row for the line number {', '.join(missing)}.")
    if not read.lines and not read.problems:
        read.problems.append("it describes no line.")
    if read.problems:
        raise RequestError("\n".join([*(f"{origin}: {problem}" for problem in read.problems), "Nothing was imported."]))
    return tuple(read.lines[n] for n in sorted(read.lines))


def _read_row(at: int, row: str, read: _Reading) -> None:
    cells = ["" if cell.strip() == "None" else cell.strip() for cell in row.split(",")]
    if len(cells) != 8:
        raise ValueError(f"{len(cells)} cells where there are 8 columns; a name cannot hold a comma")
    n = whole(cells[0])
    if n in read.lines:
        raise ValueError(f"the line number {n} is there twice")
    for cell, column in ((cells[2], "Is Var?"), (cells[3], "Table-Relevant?")):
        if cell.lower() not in _TRUTH:
            raise ValueError(f"{column} is {cell!r}, which is neither True nor False")
    line = _varying(n, cells) if _TRUTH[cells[2].lower()] else Line(_literal(cells[1]))
    for variable in line.variables:
        if variable["key"] in read.keys:
            raise ValueError(
                f"{variable['label']!r} has the key {variable['key']} as line {read.keys[variable['key']]}"
            )
        read.keys[variable["key"]] = at
    read.lines[n] = line


def _literal(text: str) -> str:
    """A text as it is rendered; what a template would take for its own signs stands in quotes."""
    text = "-" * 50 if text == "dashes" else text.expandtabs()
    return f"{{{{ {_quoted(text)} }}}}" if re.search(r"\{[{%#]", text) else text


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _varying(n: int, cells: list[str]) -> Line:
    _, value, _, relevant, label, kind, names, allowed = cells
    if kind not in TYPES:
        raise ValueError(f"unknown type {kind!r}.{nearest(kind, TYPES)}")
    if not label:
        raise ValueError("a variable without a name")
    if n == _NAMED_AFTER_THE_JOB and kind == "str":
        return Line(label, named=True)
    hidden = {} if _TRUTH[relevant.lower()] else {"hidden": True}
    if kind == "int/str":
        folder, slash, last = value.rpartition("/")
        variable = _variable(label, "int", last, allowed) | hidden
        return Line(_lined(f"({_quoted(folder + slash)} ~ {variable['key']})", label), (variable,), seed=True)
    if not kind.startswith("dual "):
        variable = _variable(label, kind, value, allowed) | hidden
        return Line(_lined(variable["key"], label), (variable,))
    pair = list(zip(names.split(";"), value.split(), _both(kind, allowed), strict=False))
    if len(pair) != 2 or len(names.split(";")) != 2 or len(value.split()) != 2:
        raise ValueError(f"{kind} takes two names with a ; between them and two values with a blank, not "
                         f"{names!r} and {value!r}")  # fmt: skip
    variables = tuple(_variable(name.strip(), kind[5:], word, limits) | hidden for name, word, limits in pair)
    return Line(_lined(f"({', '.join(variable['key'] for variable in variables)})", label), variables)


def _lined(expression: str, label: str) -> str:
    return f"{{{{ {expression}|lined({_quoted(label)}) }}}}"


def _both(kind: str, allowed: str) -> list[str]:
    """What is allowed for each of two values; of truth there is nothing to say."""
    both = ["", ""] if kind == "dual bool" or not allowed else allowed.split(";")
    if len(both) != 2:
        raise ValueError(f"{kind} takes two allowed values with a ; between them, not {allowed!r}")
    return both


def _variable(label: str, kind: str, word: str, allowed: str) -> dict[str, Any]:
    """A variable as a template of ours has it, its default checked."""
    key = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    if not key:
        raise ValueError(f"the name {label!r} holds no letter")
    if key[0].isdigit() or key in RESERVED or iskeyword(key):
        key = f"v_{key}"
    default = _value(kind, word)
    limits: dict[str, Any] = {}
    if kind == "bool" or not allowed:
        pass
    elif found := (_BOUNDS.fullmatch(allowed) if kind != "str" else None):
        for name, bound in (("minimum", found[1]), ("maximum", found[2])):
            if bound:
                # As there, a bound counts as allowed; but -1 was never meant where a number is to be above it.
                limits[name] = 0 if bound.strip() == "-1" and name == "minimum" else _value(kind, bound.strip())
        if not limits.get("minimum", default) <= default <= limits.get("maximum", default):
            raise ValueError(f"the value {word} is not within {allowed}")
    else:
        limits["choices"] = [_value(kind, choice.strip()) for choice in allowed.split(";")]
        if default not in limits["choices"]:
            raise ValueError(f"the value {word!r} is not one of {allowed}")
        kind = "choice" if kind == "str" else kind
    return {"key": key, "type": kind, "label": label, "default": default, **limits}


def _value(kind: str, word: str) -> Any:
    if kind == "int":
        return whole(word)
    if kind == "float":
        return float(number(word))
    if kind == "bool":
        if word.lower() not in ("0", "1", "true", "false"):
            raise ValueError(f"{word!r} is neither 0 nor 1")
        return word.lower() in ("1", "true")
    return word


def base_of(lines: tuple[Line, ...]) -> str:
    """Which of our templates knows how to run what these lines are for."""
    if any(line.seed for line in lines):
        return "triangle-raft"
    return "netmc-pores" if any(line.named and line.text.startswith("Output") for line in lines) else "netmc"


def as_toml(lines: tuple[Line, ...], base: Template, name: str, origin: str) -> str:
    """A template of ours with these lines and variables, which runs as the base does."""
    import tomli_w

    [path] = base.files
    seed = next((line.variables[0]["key"] for line in lines if line.seed), "")
    prefix = '("./output_files/" ~ name)' if seed else "name"
    text = "".join(f"{_lined(prefix, line.text) if line.named else line.text}\n" for line in lines)
    ours = [
        {"key": one.key, "type": one.type, "label": one.label, "upload": True, "help": one.help}
        | ({} if one.default is None else {"default": one.default})
        for one in base.variables
        if one.upload
    ]
    return tomli_w.dumps(
        {
            "name": name, "description": f"From Batch-Manager: {origin}", "job_name": base.job_name,
            "command": base.command.replace("seed_size", seed), "shared": base.shared,
            "variables": [*ours, *(variable for line in lines for variable in line.variables)],
            "files": {path: text}, "resources": {"cpus": base.resources.cpus, "minutes": base.resources.minutes},
            "results": {"exclude": base.exclude},
        },
        multiline_strings=True,
    )  # fmt: skip


# -- the history -------------------------------------------------------------------------------------------------------


def read_history(text: str, origin: str) -> list[Sent]:
    """What was sent, oldest first; a RequestError names every line that is wrong."""
    found, problems = [], []
    for at, row in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not row.strip():
            continue
        try:
            found.append(_sent(row))
        except ValueError as wrong:
            problems.append(f"{origin}: line {at}: {sentence(wrong)}")
    if problems:
        raise RequestError("\n".join([*problems, "Nothing was taken over; mend these lines or take them out."]))
    return sorted(found, key=lambda one: one.moment)


def _sent(row: str) -> Sent:
    batch, type_, when = _three(row)
    if type_ not in PROGRAMS:
        raise ValueError(f"unknown type {type_!r}.{nearest(type_, PROGRAMS)}")
    if not batch:
        raise ValueError("a submission without the name of its batch")
    try:
        moment = datetime.strptime(when, _WHEN)
    except ValueError:
        raise ValueError(f"{when!r} is no time such as 2023 Fri 08 Dec 12:52:10 UTC") from None
    return Sent(batch, type_, f"{moment.isoformat()}.000Z")


def _three(row: str) -> Iterator[str]:
    cells = row.rsplit(",", 2)
    if len(cells) != 3:
        raise ValueError(f"{len(cells)} cells instead of batch, type and time")
    return (cell.strip() for cell in cells)
