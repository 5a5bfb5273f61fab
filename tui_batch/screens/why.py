"""Why is it waiting? What the target says of the jobs that wait, and how the target itself is."""

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from tui_batch.model import JobRow, Snapshot, Submission
from tui_batch.screens.rows import title
from tui_batch.screens.view import View, age
from tui_batch.screens.waiting import next_try, reasons, trouble
from tui_batch.widgets.lines import Line
from tui_batch.widgets.progress import counted, words
from tui_batch.widgets.text_view import TextView, heading, pair


class Why(View):
    """A page about one submission."""

    HINTS = ("view.back",)

    def __init__(self, submission: Submission) -> None:
        super().__init__()
        self._submission = submission
        self._rows: Sequence[JobRow] = ()

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
        self._rows = (await self.ask(self.desk.jobs, self._submission.id)).rows
        self._show()

    def _show(self) -> None:
        one = self._submission
        self.status.show(f"why does {title(one)} wait?", ((words(one.counts), ""),))
        self.query_one(TextView).show([*self._jobs(), (), *self._target()])

    def _jobs(self) -> list[Line]:
        found = reasons(self._rows)
        if not found:
            return [heading("Jobs that wait"), (("  None of its jobs waits with a word of the target.", "quiet"),)]
        return [heading("Jobs that wait"), *(pair(counted(number), words) for words, number in found)]

    def _target(self) -> list[Line]:
        one, now = self._submission, self.now()
        snapshot = self.front.snapshot or Snapshot()
        contact = snapshot.contacts.get(one.target)
        lines = [heading(f"Target {one.target}")]
        if told := trouble(one, snapshot.contacts, now):
            lines.append(pair("trouble", told, "attention"))
        if contact and contact.heard:
            lines.append(pair("last answer", f"{age(contact.heard, now)} ago"))
        if contact and contact.next and not contact.trouble:
            lines.append(pair("asked again", next_try(contact, now).removeprefix("next try ")))
        here = [other for other in snapshot.submissions if other.target == one.target and other.open]
        lines += [pair(title(other), words(other.counts)) for other in here]
        return lines
