"""What screens about a table have in common: it can be filtered and sorted, and stays so."""

from asyncio import Future
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from tui_batch.errors import RequestError
from tui_batch.naming import safe
from tui_batch.screens.view import View
from tui_batch.widgets.arranging import Sorting
from tui_batch.widgets.columns import find, letters
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.question import Completion

if TYPE_CHECKING:
    from tui_batch.screens.copying import Copy

REMEMBERED = "sorting"  # the name under which the desk remembers what each table was sorted by
AS_IT_COMES = "0"  # the key for no order of one's own


class TableView(View):
    """A screen about one table. The order outlives the program; the filter, the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", id="list.filter"),
        Binding("s", "sort", "sort", id="list.sort"),
        Binding("x", "export", "export", show=False, id="list.export"),
    ]

    @property
    def table(self) -> LiveTable[Any]:
        """The table that the keys are for."""
        focused = self.focused
        return focused if isinstance(focused, LiveTable) else self.query_one(LiveTable)

    @property
    def about(self) -> str:
        """What the screen shows, where that may be one of many: a filter is kept for each."""
        return ""

    # -- as it was -------------------------------------------------------------------------------------------------
    def on_mount(self) -> None:
        """Show the tables as they were the last time."""
        if self.front.sortings is None:
            self.go(self._recall)
        self._restore()

    async def _recall(self) -> None:
        recalled = await self.ask(self.desk.recall, REMEMBERED)
        self.front.sortings = {**recalled, **(self.front.sortings or {})}
        self._restore()

    def _restore(self) -> None:
        for table in self.query(LiveTable):
            named = self._named(table)
            sorting = str((self.front.sortings or {}).get(named, ""))
            kept = self.front.filters.get((named, self.about), "")
            table.restore(kept, Sorting(sorting.removeprefix("-"), sorting.startswith("-")))

    def _named(self, table: LiveTable[Any]) -> str:
        return f"{type(self).__name__}-{table.id}".lower()

    # -- filter ----------------------------------------------------------------------------------------------------
    def action_leave(self) -> None:
        """Esc clears the filter first."""
        if self.table.filter_text:
            self.filter_by("")
        else:
            self.action_back()

    def action_filter(self) -> None:
        """Ask what to show; it is shown as one types."""
        table, before = self.table, self.table.filter_text
        table.held = table.current

        def live(text: str) -> None:
            if not table.wrong(text):
                table.filter(text)

        def complete(text: str) -> Completion:
            return Completion(text, table.wrong(text))

        answer = self.prompt.ask("filter", before, table.wrong, complete, live=live)
        self.go(self._filter, table, before, answer)

    async def _filter(self, table: LiveTable[Any], before: str, answer: "Future[str | None]") -> None:
        if (text := await answer) is not None:
            table.held = None
            self._keep_filter(table, text)
        elif table.filter_text != before:
            table.filter(before)

    def filter_by(self, text: str) -> None:
        """Show only what this keeps, "" for everything; a filter that makes no sense changes nothing."""
        if wrong := self.table.wrong(text):
            raise RequestError(f"{wrong}; the filter stays as it was.")
        self._keep_filter(self.table, text)

    def _keep_filter(self, table: LiveTable[Any], text: str) -> None:
        table.filter(text)
        if not self.FLOW:  # a question begins anew each time
            self.front.filters[self._named(table), self.about] = table.filter_text

    # -- sort ------------------------------------------------------------------------------------------------------
    def action_sort(self) -> None:
        """Ask for a column's letter."""
        table = self.table
        columns, by = letters(table.columns), table.sorting
        names = {key: by.sign * (column.name == by.name) + column.name for key, column in columns.items()}
        names[AS_IT_COMES] = "default"
        self.go(self._sort, table, self.prompt.choose("sort by", names))

    async def _sort(self, table: LiveTable[Any], answer: "Future[str | None]") -> None:
        if letter := await answer:
            columns = letters(table.columns)
            await self._keep_sorting(table, columns[letter].name if letter in columns else "")

    def sort_by(self, name: str, down: bool | None = None) -> None:
        """Sort by the column of this name, or of this beginning, this way; else the same again turns it round."""
        try:
            name = find(name, self.table.columns).name if name else ""
        except ValueError as wrong:
            raise RequestError(f"The order stays as it was: {wrong}") from wrong
        self.go(self._keep_sorting, self.table, name, down)

    async def _keep_sorting(self, table: LiveTable[Any], name: str, down: bool | None = None) -> None:
        table.sort(name, down)
        by, sortings = table.sorting, dict(self.front.sortings or {})
        sortings[self._named(table)] = "-" * by.descending + by.name
        self.front.sortings = {named: text for named, text in sortings.items() if text}
        await self.ask(self.desk.remember, REMEMBERED, self.front.sortings)

    # -- out of the program ----------------------------------------------------------------------------------------
    def copies(self) -> "Sequence[Copy]":
        """Of the marked rows, or the current one."""
        from tui_batch.screens.copying import of_rows

        return of_rows(self.desk, self.table)

    @property
    def export_name(self) -> str:
        """What a file with the table would be called."""
        return f"{safe(self.about or str(self.table.id), 'table')}.csv"

    def action_export(self) -> None:
        """Ask for a file, and write into it what the table shows."""
        from tui_batch.screens.exporting import asked

        self.go(asked, self, self.table, self.prompt.ask("export to", self.export_name))
