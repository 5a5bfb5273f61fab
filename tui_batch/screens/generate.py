"""New batch: first the template, then its variables, then a look at the jobs."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget

from tui_batch.screens.table_view import TableView
from tui_batch.widgets.columns import Column
from tui_batch.widgets.live_table import ChoiceTable, LiveTable
from tui_batch.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from tui_batch.template import Template

EMPTY = ("There is no template.", "", "One TOML file in the templates folder of the config makes one.")


class Templates(TableView):
    """What a batch can be made from. What was typed for a template is kept while one goes back and forth."""

    HINTS = ("list.open", "list.filter", "view.back")
    FLOW = True

    def __init__(self) -> None:
        super().__init__()
        self._typed: dict[str, Mapping[str, str]] = {}

    def body(self) -> Iterable[Widget]:
        """The templates, and which variables the one under the cursor has."""
        columns: list[Column[Template]] = [
            Column("name", "TEMPLATE", 18, lambda t: t.name, letter="n"),
            Column("description", "WHAT IT MAKES", 20, lambda t: t.description, grow=True),
        ]
        yield ChoiceTable(columns, lambda t: t.name, id="templates")
        yield StatusLine(id="about")

    def on_mount(self) -> None:
        """Ask what there is."""
        self.status.show("new batch", (("from which template?", ""),))
        self.go(self._fill)

    async def _fill(self) -> None:
        self.query_one(LiveTable).show(await self.ask(self.desk.templates), EMPTY)

    @on(LiveTable.Moved)
    def _tell(self, message: LiveTable.Moved) -> None:
        template: Template | None = message.table.current
        keys = ", ".join(variable.key for variable in template.variables if not variable.hidden) if template else ""
        self.query_one("#about", StatusLine).show("variables", ((keys, ""),))

    @on(LiveTable.OpenRequested)
    def _open(self, message: LiveTable.OpenRequested) -> None:
        self.go(self._variables, message.row)

    async def _variables(self, template: "Template") -> None:
        from tui_batch.screens.variables import Variables

        self._typed[template.name] = await self.app.push_screen_wait(
            Variables(template, self._typed.get(template.name, {}))
        )
