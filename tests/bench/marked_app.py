"""The screen of many jobs, all of them marked: says how long each key that is for them has held up the next one.

Its answer is a line of JSON: for each key, in each round, the most seconds between two turns of the loop.
"""

import asyncio
import gc
import json
import sys
from dataclasses import replace

from stand_in import FULL, SUBMISSIONS, TARGETS, FakeDesk
from table_app import watch
from textual.events import Key
from waiting import shows, until

from tui_batch.app import BatchApp
from tui_batch.shown import Snapshot
from tui_batch.states import JobState

SHARES = {"running": 0.01, "queued": 0.4, "held": 0.1, "failed": 0.2, "timed_out": 0.09, "succeeded": 0.2}
ROUNDS = 3
QUESTIONS = "ycHR"


def desk_with(jobs, home):
    """One submission of so many jobs, in all kinds of states."""
    counts = {JobState(word): round(jobs * share) for word, share in SHARES.items()}
    return FakeDesk(home, Snapshot((SUBMISSIONS[0]._replace(jobs=jobs, counts=counts),), (), TARGETS, FULL.courier))


class Watched:
    """The program, and how long each thing that was done has held it up."""

    def __init__(self, pilot):
        self.pilot, self.app, self.held_up = pilot, pilot.app, {}

    async def does(self, name, act, then):
        """Do this, and wait until that holds."""
        gaps = []
        watching = asyncio.create_task(watch(gaps))
        await asyncio.sleep(0.02)
        act()
        await until(self.pilot, then, name)
        await asyncio.sleep(0.02)
        watching.cancel()
        self.held_up.setdefault(name, []).append(max(gaps))

    async def press(self, key, then):
        await self.does(key, lambda: self.app.post_message(Key(key, key if len(key) == 1 else None)), then)

    async def question(self, key):
        """Ask, and leave it at that."""
        await self.press(key, lambda: self.app.screen.prompt.question)
        await self.pilot.press("escape")
        await until(self.pilot, lambda: not self.app.screen.prompt.question)


def refresh(desk):
    """The jobs moved on."""
    desk.lists = {id: replace(jobs, rows=list(jobs.rows)) for id, jobs in desk.lists.items()}
    desk.current = replace(desk.current)


async def rounds(watched, desk, jobs):
    """Mark all, in two ways; and all that one can do with marks."""
    table = watched.app.screen.jobs
    for _ in range(ROUNDS):
        await watched.press("asterisk", lambda: len(table.marked) == jobs)
        for key in QUESTIONS:
            await watched.question(key)
        await watched.press("space", lambda: len(table.marked) == jobs - 1)
        rows = table.rows
        await watched.does("refresh", lambda: refresh(desk), lambda rows=rows: table.rows is not rows and table.settled)
        await watched.press("backslash", lambda: not table.marked)
        await watched.press("space", lambda: len(table.marked) == 1)
        await watched.press("G", lambda: table.cursor == jobs - 1)
        await watched.press("v", lambda: len(table.marked) > 1)
        await watched.press("backslash", lambda: not table.marked)
        await watched.press("g", lambda: table.cursor == 0)


async def measure(jobs, home):
    desk = desk_with(jobs, home)
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> R")
        await pilot.press("enter")
        await shows(pilot, f"1/{jobs}")
        gc.freeze()  # as the program does
        gc.set_threshold(50_000)
        watched = Watched(pilot)
        await rounds(watched, desk, jobs)
    return watched.held_up


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(int(sys.argv[1]), sys.argv[2]))), file=sys.__stdout__)
