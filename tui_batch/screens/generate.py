"""New batch: first the template, then its variables, then a look at the jobs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget

from tui_batch.desk import Desk
from tui_batch.screens.page import Page
from tui_batch.screens.table_view import TableView
from tui_batch.screens.typed import Typed, drawer, of_batch, remembered
from tui_batch.screens.view import View, age
from tui_batch.widgets.columns import Column
from tui_batch.widgets.facts import Facts
from tui_batch.widgets.lines import Line
from tui_batch.widgets.live_table import ChoiceTable, LiveTable
from tui_batch.widgets.text_view import TextView, heading, pair

if TYPE_CHECKING:
    from tui_batch.app import BatchApp
    from tui_batch.template import Template

EMPTY = ("There is no template.", "", "One TOML file in the templates folder of the config makes one.")


@dataclass(frozen=True, slots=True)
class Offer:
    """A template to choose, or why it cannot be; and what is kept of a form that was left half-way."""

    name: str
    template: "Template | None"
    problem: str
    draft: Typed

    @property
    def says(self) -> str:
        """What it makes, or what is wrong."""
        return self.template.description if self.template else f"broken: {self.problem.splitlines()[0]}"


class Templates(TableView):
    """What a batch can be made from. What was typed for a template is kept while one goes back and forth."""

    HINTS = ("list.open", "list.filter", "view.back")
    FLOW = True

    def __init__(self) -> None:
        super().__init__()
        self._typed: dict[str, Typed] = {}

    def body(self) -> Iterable[Widget]:
        """The templates, and all there is to know of the one under the cursor."""
        now = self.now
        columns: list[Column[Offer]] = [
            Column("name", "TEMPLATE", 18, lambda o: o.name, letter="n"),
            Column("description", "WHAT IT MAKES", 20, lambda o: o.says, grow=True,
                   tone=lambda o: "" if o.template else "trouble", letter="w"),
            Column("draft", "DRAFT", 5, lambda o: age(o.draft.saved, now()), lambda o: o.draft.saved, right=True,
                   tone=lambda o: "attention", letter="d"),
        ]  # fmt: skip
        with Horizontal():
            yield ChoiceTable(columns, lambda o: o.name, id="templates")
            yield TextView(id="beside")
        yield Facts(id="summary")

    def on_screen_resume(self) -> None:
        """Ask what there is, also which drafts, coming back from one."""
        super().on_screen_resume()
        if self.is_current:  # and not only passed by, on the way home
            self.status.show("new batch", (("from which template?", ""),))
            self.go_instead("fill", self._fill)

    async def _fill(self) -> None:
        offers = await self.ask(_offers, self.desk)
        self.query_one(LiveTable).show(offers, EMPTY)
        self._tell()

    @on(LiveTable.Moved)
    def _tell(self) -> None:
        offer: Offer | None = self.query_one(LiveTable).current
        self.query_one("#beside", TextView).show(described(offer) if offer else ())
        self.query_one("#summary", Facts).show(summary(offer) if offer else ())

    @on(LiveTable.OpenRequested)
    def _open(self, message: LiveTable.OpenRequested) -> None:
        offer: Offer = message.row
        if offer.template:
            self.go(self._variables, offer.template, self._typed.get(offer.name, offer.draft))
        else:
            self.app.push_screen(Page(f"template {offer.name}", described(offer), "it cannot be used"))

    async def _variables(self, template: "Template", typed: Typed) -> None:
        from tui_batch.screens.variables import Variables

        self._typed[template.name] = await self.app.push_screen_wait(Variables(template, typed))


async def clone(view: View, name: str) -> None:
    """A new batch from what this one was made from: its form, filled in as it was."""
    from tui_batch.screens.variables import Variables

    batch = await view.ask(view.desk.batch, name)
    template = await view.ask(view.desk.template, batch.template)
    jobs = await view.ask(view.desk.batch_jobs, name)
    typed = of_batch(batch, (row.values for row in jobs.rows), template)
    cast("BatchApp", view.app).push_screen(Variables(template, typed))


def _offers(desk: Desk) -> list[Offer]:
    """Every template, with its draft."""
    from tui_batch.template import Template

    offers = []
    for one in desk.all_templates():
        if isinstance(one, Template):
            offers.append(Offer(one.name, one, "", remembered(desk.recall(drawer(one.name)))))
        else:
            offers.append(Offer(one.name, None, one.problem, Typed()))
    return offers


def summary(offer: Offer) -> Sequence[Line]:
    """In a few lines what there is to know of a template."""
    if offer.template is None:
        return [((line, "trouble"),) for line in offer.problem.splitlines()[:3]]
    keys = ", ".join(variable.key for variable in offer.template.variables if not variable.hidden)
    return [((offer.template.description, ""),), (("variables  ", "quiet"), (keys, ""))]


def described(offer: Offer) -> Sequence[Line]:
    """All of it."""
    from tui_batch.screens.variables import about

    if (template := offer.template) is None:
        problems = [((f"  {line}", "trouble"),) for line in offer.problem.splitlines()]
        return [heading(offer.name), *problems, (), (("  The file has to be mended; then it can be chosen.", ""),)]
    lines: list[Line] = [heading(template.name), ((f"  {template.description}", ""),), (), heading("Variables")]
    for variable in template.variables:
        if not variable.hidden:
            facts, help_, _ = about(variable)
            lines.append(pair(variable.label or variable.key, facts))
            lines += [pair("", help_, "quiet")] if help_ else []
    return [*lines, (), heading("Command"), *(((f"  {line}", ""),) for line in template.command.strip().splitlines())]
