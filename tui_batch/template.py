"""A template: what the jobs of a batch are made from, read from TOML and checked. Rendering is in `rendering`."""

import keyword
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tui_batch import tables
from tui_batch.errors import TemplateError, nearest, sentence
from tui_batch.model import NOTHING, Resources, Value
from tui_batch.numbers import Real, number, spell, whole
from tui_batch.paths import UPLOADS, path_trouble, pattern_trouble
from tui_batch.where import compile_where

TYPES = ("int", "float", "bool", "str", "choice", "path")
RESERVED = ("index", "name", "batch", "varied", "true", "false", "none", "loop", "self", "caller", "varargs", "kwargs")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", re.ASCII | re.IGNORECASE)
_MEGABYTES = {"K": 1 / 1024, "M": 1, "": 1, "G": 1024, "T": 1024 * 1024}
_TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True, slots=True)
class Variable:
    """Something that may differ from job to job."""

    key: str
    type: str = "str"
    label: str = ""
    default: int | float | bool | str | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    choices: tuple[int | float | bool | str, ...] = ()
    unit: str = ""
    help: str = ""
    hidden: bool = False
    upload: bool = False  # a file or folder of this machine is brought along; `target:` names one that is there

    @property
    def numeric(self) -> bool:
        """Its values can be counted and measured."""
        return self.type in ("int", "float")

    def convert(self, word: str) -> Value:
        """The value that a word stands for; a ValueError says why it cannot be one of this variable's."""
        value = self._read(word)
        if self.choices and word not in map(spell, self.choices) and value not in self.choices:
            known = [spell(choice) for choice in self.choices]
            raise ValueError(f"{word!r} is not one of {', '.join(known)}.{nearest(word, known) if known[12:] else ''}")
        if isinstance(value, int | float) and not isinstance(value, bool):
            if self.minimum is not None and value < self.minimum:
                raise ValueError(f"{word} is below the minimum {spell(self.minimum)}")
            if self.maximum is not None and value > self.maximum:
                raise ValueError(f"{word} is above the maximum {spell(self.maximum)}")
        return value

    def _read(self, word: str) -> Value:
        if self.type == "int":
            return whole(word.strip())
        if self.type == "float":
            return Real(number(word.strip()), word.strip())
        if self.type == "bool":
            if word.strip().lower() not in _TRUTH:
                raise ValueError(f"{word!r} is neither true nor false")
            return _TRUTH[word.strip().lower()]
        if self.type == "choice":
            return next((choice for choice in self.choices if spell(choice) == word), word)
        if "\0" in word:
            raise ValueError(f"{word!r} holds a NUL, which no file name or argument can")
        if self.type == "path" and not word and self.default != "":
            raise ValueError("a path cannot be empty")
        return word


@dataclass(frozen=True, slots=True)
class Template:
    """What the jobs of a batch are made from."""

    name: str
    command: str
    description: str = ""
    job_name: str = ""
    variables: tuple[Variable, ...] = ()
    rules: tuple[str, ...] = ()  # conditions that hold for every job
    files: Mapping[str, str] = field(default_factory=lambda: NOTHING)  # path → text, both with names in braces
    shared: tuple[str, ...] = ()
    resources: Resources = field(default_factory=Resources)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: NOTHING)
    results: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()  # of what the results would be
    origin: str = ""  # what errors call it: its file
    folder: Path | None = None  # where its shared files are
    source: str = ""

    def variable(self, key: str) -> Variable:
        """The variable with this key; a TemplateError suggests the nearest."""
        for variable in self.variables:
            if variable.key == key:
                return variable
        known = [variable.key for variable in self.variables]
        raise TemplateError(f"{self.name} has no variable {key!r}.{nearest(key, known)}")


@dataclass(frozen=True, slots=True)
class Broken:
    """A template that cannot be used, and why: a sentence a line."""

    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class _Needs:
    cpus: int = 1
    memory: int | str | None = None
    gpus: int = 0
    minutes: float | None = None


