"""What a person has to say before a host lets us in: asked when it is wanted, kept in memory only, never written."""

import re
from dataclasses import replace

from tui_batch.errors import Unanswered, Unreachable
from tui_batch.model import Question
from tui_batch.wire.here import said
from tui_batch.wire.host import Ask

TRIES = 3
_PASSWORD = re.compile(r"\bpass(word|wort)\b|\bmot de passe\b", re.IGNORECASE)
_CODE = re.compile(r"one.?time|\botp\b|\bcode\b|token|verification", re.IGNORECASE)


class Wanted(Exception):
    """Something only a person can say; the connection is closed meanwhile, for no server waits for long."""

    def __init__(self, key: str, question: Question) -> None:
        super().__init__(question.text)
        self.key, self.question = key, question


class Answers:
    """What one person has said to let us in to one host."""

    def __init__(self, ask: Ask, command: str, seconds: float) -> None:
        self._ask, self._command, self._seconds = ask, command, seconds
        self._known: dict[str, str] = {}
        self._tries: dict[str, int] = {}
        self._codes: dict[str, Question] = {}  # what the last login wanted once more each time, by its prompt
        self._ahead: dict[str, str] = {}

    def of(self, key: str) -> str | None:
        """What is known already."""
        return self._known.get(key)

    def ask(self, key: str, question: Question) -> str:
        """Ask now, and remember; again when it was wrong, but not for ever."""
        if (tries := self._tries.get(key, 0)) == TRIES:
            raise Unanswered(f"{question.text}: {TRIES} answers were wrong. Nothing was sent.")
        wrong = " (the last one was wrong)" if tries else ""
        self._known[key] = self._ask(replace(question, text=f"{question.text}{wrong}"))
        self._tries[key] = tries + 1
        return self._known[key]

    def forget(self, key: str) -> None:
        self._known.pop(key, None)

    def begin(self) -> None:
        """Another connection begins. A host that wanted a code is not called, and sends none, while nobody is there."""
        self._tries.clear()
        for prompt, question in list(self._codes.items())[:1]:
            self._ahead[prompt] = self._ask(question)

    def code(self, prompt: str, question: Question) -> str:
        """A code that counts once: asked anew at each login."""
        self._codes[prompt] = question
        return self._ahead.pop(prompt, None) or self._ask(question)

    def command(self, name: str) -> str:
        """What the person's own command says; "" where there is none."""
        if not self._command:
            return ""
        try:
            return said(self._command, self._seconds)
        except Unreachable as error:
            raise Unanswered(f"{name}: `password_command` gave no password: {error} Nothing was sent.") from error


def for_password(prompt: str, echo: bool) -> bool:
    """Whether a prompt asks for the password, which stays the same, and not for a code."""
    return not echo and bool(_PASSWORD.search(prompt)) and not _CODE.search(prompt)
