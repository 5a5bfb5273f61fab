"""Nobody to ask, and somebody who answers from a list and remembers what was asked."""

import pytest

from tui_batch.errors import Unanswered


def nobody(question):
    pytest.fail(f"nobody should be asked, but was: {question}")


class Person:
    """Says one thing after the other; Unanswered when nothing is left to say."""

    def __init__(self, *answers):
        self._answers, self.asked = list(answers), []

    def __call__(self, question):
        self.asked.append(question)
        if not self._answers:
            raise Unanswered("Nobody answered.")
        return self._answers.pop(0)
