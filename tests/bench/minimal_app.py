"""The yardstick of the app's start: the least that a Textual program with a header, a table and a footer can be."""

from textual.app import App
from textual.widgets import DataTable, Footer, Header

COLUMNS = ("id", "batch", "target", "run", "state", "done", "jobs", "created")


class Minimal(App):
    BINDINGS = [("q", "quit", "Quit")]

    def compose(self):
        yield Header()
        yield DataTable(cursor_type="row")
        yield Footer()

    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns(*COLUMNS)
        table.add_rows([(f"{row:06}", f"scan-{row}", "local", "1", "succeeded", "12", "12", "2026-11-20 12:00")
                        for row in range(20)])  # fmt: skip


if __name__ == "__main__":
    Minimal().run()
