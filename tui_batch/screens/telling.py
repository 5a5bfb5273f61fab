"""What can be asked of jobs at their target by a command alone: a signal, another run by the queue, another limit."""

from collections.abc import Callable

from tui_batch.errors import RequestError
from tui_batch.numbers import Real
from tui_batch.screens.picked import Keeps, Picked, counts, in_words, refusal, those, what, where
from tui_batch.screens.rerun import Rerunning
from tui_batch.screens.verbs import going_on, sure
from tui_batch.signals import named
from tui_batch.states import BEGUN
from tui_batch.widgets.progress import counted


async def signal(screen: Rerunning, name: str) -> None:
    """Send it to what has begun."""
    name, desk = named(name), screen.desk
    await _tell(
        screen, BEGUN.__contains__, "that have begun can be sent a signal", f"Send {name} to {{}}?",
        lambda one: desk.signal(one.submission.id, name, one.indices(BEGUN.__contains__)), f"Sending {name} to {{}}.",
    )  # fmt: skip


async def requeue(screen: Rerunning, argument: str) -> None:
    """Have the target's queue run again what has begun."""
    desk = screen.desk
    await _tell(
        screen, BEGUN.__contains__, "that have begun can be put back into the queue", "Put {} back into the queue?",
        lambda one: desk.requeue(one.submission.id, one.indices(BEGUN.__contains__)), "Putting back {}.",
    )  # fmt: skip


async def limit(screen: Rerunning, minutes: str) -> None:
    """Change how long what has not ended may take."""
    try:
        number = Real(float(minutes))
    except ValueError:
        raise RequestError("limit takes a number of minutes") from None
    desk = screen.desk
    await _tell(
        screen, going_on, "that have not ended can be given another limit", f"Give {{}} {number} min in all?",
        lambda one: desk.limit(one.submission.id, number, one.indices(going_on)), f"Giving {number} min to {{}}.",
    )  # fmt: skip


async def _tell(
    screen: Rerunning, keeps: Keeps, rule: str, question: str, order: Callable[[Picked], None], done: str
) -> None:
    """Ask whether it is meant, then order it; `{}` in the words stands for the jobs."""
    picked = await screen.looked_up(screen.picked())
    chosen = those(picked, keeps)
    if not chosen:
        nothing = f"None of the jobs of {what(picked)} is in a state for that." if picked else "There is no job here."
        screen.prompt.say(refusal(picked, nothing, f"jobs {rule}"))
        return
    number = sum(counts(chosen, keeps).values())
    questions = (question.format(f"{jobs} of {where(chosen)}") for jobs in in_words(chosen, keeps))
    if await sure(screen.prompt, number, *questions) not in ("y", str(number)):
        screen.prompt.say("Nothing was ordered.")
        return
    await screen.for_each(chosen, order)
    screen.unmark()
    screen.prompt.say(done.format(f"{counted(number)} of {what(chosen)}"))
