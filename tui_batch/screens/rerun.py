"""Running jobs again: what of them, and with how much more of what they ran out of."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import Binding, BindingType

from tui_batch.screens.picked import Pick, Picked, refusal, what
from tui_batch.screens.view import View
from tui_batch.widgets.progress import counted

if TYPE_CHECKING:
    from tui_batch.screens.again import Choice

T = TypeVar("T")

RERUN = "submission.retry"
ANSWER = 12  # cells for what is answered


class Rerunning(View):
    """A screen on which there is something that may be run again."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("R", "retry", "re-run", id=RERUN)]

    def picked(self) -> Pick:
        """What the keys are for: what is marked if anything is, else what is under the cursor."""
        raise NotImplementedError

    async def looked_up(self, pick: Pick) -> Sequence[Picked]:
        """What was picked."""
        return pick()

    @property
    def marked(self) -> bool:
        """Whether the keys are for what is marked."""
        return False

    def unmark(self) -> None:
        """What was marked has been seen to."""

    async def for_each(self, picked: Sequence[Picked], order: Callable[[Picked], T]) -> list[T]:
        """Order this of each in one go: whoever leaves the screen meanwhile leaves nothing half ordered."""
        return await self.ask(lambda: [order(one) for one in picked])

    def offered(self, picked: Sequence[Picked], marked: bool) -> "Mapping[str, Choice]":
        """What can be run again, by its letter; the first is what is wanted most."""
        from tui_batch.screens.again import choices

        return choices(picked, marked)

    def action_retry(self) -> None:
        """Ask what to run again, then whether."""
        self.go(self._offer, self.picked(), self.marked)

    async def _offer(self, pick: Pick, marked: bool) -> None:
        if not (picked := await self.looked_up(pick)):
            return
        if offered := self.offered(picked, marked):
            self.go(self._refuse_what_is_gone, picked)
            await self._retry(offered, "k" if marked and "k" in offered else next(iter(offered)))
        else:
            nothing = f"No job of {what(picked)} has ended without success."
            self.prompt.say(refusal(picked, nothing, "jobs that have ended can be run again"))

    async def _retry(self, offered: "Mapping[str, Choice]", usual: str) -> None:
        letter: str | None = usual
        if len(offered) > 1:
            letters = {letter: choice.label for letter, choice in offered.items()}
            letter = await self.prompt.choose("Run again:", letters, usual)
        if letter is None or (more := await self._agreed(offered[letter])) is None:
            return
        choice, desk = offered[letter], self.desk

        def retry(one: Picked) -> int:
            name = one.submission.id
            return desk.retry(name, choice.jobs(desk.jobs(name), one), more)

        number = sum(await self.for_each(choice.picked, retry))
        self.unmark()
        self.prompt.say(f"{counted(number)} of {what(choice.picked)} will run again.")

    async def _agreed(self, choice: "Choice") -> str | None:
        """What they get more of, once a person has said that they are run again; None if none has."""
        if not choice.more:
            return "" if await self.prompt.yes(choice.question(self.size.width - ANSWER)) == "y" else None
        from tui_batch.screens.amount import asked

        more = await self.ask(asked, self.desk, choice)
        typed = await self.prompt.ask(more.label, more.filled, check=more.wrong)
        return typed and f"{choice.more}={typed.strip()}"

    async def _refuse_what_is_gone(self, picked: Sequence[Picked]) -> None:
        from tui_batch.screens.again import gone

        if why := await self.ask(gone, self.desk, picked):
            self.prompt.refuse(why)
