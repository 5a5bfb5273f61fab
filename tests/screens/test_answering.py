"""What a target asks is said on every screen, and answered at the bottom line."""

from dataclasses import replace

import pytest
from stand_in import BEAT, FULL, TARGETS, FakeDesk, ago
from waiting import hides, screen_text, shows, until

from tui_batch.app import BatchApp
from tui_batch.model import Contact, Question
from tui_batch.shown import Snapshot

SECRET = "hunter2 and more"
PASSWORD = Question("password", "Password for ada@fir", target="fir", asked=ago(30))
CODE = Question("code", "ada@fir: one-time code", secret=False, target="fir", asked=ago(5))
TOKEN = Question("token", "token of canfar", target="canfar", asked=ago(20))
PHRASE = Question("passphrase", "Passphrase of ~/.ssh/id_ed25519", target="aws", asked=ago(20))
PRINT = "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDWE5iEWCkaHXhjrbA"
HOST_KEY = Question("host key", f"fir.example.org shows an ED25519 key: {PRINT}", secret=False, target="fir",
                    asked=ago(30))  # fmt: skip


def asking(*questions, **more):
    return replace(FULL, questions=questions, **more)


@pytest.fixture
def front(tmp_path):
    """The program, of which fir asks for a password."""
    return BatchApp(FakeDesk(tmp_path, asking(PASSWORD)))


async def typed(pilot, text):
    await pilot.press(*("space" if letter == " " else letter for letter in text))


async def test_a_password_goes_to_the_desk_and_nowhere_else(front):
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "fir asks for a password: a", "R    212")
        await pilot.press("a")
        await shows(pilot, "Password for ada@fir:")
        await typed(pilot, SECRET)
        await shows(pilot, "Password for ada@fir: " + "*" * len(SECRET))
        assert SECRET[:4] not in screen_text(pilot.app)
        await pilot.press("up", "tab")
        await shows(pilot, "*" * len(SECRET))
        await pilot.press("enter")
        await shows(pilot, "Answered; waiting for fir.", "answered; waiting for fir")
        assert front.desk.asked == [("answer", "fir", SECRET)]
        assert SECRET not in repr(front.desk.memory) + repr(front.words)
        front.desk.current = FULL
        await hides(pilot, "waiting for fir ")
        front.desk.current = asking(CODE)
        await shows(pilot, "fir asks for a code: a")


async def test_a_code_that_may_be_seen_is_seen(front):
    front.desk.current = asking(CODE)
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "fir asks for a code: a")
        await pilot.press("a", *"123456")
        await shows(pilot, "one-time code: 123456")
        await pilot.press("enter")
        await shows(pilot, "Answered; waiting for fir.")
        assert front.desk.asked == [("answer", "fir", "123456")]


async def test_leaving_leaves_it_unanswered(front):
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "asks for a password", "R    212")
        await pilot.press("a", "enter")
        await shows(pilot, "type it, or Esc")
        await pilot.press("c", "y", "escape")
        await shows(pilot, "fir goes on waiting for your answer.", "fir asks for a password: a")
        assert not front.desk.asked


async def test_a_paste_is_typed_and_never_answers(front):
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "asks for a password", "R    212")
        await pilot.press("a")
        await shows(pilot, "Password for ada@fir:")
        pasted(pilot, "one\ntwo\n")
        await shows(pilot, "these are several lines")
        pasted(pilot, "one\n")
        await shows(pilot, "Password for ada@fir: ***")
        assert not front.desk.asked
        await pilot.press("enter")
        await until(pilot, lambda: front.desk.asked == [("answer", "fir", "one")])


async def test_a_token_that_is_too_long_is_not_sent(front):
    front.desk.current = asking(TOKEN)
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "canfar asks for a token: a", "R    212")
        await pilot.press("a")
        await shows(pilot, "token of canfar:")
        pasted(pilot, "t" * 4095)
        await pilot.press("enter")
        await shows(pilot, "longer than 4094")
        await pilot.press("backspace", "enter")
        await until(pilot, lambda: front.desk.asked == [("answer", "canfar", "t" * 4094)])


def pasted(pilot, text):
    from textual.events import Paste

    pilot.app.post_message(Paste(text))


async def test_a_host_key_is_shown_whole_and_the_safe_answer_is_no(front):
    front.desk.current = asking(HOST_KEY)
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "fir shows an unknown host key: a", "R    212")
        await pilot.press("a")
        await shows(pilot, PRINT, "Trust this key? yes or no:")
        await pilot.press("y", "enter")
        await shows(pilot, "type yes, or Enter for no")
        await pilot.press("ctrl+u", "enter")
        await shows(pilot, "Answered; waiting for fir.", "R    212")
        assert front.desk.asked == [("answer", "fir", "no")]


