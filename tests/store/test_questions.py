"""What targets ask a person: shown while somebody waits for the answer, and the answer is in no file."""

import os
import select

import pytest

from tui_batch.errors import RequestError
from tui_batch.model import Question
from tui_batch.store import lock, questions
from tui_batch.store.home import Home
from tui_batch.times import stamp

SOON = stamp(4e9)  # after any courier of these tests has started


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home").prepare()
    assert lock.take(made)
    return made


def question(target="fir", asked=SOON, text='password of "me" on fir'):
    return Question("password", text, True, target, asked)


def files(home):
    return sorted(path.name for path in home.questions.iterdir())


def test_a_question_is_shown_while_it_is_asked_and_its_answer_is_in_no_file(home):
    with questions.asked(home, question()) as reader:
        assert questions.read(home) == [question()]
        fifo = home.questions / "fir.answer"
        assert fifo.stat().st_mode & 0o777 == 0o600
        questions.answer(home, "fir", "geh heim\udcff")
        assert select.select([reader], [], [], 0)[0]
        assert b"geh heim" not in b"".join(path.read_bytes() for path in home.questions.glob("*.toml"))
        assert os.read(reader, 100) == b"geh heim\xff\n"
    assert (questions.read(home), files(home)) == ([], [])


def test_the_oldest_question_comes_first_and_any_name_will_do(home):
    with questions.asked(home, question("b/../ä")), questions.asked(home, question("a", asked=stamp(4e9 - 1))):
        assert [one.target for one in questions.read(home)] == ["a", "b/../ä"]
        assert len(files(home)) == 4
        questions.answer(home, "b/../ä", "x")


def test_an_answer_that_nobody_waits_for_is_refused_and_written_nowhere(home):
    with pytest.raises(RequestError, match="does not wait for an answer"):
        questions.answer(home, "fir", "secret")
    with questions.asked(home, question()):
        pass
    home.questions.joinpath("fir.answer").touch()  # as it may come out of a copy of the store
    with pytest.raises(RequestError, match="does not wait for an answer"):
        questions.answer(home, "fir", "secret")
    assert home.questions.joinpath("fir.answer").read_bytes() == b""
    os.mkfifo(home.questions / "elm.answer")
    with pytest.raises(RequestError, match="nothing was sent"):
        questions.answer(home, "elm", "secret")


def test_an_answer_for_a_courier_on_another_machine_is_given_there(home):
    home.courier.write_text('host = "elsewhere"\npid = 1\nstarted = "2026-01-01T00:00:00.000Z"\nticks = "1"\n')
    with pytest.raises(RequestError, match="by the courier on elsewhere: answer there"):
        questions.answer(home, "fir", "secret")


def test_an_answer_is_one_line(home):
    with questions.asked(home, question()) as reader:
        for text in ("a\nb", "x" * 4095):
            with pytest.raises(RequestError, match="one line") as refused:
                questions.answer(home, "fir", text)
            assert text not in str(refused.value)
        assert not select.select([reader], [], [], 0)[0]


@pytest.mark.parametrize("length", [4000, 4094])
def test_a_long_token_is_given_whole(home, length):
    with questions.asked(home, question()) as reader:
        questions.answer(home, "fir", "t" * length)
        assert os.read(reader, 9999) == b"t" * length + b"\n"


def test_what_a_dead_courier_asked_is_not_shown_and_taken_away_by_the_next(home):
    with questions.asked(home, question(asked="2026-01-01T00:00:00.000Z")):
        assert questions.read(home) == []  # asked before this courier began
    with questions.asked(home, question()):
        lock.release(home)
        assert questions.read(home) == []
        questions.clear(home)
        assert files(home) == []


def test_a_damaged_question_is_not_shown(home):
    home.questions.mkdir()
    (home.questions / "fir.toml").write_text("kind =")
    assert questions.read(home) == []
