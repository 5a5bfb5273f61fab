"""From what stands in the form's fields to the jobs that it makes, and what there is to say of each field."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tui_batch.desk import Desk
from tui_batch.errors import TemplateError, TuiBatchError
from tui_batch.notation import doubt
from tui_batch.numbers import spell
from tui_batch.screens.typed import NAME, TOGETHER, WHERE, groups, written
from tui_batch.widgets.form import Remarks

if TYPE_CHECKING:
    from tui_batch.sweep import Sweep
    from tui_batch.template import Template

SHOWN_VALUES = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """The jobs, unless something is wrong; which axes vary, and what to say."""

    sweep: "Sweep | None" = None
    varying: tuple[str, ...] = ()
    called: str = ""  # the name that was typed
    name: str = ""  # the one that the batch will have; "" if it cannot have that
    remarks: Remarks = field(default_factory=Remarks)


class Planner:
    """Blocks, in a thread of its own; what was drawn by chance for a text stays while the text does."""

    def __init__(self, desk: Desk, template: "Template") -> None:
        self._desk, self._template = desk, template
        self._defaults = {variable.key: written(variable.default) for variable in template.variables}
        self._settled: dict[tuple[str, str], str] = {}

    def plan(self, texts: Mapping[str, str], breath: Callable[[], None]) -> Plan:
        """Only what was changed is given: several values make an axis, a single one is fixed."""
        axes: list[tuple[str, str]] = []
        fixed: list[tuple[str, str]] = []
        said: dict[str, str] = {}
        doubts: dict[str, str] = {}
        for key, default in self._defaults.items():
            text = texts.get(key, default)
            if text.strip() != default:
                notation, values, said[key] = self._settle(key, text)
                doubts[key] = doubt(self._template.variable(key), text)
                if len(values) == 1:
                    fixed.append((key, values[0]))
                else:
                    axes.append((key, notation))
        varying = tuple(key for key, _ in axes if said[key])
        together = groups(texts[TOGETHER])
        marks = {key: f"={n}" for n, group in enumerate(together, 1) for key in group}
        name, wrong = self._name(called := texts[NAME].strip())
        said[NAME] = f"it will be {name}" if name != called else ""
        remarks = Remarks(said, wrong, doubts, marks)
        try:
            sweep = self._desk.plan(self._template, axes, fixed, together, texts[WHERE].strip(), "", breath)
        except TemplateError as error:
            return Plan(None, varying, called, name, self.blamed(error, remarks))
        trouble = self._desk.size_trouble(sweep.count)
        loose = (f"{trouble} It is set in the configuration.",) if trouble else ()
        return Plan(sweep, varying, called, name, replace(remarks, loose=loose))

    def _settle(self, key: str, text: str) -> tuple[str, Sequence[str], str]:
        """The notation with the chance that was drawn for it, so that what is shown is what is made; first values."""
        alone = replace(self._template, variables=(self._template.variable(key),))
        axis = [(key, self._settled.get((key, text), text))]
        try:
            sweep = self._desk.plan(alone, axis)
        except TemplateError:  # the plan of them all says it again
            return text, (), ""
        self._settled[key, text] = notation = sweep.axes.get(key, text)
        values = [spell(sweep.at(n)[key]) for n in range(min(sweep.count, SHOWN_VALUES))]
        more = ", ..." if sweep.count > SHOWN_VALUES else ""
        return notation, values, f"{sweep.count:,}: {', '.join(values)}{more}" if sweep.count > 1 else ""

    def _name(self, called: str) -> tuple[str, dict[str, str]]:
        """The name that the batch will have, or what is wrong with the one that was typed."""
        if not called:
            return self._desk.free_name(self._template.name), {}
        trouble = self._desk.name_trouble(called)
        return ("", {NAME: trouble}) if trouble else (called, {})

    def blamed(self, error: TuiBatchError, remarks: Remarks) -> Remarks:
        """Each problem to the field that it names; what names none below the fields."""
        fields = {"where": WHERE, "zip": TOGETHER, **{key: key for key in self._defaults}}
        wrong, loose = dict(remarks.wrong), list[str]()
        for line in str(error).splitlines():
            problem = line.removeprefix(f"{self._template.name}: ")
            if key := fields.get(re.split(r"[\s:]", problem, maxsplit=1)[0]):
                wrong[key] = f"{wrong.get(key, '')} {_plain(problem, key)}".strip()
            else:
                loose.append(problem)
        # What was probably meant helps more than why it cannot be taken as it stands.
        wrong = {key: remarks.doubts.get(key) or text for key, text in wrong.items()}
        return replace(remarks, wrong=wrong, loose=loose)


def _plain(problem: str, key: str) -> str:
    """The problem without the names of what it stands beside."""
    return re.sub(r"^zip [^:]*: ", "", problem).removeprefix(f"{key}: ").removeprefix("where: ")
