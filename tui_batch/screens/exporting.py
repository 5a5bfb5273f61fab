"""What a table shows, as a file: all its columns, the rows that its filter keeps, in the order shown."""

from asyncio import Future
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from tui_batch.errors import RequestError
from tui_batch.numbers import number
from tui_batch.screens.table_view import TableView
from tui_batch.widgets.columns import Column, R
from tui_batch.widgets.live_table import LiveTable


async def asked(screen: TableView, table: LiveTable[Any], answer: "Future[str | None]") -> None:
    """Write the table into the file that is answered."""
    if (name := await answer) is not None:
        await export(screen, table, name)


async def export(screen: TableView, table: LiveTable[Any], name: str) -> None:
    """Write the table into a file, after asking where one is there; a name that will not do is asked for anew."""
    try:
        path, there = await screen.ask(screen.desk.export_place, name)
    except RequestError as error:
        return await asked(screen, table, screen.prompt.ask("export to", name, wrong=str(error)))
    if there and await screen.prompt.yes(f"Overwrite {path.name} in {path.parent}?") != "y":
        return screen.prompt.say("Nothing was written.")
    return await _write(screen, table, path)


async def _write(screen: TableView, table: LiveTable[Any], path: Path) -> None:
    columns, rows = table.columns, table.view
    screen.prompt.say(f"Writing {len(rows):,} rows to {path} ...")
    # The values are made as they are written, in the clerk's thread: a hundred thousand rows hold nobody up.
    values = ([value(column, row) for column in columns] for row in rows)
    await screen.ask(screen.desk.export, path, [column.name for column in columns], values)
    screen.prompt.say(f"{len(rows):,} row{'s' * (len(rows) != 1)} written to {path}")


def value(column: Column[R], row: R) -> float | str | None:
    """What a column says of a row to another program: whole, and a number where it is one."""
    if column.word:
        return str(column.word(row))
    text, compared = column.cell(row), column.value(row) if column.value else ""
    if not isinstance(compared, int | float):
        return None if compared is None else compared or text
    if column.unit:
        return round(compared, 4 if column.unit == "share" else 1)
    return _as_written(text, compared)


def _as_written(text: str, compared: float) -> float | str:
    """A number only where it is spelled in the one way that brings it back: `007` and `0.10` stay what they are."""
    try:
        number(text)
    except ValueError:
        return compared if isfinite(compared) else text
    as_int = int(compared)
    return as_int if str(as_int) == text else compared if str(compared) == text else text


def line(columns: Sequence[Column[R]], row: R) -> str:
    """A row as one line, its values between tabs."""
    values = (value(column, row) for column in columns)
    return "\t".join("" if found is None else str(found) for found in values)
