"""How a lane asks a person: it shows the question in the store and waits for one line through a FIFO."""

import os
import select
import time
from collections.abc import Callable
from dataclasses import replace

from tui_batch.errors import StoreError, Unanswered
from tui_batch.model import LONGEST_ANSWER, Question
from tui_batch.store import questions
from tui_batch.store.home import Home
from tui_batch.times import stamp

SECONDS = 100.0  # so long somebody may look for the telephone that shows the code; servers close the door after 120
LISTEN = 0.5  # how often it is seen that the courier goes


class Asker:
    """Asks for one target, in its lane's thread."""

    def __init__(self, home: Home, target: str, leaving: Callable[[], bool] = lambda: False) -> None:
        self._home, self._target, self._leaving = home, target, leaving

    def __call__(self, question: Question) -> str:
        """The line that a person answers; Unanswered when nobody does."""
        shown = replace(question, target=self._target, asked=stamp(time.time()))
        try:
            with questions.asked(self._home, shown) as reader:
                line = self._wait(reader)
        except StoreError as error:
            raise Unanswered(f"{self._target} asks for something, and nobody can be asked: {error}") from error
        if line is None:
            raise Unanswered(
                f"{self._target}: nobody answered within {SECONDS:.0f} s: {question.text}. "
                "Nothing was sent; ask the target again to be asked again."
            )
        return line

    def _wait(self, reader: int) -> str | None:
        """One whole line, without its end."""
        waiting, end, data = select.poll(), time.monotonic() + SECONDS, b""
        waiting.register(reader, select.POLLIN)
        while time.monotonic() < end and not self._leaving():
            if waiting.poll(1000 * LISTEN):
                data += os.read(reader, LONGEST_ANSWER + 1)
            if b"\n" in data:
                return data.partition(b"\n")[0].decode("utf-8", "surrogateescape")
        return None
