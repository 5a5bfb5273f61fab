"""One table and nothing else, ours or Textual's own, to be measured alone in a process.

`table_app.py show ROWS` is ours, to be looked at in a terminal. `table_app.py live|peer ROWS` does what each line of
its input says, and answers how many seconds that took until it was painted, and how long a key would have waited.
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


def changed(rows, state):
    """The same, but every twentieth is in this state."""
    return [(*row[:2], state, *row[3:]) if at % 20 == 0 else row for at, row in enumerate(rows)]


class Live(App):
    """Ours."""

    CSS = "LiveTable { height: 1fr; }"

    def __init__(self, rows, filled=False):
        super().__init__()
        self.rows, self.filled = rows, filled

    def compose(self):
        from tui_batch.widgets.columns import Column
        from tui_batch.widgets.live_table import LiveTable

        columns = [Column(name, name.upper(), 9, lambda row, at=at: row[at]) for at, name in enumerate(NAMES)]
        self.table = LiveTable(columns, lambda row: row[0], marks=True)
        if self.filled:
            self.fill()
        yield self.table

    def fill(self):
        self.table.show(self.rows)

    def sort(self, name):
        self.table.sort(name)

    def filter(self, word=""):
        self.table.filter(word and f"name:{word}")

    def change(self, state):
        self.rows = changed(self.rows, state)
        self.table.show(self.rows)

    def mark(self):
        self.table.action_mark_all()


class Peer(App):
    """Textual's own."""

    def __init__(self, rows):
        super().__init__()
        self.rows = rows

    def compose(self):
        self.table = DataTable(cursor_type="row")
        yield self.table

    def on_mount(self):
        self.keys = dict(zip(NAMES, self.table.add_columns(*NAMES), strict=True))

    def fill(self):
        self.show(self.rows)

    def show(self, rows):
        self.table.clear()
        for row in rows:
            self.table.add_row(*row, key=row[0])

    def sort(self, name):
        self.table.sort(self.keys[name])

    def filter(self, word):
        self.show([row for row in self.rows if word in row[1]])

    def change(self, state):
        for row in self.rows[::20]:
            self.table.update_cell(row[0], self.keys["state"], state)


async def painted(app):
    """Go on when everything is on the screen."""
    while any(not worker.is_finished for worker in app.workers):
        await asyncio.sleep(0.001)
    done = asyncio.Event()
    app.call_after_refresh(done.set)
    await done.wait()


async def watch(gaps):
    """Note how long it is between two turns of the loop."""
    last = time.perf_counter()
    while True:
        await asyncio.sleep(0.002)
        now = time.perf_counter()
        gaps.append(now - last)
        last = now


async def answer(app):
    """Do what the input says until it ends."""
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.focus()
        await pilot.pause()
        while line := await asyncio.to_thread(sys.stdin.readline):
            what, *words = line.split()
            gaps = []
            watching = asyncio.create_task(watch(gaps))
            await asyncio.sleep(0.02)
            start = time.perf_counter()
            getattr(app, what)(*words)
            await painted(app)
            seconds = time.perf_counter() - start
            await asyncio.sleep(0.02)
            watching.cancel()
            print(json.dumps([seconds, max(gaps)]), file=sys.__stdout__, flush=True)  # Textual takes the other one


def main():
    kind, count = sys.argv[1], int(sys.argv[2])
    rows = made(count)
    if kind == "show":
        Live(rows, filled=True).run()
    else:
        asyncio.run(answer(Live(rows) if kind == "live" else Peer(rows)))


if __name__ == "__main__":
    main()
