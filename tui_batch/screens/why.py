"""Why is it waiting? What the target says of the jobs that wait, and how the target itself is."""

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from tui_batch.model import Submission
from tui_batch.screens.rows import title
from tui_batch.screens.view import View, ago
from tui_batch.screens.waiting import WAITING, Reason, next_try, reasons, spoken, trouble
from tui_batch.shown import JobRow, Snapshot
from tui_batch.widgets.lines import Line
from tui_batch.widgets.progress import TONES, words
from tui_batch.widgets.text_view import TextView, heading, pair

SILENT = "the target does not say why"


class Why(View):
    """A page about one submission, and first about one job of it where it was asked for that."""

    HINTS = ("view.back",)

    def __init__(self, submission: Submission, row: JobRow | None = None) -> None:
        super().__init__()
        self._submission, self._row = submission, row
        self._own: Sequence[Reason] = ()  # why the one job waits
        self._all: Sequence[Reason] | None = None  # None while they are looked for

    def body(self) -> Iterable[Widget]:
        """The page."""
        yield TextView(id="page")

    def look(self, snapshot: Snapshot) -> None:
        """It may have begun meanwhile."""
        known = (one for one in snapshot.submissions if one.id == self._submission.id)
        self._submission = next(known, self._submission)
        self.go_instead("fill", self._fill)

    def tick(self) -> None:
        """Ages."""
        self._show()

    async def _fill(self) -> None:
        rows = (await self.ask(self.desk.jobs, self._submission.id)).rows
        if self._row:
            index = self._row.index
            self._row = next((row for row in rows if row.index == index), self._row)
            self._own = await self._spoken([self._row])
        self._all = await self._spoken(rows)
        self._show()

    async def _spoken(self, rows: Sequence[JobRow]) -> Sequence[Reason]:
        found, snapshot = await self.ask(reasons, rows), self.front.snapshot or Snapshot()
        return await self.ask(spoken, found, self.desk, self._submission.target, snapshot)

    def _show(self) -> None:
        one = self._submission
        what = f"job {self._row.index} of {title(one)}" if self._row else title(one)
        self.status.show(f"why does {what} wait?", ((words(one.counts), ""),))
        self.query_one(TextView).show([*self._job(), *self._jobs(), (), *self._target()])

    def _job(self) -> list[Line]:
        if self._row is None:
            return []
        state = self._row.status.state
        word = state.replace("_", " ")
        head = [
            heading(f"Job {self._row.index}: {self._row.name}"),
            pair("state", f"{state.code}  {word}", TONES[state]),
        ]
        if state not in WAITING:
            has = f"it has ended: {word}" if state.ended else f"it is {word}"
            return [*head, ((f"  It does not wait: {has}.", "quiet"),), ()]
        return [*head, *(pair("why", one.words or SILENT) for one in self._own), ()]

    def _jobs(self) -> list[Line]:
        head = heading("Jobs that wait")
        if not self._all:
            return [head, (("  loading..." if self._all is None else "  None.", "quiet"),)]
        return [head, *(pair(f"{n:,} {state.replace('_', ' ')}", words or SILENT) for state, words, n in self._all)]

    def _target(self) -> list[Line]:
        one, now = self._submission, self.now()
        snapshot = self.front.snapshot or Snapshot()
        contact = snapshot.contacts.get(one.target)
        lines = [heading(f"Target {one.target}")]
        told = trouble(one, snapshot.contacts, now)
        if told and told not in {reason.words for reason in self._all or ()}:
            lines.append(pair("trouble", told, "attention"))
        if contact and contact.heard:
            lines.append(pair("last answer", ago(contact.heard, now)))
        watched = snapshot.courier and snapshot.courier.alive and one.open
        if contact and watched and not contact.trouble and (again := next_try(contact.next, now)):
            lines.append(pair("asked again", again.removeprefix("next try ").removeprefix("trying ")))
        here = [other for other in snapshot.submissions if other.target == one.target and other.open]
        lines += [pair(title(other), words(other.counts)) for other in here]
        return lines
