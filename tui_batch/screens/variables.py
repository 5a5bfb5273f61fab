"""New batch, second step: a value or an axis for each variable, and what that comes to as one types."""

import re
from asyncio import to_thread
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from tui_batch.errors import TemplateError
from tui_batch.model import Value
from tui_batch.numbers import spell
from tui_batch.screens.view import View
from tui_batch.widgets.entry import Entry
from tui_batch.widgets.form import Field, Form

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
    HELP = ""  # here a question mark is typed into the field
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
        if self._resting:
            self._resting.stop()
        self._resting = self.set_timer(REST_SECONDS, self._plan)

    def _plan(self) -> None:
        self.go_instead("plan", self._tell)

    async def _tell(self) -> None:
        for key, text in self._typed_axes():
            await self._tell_field(key, text)
        for key, text in self.form.texts.items():
            if text == self._defaults.get(key, text):
                self.form.tell(key)
        try:
            count = (await self._sweep()).count
            facts = (f"{count} job{'' if count == 1 else 's'}", "key")
        except TemplateError as error:  # belongs to the fields, not to the bottom line
            facts = ("not yet", "attention")
            self._blame(error)
        self.status.show(f"new batch: {self._template.name}", (facts,))

    async def _tell_field(self, key: str, text: str) -> None:
        try:
            alone = await to_thread(self.desk.plan, self._template, [(key, self._settled.get((key, text), text))])
            values = [spell(alone.at(n)[key]) for n in range(min(alone.count, SHOWN_VALUES))]
            self._settled[key, text] = alone.axes.get(key, text)
        except TemplateError as error:
            return self.form.tell(key, wrong=self._plain(str(error).splitlines()[0], key))
        if len(values) < 2:
            return self.form.tell(key)
        more = ", ..." if alone.count > SHOWN_VALUES else ""
        return self.form.tell(key, f"{alone.count}: {', '.join(values)}{more}")

    def _blame(self, error: TemplateError) -> None:
        """Each problem to the field that it names; what names none to the bottom line."""
        fields = {"where": WHERE, "zip": TOGETHER, **{key: key for key in self._defaults}}
        for problem in reversed(str(error).splitlines()):
            problem = problem.removeprefix(f"{self._template.name}: ")
            if field := fields.get(re.split(r"[\s:]", problem, maxsplit=1)[0]):
                self.form.tell(field, wrong=self._plain(problem, field))
            else:
                self.prompt.say(problem, "trouble")

    def _plain(self, problem: str, key: str) -> str:
        """The problem without the names of what it stands beside."""
        problem = problem.removeprefix(f"{self._template.name}: ").removeprefix(f"{key}: ")
        return problem.removeprefix("where: ").removeprefix("zip ")

    def _typed_axes(self) -> list[tuple[str, str]]:
        """What was changed; the rest keeps its default."""
        texts = self.form.texts.items()
        return [(key, text) for key, text in texts if key in self._defaults and text.strip() != self._defaults[key]]

    def _axes(self) -> list[tuple[str, str]]:
        """The same with the chance that was drawn for it, so that what is shown is what is made."""
        return [(key, self._settled.get((key, text), text)) for key, text in self._typed_axes()]

    async def _sweep(self) -> "Sweep":
        texts = self.form.texts
        groups = [[key.strip() for key in group.split(",")] for group in texts[TOGETHER].split(";") if group.strip()]
        # Not the clerk: to count what a condition keeps may take its time.
        return await to_thread(self.desk.plan, self._template, self._axes(), zips=groups, where=texts[WHERE].strip())

    # -- keys ------------------------------------------------------------------------------------------------------
    @on(Form.Done)
    def _done(self) -> None:
        self.go_instead("plan", self._go_on)

    async def _go_on(self) -> None:
        from tui_batch.screens.preview import Preview

        sweep = await self._sweep()
        # A template that cannot be rendered is told here, not after the target was chosen and the answer given.
        await to_thread(self.desk.rendered, sweep, 0)
        self.app.push_screen(Preview(self._template.name, sweep, self.form.texts[NAME].strip()))

    def action_back(self) -> None:
        """Back to the templates; what was typed goes along."""
        self.dismiss(self.form.texts)


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
