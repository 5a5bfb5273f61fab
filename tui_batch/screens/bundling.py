"""A file for a support request, about what is picked."""

from tui_batch.errors import RequestError
from tui_batch.screens.copying import short
from tui_batch.screens.job import JobView
from tui_batch.screens.log import Log
from tui_batch.screens.verbs import Verbs
from tui_batch.screens.view import View


async def write_bundle(screen: View, file: str) -> None:
    """Of the job or the marked jobs; of a submission, of its first jobs that went wrong."""
    if (submission := screen.chosen()) is None:
        raise RequestError("no submission is chosen here")
    indices: list[int] = []
    if isinstance(screen, Log):
        indices = [screen.chosen_job().index]
    elif isinstance(screen, Verbs | JobView):
        picked = [one for one in await screen.looked_up(screen.picked()) if one.submission.id == submission.id]
        indices = [row.index for one in picked for row in one.rows or ()]
    path = await screen.ask(screen.desk.bundle, submission.id, indices, file)
    screen.prompt.say(f"Written for a support request: {short(path)}")