async def test_a_host_key_is_trusted_by_the_whole_word(front):
    front.desk.current = asking(HOST_KEY)
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "fir shows an unknown host key: a", "R    212")
        await pilot.press("a", *"yes", "enter")
        await shows(pilot, "Answered; waiting for fir.")
        assert front.desk.asked == [("answer", "fir", "yes")]
        assert len(front.screen_stack) == 1


async def test_what_has_no_room_on_the_line_has_a_page(front):
    menu = "Duo two-factor login for ada. 1. push to ...1234, 2. phone call to ...1234, 3. SMS. Passcode or option"
    front.desk.current = asking(replace(CODE, text=menu))
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "fir asks for a code: a", "R    212")
        await pilot.press("a")
        await shows(pilot, "2. phone", "Passcode or option", "code")
        await pilot.press("1", "enter")
        await shows(pilot, "Answered; waiting for fir.")
        assert front.desk.asked == [("answer", "fir", "1")]


@pytest.mark.parametrize("keys", [("2",), ("3",), ("4",), ("question_mark",), ("comma",), ("enter",), ("d",), ("l",),
                                  ("w",), ("n",)])  # fmt: skip
async def test_the_key_works_on_every_screen(front, keys):
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "asks for a password", "R    212")
        await pilot.press(*keys)
        await until(pilot, lambda: len(pilot.app.screen_stack) > 1)
        await shows(pilot, "fir asks for a password: a")
        await pilot.press("a", "x", "enter")
        await until(pilot, lambda: front.desk.asked[-1:] == [("answer", "fir", "x")])


async def test_where_letters_are_typed_the_key_is_another(front):
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "asks for a password", "R    212")
        await pilot.press("n", "enter")
        await shows(pilot, "step together", "fir asks for a password: ctrl+o")
        await pilot.press("ctrl+o", "x", "enter")
        await until(pilot, lambda: front.desk.asked[-1:] == [("answer", "fir", "x")])


async def test_the_one_that_has_waited_longest_is_answered_first_and_any_by_its_name(front):
    front.desk.current = asking(PASSWORD, PHRASE)
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "2 targets wait for you: a", "R    212")
        await pilot.press("colon", *"answer", "space", *"aws", "enter")
        await shows(pilot, "Passphrase of ~/.ssh/id_ed25519:")
        await pilot.press("p", "enter")
        await until(pilot, lambda: front.desk.asked == [("answer", "aws", "p")])
        await shows(pilot, "fir asks for a password: a")
        await pilot.press("a", "x", "enter")
        await until(pilot, lambda: front.desk.asked[1:] == [("answer", "fir", "x")])
        await shows(pilot, "answered; waiting for")
        assert "p" not in front.words["typed"]


async def test_when_nobody_waits_any_more_it_is_asked_again(front):
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "asks for a password", "R    212")
        await pilot.press("a", *SECRET[:4])
        front.desk.current = FULL
        await hides(pilot, "asks for a password")
        await pilot.press("q", "enter")  # what is still typed is for the prompt, and never for the list behind it
        await shows(pilot, "Too late, nothing was sent: fir is tried again.")
        assert front.desk.asked == [("probe", "fir")]


async def test_what_was_not_answered_in_time_can_be_asked_again(front):
    contacts = {"fir": Contact(False, trouble="fir: nobody answered within 100 s.", unanswered=True)}
    front.desk.current = replace(FULL, contacts=contacts)
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "fir waits for you: a", "R    212")
        await pilot.press("a")
        await shows(pilot, "fir is tried again; what it asks is said above.")
        assert front.desk.asked == [("probe", "fir")]
        front.desk.current = asking(CODE, contacts=contacts)
        await shows(pilot, "fir asks for a code: a")


async def test_a_target_that_has_nothing_to_do_reminds_nobody(front):
    unanswered = Contact(False, trouble="fir: not confirmed.", unanswered=True)
    front.desk.current = replace(FULL, submissions=FULL.submissions[1:], contacts={"fir": unanswered})
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> CD raft-seed-scan", "up to date")
        assert "waits for you" not in screen_text(pilot.app)
        await pilot.press("a")
        await shows(pilot, "fir is tried again")


async def test_it_can_be_answered_before_anything_was_submitted(front):
    front.desk.current = Snapshot(targets=TARGETS, courier=BEAT, questions=(CODE,))
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "fir asks for a code: a")
        await pilot.press("a", "1", "enter")
        await until(pilot, lambda: front.desk.asked == [("answer", "fir", "1")])


async def test_a_courier_on_another_host_is_answered_there(front):
    front.desk.far = "login2"
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "asks for a password", "R    212")
        await pilot.press("a")
        await shows(pilot, "fir asks the courier on login2: answer it there.")
        assert not front.desk.asked


async def test_where_nobody_asks_that_is_said(front):
    front.desk.current = FULL
    async with front.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("a")
        await shows(pilot, "No target waits for an answer.")
