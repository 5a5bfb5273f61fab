"""The last steps of every way to submit: which target, are you sure, order it, go home."""

from tui_batch.screens.home import Home
from tui_batch.screens.pick import PickTarget
from tui_batch.screens.table_view import TableView


class Submitting(TableView):
    """A screen from which a batch can be sent."""

    async def submit(self, batch: str) -> None:
        """Ask for a target; then order the batch to be sent to it, and show it at home."""
        name = await self.app.push_screen_wait(PickTarget(await self.ask(self.desk.batch, batch)))
        if name is not None:
            await self.order(batch, name)

    async def order(self, batch: str, name: str) -> None:
        """Leave the order, and go where it is seen."""
        submission = await self.ask(self.desk.submit, batch, name)
        self.front.action_home()
        if isinstance(home := self.app.screen, Home):
            home.want(submission)
        self.front.say(f"{batch} is on its way to {name}.")
