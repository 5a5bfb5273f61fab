"""All jobs: those of every open submission, and of what ended since one looked, in one list."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_batch.desk import Desk
from tui_batch.model import Submission
from tui_batch.screens.picked import Pick, by_submission
from tui_batch.screens.rows import GROUPS, WIDEST, duration, elapsed, grouped, longest, sampled, says, title, urgency
from tui_batch.screens.verbs import Verbs
from tui_batch.shown import JobList, JobRow, Snapshot
from tui_batch.widgets.columns import Column
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.progress import TONES

MOST = 20_000  # jobs; the newest submissions have the first say
EMPTY = (
    "No job is open. Here will be all jobs that wait, run, or ended meanwhile.",
    "",
    "1   shows the history of submissions",
    "n   makes a batch of jobs from a template and submits it",
)


class Placed(NamedTuple):
    """A job, and the submission it belongs to. A tuple, because there are very many."""

    submission: Submission
    job: JobRow


class AllJobs(Verbs):
    """One table over all submissions."""

    HINTS = ("list.open", "job.log", "submission.why", "submission.cancel", "submission.retry", "list.filter",
             "list.sort", "view.back")  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "log", "log", id="job.log"),
        Binding("d", "details", "details", id="job.details"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._lists: dict[str, tuple[JobList, Submission]] = {}
        self._open: list[Submission] = []
        self._left_out = 0

    def body(self) -> Iterable[Widget]:
        """The table."""
        yield LiveTable(_columns((), self.now), _key, lambda p: self.stale(p.submission), id="jobs", marks=True)

    @property
    def jobs(self) -> LiveTable[Placed]:
        """The table."""
        return self.query_one("#jobs", LiveTable)

    def look(self, snapshot: Snapshot) -> None:
        """Something moved on, perhaps."""
        super().look(snapshot)
        moment = self.front.clerk.seen.moment
        wanted = [one for one in snapshot.submissions if one.kind and (not one.ended or one.ended > moment > "")]
        self._open = [one for one in wanted if not one.ended]
        self._head()
        self.go_instead("fill", self._fill, wanted)

    def tick(self) -> None:
        """Ages."""
        super().tick()
        self._head()

    def _head(self) -> None:
        shown = f"{len(self.jobs.rows):,}" + (f" of {len(self.jobs.rows) + self._left_out:,}" if self._left_out else "")
        order = (("running first", "quiet"),) if not self.jobs.sorting.name else ()
        self.status.show("all jobs", ((shown, ""), *order), self.freshness(self._open))

    async def _fill(self, wanted: Sequence[Submission]) -> None:
        lists = await self.ask(_lists, self.desk, wanted)
        self._left_out = max(0, sum(one.jobs for one in wanted) - MOST)
        if not _same(lists, self._lists) or not lists:
            self._lists = lists
            rows = await self.ask(_placed, list(lists.values()))
            self.jobs.set_columns(_columns(rows, self.now))
            self.jobs.show(rows, EMPTY)
        self._head()

    # -- keys ------------------------------------------------------------------------------------------------------
    def chosen(self) -> Submission | None:
        """The one that the job under the cursor belongs to."""
        return self.jobs.current.submission if self.jobs.current else None

    def chosen_job(self) -> JobRow | None:
        """The one under the cursor."""
        return self.jobs.current.job if self.jobs.current else None

    def picked(self) -> Pick:
        """The marked jobs, else the one under the cursor."""
        chosen = self.jobs.chosen
        return lambda: by_submission(chosen.rows())

    @on(LiveTable.OpenRequested)
    def action_details(self) -> None:
        """All there is to know of the job."""
        from tui_batch.screens.job import JobView

        if placed := self.jobs.current:
            self.app.push_screen(JobView(placed.submission, placed.job))

    def action_log(self) -> None:
        """The job's log."""
        from tui_batch.screens.log import Log

        if placed := self.jobs.current:
            self.app.push_screen(Log(placed.submission, placed.job))


def _columns(rows: Sequence[Placed], now: Callable[[], float]) -> list[Column[Placed]]:
    some = sampled(rows)
    titles = longest("SUBMISSION+", [title(placed.submission) for placed in some])
    names = longest("NAME+", [placed.job.name for placed in some])
    ids = longest("ID+", [placed.job.status.id for placed in some])
    return [
        Column("state", "ST", 2, lambda p: p.job.status.state.code, order=lambda p: urgency(p.job.status.state),
               tone=lambda p: TONES[p.job.status.state], letter="s", word=lambda p: p.job.status.state),
        Column("submission", "SUBMISSION", min(titles, 14), lambda p: title(p.submission), wants=titles, ending=True,
               letter="u"),
        Column("on", "ON", 8, lambda p: p.submission.target, letter="o", rank=3),
        Column("name", "NAME", min(names, WIDEST), lambda p: p.job.name, wants=names, ending=True, letter="n"),
        Column("id", "ID", ids, lambda p: p.job.status.id or "-", letter="i", spare=True),
        Column("time", "TIME", 5, lambda p: elapsed(p.job, now()) or "-", lambda p: duration(p.job, now()),
               right=True, letter="t", unit="time", plain=False),
        Column("says", "SAYS", 12, lambda p: says(p.job), grow=True, letter="y",
               tone=lambda p: "" if p.job.status.state.ended else "quiet"),
    ]  # fmt: skip


def _key(placed: Placed) -> str:
    return f"{placed.submission.id} {placed.job.index}"


def _lists(desk: Desk, wanted: Sequence[Submission]) -> dict[str, tuple[JobList, Submission]]:
    """The jobs of as many submissions as there is room for."""
    lists: dict[str, tuple[JobList, Submission]] = {}
    room = MOST
    for one in wanted:
        if room > 0:
            lists[one.id] = (desk.jobs(one.id), one)
            room -= one.jobs
    return lists


def _same(one: dict[str, tuple[JobList, Submission]], other: dict[str, tuple[JobList, Submission]]) -> bool:
    """An unchanged list of jobs is the same object; the submissions' counts follow from them."""
    return one.keys() == other.keys() and all(
        one[id][0] is other[id][0] and one[id][1].health == other[id][1].health for id in one
    )


def _placed(lists: Sequence[tuple[JobList, Submission]]) -> list[Placed]:
    """In the order of every list of jobs, newest submission first among equals; no more than there is room for."""
    found = [(submission, grouped(jobs)) for jobs, submission in lists]
    rows = (Placed(one, row) for group in range(GROUPS) for one, groups in found for row in groups[group])
    return list(islice(rows, MOST))
