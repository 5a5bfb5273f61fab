"""Answering what a target asks. The answer goes to the courier, from memory to memory: nothing here keeps it."""

from asyncio import Future
from collections.abc import Iterable

from textual.widget import Widget

from tui_batch.errors import RequestError
from tui_batch.model import Question, Snapshot
from tui_batch.screens.asked import HOST_KEY, unanswered, wanted
from tui_batch.screens.view import View, age
from tui_batch.widgets.printable import cells, printable
from tui_batch.widgets.prompt_line import PromptLine
from tui_batch.widgets.text_view import TextView, heading, pair

TYPED = 24  # cells that are left for what is typed; where the question leaves less, a page shows it whole
STRANGER = (
    "Compare the fingerprint with the one that the host's administrators publish.",
    "If it is the same, type yes: the key is kept, and asked about no more.",
    "If it is not, another machine may stand in between: Enter says no, and nothing is sent there.",
)


def answer(screen: View, target: str = "") -> None:
    """Ask the person what this target asks, or the one that has waited longest; have it ask again if none waited."""
    front, snapshot = screen.front, screen.front.snapshot or Snapshot()
    waiting = [one for one in front.asked.open(snapshot) if target in ("", one.target)]
    silent = [name for name in unanswered(snapshot) if target in ("", name)]
    if not waiting and silent:
        screen.go(_again, screen, silent[0])
    elif not waiting:
        screen.prompt.say(f"{target} waits for no answer." if target else "No target waits for an answer.")
    elif host := screen.desk.elsewhere():
        screen.prompt.say(f"{waiting[0].target} asks the courier on {host}: answer it there.", "attention")
    elif waiting[0].kind == HOST_KEY or cells(printable(waiting[0].text)) > screen.size.width - TYPED:
        front.push_screen(Asking(waiting[0]))
    else:
        label = f"{waiting[0].text.rstrip(':')}:"
        screen.go(_send, screen, waiting[0], _prompt(screen.prompt, waiting[0], label))


class Asking(View):
    """A question that has no room on the bottom line, with the prompt for it."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question

    def body(self) -> Iterable[Widget]:
        """The page."""
        yield TextView(id="page")

    def on_mount(self) -> None:
        """Ask at once."""
        question = self._question
        known = question.kind == HOST_KEY
        self.status.show(wanted(question))
        self.query_one(TextView).show(
            [
                heading(question.target),
                pair("asks", question.text, "attention"),
                pair("since", age(question.asked, self.now()) or "now"),
                *([(), *(((f"  {line}", ""),) for line in STRANGER)] if known else []),
            ]
        )
        self.go(self._ask, _prompt(self.prompt, question, "Trust this key? yes or no:" if known else question.kind))

    def show_banner(self) -> None:
        """What it would say is asked here."""

    async def _ask(self, typed: "Future[str | None]") -> None:
        await _send(self, self._question, typed)


def _prompt(prompt: PromptLine, question: Question, label: str) -> "Future[str | None]":
    if question.kind == HOST_KEY:
        return prompt.ask(label, check=lambda text: "" if text in ("yes", "no", "") else "type yes, or Enter for no")
    empty = "" if question.kind == "code" else "type it, or Esc"  # some codes are sent by Enter alone
    check = lambda text: "" if text else empty  # noqa: E731
    return prompt.ask_secret(label, check) if question.secret else prompt.ask(label, check=check)


async def _send(screen: View, question: Question, typed: "Future[str | None]") -> None:
    text, told = await typed, ""
    if text is None:
        told = f"{question.target} goes on waiting for your answer."
    else:
        told = await _sent(screen, question, text or ("no" if question.kind == HOST_KEY else ""))
    if isinstance(screen, Asking):
        screen.action_back()
    screen.front.say(told)


async def _sent(screen: View, question: Question, text: str) -> str:
    """What became of the answer."""
    try:
        await screen.ask(screen.desk.answer, question, text)
    except RequestError:
        now = await screen.ask(screen.desk.snapshot)
        if question.target in [one.target for one in now.questions]:
            return f"Too late, nothing was sent: {question.target} asks something else by now."
        await screen.ask(screen.desk.ask_again, question.target)
        return f"Too late, nothing was sent: {question.target} is tried again."
    screen.front.asked.answered(question)
    screen.show_banner()
    return f"Answered; waiting for {question.target}."


async def _again(screen: View, target: str) -> None:
    await screen.ask(screen.desk.ask_again, target)
    screen.prompt.say(f"{target} is tried again; what it asks is said above.")