@dataclass(frozen=True, slots=True)
class _Results:
    patterns: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A template as its file says it."""

    name: str
    command: str
    description: str = ""
    job_name: str = ""
    variables: tuple[Variable, ...] = ()
    rules: tuple[str, ...] = ()
    files: Mapping[str, str | Mapping[str, str]] = field(default_factory=lambda: NOTHING)
    shared: tuple[str, ...] = ()
    resources: _Needs = field(default_factory=_Needs)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: NOTHING)
    results: _Results = field(default_factory=_Results)


def read(text: str, origin: str, folder: Path | None = None, payload: Callable[[str], str] | None = None) -> Template:
    """The template that a TOML text describes; `payload` gives the text of a file beside it.

    A TemplateError lists all that is wrong, each with its key.
    """
    sheet = tables.build(_Sheet, tables.parse(text, origin, TemplateError), origin, TemplateError)
    problems: list[str] = []
    variables = tuple(_checked(variable, problems) for variable in sheet.variables)
    keys = [variable.key for variable in variables]
    problems += [f"two variables have the key {key!r}." for key in sorted({key for key in keys if keys.count(key) > 1})]
    for what, said in (("name", sheet.name), ("command", sheet.command)):
        if not said.strip():
            problems.append(f"{what} is empty.")
    template = Template(
        name=sheet.name, command=sheet.command, description=sheet.description, job_name=sheet.job_name,
        variables=variables, rules=_rules(sheet.rules, keys, problems), files=_files(sheet.files, payload, problems),
        shared=_shared(sheet.shared, folder, problems), resources=_resources(sheet.resources, problems),
        options=sheet.options, results=_results(sheet.results.patterns, problems), exclude=sheet.results.exclude,
        origin=origin, folder=folder, source=text,
    )  # fmt: skip
    if problems:
        raise TemplateError.of(f"{origin}: {problem}" for problem in problems)
    return template


def preset(template: Template, defaults: Mapping[str, Any], origin: str) -> Template:
    """The template with other defaults for some of its variables; a TemplateError lists all that is wrong with them."""
    problems: list[str] = []
    known = {variable.key: variable for variable in template.variables}
    for key, value in defaults.items():
        if key not in known:
            problems.append(f"unknown variable {key!r}.{nearest(key, known)}")
        elif not isinstance(value, int | float | str):
            problems.append(f"{key} must be one value: a text, a number, true or false.")
        else:
            known[key] = _checked(replace(known[key], default=value), problems)
    if problems:
        raise TemplateError.of(f"{origin}: {problem}" for problem in problems)
    return replace(template, variables=tuple(known.values()))


def _checked(variable: Variable, problems: list[str]) -> Variable:
    """The variable with its default in the variable's own type."""
    said = len(problems)
    at = f"variable {variable.key!r}:"
    if variable.key in RESERVED or keyword.iskeyword(variable.key):
        problems.append(f"{at} the key is reserved; choose another.")
    elif not _KEY.fullmatch(variable.key):
        problems.append(f"{at} a key is made of letters, digits and _, and does not start with a digit.")
    if variable.type not in TYPES:
        problems.append(f"{at} unknown type {variable.type!r}.{nearest(variable.type, TYPES)}")
    if variable.upload and variable.type != "path":
        problems.append(f"{at} only a path can be uploaded.")
    if variable.type == "choice" and not variable.choices:
        problems.append(f"{at} a choice needs choices.")
    if variable.minimum is not None and variable.maximum is not None and variable.minimum > variable.maximum:
        problems.append(f"{at} its minimum {variable.minimum} is above its maximum {variable.maximum}.")
    if variable.default is None or len(problems) > said:
        return variable
    try:
        return replace(variable, default=variable.convert(spell(variable.default)))
    except ValueError as wrong:
        problems.append(f"{at} its default {wrong}.")
        return variable


def _rules(rules: tuple[str, ...], keys: list[str], problems: list[str]) -> tuple[str, ...]:
    for rule in rules:
        try:
            compile_where(rule, keys)
        except ValueError as wrong:
            problems.append(f"rules: {sentence(wrong)}")
    return rules


def _files(
    files: Mapping[str, str | Mapping[str, str]], payload: Callable[[str], str] | None, problems: list[str]
) -> Mapping[str, str]:
    """Every file's text, those beside the template read in."""
    texts: dict[str, str] = {}
    for path, said in files.items():
        if "{{" not in path and "{%" not in path and (trouble := path_trouble(path)):
            problems.append(f'files."{path}" {trouble}.')
        if path == "command":
            problems.append('files."command": this name is taken by the command itself; choose another.')
        if path.split("/")[0] == UPLOADS:
            problems.append(f'files."{path}": the folder {UPLOADS} is taken by what is uploaded; choose another.')
        if any(path.startswith(f"{other}/") for other in (*files, "command")):
            problems.append(f'files."{path}": a part of its path is the name of another file.')
        if isinstance(said, str):
            texts[path] = said
        elif set(said) != {"from"}:
            problems.append(f'files."{path}" must be a text, or {{ from = "a file beside the template" }}.')
        elif payload is None or path_trouble(said["from"]):
            problems.append(f'files."{path}": {said["from"]!r} is not a file in the template\'s own folder.')
        else:
            try:
                texts[path] = payload(said["from"])
            except (OSError, UnicodeError) as wrong:
                problems.append(f'files."{path}": {said["from"]!r} cannot be read: {wrong}.')
    return texts


def _shared(patterns: tuple[str, ...], folder: Path | None, problems: list[str]) -> tuple[str, ...]:
    if patterns and folder is None:
        problems.append("shared: a template without a folder of its own has no files to share.")
    problems += [f"shared: {pattern!r} {path_trouble(pattern)}." for pattern in patterns if path_trouble(pattern)]
    return patterns


def _results(patterns: tuple[str, ...], problems: list[str]) -> tuple[str, ...]:
    """Those that begin with / name files on the target's storage, all others what jobs leave in their folders."""
    for pattern in patterns:
        if pattern.startswith("/") and (trouble := pattern_trouble(pattern)):
            problems.append(f"results: {pattern!r} {trouble}.")
    return patterns


def _resources(needs: _Needs, problems: list[str]) -> Resources:
    memory: int | None = None
    if isinstance(needs.memory, int):
        memory = needs.memory
    elif needs.memory is not None:
        if found := _MEMORY.fullmatch(needs.memory.strip()):
            memory = max(1, round(float(found[1]) * _MEGABYTES[found[2].upper()]))
        else:
            problems.append(f'resources: memory must be "4 GB", "512M" or a number of MB, not {needs.memory!r}.')
    for what, amount, least in (("cpus", needs.cpus, 1), ("gpus", needs.gpus, 0), ("memory", memory, 1)):
        if amount is not None and amount < least:
            problems.append(f"resources: {what} must be at least {least}, not {amount}.")
    if needs.minutes is not None and needs.minutes <= 0:
        problems.append(f"resources: minutes must be above 0, not {needs.minutes}.")
    return Resources(needs.cpus, memory, needs.gpus, needs.minutes)
