"""New batch, second step: a value or an axis for each variable, and what that comes to as one types."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget

from tui_batch.errors import StoreError, TemplateError
from tui_batch.model import Target
from tui_batch.numbers import spell
from tui_batch.screens.beside import Beside, origin
from tui_batch.screens.clerk import apart, braked
from tui_batch.screens.planning import Plan, Planner
from tui_batch.screens.typed import NAME, TOGETHER, WHERE, Typed, drawer, groups, spelled, toggled, written
from tui_batch.screens.view import View, age
from tui_batch.times import stamp
from tui_batch.widgets.entry import Entry
from tui_batch.widgets.form import Field, Form
from tui_batch.widgets.lines import Part
from tui_batch.widgets.progress import counted

if TYPE_CHECKING:
    from tui_batch.template import Template, Variable

REST_SECONDS = 0.15
KEPT_SECONDS = 1.0  # after the last key what was typed is kept
EMPTY = {TOGETHER: "", WHERE: "", NAME: ""}  # what stands at first in the fields that every template has


class Variables(View):
    """Dismisses with what was typed, so that coming back loses nothing; it is kept while one types, too."""

    HINTS = ("form.next", "variables.leave", "form.down", "variables.together", "variables.where", "variables.default",
             "variables.anew")  # fmt: skip
    FLOW = True
    HELPS, ANSWERS = "variables.help", "variables.answer"  # here a question mark and a letter are typed into the field
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "preview", id="form.next"),
        Binding("escape", "leave", "back", id="variables.leave"),
        Binding("ctrl+r", "default", "default", id="variables.default"),
        Binding("ctrl+t", "together", "together", id="variables.together"),
        Binding("ctrl+l", "where", "only where", id="variables.where"),
        Binding("ctrl+n", "anew", "begin anew", id="variables.anew"),
        Binding("ctrl+o", "answer", "answer what a target asks", show=False, id="variables.answer"),
        Binding("ctrl+g", "app.help", "help", id="variables.help"),
    ]

    def __init__(self, template: "Template", typed: Typed) -> None:
        super().__init__()
        self._template = template
        self._kept = typed if typed.saved else Typed()  # what lies in the store
        self._first = {v.key: written(v.default) for v in template.variables if not v.hidden} | EMPTY
        known = {key: text for key, text in typed.texts.items() if text != self._first.get(key, text)}
        self._typed = replace(typed, texts=known)  # the template may have changed meanwhile
        self._aside = Typed()  # what `begin anew` changes places with
        self._resting: Timer | None = None
        self._keeping: Timer | None = None
        self._forgetful = False  # what is typed cannot be kept
        self._plan = Plan()
        self._before_where = ""
        self._target: Target | None = None  # the one that was chosen while the jobs were looked at

    def body(self) -> Iterable[Widget]:
        """The form; where there is room, between what it is made from and what it makes."""
        shown = [variable for variable in self._template.variables if not variable.hidden]
        fields = [Field(v.key, v.label or v.key, *self._entry(v.key), about=about(v)) for v in shown]
        with Horizontal():
            yield origin(self._template)
            yield Form([*fields, *self._extra()], id="form")
            yield Beside(id="beside")

    def _extra(self) -> list[Field]:
        return [
            Field(TOGETHER, "step together", *self._entry(TOGETHER), (
                  "Axes that step together instead of multiplying:",
                  "their keys, as in `seed, rate`; several groups with `;` between them."), True),
            Field(WHERE, "only where", *self._entry(WHERE), ("As in `temperature > 0.5 and seed < 3`.",), True),
            Field(NAME, "batch name", *self._entry(NAME), ("Left empty, the batch is named after its template.",)),
        ]  # fmt: skip

    def _entry(self, key: str) -> tuple[Entry, str]:
        return Entry.of(self._typed.texts.get(key, self._first[key])), self._first[key]

    @property
    def form(self) -> Form:
        """The form."""
        return self.query_one(Form)

    def on_mount(self) -> None:
        """Say at once what the defaults come to."""
        self._planner = Planner(self.desk, self._template)
        self.set_focus(self.form)
        self.form.go_to(self._typed.at)
        self._look()

    # -- what it comes to ------------------------------------------------------------------------------------------
    @on(Form.Changed)
    def _rest(self) -> None:
        self._stop_resting()
        self._resting = self.set_timer(REST_SECONDS, self._look)
        self._keep_soon()

    def _stop_resting(self) -> None:
        if self._resting:
            self._resting.stop()

    def _look(self) -> None:
        if not self.underway:  # else that tells it, too, and must not be replaced
            self.go_instead("plan", self._tell)

    async def _tell(self) -> None:
        self._plan = plan = await self._planned()
        self.form.tell(plan.remarks)
        self._head()
        beside = self.query_one(Beside)
        if not plan.sweep:
            beside.wait()
        elif self.has_class("-wide"):
            await beside.tell(self.desk, plan.sweep, plan.name, self._target)

    async def _planned(self) -> Plan:
        """What stands in the fields now, as a plan; a former plan is not worked out any further."""
        return await braked(self._planner.plan, self.form.texts)

    def _head(self) -> None:
        sweep = self._plan.sweep
        words: Part = ("not yet", "attention")
        if sweep and self._plan.name:
            words = (counted(sweep.count), "attention" if self._plan.remarks.loose else "key")
        draft: Part = ("", "")
        if self._typed.saved and self.typed().texts == self._typed.texts:
            when = age(self._typed.saved, self.now())
            draft = (f"draft{f' of {when}' if when != 'now' else ''}: ctrl+n anew", "quiet")
        self.status.show(f"new batch: {self._template.name}", (words,), draft)

    def on_resize(self) -> None:
        """There may be room now for what the fields make."""
        self._rest()

    # -- what is kept ----------------------------------------------------------------------------------------------
    def typed(self) -> Typed:
        """What is not as it was at first."""
        texts = {key: text for key, text in self.form.texts.items() if text != self._first[key]}
        return Typed(texts, self.form.current.key, stamp(self.now()))

    @on(Form.Moved)
    def _keep_soon(self) -> None:
        if self._keeping:
            self._keeping.stop()
        self._keeping = self.set_timer(KEPT_SECONDS, self._keep)

    def _keep(self) -> None:
        """Remember what was typed; whoever cannot is told so once."""
        typed = self.typed()
        if not self._forgetful and not typed.like(self._kept):
            self._kept = typed
            self.go_regardless(self._remember, typed)

    async def _remember(self, typed: Typed) -> None:
        try:
            await self.ask(self.desk.remember, drawer(self._template.name), typed.table())
        except StoreError:
            self._forgetful = True
            raise

    # -- keys ------------------------------------------------------------------------------------------------------
    def action_next(self) -> None:
        """To the jobs, if nothing is wrong."""
        self._stop_resting()  # it would take the place of what is said here
        self._keep()
        self.lead("plan", self._go_on)

    async def _go_on(self) -> None:
        from tui_batch.screens.preview import Preview

        self._plan = plan = await self._planned()
        self.form.tell(plan.remarks)
        self._head()
        if plan.sweep is None or not plan.name:
            self.form.go_to(next((key for key in self.form.texts if key in plan.remarks.wrong), ""))
            return
        try:
            # A template that cannot be rendered is told here, not after the answer was given.
            await apart(self.desk.rendered, plan.sweep, 0, plan.name)
        except (TemplateError, StoreError) as error:
            self.form.tell(self._planner.blamed(error, plan.remarks))
            return
        self.app.push_screen(Preview(plan.sweep, plan.called, plan.name, self._target), self._come_back)

    def _come_back(self, target: Target | None) -> None:
        self._target = target
        self._look()

    def action_default(self) -> None:
        """What stood in the field at first."""
        self.form.put({self.form.current.key: self.form.current.default})

    def action_together(self) -> None:
        """This axis steps together with the one before it, or by itself again."""
        self._stop_resting()
        self.lead("plan", self._together)

    async def _together(self) -> None:
        self._plan = plan = await self._planned()
        key, varying = self.form.current.key, plan.varying
        together = groups(self.form.texts[TOGETHER])
        if any(key in group for group in together) or (key in varying and len(varying) > 1):
            self.form.put({TOGETHER: spelled(toggled(together, key, varying))})
        elif key in varying:
            self.prompt.say("It takes two axes to step together: give another variable several values.")
        else:
            self.prompt.say("Only an axis can step together with another: give this variable several values.")
        await self._tell()

    def action_where(self) -> None:
        """To the condition, and back."""
        here = self.form.current.key
        self.form.go_to(self._before_where if here == WHERE else WHERE)
        self._before_where = here

    def action_anew(self) -> None:
        """All as it was at first; the same key brings back what was typed."""
        typed = self.typed()
        if typed.texts:
            self._aside = typed
            self.form.put(self._first)
            self.form.go_to(next(iter(self._first)))
            self.prompt.say("All defaults; ctrl+n once more brings back what was typed.")
        elif self._aside.texts:
            self.form.put({**self._first, **self._aside.texts})
            self.prompt.say("As it was typed.")
        else:
            self.prompt.say("Nothing was typed yet.")

    def action_back(self) -> None:
        """Back to the templates; what was typed goes along."""
        self._keep()
        self.dismiss(self.typed())


def about(variable: "Variable") -> tuple[str, ...]:
    """Type, limits, unit, default and help of a variable, and how several values are written."""
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
    return ("; ".join(filter(None, facts)), variable.help, f"Several: {' | '.join(several(variable))}")


def several(variable: "Variable") -> Sequence[str]:
    """Examples of axes that fit the variable."""
    match variable.type:
        case "int":
            return ("1, 2, 5", "1..9 by 2", "randint(1, 99, 5)", "repeat(5)", "file(list.csv, seed)")
        case "float":
            return ("1, 2.5", "0..1 by 0.1", "0..1 in 11", "1e-6..1 log 7", "uniform(0, 1, 20)")
        case "bool":
            return ("true, false",)
        case "choice":
            return (", ".join(map(spell, variable.choices)), "repeat(5)")
        case "path":
            return ("a.fits, b.fits", "glob(data/*.fits)", "file(list.csv, path)")
    return ("one, two", '"one, with a comma", two', "file(list.csv, name)", "repeat(5)")
