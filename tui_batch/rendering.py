"""How a template becomes jobs: its texts compiled once, strictly, in a sandbox."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tui_batch.errors import TemplateError, nearest, sentence
from tui_batch.model import Value
from tui_batch.naming import from_labels, from_values, safe
from tui_batch.numbers import plain, spell
from tui_batch.paths import path_trouble
from tui_batch.template import Template
from tui_batch.where import compile_where

Text = Callable[[Mapping[str, Value]], str]


class Renderer:
    """A template ready to render; making one finds everything that is wrong in its texts.

    jinja2 is imported here and not above, because most of what reads templates never renders them.
    """

    def __init__(self, template: Template) -> None:
        self.template = template
        self._paths = frozenset(variable.key for variable in template.variables if variable.type == "path")
        compiler = _Compiler(template)
        keys = [variable.key for variable in template.variables]
        self._labels = {variable.key: variable.label or variable.key for variable in template.variables}
        self._rules = [(rule, compile_where(rule, keys)) for rule in template.rules]
        self._name = compiler.text("job_name", template.job_name, [*keys, "index", "batch", "varied"])
        known = [*keys, "index", "batch", "name"]
        self._command = compiler.text("command", template.command, known)
        self._files = [
            (
                path,
                compiler.text(f'files."{path}" (its path)', path, known),
                compiler.text(f'files."{path}"', text, known),
            )
            for path, text in template.files.items()
        ]
        if compiler.problems:
            raise TemplateError.of(compiler.problems)

    def name(self, values: Mapping[str, Value], varying: Sequence[str]) -> str:
        """The job's name; made of the variables that vary where the template has no pattern for it."""
        if "varied" in self.template.job_name:
            labels = {key: self._labels[key] for key in varying}
            values = {**values, "varied": from_labels(labels, values, self._paths)}
        raw = self._name(values) if self.template.job_name else from_values(varying, values, self._paths)
        return safe(raw or self.template.name, self.template.name)

    def command(self, values: Mapping[str, Value]) -> str:
        """The command line; a TemplateError for a job that is against a rule of the template."""
        for rule, holds in self._rules:
            try:
                kept = holds(values)
            except ValueError as wrong:
                raise TemplateError(f"{self.template.origin}: rules: {sentence(wrong)}") from wrong
            if not kept:
                job = values.get("name")
                raise TemplateError(f"{self.template.name}: {rule} must hold, and does not for the job {job}.")
        command = self._command(values)
        if not command.strip():
            raise TemplateError(f"{self.template.origin}: the command is empty for the job {values.get('name')}.")
        return command

    def files(self, values: Mapping[str, Value]) -> dict[str, str]:
        """Path → text of every file of the job."""
        texts: dict[str, str] = {}
        for said, path_of, text_of in self._files:
            path = path_of(values)
            trouble = path_trouble(path) if path != said else ""
            if path == "command":
                trouble = "is the name of the command itself"
            elif path in texts:
                trouble = "is rendered twice"
            if trouble:
                raise TemplateError(f'{self.template.origin}: files."{said}": the path {path!r} {trouble}.')
            texts[path] = text_of(values)
        return texts


class _Compiler:
    """Compiles the texts of a template, and collects what is wrong in any of them."""

    def __init__(self, template: Template) -> None:
        from jinja2 import StrictUndefined
        from jinja2.sandbox import SandboxedEnvironment

        self.problems: list[str] = []
        self._origin = template.origin or template.name
        self._environment = SandboxedEnvironment(
            undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False, finalize=_written
        )
        self._environment.filters["sh"] = lambda value: shlex.quote(spell(value))
        self._environment.filters["lined"] = lined

    def text(self, where: str, source: str, known: Sequence[str]) -> Text:
        from jinja2 import TemplateSyntaxError
        from jinja2 import nodes as parts

        if not any(mark in source for mark in ("{{", "{%", "{#")):
            return lambda values: source
        try:
            tree = self._environment.parse(source)
            unknown = self._undeclared(tree) - set(known)
            compiled = self._environment.from_string(source)
        except TemplateSyntaxError as wrong:
            self.problems.append(f"{self._origin}: {where}, line {wrong.lineno}: {wrong.message}")
            return str
        for name in sorted(unknown):
            lines = [node.lineno for node in tree.find_all(parts.Name) if node.name == name]
            line = min(lines, default=1)
            self.problems.append(f"{self._origin}: {where}, line {line}: unknown name {name!r}.{nearest(name, known)}")
        return self._guarded(where, compiled.render)

    def _undeclared(self, tree: Any) -> set[str]:
        from jinja2 import meta

        return meta.find_undeclared_variables(tree)

    def _guarded(self, where: str, render: Text) -> Text:
        def guarded(values: Mapping[str, Value]) -> str:
            try:
                return render(values)
            except Exception as wrong:  # a template may do anything with its values: it says what, we say where
                job = f" of the job {values['name']!r}" if "name" in values else ""
                raise TemplateError(f"{self._origin}: {where}{job}: {wrong}.") from wrong

        return guarded


def lined(value: Value | Sequence[Value], label: str) -> str:
    """One value or several, and behind them, at the next column of eight, what they are.

    So do programs want it that read the first words of each line and leave the rest to people.
    """
    values = [value] if isinstance(value, Value) else value
    return "\t".join([*map(plain, values), *([""] * (len(values) == 1)), label]).expandtabs()


def _written(value: Any) -> Any:
    """Truth as `true` and `false`, in files as in tables and names."""
    return spell(value) if isinstance(value, bool) else value
