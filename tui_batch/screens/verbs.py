"""What can be asked for of submissions and jobs, wherever they are shown."""

from asyncio import Future
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.timer import Timer

from tui_batch.model import Submission
from tui_batch.screens.clerk import apart
from tui_batch.screens.picked import Pick, Picked, counts, fitting, in_words, refusal, those, what, where
from tui_batch.screens.rerun import ANSWER, Rerunning
from tui_batch.screens.undo import Undoing
from tui_batch.screens.waiting import WAITING
from tui_batch.shown import JobRow
from tui_batch.states import JobState
from tui_batch.widgets.live_table import LiveTable
from tui_batch.widgets.marks import MANY
from tui_batch.widgets.progress import counted, jobs_in_words
from tui_batch.widgets.prompt_line import PromptLine

if TYPE_CHECKING:
    from tui_batch.screens.copying import Copy

FETCH = "submission.fetch"
WHY = "submission.why"
REST_SECONDS = 0.15  # while somebody runs through a list the bottom line waits
TYPED_ABOVE = 50  # as many jobs are not lost to one wrong key


class Verbs(Rerunning, Undoing):
    """The keys that change something; each asks first where that cannot be taken back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "cancel", "cancel", id="submission.cancel"),
        Binding("H", "hold", "hold or release", id="submission.hold"),
        Binding("f", "fetch", "fetch", id=FETCH),
        Binding("e", "note", "note", id="submission.note"),
        Binding("w", "why", "why is it waiting", id=WHY),
        Binding("E", "shell", "open its folder in a shell", id="submission.shell"),
    ]

    _hinted: Sequence[str] = ()
    _hinting: Timer | None = None

    @property
    def hints(self) -> Sequence[str]:
        """What has ended is not cancelled, and what does not wait has no reason to: the keys would only say so."""
        states = [] if self.table.marked else self._states()
        idle = {"submission.cancel": going_on, WHY: WAITING.__contains__}
        return [id for id in self.HINTS if id not in idle or not states or any(map(idle[id], states))]

    def _states(self) -> list[JobState]:
        """Of what is under the cursor."""
        if (row := self.chosen_job()) is not None:
            return [row.status.state]
        submission = self.chosen()
        return [state for state, number in submission.counts.items() if number] if submission else []

    @on(LiveTable.Moved)
    def _hint_soon(self) -> None:
        if self._hinting:
            self._hinting.stop()
        self._hinting = self.set_timer(REST_SECONDS, self._hint)

    def _hint(self) -> None:
        if (hints := self.hints) != self._hinted:
            self._hinted = hints
            self.prompt.repaint()

    def tick(self) -> None:
        """What is under the cursor may have ended."""
        super().tick()
        self._hint()

    def chosen(self) -> Submission | None:
        """The submission under the cursor."""
        raise NotImplementedError

    def chosen_job(self) -> JobRow | None:
        """The job under the cursor, where it is on one."""
        return None

    @property
    def marked(self) -> bool:
        """Whether the keys are for what is marked."""
        return bool(self.table.marked)

    def unmark(self) -> None:
        """What was marked has been seen to."""
        self.table.unmark()

    async def looked_up(self, pick: Pick) -> Sequence[Picked]:
        """What was picked; only of many rows in another thread, since a question is best there before the next key."""
        return await apart(pick) if len(self.table.marked) > MANY else pick()

    def copies(self) -> "Sequence[Copy]":
        """Jobs are of the submission that the keys are for."""
        from tui_batch.screens.copying import of_rows

        return of_rows(self.desk, self.table, self.chosen())

    # -- cancel ----------------------------------------------------------------------------------------------------
    def action_cancel(self) -> None:
        """Ask whether to cancel what has not ended."""
        self.go(self._cancel, self.picked())

    async def _cancel(self, pick: Pick) -> None:
        picked = await self.looked_up(pick)
        chosen = those(picked, going_on)
        if not chosen:
            if picked:
                nothing = f"Nothing of {what(picked)} is left to cancel."
                self.prompt.say(refusal(picked, nothing, "jobs that have not ended can be cancelled"))
            return
        number = sum(counts(chosen, going_on).values())
        questions = (f"Cancel {jobs} of {where(chosen)}?" for jobs in in_words(chosen, going_on))
        if await sure(self.prompt, number, *questions) not in ("y", str(number)):
            self.prompt.say("Nothing was cancelled.")
            return
        desk, wait = self.desk, self.desk.config.undo_seconds
        orders = await self.for_each(chosen, lambda one: desk.cancel(one.submission.id, one.indices(going_on), wait))
        self.front.undo.made(orders)
        self.table.unmark()
        if not wait:
            self.prompt.say(f"Cancelling {counted(number)} of {what(chosen)}.")

    # -- hold or release -------------------------------------------------------------------------------------------
    def action_hold(self) -> None:
        """Hold what has not begun, or release what is held; where there is both, ask which."""
        self.go(self._hold_or_release, self.picked())

    async def _hold_or_release(self, pick: Pick) -> None:
        if not (picked := await self.looked_up(pick)):
            return
        held, waiting = counts(picked, _held), counts(picked, _waiting)
        if held and waiting:
            choices = {"h": f"hold {jobs_in_words(waiting)}", "r": f"release {jobs_in_words(held)}"}
            if letter := await self.prompt.choose(f"{what(picked)}:", choices):
                await self._hold(picked, letter == "h")
        elif held or waiting:
            await self._hold(picked, bool(waiting))
        else:
            nothing = f"Nothing of {what(picked)} waits or is held."
            self.prompt.say(refusal(picked, nothing, "jobs that have not begun can be held"))

    async def _hold(self, picked: Sequence[Picked], hold: bool) -> None:
        keeps, order = (_waiting, self.desk.hold) if hold else (_held, self.desk.release)
        chosen = those(picked, keeps)
        number = sum(counts(chosen, keeps).values())
        await self.for_each(chosen, lambda one: order(one.submission.id, one.indices(keeps)))
        self.table.unmark()
        self.prompt.say(f"{'Holding' if hold else 'Releasing'} {counted(number)} of {what(chosen)}.")

    # -- fetch, note, why, shell -----------------------------------------------------------------------------------
    def action_fetch(self) -> None:
        """Have the results fetched now."""
        self.go(self._fetch, self.picked())

    async def _fetch(self, pick: Pick) -> None:
        if not (picked := await self.looked_up(pick)):
            return None
        desk = self.desk
        await self.for_each(picked, lambda one: desk.fetch(one.submission.id))
        if len(picked) == 1 and (patterns := await self.ask(desk.named_elsewhere, picked[0].submission.id)):
            return self._collect(picked[0].submission, patterns)
        self.table.unmark()
        if len(picked) == 1 and (stays := await self.ask(desk.stays, picked[0].submission.id)):
            return self.prompt.say(stays, "attention")
        folder = await self.ask(desk.results, picked[0].submission.id)
        into = f" into {folder}" if len(picked) == 1 else ""
        return self.prompt.say(f"Fetching the results of {what(picked)}{into}")

    def _collect(self, submission: Submission, patterns: Sequence[str]) -> None:
        """What its batch names elsewhere is looked at first."""
        from tui_batch.screens.collecting import Collecting

        self.table.unmark()
        self.app.push_screen(Collecting(submission, patterns))

    def action_note(self) -> None:
        """Write a note on the submission."""
        self.go(self._note, self.picked())

    async def _note(self, pick: Pick) -> None:
        if not (picked := await self.looked_up(pick)):
            return
        label = "note" if len(picked) == 1 else f"note on {what(picked)}"
        if (text := await self.prompt.ask(label, picked[0].submission.note)) is not None:
            desk = self.desk
            await self.for_each(picked, lambda one: desk.note(one.submission.id, text))
            self.table.unmark()

    def action_why(self) -> None:
        """What its target says of what waits."""
        from tui_batch.screens.why import Why

        if submission := self.chosen():
            self.app.push_screen(Why(submission, self.chosen_job()))

    def action_shell(self) -> None:
        """A shell where the results are, of the job under the cursor if it is on one."""
        if submission := self.chosen():
            self.go(self._shell, submission, self.chosen_job())

    async def _shell(self, submission: Submission, row: JobRow | None) -> None:
        from tui_batch.screens.outside import shell

        folder = await self.ask(self.desk.results, submission.id)
        shell(self.app, folder / row.name if row else folder)


def sure(prompt: PromptLine, number: int, *questions: str, always: bool = False) -> "Future[str | None]":
    """Ask for yes or no; for the number itself where it is about many, or `always`. The first wording that fits."""
    if number <= TYPED_ABOVE and not always:
        return prompt.yes(fitting(prompt.size.width - ANSWER, *questions))
    typed, wrong = f" Type {number}:", f"type {number}, or Esc"
    question = fitting(prompt.size.width - ANSWER - len(typed), *questions)
    return prompt.ask(question + typed, check=lambda text: "" if text == str(number) else wrong)


def going_on(state: JobState) -> bool:
    """Whether something may still happen to it."""
    return not state.ended


def _held(state: JobState) -> bool:
    return state is JobState.HELD


def _waiting(state: JobState) -> bool:
    return state is JobState.QUEUED
