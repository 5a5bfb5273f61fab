"""The files that a submission's batch names outside of its jobs' folders: listed, then fetched as far as one wants."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_batch.model import Output, Submission
from tui_batch.numbers import megabytes, megabytes_of
from tui_batch.paths import COLLECTED, below
from tui_batch.screens.rows import title
from tui_batch.screens.table_view import TableView
from tui_batch.screens.view import age, ago
from tui_batch.shown import Collection, Snapshot
from tui_batch.states import JobState
from tui_batch.times import seconds
from tui_batch.widgets.columns import Column
from tui_batch.widgets.facts import Facts
from tui_batch.widgets.lines import Line
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.printable import printable
from tui_batch.widgets.progress import bar
from tui_batch.widgets.text_view import pair

HERE, FAILED, COMING = "here", "failed", "coming"
TONES = {HERE: "quiet", FAILED: "trouble", COMING: "running"}
BAR = 24  # cells


@dataclass(frozen=True, slots=True)
class File:
    """One of them: its place in the list, and what became of it."""

    at: int
    name: str  # below the folder that all have in common
    output: Output
    state: str

    @property
    def key(self) -> str:
        """What it is known by, also when they are listed anew."""
        return self.output.path


class Files(LiveTable[File]):
    """A table whose rows can be fetched."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "fetch", id="list.open")]


class Collecting(TableView):
    """The table, and below it where they go and how far that is."""

    HINTS = ("list.open", "list.mark", "list.filter", "list.sort", "collecting.list", "view.back")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "list_again", "list again", id="collecting.list"),
        Binding("E", "shell", "open their folder in a shell", show=False, id="collecting.shell"),
    ]

    def __init__(self, submission: Submission, patterns: Sequence[str]) -> None:
        super().__init__()
        self._submission, self._patterns = submission, patterns
        self._known = Collection()
        self._results = Path()
        self._open: frozenset[str] = frozenset()  # the verbs of what was asked for and is not done

    def body(self) -> Iterable[Widget]:
        """The table and the lines below it."""
        now = self.now
        columns: list[Column[File]] = [
            Column("name", "NAME", 24, lambda f: f.name, grow=True, ending=True, letter="n"),
            Column("size", "SIZE", 12, lambda f: megabytes(f.output.size), lambda f: f.output.size / 2**20,
                   right=True, letter="s", plain=False),
            Column("age", "AGE", 4, lambda f: age(f.output.moment, now()) or "-",
                   lambda f: now() - seconds(f.output.moment), right=True, letter="a", unit="time", plain=False),
            Column("state", "IS", 6, lambda f: f.state, tone=lambda f: TONES.get(f.state, ""), letter="i"),
        ]  # fmt: skip
        yield Files(columns, lambda f: f.key, id="files", marks=True)
        yield Facts(id="coming")

    @property
    def files(self) -> LiveTable[File]:
        """The table."""
        return self.query_one("#files", LiveTable)

    @property
    def about(self) -> str:
        """Its submission."""
        return self._submission.id

    def chosen(self) -> Submission | None:
        """The one that the files are of."""
        return self._submission

    # -- what is known ---------------------------------------------------------------------------------------------
    def on_mount(self) -> None:
        """Have them listed, unless some are on their way: then one wants to see how far that is."""
        self.go(self._begin)

    async def _begin(self) -> None:
        self._results = await self.ask(self.desk.results, self._submission.id)
        await self._look_up()
        if not self._open:
            await self._list()

    async def _list(self) -> None:
        await self.ask(self.desk.survey, self._submission.id)
        await self._look_up()

    def look(self, snapshot: Snapshot) -> None:
        """An order may be done, or the target gone."""
        known = (one for one in snapshot.submissions if one.id == self._submission.id)
        self._submission = next(known, self._submission)
        self.go_instead("fill", self._look_up)

    def tick(self) -> None:
        """Some more may have come."""
        super().tick()
        self.go_instead("fill", self._look_up)

    async def _look_up(self) -> None:
        # The snapshot on the screen may be older than the last answer.
        orders = (await self.ask(self.desk.snapshot)).orders
        self._open = frozenset(one.verb for one in orders if one.submission == self._submission.id)
        self._open &= {"survey", "collect"}
        known = await self.ask(self.desk.collection, self._submission.id)
        if known != self._known or not self.files.settled:
            self._known = known
            self.files.show(await self.ask(listed, known, "collect" in self._open), self._empty())
        self._show()

    def _empty(self) -> Sequence[str]:
        place = f"on {self._submission.target}: {', '.join(map(printable, self._patterns))}"
        if "survey" in self._open:
            return (f"Looking {place}",)
        return (f"Nothing was found {place}" if self._known.as_of else "Nothing is listed.", "f looks again.")

    def _show(self) -> None:
        known, every = self._known, range(len(self._known.files))
        counts = ((f"{files(len(every))}, {megabytes(known.size(every))}", ""),) if known.as_of else ()
        listing = f"listed {ago(known.as_of, self.now())}" if known.as_of else ""
        right = ("listing...", "running") if "survey" in self._open else (listing, "")
        self.status.show(f"files of {title(self._submission)} on {self._submission.target}", counts, right)
        if not every:
            self.files.show([], self._empty())
        self.query_one("#coming", Facts).show(self._lines())

    def _lines(self) -> list[Line]:
        """Whence, whither, how far, and what went wrong."""
        known, lines = self._known, list[Line]()
        if known.files:
            lines += [pair("from", printable(known.folder), width=4)]
            lines += [pair("to", printable(str(self._results / COLLECTED)), width=4)]
        if known.more:
            lines.append((("  There are more: narrower patterns would name them too.", "attention"),))
        lines += progress(known, "collect" in self._open) if known.wanted else []
        contact = self.contacts.get(self._submission.target)
        if self._open and contact and contact.trouble:
            lines.append(((f"  {contact.trouble} What is asked for here goes on when it answers.", "attention"),))
        elif known.trouble and not self._open:
            lines.append(((f"  {known.trouble}", "trouble"),))
        return lines

    # -- keys ------------------------------------------------------------------------------------------------------
    @on(LiveTable.OpenRequested)
    def _fetch(self) -> None:
        table = self.files
        rows = table.chosen.rows() if table.marked else table.view
        self.go(self._collect, [row.at for row in rows], self._known.as_of)

    async def _collect(self, places: Sequence[int], as_of: str) -> None:
        known = self._known
        coming = set(known.left) if "collect" in self._open else set()
        wanted = [at for at in places if at not in known.here and at not in coming]
        if not wanted:
            told = "on the way already" if coming.intersection(places) else "here already, as listed"
            return self.prompt.say(f"{files(len(places))}: {told}.")
        order = None if len(wanted) == len(known.files) else wanted
        await self.ask(self.desk.collect, self._submission.id, as_of, order)
        self.files.unmark()
        self.prompt.say(f"Fetching {files(len(wanted))}, {megabytes(known.size(wanted))}.")
        return await self._look_up()

    def action_list_again(self) -> None:
        """Have them listed once more."""
        if self._open:
            self.prompt.say("Files are on their way." if "collect" in self._open else "They are being listed.")
        else:
            self.go(self._list)

    def action_shell(self) -> None:
        """A shell where they are."""
        from tui_batch.screens.outside import shell

        shell(self.app, self._results / COLLECTED)

    def action_back(self) -> None:
        """What is on the way comes all the same."""
        super().action_back()
        if "collect" in self._open:
            self.front.say(f"The files of {title(self._submission)} go on coming: f shows how far.")


