"""New batch, second step: a value or an axis for each variable, and what that comes to as one types."""

import re
from asyncio import to_thread
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from tui_batch.errors import StoreError, TemplateError, TuiBatchError
from tui_batch.model import Value
from tui_batch.numbers import spell
from tui_batch.screens.view import View
from tui_batch.widgets.entry import Entry
from tui_batch.widgets.form import Field, Form
from tui_batch.widgets.progress import counted

if TYPE_CHECKING:
    from tui_batch.sweep import Sweep
    from tui_batch.template import Template, Variable

REST_SECONDS = 0.15
SHOWN_VALUES = 12
NAME, TOGETHER, WHERE = "=name", "=together", "=where"  # no variable can be called so
NOTATION = "1, 2, 5 | 1..9 by 2 | 0..1 in 11 | 1e-6..1 log 7 | uniform(0, 1, 20) | repeat(5)"


class Variables(View):
    """Dismisses with what was typed, so that coming back loses nothing."""

    HINTS = ("form.next", "variables.leave", "form.fields")
    HELPS = False  # here a question mark is typed into the field
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "look at the jobs", id="form.next"),
        Binding("down,up", "fields", "other field", key_display="Up/Down", id="form.fields"),
        Binding("escape", "leave", "back", id="variables.leave"),
    ]

    def __init__(self, template: "Template", typed: Mapping[str, str]) -> None:
        super().__init__()
        self._template, self._typed = template, typed
        self._resting: Timer | None = None
        self._settled: dict[tuple[str, str], str] = {}
        self._said: dict[str, str] = {}
        self._defaults = {variable.key: written(variable.default) for variable in template.variables}

    def body(self) -> Iterable[Widget]:
        """The form."""
        shown = [variable for variable in self._template.variables if not variable.hidden]
        fields = [Field(v.key, v.label or v.key, self._entry(v.key, self._defaults[v.key]), about(v)) for v in shown]
        yield Form([*fields, *self._extra()], id="form")

    def _extra(self) -> list[Field]:
        return [
            Field(TOGETHER, "step together", self._entry(TOGETHER), (
                  "Axes that step together instead of multiplying:",
                  "their keys, as in `seed, rate`; several groups with `;` between them."), True),
            Field(WHERE, "only where", self._entry(WHERE), ("As in `temperature > 0.5 and seed < 3`.",), True),
            Field(NAME, "batch name", self._entry(NAME), ("Left empty, the batch is named after its template.",), True),
        ]  # fmt: skip

    def _entry(self, key: str, default: str = "") -> Entry:
        return Entry.of(self._typed.get(key, default))

    @property
    def form(self) -> Form:
        """The form."""
        return self.query_one(Form)

    def on_mount(self) -> None:
        """Say at once what the defaults come to."""
        self.set_focus(self.form)
        self._plan()

    # -- what it comes to ------------------------------------------------------------------------------------------
    @on(Form.Changed)
    def _rest(self) -> None:
        self.prompt.hush()
        if self._resting:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, self._plan)

    def _plan(self) -> None:
        self.go_instead("plan", self._tell)

    async def _tell(self) -> None:
        try:
            self._head(counted((await self._sweep()).count), "key")
            self.form.tell(self._said)
        except TemplateError as error:
            self._blame(error)

    def _head(self, words: str, tone: str) -> None:
        self.status.show(f"new batch: {self._template.name}", ((words, tone),))

    def _blame(self, error: TuiBatchError) -> None:
        """Each problem to the field that it names; what names none below the fields."""
        fields = {"where": WHERE, "zip": TOGETHER, **{key: key for key in self.form.texts}}
        wrong: dict[str, str] = {}
        loose: list[str] = []
        for line in str(error).splitlines():
            problem = line.removeprefix(f"{self._template.name}: ")
            if field := fields.get(re.split(r"[\s:]", problem, maxsplit=1)[0]):
                wrong[field] = f"{wrong.get(field, '')} {_plain(problem, field)}".strip()
            else:
                loose.append(problem)
        self.form.tell(self._said, wrong, loose)
        self._head("not yet", "attention")

    async def _settle(self, key: str, text: str) -> tuple[str, list[str]]:
        """The notation with the chance that was drawn for it, so that what is shown is what is made; first values."""
        alone = replace(self._template, variables=(self._template.variable(key),))
        axis = [(key, self._settled.get((key, text), text))]
        try:
            sweep = await to_thread(self.desk.plan, alone, axis)
        except TemplateError:  # the plan of them all says it again
            return text, []
        self._settled[key, text] = notation = sweep.axes.get(key, text)
        values = [spell(sweep.at(n)[key]) for n in range(min(sweep.count, SHOWN_VALUES))]
        if sweep.count > 1:
            more = ", ..." if sweep.count > SHOWN_VALUES else ""
            self._said[key] = f"{sweep.count:,}: {', '.join(values)}{more}"
        return notation, values

    async def _sweep(self) -> "Sweep":
        """Only what was changed is given: several values make an axis, a single one is fixed."""
        texts = self.form.texts
        axes: list[tuple[str, str]] = []
        fixed: list[tuple[str, str]] = []
        self._said = {}
        for key, text in texts.items():
            if key in self._defaults and text.strip() != self._defaults[key]:
                notation, values = await self._settle(key, text)
                if len(values) == 1:
                    fixed.append((key, values[0]))
                else:
                    axes.append((key, notation))
        groups = [[key.strip() for key in group.split(",")] for group in texts[TOGETHER].split(";") if group.strip()]
        # Not the clerk: to count what a condition keeps may take its time.
        return await to_thread(self.desk.plan, self._template, axes, fixed, groups, texts[WHERE].strip())

    # -- keys ------------------------------------------------------------------------------------------------------
    @on(Form.Done)
    def _done(self) -> None:
        if self._resting:  # it would take the place of what goes on here
            self._resting.stop()
        self.go_instead("plan", self._go_on)

    async def _go_on(self) -> None:
        from tui_batch.screens.preview import Preview

        try:
            sweep = await self._sweep()
            # A template that cannot be rendered is told here, not after the target was chosen and the answer given.
            await to_thread(self.desk.rendered, sweep, 0)
            self.app.push_screen(Preview(self._template.name, sweep, self.form.texts[NAME].strip()))
        except (TemplateError, StoreError) as error:
            self._blame(error)

    def action_back(self) -> None:
        """Back to the templates; what was typed goes along."""
        self.dismiss(self.form.texts)


def _plain(problem: str, key: str) -> str:
    """The problem without the names of what it stands beside."""
    return problem.removeprefix(f"{key}: ").removeprefix("where: ").removeprefix("zip ")


def written(value: Value | None) -> str:
    """A value as one would type it."""
    return "" if value is None else spell(value)


def about(variable: "Variable") -> tuple[str, ...]:
    """Type, limits, unit, default and help of a variable."""
    limits = ""
    if variable.minimum is not None and variable.maximum is not None:
        limits = f"from {written(variable.minimum)} to {written(variable.maximum)}"
    elif variable.minimum is not None:
        limits = f"{written(variable.minimum)} or more"
    elif variable.maximum is not None:
        limits = f"{written(variable.maximum)} or less"
    choices = "one of " + ", ".join(map(spell, variable.choices)) if variable.choices else ""
    unit = f"in {variable.unit}" if variable.unit else ""
    facts = (variable.key, variable.type, limits, choices, unit, f"default {written(variable.default) or 'empty'}")
    return (f"{'; '.join(filter(None, facts))}", variable.help, f"Several: {NOTATION}")
