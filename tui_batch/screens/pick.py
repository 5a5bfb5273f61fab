"""A question: which target is the batch sent to?"""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget

from tui_batch.model import Batch, Target
from tui_batch.screens.table_view import TableView
from tui_batch.widgets.columns import Column
from tui_batch.widgets.live_table import ChoiceTable, LiveTable
from tui_batch.widgets.progress import counted
from tui_batch.widgets.text_view import TextView


class PickTarget(TableView):
    """Dismisses with the name of a target once the person has said yes, or with None."""

    HINTS = ("list.open", "list.filter", "view.back")
    FLOW = True

    def __init__(self, batch: Batch) -> None:
        super().__init__()
        self._sent, self._batch, self._jobs = batch, batch.name, batch.jobs

    def body(self) -> Iterable[Widget]:
        """The targets."""
        columns: list[Column[Target]] = [
            Column("name", "TARGET", 14, lambda t: t.name, letter="n"),
            Column("kind", "KIND", 12, lambda t: t.kind, letter="k"),
            Column("settings", "SETTINGS", 20, _settings, grow=True, tone=lambda t: "quiet"),
        ]
        yield ChoiceTable(columns, lambda t: t.name, id="targets")
        notes = TextView(id="notes")
        notes.display = notes.can_focus = False
        yield notes

    def on_mount(self) -> None:
        """The default one is under the cursor."""
        self.status.show("submit", ((f"{self._batch}: {counted(self._jobs)}. Where to?", ""),))
        self.go(self._fill)

    async def _fill(self) -> None:
        table = self.query_one(LiveTable)
        table.show(await self.ask(self.desk.targets), ("No target is configured.",))
        table.go_to((await self.ask(self.desk.default_target)).name)

    @on(LiveTable.OpenRequested)
    def _chosen(self, message: "LiveTable.OpenRequested") -> None:
        target: Target = message.row
        self.go_instead("confirm", self._confirm, target)

    async def _confirm(self, target: Target) -> None:
        problems = await self.ask(self.desk.check, self._sent, target)
        if fatal := [problem.text for problem in problems if problem.fatal]:
            self._note([])
            self.prompt.say(f"{target.name} cannot run {self._batch}: {'; '.join(fatal)}.", "trouble")
            return
        self._note([problem.text for problem in problems])
        question = f"Submit {counted(self._jobs)} of {self._batch} to {target.name}{' all the same' * bool(problems)}?"
        answer = await self.prompt.yes(question, safe="y")
        self._note([])
        if answer == "y":
            self.dismiss(target.name)

    def _note(self, problems: list[str]) -> None:
        """Above the question, what the target would make of the batch."""
        notes = self.query_one("#notes", TextView)
        notes.display = bool(problems)
        notes.show([((text, "attention"),) for text in problems])

    def action_back(self) -> None:
        """None of them."""
        self.dismiss(None)


def _settings(target: Target) -> str:
    return ", ".join(f"{key} = {value}" for key, value in target.settings.items())
