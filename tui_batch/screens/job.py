"""One job: what it is, what became of it, what was sent, the ends of its logs, and where its files are."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_batch.errors import TuiBatchError
from tui_batch.model import Logs, Resources, Submission
from tui_batch.screens.failure import UNSUCCESSFUL, last_words
from tui_batch.screens.job_page import JobPage, paths, text
from tui_batch.screens.page import contents
from tui_batch.screens.picked import Pick, Picked
from tui_batch.screens.rerun import RERUN, Rerunning
from tui_batch.screens.rows import title, unwritten
from tui_batch.screens.streams import at_risk, called, interval, lost
from tui_batch.screens.waiting import trouble
from tui_batch.shown import JobRow, Snapshot
from tui_batch.widgets.lines import Line
from tui_batch.widgets.log_tail import last_lines
from tui_batch.widgets.text_view import TextView

TAIL = 10  # lines of each log
FRAME = 3  # lines that are not the page's: at the top, at the bottom, and the heading of the last words

if TYPE_CHECKING:
    from tui_batch.screens.again import Choice
    from tui_batch.screens.copying import Copy


class JobView(Rerunning):
    """A page of text; on a wide screen what was sent and said stands at its right."""

    HINTS = ("job.log", "submission.retry", "job.editor", "view.back")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log", "log", id="job.log"),
        Binding("E", "editor", "script in the editor", id="job.editor"),
    ]

    def __init__(self, submission: Submission, row: JobRow) -> None:
        super().__init__()
        self._submission, self._row = submission, row
        self._varying: tuple[str, ...] = ()
        self._paths: dict[str, Path] = {}
        self._logs = Logs()
        self._ends: dict[str, Sequence[str]] = {}  # of the logs, by their names
        self._gone: Sequence[str] | None = None  # the logs whose rest is, where it is known what is here
        self._files: Mapping[str, str] = {}
        self._script = ""
        self._needs = Resources()
        self.add_class("panes", "-tenths-5")
        self._read = 0  # the attempt whose files and script are here

    def body(self) -> Iterable[Widget]:
        """The page, and the one at its right."""
        yield TextView(id="page")
        yield TextView(id="more")

    def look(self, snapshot: Snapshot) -> None:
        """The job may have moved on."""
        self.go_instead("fill", self._fill)

    def tick(self) -> None:
        """Ages, and the logs."""
        self.go_instead("ends", self._follow)
        self._show()

    def on_resize(self) -> None:
        """There may be room for two pages now, or for one only."""
        self._show()

    async def _fill(self) -> None:
        submission, index = self._submission, self._row.index
        known = (one for one in (self.front.snapshot or Snapshot()).submissions if one.id == submission.id)
        self._submission = next(known, submission)
        jobs = await self.ask(self.desk.jobs, submission.id)
        self._varying = jobs.varying
        self._row = next((row for row in jobs.rows if row.index == index), self._row)
        self._logs = await self.ask(self.desk.logs, submission)
        self._paths = {
            called(stream, self._logs): await self.ask(self.desk.log, submission.id, index, stream)
            for stream in self._logs.streams
        }
        self._paths["results"] = await self.ask(self.desk.results, submission.id) / self._row.name
        if there := await self.ask(self.desk.remains, submission.id):
            self._paths[f"on {submission.target}"] = Path(there, "jobs", str(self._row.status.attempt), self._row.name)
        [self._needs] = await self.ask(self.desk.needs, submission, [self._row])
        await self._follow()
        if self._read != self._row.status.attempt:
            await self._read_batch()
            self._show()

    async def _follow(self) -> None:
        """What the logs end with now."""
        if self._paths:
            one, streams = (self._submission.id, self._row.index), self._logs.streams
            await self.ask(self.desk.follow, *one, *streams)
            if self._logs.forgets:
                self._gone = await self.ask(self.desk.saved, *one)
            names = [called(stream, self._logs) for stream in streams]
            self._ends = {name: await self.ask(last_lines, self._paths[name], TAIL) for name in names}
            self._show()

    async def _read_batch(self) -> None:
        """The files and the script; where the batch or its target is gone, there is none to show."""
        submission, row = self._submission, self._row
        target = next((one for one in await self.ask(self.desk.targets) if one.name == submission.target), None)
        try:
            self._files = await self.ask(self.desk.job_files, submission.batch, row.name)
            self._script = await self.ask(self.desk.sent, submission, target, row) if target else ""
        except TuiBatchError as error:
            self._script = str(error)
        self._read = row.status.attempt

    def _show(self) -> None:
        row, submission = self._row, self._submission
        self.status.show(f"{title(submission)} job {row.index}", ((row.name, ""),))
        told, again = trouble(submission, self.contacts, self.now()), self.prompt.key_of(RERUN)
        fate = lost(row.status, self._logs, self._gone)
        fate = fate or at_risk(row.status, self._logs, self._gone is not None, self.now())
        page, wide = JobPage(submission, row, self._varying, told, self._needs, again, fate), self.has_class("-wide")
        failure = page.failure()
        # Beside the page the logs are there whole; on it, what a failed job said last comes before all else.
        room = self.size.height - FRAME - len(failure)
        words = last_words(self._ends, unwritten(row.status), room) if failure and self._ends and not wide else []
        left = [*failure, *words, *page.summary(self.now()), *page.variables(), *paths(self._paths)]
        asked = f", asked for {often}" if (often := interval(row.status, self._logs)) else ""
        ends = [line for name, said in self._ends.items() for line in text(name + asked, said, unwritten(row.status))]
        script = text(f"What {submission.target} is sent", self._script.splitlines())
        files: list[Line] = [(), *contents(self._files)] if self._files else []
        self.query_one("#page", TextView).show([*left, *files] if wide else [*left, *ends, *script, *files])
        self.query_one("#more", TextView).show([*ends, *script][1:] if wide else [])

    @property
    def hints(self) -> Sequence[str]:
        """What did not fail is hardly run again."""
        return [id for id in self.HINTS if id != RERUN or self._row.status.state in UNSUCCESSFUL]

    def chosen(self) -> Submission | None:
        """The one that the job is of."""
        return self._submission

    def picked(self) -> Pick:
        """The job, and not all of its submission."""
        one = Picked.some(self._submission, [self._row])
        return lambda: [one]

    def offered(self, picked: Sequence[Picked], marked: bool) -> "Mapping[str, Choice]":
        """To run this one again, once it has ended."""
        from tui_batch.screens.again import chosen

        return {"k": choice} if (choice := chosen(picked)).number else {}

    def copies(self) -> "Sequence[Copy]":
        """Of this job."""
        from tui_batch.screens.copying import of_jobs

        one = self._submission, self._row
        return of_jobs(self.desk, lambda: [one])

    def action_log(self) -> None:
        """Its log."""
        from tui_batch.screens.log import Log

        self.app.push_screen(Log(self._submission, self._row))

    def action_editor(self) -> None:
        """A copy of the script, to be read at leisure."""
        from tui_batch.screens.outside import editor

        if self._script:
            editor(self.app, f"{self._row.name}.sh", self._script)
        else:
            self.prompt.say("The script is not known: its batch or its target is gone.")
