"""One table and nothing else, ours or Textual's own, to be measured alone in a process.

`table_app.py show ROWS` is ours, to be looked at in a terminal; `table_app.py live|peer ROWS` says as JSON how many
seconds each thing took until it was painted, for how long at most no key could have been answered, and the memory.
"""

import asyncio
import json
import sys
import time

from textual.app import App
from textual.widgets import DataTable

NAMES = ("id", "name", "state", "target", "seed", "temperature", "time", "says")
STATES = ("succeeded", "running", "queued", "failed")


def made(count):
    """Rows as a submission has them; no column is in order."""
    return [
        (f"{number:06}", f"scan-{number * 7919 % count}", STATES[number * 31 % 4], "fir", str(number % 10),
         str(number * 7919 % 1000 / 100), f"{number % 60}m", "exit 3: no seed" if number % 9 == 0 else "")
        for number in range(count)
    ]  # fmt: skip


def changed(rows):
    """The same, but every twentieth has failed."""
    return [(*row[:2], "failed", *row[3:]) if at % 20 == 0 else row for at, row in enumerate(rows)]


class Live(App):
    """Ours."""

    CSS = "LiveTable { height: 1fr; }"

    def __init__(self, rows=()):
        super().__init__()
        self._rows = rows

    def compose(self):
        from tui_batch.widgets.columns import Column
        from tui_batch.widgets.live_table import LiveTable

        columns = [Column(name, name.upper(), 9, lambda row, at=at: row[at]) for at, name in enumerate(NAMES)]
        self.table = LiveTable(columns, lambda row: row[0])
        self.fill(self._rows)
        yield self.table

    def fill(self, rows):
        self.table.show(rows)

    def sort(self):
        self.table.sort("name")

    def filter(self, rows, word):
        self.table.filter(f"name:{word}")

    def unfilter(self, rows):
        self.table.filter("")

    def change(self, rows):
        self.table.show(rows)

    @property
    def shown(self):
        return len(self.table.view)


class Peer(App):
    """Textual's own."""

    def compose(self):
        self.table = DataTable(cursor_type="row")
        yield self.table

    def on_mount(self):
        self.keys = dict(zip(NAMES, self.table.add_columns(*NAMES), strict=True))

    def fill(self, rows):
        self.table.clear()
        for row in rows:
            self.table.add_row(*row, key=row[0])

    def sort(self):
        self.table.sort(self.keys["name"])

    def filter(self, rows, word):
        self.fill([row for row in rows if word in row[1]])

    def change(self, rows):
        for row in rows[::20]:
            self.table.update_cell(row[0], self.keys["state"], row[2])

    @property
    def shown(self):
        return self.table.row_count


async def painted(app):
    """Go on when everything is on the screen."""
    while any(not worker.is_finished for worker in app.workers):
        await asyncio.sleep(0.001)
    done = asyncio.Event()
    app.call_after_refresh(done.set)
    await done.wait()


async def held_up(gaps):
    """Note the longest time between two turns of the loop."""
    last = time.perf_counter()
    while True:
        await asyncio.sleep(0.002)
        now = time.perf_counter()
        gaps[0] = max(gaps[0], now - last)
        last = now


async def measure(app, count):
    """Seconds for each thing, in turn."""
    found = {}
    rows = made(count)
    later = changed(rows)
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.focus()
        await pilot.pause()
        gaps = [0.0]
        watching = asyncio.create_task(held_up(gaps))

        async def take(name, work, *args):
            await asyncio.sleep(0.02)
            start = time.perf_counter()
            work(*args)
            await painted(app)
            found[name] = time.perf_counter() - start

        await take("fill", app.fill, rows)
        await take("change", app.change, later)
        await take("sort", app.sort)
        if isinstance(app, Live):  # what would take the peer a quarter of a minute
            await take("change, sorted", app.change, rows)
            await take("filter", app.filter, rows, "99")
            await take("unfilter", app.unfilter, rows)
            app.table.marks = True
            await take("mark all", app.table.action_mark_all)
            await take("change, sorted and marked", app.change, later)
        await take("filter", app.filter, rows, "99")
        assert app.shown == sum("99" in row[1] for row in rows)
        watching.cancel()
        found["held up"] = gaps[0]
    with open("/proc/self/status") as file:
        found["memory"] = next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024
    return found


def main():
    kind, count = sys.argv[1], int(sys.argv[2])
    if kind == "show":
        Live(made(count)).run()
    else:
        print(json.dumps(asyncio.run(measure({"live": Live, "peer": Peer}[kind](), count))))


if __name__ == "__main__":
    main()
