"""A table and nothing else."""

from operator import itemgetter

from textual.app import App

from tui_batch.widgets.columns import Column
from tui_batch.widgets.live_table import LiveTable

COLUMNS = [
    Column("state", "ST", 2, lambda row: row[1], letter="s"),
    Column("name", "NAME", 8, lambda row: row[0], lambda row: int(row[0]), grow=True, letter="n"),
    Column("more", "MORE", 10, lambda row: row[2], rank=1),
]


class Alone(App):
    """The app of one table; `painted` are the regions it asked to be drawn anew."""

    CSS_PATH = None

    def __init__(self, rows, columns=COLUMNS, key=itemgetter(0), **more):
        super().__init__()
        self.table = LiveTable(columns, key, id="table", **more)
        self.table.show(rows, ("nothing",))
        self.painted = []
        refresh = self.table.refresh
        self.table.refresh = lambda *regions, **more: (self.painted.extend(regions), refresh(*regions, **more))

    def compose(self):
        yield self.table


def rows(count, state="R"):
    return [(str(n), state, "more") for n in range(count)]
