"""A lane asks, a person answers or does not."""

import threading

import pytest
from test_killed import until

from tui_batch.courier import questions as asking
from tui_batch.courier.questions import Asker
from tui_batch.errors import Unanswered
from tui_batch.model import Question
from tui_batch.store import lock, questions
from tui_batch.store.home import Home

CODE = Question("code", "code for me@fir")


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home").prepare()
    assert lock.take(made)
    return made


@pytest.mark.parametrize("answer", ["123 456", "t" * 4000], ids=["code", "token"])
def test_the_answer_reaches_the_lane_and_nothing_is_left(home, answer):
    answers = []
    lane = threading.Thread(target=lambda: answers.append(Asker(home, "fir")(CODE)), daemon=True)
    lane.start()
    until(lambda: bool(questions.read(home)))
    [shown] = questions.read(home)
    assert (shown.kind, shown.text, shown.target, shown.secret) == ("code", "code for me@fir", "fir", True)
    questions.answer(home, "fir", answer)
    lane.join(10)
    assert answers == [answer]
    assert list(home.questions.iterdir()) == []


def test_a_question_that_nobody_answers_says_so(home, monkeypatch):
    monkeypatch.setattr(asking, "SECONDS", 0.05)
    with pytest.raises(Unanswered, match="fir: nobody answered within 0 s: code for me@fir") as said:
        Asker(home, "fir")(CODE)
    assert "again" in str(said.value)
    assert list(home.questions.iterdir()) == []


def test_a_courier_that_goes_does_not_wait_for_an_answer(home):
    with pytest.raises(Unanswered):
        Asker(home, "fir", lambda: True)(CODE)


def test_where_no_question_can_be_shown_nobody_is_asked(home):
    home.questions.touch()
    with pytest.raises(Unanswered, match="nobody can be asked"):
        Asker(home, "fir")(CODE)
