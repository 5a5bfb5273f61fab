"""What targets ask a person, as the top line says it; and which of it was answered."""

from collections.abc import Sequence

from tui_batch.model import Question
from tui_batch.shown import Snapshot
from tui_batch.widgets.lines import Part
from tui_batch.widgets.printable import cells, fit, printable

HOST_KEY = "host key"
_WANTED = {HOST_KEY: "shows an unknown host key", "password": "asks for a password",
           "passphrase": "asks for a passphrase", "code": "asks for a code", "token": "asks for a token"}  # fmt: skip
_NAME_CELLS = 16  # of a target's name in the top line


class Asked:
    """Remembers which questions were answered until they are gone; never the answers."""

    def __init__(self) -> None:
        self._answered: set[Question] = set()

    def answered(self, question: Question) -> None:
        """Its answer went off."""
        self._answered.add(question)

    def open(self, snapshot: Snapshot) -> Sequence[Question]:
        """What nobody has answered yet, oldest first."""
        self._answered.intersection_update(snapshot.questions)
        return [question for question in snapshot.questions if question not in self._answered]

    def banner(self, snapshot: Snapshot, key: str) -> Part:
        """Who waits for an answer, and the key that gives it; "" where nobody does."""
        waiting, silent = self.open(snapshot), unanswered(snapshot)
        if silent:  # where nothing is to be done, nobody needs an answer
            ordered = {order.submission for order in snapshot.orders}
            busy = {one.target for one in snapshot.submissions if not one.ended or one.id in ordered}
            silent = [name for name in silent if name in busy]
        if len(waiting) + len(silent) > 1:
            return (f"{len(waiting) + len(silent)} targets wait for you: {key}", "attention")
        if waiting:
            return (f"{wanted(waiting[0])}: {key}", "attention")
        if silent:
            return (f"{_name(silent[0])} waits for you: {key}", "attention")
        if self._answered:
            return (f"answered; waiting for {_name(next(iter(self._answered)).target)}", "quiet")
        return ("", "")


def unanswered(snapshot: Snapshot) -> Sequence[str]:
    """The targets that asked in vain, and that nobody has had asked again."""
    again = {order.target for order in snapshot.orders if order.verb == "probe"}
    asking = {question.target for question in snapshot.questions}
    return [name for name, known in snapshot.contacts.items() if known.unanswered and name not in again | asking]


def wanted(question: Question) -> str:
    """`fir asks for a password`."""
    return f"{_name(question.target)} {_WANTED.get(question.kind, 'asks something')}"


def _name(target: str) -> str:
    return fit(target, min(_NAME_CELLS, cells(printable(target))))
