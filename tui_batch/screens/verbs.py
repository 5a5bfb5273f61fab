"""What can be asked for of a submission, wherever one is shown."""

from asyncio import Future
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui_batch.model import Submission
from tui_batch.screens.rows import title
from tui_batch.screens.table_view import TableView
from tui_batch.states import JobState, active
from tui_batch.widgets.progress import counted, words

if TYPE_CHECKING:
    from tui_batch.screens.copying import Copy

TYPED_ABOVE = 50  # as many jobs are not lost to one wrong key


class Verbs(TableView):
    """The keys that change something; each asks first where that cannot be taken back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "cancel", "cancel", id="submission.cancel"),
        Binding("R", "retry", "re-run", id="submission.retry"),
        Binding("f", "fetch", "fetch", id="submission.fetch"),
        Binding("e", "note", "note", id="submission.note"),
    ]

    def chosen(self) -> Submission | None:
        """The submission that the keys are for."""
        raise NotImplementedError

    def chosen_jobs(self) -> Sequence[int] | None:
        """Only these jobs of it; None for all."""
        return None

    def copies(self) -> "Sequence[Copy]":
        """Jobs are of the submission that the keys are for."""
        from tui_batch.screens.copying import of_rows

        return of_rows(self.desk, self.table, self.chosen())

    # -- cancel ----------------------------------------------------------------------------------------------------
    def action_cancel(self) -> None:
        """Ask whether to cancel what has not ended."""
        submission, jobs = self.chosen(), self.chosen_jobs()
        if submission is None:
            return
        number = active(submission.counts) if jobs is None else len(jobs)
        left = {state: count for state, count in submission.counts.items() if not state.ended}
        named = words(left) if jobs is None else f"job {', '.join(map(str, jobs))}"
        if not number:
            self.prompt.say(f"Nothing of {title(submission)} is left to cancel.")
            return
        what = f"Cancel {named} of {title(submission)} on {submission.target}?"
        if number > TYPED_ABOVE:
            wrong = f"type {number}, or Esc"
            answer = self.prompt.ask(f"{what} Type {number}:", check=lambda text: "" if text == str(number) else wrong)
        else:
            answer = self.prompt.yes(what)
        self.go(self._cancel, submission, jobs, number, answer)

    async def _cancel(
        self, submission: Submission, jobs: Sequence[int] | None, number: int, answer: "Future[str | None]"
    ) -> None:
        if await answer in ("y", str(number)):
            await self.ask(self.desk.cancel, submission.id, jobs)
            self.prompt.say(f"Cancelling {counted(number)} of {title(submission)}.")
        else:
            self.prompt.say("Nothing was cancelled.")

    # -- re-run ----------------------------------------------------------------------------------------------------
    def action_retry(self) -> None:
        """Ask whether to run again what failed."""
        submission = self.chosen()
        if submission is None:
            return
        again: dict[JobState, int] = {s: n for s, n in submission.counts.items() if s.ended and s != JobState.SUCCEEDED}
        if not sum(again.values()):
            self.prompt.say(f"No job of {title(submission)} has ended without success.")
            return
        what = f"Run {words(again)} of {title(submission)} on {submission.target} again?"
        self.go(self._retry, submission, self.prompt.yes(what))

    async def _retry(self, submission: Submission, answer: "Future[str | None]") -> None:
        if await answer == "y":
            number = await self.ask(self.desk.retry, submission.id)
            self.prompt.say(f"{counted(number)} of {title(submission)} will run again.")

    # -- fetch, note -----------------------------------------------------------------------------------------------
    def action_fetch(self) -> None:
        """Have the results fetched now."""
        if submission := self.chosen():
            self.go(self._fetch, submission)

    async def _fetch(self, submission: Submission) -> None:
        await self.ask(self.desk.fetch, submission.id)
        where = await self.ask(self.desk.results, submission.id)
        self.prompt.say(f"Fetching the results of {title(submission)} into {where}")

    def action_note(self) -> None:
        """Write a note on the submission."""
        if submission := self.chosen():
            self.go(self._note, submission, self.prompt.ask("note", submission.note))

    async def _note(self, submission: Submission, answer: "Future[str | None]") -> None:
        if (text := await answer) is not None:
            await self.ask(self.desk.note, submission.id, text)
