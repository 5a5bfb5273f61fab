"""The copy menu: what can be copied of what the cursor is on, and how it leaves the program."""

import os
from asyncio import Future
from collections.abc import Callable, Iterable, Sequence
from itertools import starmap
from pathlib import Path
from shlex import join
from typing import Any, NamedTuple

from tui_batch.desk import Desk
from tui_batch.errors import StoreError
from tui_batch.model import Submission
from tui_batch.screens.all_jobs import Placed
from tui_batch.screens.exporting import line
from tui_batch.screens.view import View
from tui_batch.shown import BatchRow, JobRow
from tui_batch.widgets import clipboard
from tui_batch.widgets.live_table import LiveTable

TAIL = 100  # lines of a log


class Copy(NamedTuple):
    """One thing that can be copied; its text is asked for in the clerk's thread."""

    letter: str
    word: str
    text: Callable[[], str]


def of_rows(desk: Desk, table: LiveTable[Any], submission: Submission | None = None) -> list[Copy]:
    """Of the marked rows of a table, or of the current one; jobs are of this submission."""
    chosen = table.chosen
    row = Copy("r", "row", lambda: _lines(line(table.columns, row) for row in chosen.rows()))
    match chosen.first:
        case None:
            return []
        case Submission():
            return [*of_submissions(desk, chosen.rows), row]
        case JobRow() if submission:
            return [*of_jobs(desk, lambda: [(submission, row) for row in chosen.rows()]), row]
        case Placed():
            return [*of_jobs(desk, chosen.rows), row]
        case BatchRow():
            return [*of_batches(desk, chosen.rows), row]
    return [Copy("n", "name", lambda: _lines(map(table.key, chosen.rows()))), row]


def of_batches(desk: Desk, batches: Callable[[], Sequence[BatchRow]]) -> list[Copy]:
    """Their names, files, and what sends them."""
    return [
        Copy("n", "name", lambda: _lines(one.name for one in batches())),
        Copy("p", "path", lambda: _lines(desk.batch(one.name).path for one in batches())),
        Copy("c", "command", lambda: _lines(join(["tui-batch", "submit", one.name]) for one in batches())),
    ]


def of_submissions(desk: Desk, submissions: Callable[[], Sequence[Submission]]) -> list[Copy]:
    """Their ids, batches, folders of results, and what sends the same once more."""

    def command(one: Submission) -> str:
        return join(["tui-batch", "submit", one.batch, "--target", one.target])

    return [
        Copy("i", "id", lambda: _lines(one.id for one in submissions())),
        Copy("n", "name", lambda: _lines(one.batch for one in submissions())),
        Copy("p", "path", lambda: _lines(desk.results(one.id) for one in submissions())),
        Copy("c", "command", lambda: _lines(map(command, submissions()))),
    ]


def of_jobs(desk: Desk, jobs: Callable[[], Sequence[tuple[Submission, JobRow]]], stream: str = "out") -> list[Copy]:
    """The target's ids, names, logs, folders of results, what is run, what varies, and the ends of the logs."""

    def variables(of: Submission, row: JobRow) -> str:
        names = desk.jobs(of.id).varying
        return _lines(f"{name} = {value}" for name, value in zip(names, row.values, strict=False))

    def command(of: Submission, row: JobRow) -> str:
        return desk.job_files(of.batch, row.name).get("command", "").rstrip("\n")

    return [
        Copy("i", "id", lambda: _lines(row.status.id for _, row in jobs())),
        Copy("n", "name", lambda: _lines(row.name for _, row in jobs())),
        Copy("p", "path", lambda: _lines(desk.log(of.id, row.index, stream) for of, row in jobs())),
        Copy("o", "output", lambda: _lines(desk.results(of.id) / row.name for of, row in jobs())),
        Copy("c", "command", lambda: _lines(starmap(command, jobs()))),
        Copy("v", "variables", lambda: _lines(starmap(variables, jobs()))),
        Copy("t", "tail", lambda: _lines(desk.tail(of.id, row.index, stream, TAIL) for of, row in jobs())),
    ]


async def choose(screen: View, copies: Sequence[Copy], answer: "Future[str | None]") -> None:
    """Copy what is answered."""
    letter = await answer
    for chosen in copies:
        if chosen.letter == letter:
            await copy(screen, chosen)


async def copy(screen: View, chosen: Copy) -> None:
    """Send the text to the terminal and keep it in a file; say what is known to have happened."""
    if not (text := await screen.ask(chosen.text)):
        return screen.prompt.say(f"There is no {chosen.word} to copy yet.", "attention")
    road = clipboard.road(os.environ)
    sent = clipboard.sequence(text, road)
    if sent and (driver := screen.app._driver):
        driver.write(sent)
    try:
        path = await screen.ask(screen.desk.keep_copy, text)
    except StoreError as error:
        return screen.prompt.say(f"{_sent(chosen.word, road) if sent else 'Nothing was copied'}. {error}", "attention")
    if not sent:
        words = f"Too long for the terminal: {len(text):,} characters are in {short(path)}"
        return screen.prompt.say(words, "attention")
    notes = ["tmux needs set-clipboard on"] * (road == "tmux") + [f"{len(text):,} characters"]
    words = f"{_sent(chosen.word, road)}; also in {short(path)}"
    while notes and len(f"{words} ({'; '.join(notes)})") >= screen.size.width:
        notes.pop()
    return screen.prompt.say(words + (f" ({'; '.join(notes)})" if notes else ""))


def _sent(what: str, road: str) -> str:
    return f"{what.capitalize()} sent {f'through {road}' if road else 'to the terminal'}"


def short(path: Path) -> str:
    """A path as it is typed: from `~` on, where it begins there."""
    home = os.environ.get("HOME", "")
    return f"~/{path.relative_to(home)}" if home and path.is_relative_to(home) else str(path)


def _lines(texts: Iterable[object]) -> str:
    return "\n".join(filter(None, map(str, texts)))
