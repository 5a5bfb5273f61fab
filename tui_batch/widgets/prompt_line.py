"""The bottom line: the keys for what has the focus, a message, or a question."""

from asyncio import Future, get_running_loop
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from textual import events
from textual.binding import Binding
from textual.keys import key_to_character
from textual.widget import Widget

from tui_batch.widgets.entry import Entry
from tui_batch.widgets.lines import Line, Lines, Part
from tui_batch.widgets.printable import cells, fit
from tui_batch.widgets.question import YES, Completion, Question

MESSAGE_SECONDS = 5.0
HELP = "app.help"  # stands for all keys that there is no room for
COMMAND = "view.command"
_KEYS = {
    "question_mark": "?", "slash": "/", "enter": "Enter", "escape": "Esc", "backspace": "Bksp", "pagedown": "PgDn",
    "pageup": "PgUp", "home": "Home", "end": "End", "tab": "Tab", "up": "Up", "down": "Down",
    "space": "Space", "plus": "+", "minus": "-", "delete": "Del", "asterisk": "*", "ampersand": "&", "backslash": "\\",
}  # fmt: skip


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

    def ask(
        self,
        label: str,
        text: str = "",
        check: Callable[[str], str] = lambda text: "",
        complete: Callable[[str], Completion] = Completion,
        history: Sequence[str] = (),
        wrong: str = "",
        live: Callable[[str], None] = lambda text: None,
    ) -> "Future[str | None]":
        """Ask for a text that passes the check; None if the person leaves. `wrong` is why the text was refused.

        `live` is told of every text that stands there meanwhile.
        """
        question = Question(label, check=check, complete=complete, history=history)
        return self._open(replace(question.typed(Entry.of(text)), wrong=wrong), live)

    def ask_secret(self, label: str, check: Callable[[str], str]) -> "Future[str | None]":
        """The same for what nobody may see: it is drawn as stars, and nothing remembers it."""
        return self._open(Question(label, Entry(), masked=True, check=check))

    def choose(self, label: str, choices: Mapping[str, str], safe: str = "") -> "Future[str | None]":
        """Ask for one key of these; Enter means the safe one, and leaving means None."""
        return self._open(Question(label, choices=choices, safe=safe))

    def yes(self, label: str, safe: str = "n") -> "Future[str | None]":
        """Ask `y` or `n`."""
        return self.choose(label, YES, safe)

    def refuse(self, why: str) -> None:
        """Ask no more, and say why."""
        self._close(None)
        self.say(why, "attention")

    def _open(self, question: Question, live: Callable[[str], None] = lambda text: None) -> "Future[str | None]":
        self._close(None)
        self._live = live
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
        elif event.key == "enter" and question.entry:
            if wrong := question.check(question.entry.text):
                self._change(replace(question, wrong=wrong))
            else:
                self._close(question.entry.text)
        elif event.key == "enter" and question.safe:
            self._close(question.safe)
        elif event.character in question.choices:
            self._close(event.character)
        elif event.key == "q" and not (question.entry or question.decides):
            self._close(None)
        else:
            self._change(question.press(event.key, event.character))

    def on_paste(self, event: events.Paste) -> None:
        """A paste is text where a text is asked for, and nothing anywhere else."""
        event.stop()
        if question := self.question:
            self._change(question.pasted(event.text))

    def on_blur(self) -> None:
        """Leaving the line is leaving the question."""
        self._close(None)

    def _change(self, question: Question) -> None:
        before = self.question and self.question.entry
        self.question = question
        self.repaint()
        if question.entry and before and question.entry.text != before.text:
            self._live(question.entry.text)

    # -- what it shows ---------------------------------------------------------------------------------------------
    def line(self, y: int) -> Line:
        """The question, else the message, else what stands there, else the keys."""
        width = self.size.width
        if self.question:
            return self.question.line(width)
        if self._message[0]:
            return ((" " + fit(self._message[0], width - 1, ending=True), self._message[1]),)
        if self.standing:
            return ((" " + fit(self.standing, width - 1, ending=True), "attention"),)
        return self._hints(width)

    def _hints(self, width: int) -> Line:
        """The screen's keys as far as there is room, help at the right, and before it what there is room for still."""
        bound = self._bound()
        help = getattr(self.screen, "HELPS", "")
        more = [bound[help]] if help in bound else []
        room = width - sum(map(_room, more))
        parts: list[Part] = []
        for hint in (bound[id] for id in getattr(self.screen, "hints", ()) if id in bound):
            if _room(hint) >= room:
                break
            room -= _room(hint) + 1
            parts += [(f" {hint[0]}", "key"), (f" {hint[1]} ", "")]
        else:
            if help == HELP and COMMAND in bound and _room(bound[COMMAND]) < room:
                more = [bound[COMMAND], *more]
                room -= _room(bound[COMMAND])
        return (*parts, (" " * room, ""), *(part for key, words in more for part in ((key, "key"), (f" {words} ", ""))))

    def key_of(self, id: str) -> str:
        """The key of a binding as it is now; "" if it does nothing here."""
        return self._bound().get(id, ("", ""))[0]

    def _bound(self) -> dict[str | None, tuple[str, str]]:
        """The key and the words of each binding that does anything now, by its id."""
        first: dict[str | None, Binding] = {}
        for active in self.screen.active_bindings.values():
            if active.enabled:  # one binding may have several keys: the first one stands for it
                first.setdefault(active.binding.id, active.binding)
        return {id: (one.key_display or named(one.key), one.description) for id, one in first.items()}


def _room(hint: tuple[str, str]) -> int:
    """The cells that a key and its words take, with a blank behind each."""
    return cells(hint[0]) + cells(hint[1]) + 2


def named(key: str) -> str:
    """A key as it is written in a help text."""
    return _KEYS.get(key) or key_to_character(key) or key
