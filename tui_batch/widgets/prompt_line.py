"""The bottom line: the keys for what has the focus, a message, or a question."""

from asyncio import Future, get_running_loop
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from textual import events
from textual.binding import Binding
from textual.keys import key_to_character
from textual.widget import Widget

from tui_batch.widgets.entry import Entry
from tui_batch.widgets.lines import Line, Lines, Part
from tui_batch.widgets.printable import cells, fit, printable

MESSAGE_SECONDS = 5.0
HELP = "app.help"  # stands for all keys that there is no room for
_KEYS = {
    "question_mark": "?", "slash": "/", "enter": "Enter", "escape": "Esc", "backspace": "Bksp", "pagedown": "PgDn",
    "pageup": "PgUp", "home": "Home", "end": "End", "tab": "Tab", "up": "Up", "down": "Down",
    "space": "Space", "plus": "+", "minus": "-", "delete": "Del", "asterisk": "*", "ampersand": "&", "backslash": "\\",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a text in `entry`, or one of the keys in `choices`; `safe` is what Enter means there."""

    label: str
    entry: Entry | None = None
    choices: Mapping[str, str] | None = None
    safe: str = ""
    check: Callable[[str], str] = lambda text: ""  # what is wrong with the text, "" for nothing
    wrong: str = ""


class PromptLine(Lines):
    """One line at the bottom. A question takes the focus at once, so that what is typed ahead reaches it."""

    question: Question | None = None
    standing = ""  # what stands in place of the keys while it lasts, also when keys are pressed
    _message: Part = ("", "")
    _said = 0

    def stand(self, text: str) -> None:
        """Show this in place of the keys from now on; "" for the keys."""
        if text != self.standing:
            self.standing = text
            self.repaint()

    def say(self, text: str, tone: str = "", lasting: float = 0.0) -> None:
        """Show a message for a while in place of the keys."""
        first, *more = text.splitlines() or [""]
        self._message = (first + (f" (and {len(more)} more)" if more else ""), tone)
        self._said += 1
        number = self._said
        if text:
            self.set_timer(lasting or MESSAGE_SECONDS, lambda: self.say("") if number == self._said else None)
        self.repaint()

    def hush(self) -> None:
        """Show the keys again."""
        if self._message[0]:
            self.say("")

    def ask(self, label: str, text: str = "", check: Callable[[str], str] = lambda text: "") -> "Future[str | None]":
        """Ask for a text that passes the check; None if the person leaves."""
        return self._open(Question(label, entry=Entry.of(text), check=check))

    def choose(self, label: str, choices: Mapping[str, str], safe: str = "") -> "Future[str | None]":
        """Ask for one key of these; Enter means the safe one, and leaving means None."""
        return self._open(Question(label, choices=choices, safe=safe))

    def yes(self, label: str, safe: str = "n") -> "Future[str | None]":
        """Ask `y` or `n`."""
        return self.choose(label, {"y": "yes", "n": "no"}, safe)

    def _open(self, question: Question) -> "Future[str | None]":
        self._close(None)
        self._answer: Future[str | None] = get_running_loop().create_future()
        self._before: Widget | None = self.screen.focused
        self.question = question
        self.can_focus = True
        self.screen.set_focus(self)
        self.repaint()
        return self._answer

    def _close(self, answer: str | None) -> None:
        if self.question is None:
            return
        self.question = None
        self.can_focus = False
        if self.has_focus:
            self.screen.set_focus(self._before)
        if not self._answer.done():
            self._answer.set_result(answer)
        self.repaint()

    # -- keys ------------------------------------------------------------------------------------------------------
    def on_key(self, event: events.Key) -> None:
        """While a question stands every key is for it."""
        question = self.question
        if question is None:
            return
        event.stop()
        event.prevent_default()
        if event.key in ("escape", "ctrl+c"):
            self._close(None)
        elif question.entry is not None:
            self._type(question, question.entry, event)
        elif event.key == "enter" and question.safe:
            self._close(question.safe)
        elif question.choices and event.character in question.choices:
            self._close(event.character)
        elif event.is_printable:
            self._change(replace(question, wrong=f"not {event.character}"))

    def _type(self, question: Question, entry: Entry, event: events.Key) -> None:
        if event.key == "enter":
            if wrong := question.check(entry.text):
                self._change(replace(question, wrong=wrong))
            else:
                self._close(entry.text)
        elif typed := entry.press(event.key, event.character):
            self._change(replace(question, entry=typed, wrong=""))

    def on_paste(self, event: events.Paste) -> None:
        """A paste is text where a text is asked for, and nothing anywhere else."""
        event.stop()
        if (question := self.question) and question.entry is not None:
            self._change(replace(question, entry=question.entry.insert(event.text), wrong=""))

    def on_blur(self) -> None:
        """Leaving the line is leaving the question."""
        self._close(None)

    def _change(self, question: Question) -> None:
        self.question = question
        self.repaint()

    # -- what it shows ---------------------------------------------------------------------------------------------
    def line(self, y: int) -> Line:
        """The question, else the message, else what stands there, else the keys."""
        width = self.size.width
        if self.question:
            return _asked(self.question, width)
        if self._message[0]:
            return ((" " + fit(self._message[0], width - 1, ending=True), self._message[1]),)
        if self.standing:
            return ((" " + fit(self.standing, width - 1, ending=True), "attention"),)
        return self._hints(width)

    def _hints(self, width: int) -> Line:
        parts: list[Part] = []
        bound = self._bound()
        more = (bound[HELP],) if HELP in bound and getattr(self.screen, "HELPS", False) else ()
        room = width - sum(cells(key) + cells(words) + 2 for key, words in more)
        for key, words in (bound[id] for id in getattr(self.screen, "HINTS", ()) if id in bound):
            if (needed := cells(key) + cells(words) + 3) > room:
                break
            room -= needed
            parts += [(f" {key}", "key"), (f" {words} ", "")]
        return (*parts, (" " * room, ""), *(part for key, words in more for part in ((key, "key"), (f" {words} ", ""))))

    def _bound(self) -> dict[str | None, tuple[str, str]]:
        """The key and the words of each binding that does anything now, by its id."""
        first: dict[str | None, Binding] = {}
        for active in self.screen.active_bindings.values():
            if active.enabled:  # one binding may have several keys: the first one stands for it
                first.setdefault(active.binding.id, active.binding)
        return {id: (one.key_display or named(one.key), one.description) for id, one in first.items()}


def named(key: str) -> str:
    """A key as it is written in a help text."""
    return _KEYS.get(key) or key_to_character(key) or key


def _asked(question: Question, width: int) -> Line:
    label = f" {printable(question.label)} "
    wrong = f" {printable(question.wrong)} " if question.wrong else ""
    wrong = fit(wrong, min(cells(wrong), width // 2))
    said = ((wrong, "trouble"),) if wrong else ()
    if question.entry is None:
        keys = _offered(question, width - cells(wrong) - min(cells(label), 20))
        room = width - cells(keys) - cells(wrong) - 2
        return (fit(label, min(cells(label), max(10, room))), "attention"), (keys, "key"), *said
    label = fit(label, min(cells(label), max(width // 2, width - cells(wrong) - 10)))
    return (label, "key"), *question.entry.line(width - cells(label) - cells(wrong)), *said


def _offered(question: Question, room: int) -> str:
    """The keys that may be pressed, each with as much of its words as there is room for."""
    choices = question.choices or {}
    if set(choices) == {"y", "n"}:
        return "/".join(key.upper() if key == question.safe else key for key in choices)
    for longest in (99, 9, 7, 5, 4, 3, 2):
        keys = "  ".join(f"{key} {words[:longest]}" for key, words in choices.items())
        if cells(keys) <= room:
            return keys
    return " ".join(choices)
