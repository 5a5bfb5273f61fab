"""The last steps of every way to submit: which target, are you sure, order it, go home."""

from tui_batch.errors import RequestError
from tui_batch.screens.pick import PickTarget, said
from tui_batch.screens.view import TableView


class Submitting(TableView):
    """A screen from which a batch can be sent."""

    async def submit(self, batch: str, jobs: int) -> None:
        """Ask for a target; then order the batch to be sent to it, and show it at home."""
        name = await self.app.push_screen_wait(PickTarget(batch, jobs))
        if name is not None:
            await self.order(batch, name)

    async def order(self, batch: str, name: str) -> None:
        """Leave the order, if the target's kind can do what the batch asks."""
        target = next(target for target in await self.ask(self.desk.targets) if target.name == name)
        if problems := said(await self.ask(self.desk.check, await self.ask(self.desk.batch, batch), target)):
            raise RequestError(problems)
        submission = await self.ask(self.desk.submit, batch, name)
        await self.ask(self.desk.wake)
        self.front.show_at_home(submission, f"{batch} is on its way to {name}.")
