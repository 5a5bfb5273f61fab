"""The last steps of every way to submit: which target, are you sure, order it, go home."""

from tui_batch.screens.home import Home
from tui_batch.screens.pick import PickTarget
from tui_batch.screens.table_view import TableView


class Submitting(TableView):
    """A screen from which a batch can be sent."""

    async def submit(self, batch: str) -> None:
        """Ask for a target; then order the batch to be sent to it, and show it at home."""
        sending = await self.app.push_screen_wait(PickTarget(await self.ask(self.desk.batch, batch)))
        if sending is not None:
            await self.order(batch, sending.target.name, sending.first)

    async def order(self, batch: str, target: str, first: bool = False) -> None:
        """Leave the order, and go where it is seen."""
        wait = self.desk.config.undo_seconds
        submission = await self.ask(self.desk.submit, batch, target, first, wait)
        self.front.action_home()
        if isinstance(home := self.app.screen, Home):
            home.want(submission)
        what = f"One job of {batch}" if first else batch
        self.front.say(f"{what} is on its way to {target}{f' in {wait:g} s: u takes it back' if wait else ''}.")
