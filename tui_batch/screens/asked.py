"""What targets ask a person, as the top line says it; and which of it was answered."""

from collections.abc import Sequence

from tui_batch.model import Question, Snapshot
from tui_batch.widgets.lines import Part
from tui_batch.widgets.printable import cells, fit, printable

HOST_KEY = "host key"
_WANTED = {HOST_KEY: "shows an unknown host key", "password": "asks for a password",
           "passphrase": "asks for a passphrase", "code": "asks for a code"}  # fmt: skip
_NAME_CELLS = 16  # of a target's name in the top line


class Asked:
    """Remembers which questions were answered until they are gone; never the answers."""

    def __init__(self) -> None:
        self._answered: set[Question] = set()

    def answered(self, question: Question) -> None:
        """Its answer went off."""
        self._answered.add(question)

    def open(self, snapshot: Snapshot | None) -> Sequence[Question]:
        """What nobody has answered yet, oldest first."""
        asked = snapshot.questions if snapshot else ()
        self._answered.intersection_update(asked)
        return [question for question in asked if question not in self._answered]

    def banner(self, snapshot: Snapshot | None, key: str) -> Part:
        """Who waits for an answer, and the key that gives it; "" where nobody does."""
        if waiting := self.open(snapshot):
            return (f"{wanted(waiting)}: {key}", "attention")
        if self._answered:
            return (f"answered; waiting for {_name(next(iter(self._answered)))}", "quiet")
        return ("", "")


def wanted(questions: Sequence[Question]) -> str:
    """`fir asks for a password`, or how many targets ask."""
    if len(questions) > 1:
        return f"{len(questions)} targets ask something"
    [question] = questions
    return f"{_name(question)} {_WANTED.get(question.kind, 'asks something')}"


def _name(question: Question) -> str:
    return fit(question.target, min(_NAME_CELLS, cells(printable(question.target))))
