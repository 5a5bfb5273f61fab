"""Answering what a target asks. The answer goes to the courier, from memory to memory: nothing here keeps it."""

from asyncio import Future
from collections.abc import Iterable

from textual.widget import Widget

from tui_batch.errors import RequestError
from tui_batch.model import LONGEST_ANSWER, Question
from tui_batch.screens.asked import HOST_KEY, unanswered, wanted
from tui_batch.screens.view import View, age
from tui_batch.shown import Snapshot
from tui_batch.widgets.lines import Line
from tui_batch.widgets.printable import cells, printable
from tui_batch.widgets.prompt_line import PromptLine
from tui_batch.widgets.text_view import TextView, heading, pair

TYPED = 24  # cells that are left for what is typed; where the question leaves less, a page shows it whole
FINGERPRINT = "SHA256:"
STRANGER = (
    "Say yes only if its administrators publish this key.",
    "If not, somebody may stand in between: Enter says no.",
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
                heading(f"{question.target} asks"),
                *_told(question.text),
                (),
                pair("since", age(question.asked, self.now()) or "now"),
                *([(), *(((f"  {line}", ""),) for line in STRANGER)] if known else []),
            ]
        )
        self.go(self._ask, _prompt(self.prompt, question, "Trust this key? yes or no:" if known else question.kind))

    def show_banner(self) -> None:
        """What it would say is asked here."""

    async def _ask(self, typed: "Future[str | None]") -> None:
        await _send(self, self._question, typed)


def _told(text: str) -> list[Line]:
    """What is asked; a fingerprint stands alone, so that it can be compared at a glance."""
    before, mark, rest = text.partition(FINGERPRINT)
    fingerprint, _, after = rest.partition(" ")
    parts = ((before, ""), (mark + fingerprint.rstrip("?."), "attention"), (after, ""))
    return [((f"  {words}", tone),) for words, tone in parts if words]


def _prompt(prompt: PromptLine, question: Question, label: str) -> "Future[str | None]":
    if question.kind == HOST_KEY:
        return prompt.ask(label, check=lambda text: "" if text in ("yes", "no", "") else "type yes, or Enter for no")

    def check(text: str) -> str:
        """Codes may be sent by Enter alone, and a key be left out where its passphrase is; the others are not empty."""
        if len(text.encode("utf-8", "replace")) > LONGEST_ANSWER:
            return f"longer than {LONGEST_ANSWER} bytes"
        return "type it, or Esc" if not text and question.kind in ("password", "token") else ""

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
        await screen.ask(screen.desk.probe, question.target)
        return f"Too late, nothing was sent: {question.target} is tried again."
    screen.front.asked.answered(question)
    screen.show_banner()
    return f"Answered; waiting for {question.target}."


async def _again(screen: View, target: str) -> None:
    await screen.ask(screen.desk.probe, target)
    screen.prompt.say(f"{target} is tried again; what it asks is said above.")
