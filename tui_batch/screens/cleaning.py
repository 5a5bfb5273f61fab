"""Deleting what an ended submission left on its target's host: only when asked, and only there."""

from asyncio import Future

from tui_batch.model import Submission
from tui_batch.screens.rows import title
from tui_batch.screens.verbs import sure
from tui_batch.screens.view import View
from tui_batch.widgets.progress import counted


async def clean(screen: View, submission: Submission) -> None:
    """Ask whether to delete its folder, which is named; a RequestError where there is none."""
    folder = await screen.ask(screen.desk.removable, submission.id)
    missing = submission.jobs - submission.fetched
    place = f"{submission.target}:{folder}"
    stays = f"The results of {counted(missing)} are not here" if missing else "What is here stays"
    all_ = f"{stays}, logs that nobody saw go."
    questions = (
        f"Delete {place} ({title(submission)})? {all_}", f"Delete {place}? {all_}", f"Delete {place}? {stays}.",
        f"Delete {place}?",
    )  # fmt: skip
    answer = sure(screen.prompt, submission.jobs, *questions, always=bool(missing))
    screen.go(_clean, screen, submission, place, answer)


async def _clean(screen: View, submission: Submission, place: str, answer: "Future[str | None]") -> None:
    if await answer in ("y", str(submission.jobs)):
        await screen.ask(screen.desk.remove, submission.id)
        screen.prompt.say(f"Deleting {place}: what is here stays.")
    else:
        screen.prompt.say("Nothing was deleted.")
