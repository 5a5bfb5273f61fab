"""Settings: each with its value and where that was said, the keys among them."""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget

from tui_batch.screens import keymap
from tui_batch.screens.table_view import TableView
from tui_batch.settings import Setting, listed
from tui_batch.widgets.columns import Column
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.prompt_line import named
from tui_batch.widgets.status_line import StatusLine


class Settings(TableView):
    """What is set, and below it what the one under the cursor means."""

    HINTS = ("list.filter", "list.sort", "view.back")

    def body(self) -> Iterable[Widget]:
        """The settings."""
        columns: list[Column[Setting]] = [
            Column("setting", "SETTING", 26, lambda s: s.name, letter="s"),
            Column("value", "VALUE", 20, lambda s: s.value, grow=True, ending=True, letter="v"),
            Column("from", "FROM", 16, lambda s: s.origin, letter="f", tone=_tone),
        ]
        yield LiveTable(columns, lambda s: s.name, id="settings")
        yield StatusLine(id="about")

    def on_mount(self) -> None:
        """They stand as long as the program runs."""
        config = self.desk.config
        self.status.show("settings", ((f"from {config.path}" if config.path and config.there else "no file", ""),))
        rows = listed(config, self.front.terminal, str(self.desk.home))
        changed = config.keys
        for id, binding in sorted(keymap.bindings(type(self.app)).items()):
            keys = " ".join(named(key.strip()) for key in changed.get(id, binding.key).split(","))
            origin = config.origins.get("keys", "config.toml") if id in changed else "default"
            rows.append(Setting(f"keys.{id}", keys, origin, binding.description))
        self.query_one(LiveTable).show(rows)

    @on(LiveTable.Moved)
    def _tell(self, message: LiveTable.Moved) -> None:
        setting: Setting | None = message.table.current
        if setting:
            self.query_one("#about", StatusLine).show(setting.name, ((setting.value, "key"), (setting.what, "")))


def _tone(setting: Setting) -> str:
    return "quiet" if setting.origin == "default" else "key"