def listed(known: Collection, coming: bool) -> list[File]:
    """A row for each file; `coming` while some are on their way."""
    left = known.left if coming else []
    states = {
        **dict.fromkeys(known.failed, FAILED),
        **dict.fromkeys(known.here, HERE),
        **dict.fromkeys(left[:1], COMING),
    }
    return [
        File(at, printable(below(known.folder, one.path)), one, states.get(at, ""))
        for at, one in enumerate(known.files)
    ]


def progress(known: Collection, coming: bool) -> list[Line]:
    """How much of what was wanted is here, and of what is not, why."""
    here, failed = known.wanted & known.here, known.failed.keys() - known.here
    # An empty file counts as well: a bar of bytes alone would not move.
    weights = {
        JobState.SUCCEEDED: known.size(here) + len(here),
        JobState.RUNNING: known.coming if coming else 0,
        JobState.FAILED: known.size(failed) + len(failed),
    }
    whole = known.size(known.wanted) + len(known.wanted)
    come = known.size(here) + (known.coming if coming else 0)
    words = f"{len(here):,} of {files(len(known.wanted))}, {megabytes_of(come, known.size(known.wanted))}"
    lines: list[Line] = [((f"  {bar(weights, whole, BAR)} {words}", ""),)]
    if failed:
        lines.append(((f"  {files(len(failed))} did not come: {known.failed[min(failed)]}", "trouble"),))
    return lines


def files(number: int) -> str:
    """`1 file`, `12,000 files`."""
    return "1 file" if number == 1 else f"{number:,} files"
