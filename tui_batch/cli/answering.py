"""What targets ask a person, asked on the terminal. An answer goes on at once, and is kept nowhere."""

import contextlib
import sys
import time
from argparse import Namespace
from getpass import getpass
from shlex import join as quoted

from tui_batch.cli.output import plain, say
from tui_batch.desk import Desk
from tui_batch.errors import RequestError, Unanswered
from tui_batch.model import Contact, Question
from tui_batch.shown import Snapshot

LOOK_SECONDS = 0.1


def answer(desk: Desk, arguments: Namespace) -> int:
    """Have a target asked how it is, and answer what it asks in its turn until it says."""
    target = desk.config.target(arguments.target).name if arguments.target else _waiting(desk.snapshot())
    if not target:
        say("No target waits for an answer.")
        return 1
    if host := desk.elsewhere():
        raise RequestError(f"The courier is at work on {host}: {target} is answered there. Nothing was sent.")
    desk.probe(target)
    answered: set[Question] = set()
    while _examined(snapshot := desk.snapshot(), target):
        for question in snapshot.questions:
            if question.target == target and question not in answered:
                desk.answer(question, ask(question))
                answered.add(question)
        desk.tend()
        time.sleep(LOOK_SECONDS)
    time.sleep(LOOK_SECONDS)  # what came out is written down behind it
    contact = desk.snapshot().contacts.get(target, Contact())
    trouble = contact.trouble or ("" if contact.reachable else contact.detail)
    say(trouble or f"{target} answers.")
    return 1 if trouble else 0


def _waiting(snapshot: Snapshot) -> str:
    """The target that has waited longest."""
    unanswered = (name for name, known in snapshot.contacts.items() if known.unanswered)
    return next((one.target for one in snapshot.questions), next(unanswered, ""))


def _examined(snapshot: Snapshot, target: str) -> bool:
    return any(order.verb == "probe" and order.target == target for order in snapshot.orders)


def ask(question: Question) -> str:
    """The answer: typed unseen where it is a secret; a line of what is given where no terminal is."""
    text = plain(question.text.rstrip(":"))
    words = f"{text} " if text.endswith(".") else f"{text}: "
    with contextlib.suppress(EOFError):
        if question.secret and sys.stdin.isatty():
            return getpass(words)
        sys.stderr.write(words)
        sys.stderr.flush()
        if line := sys.stdin.readline():
            return line.rstrip("\r\n")
    raise Unanswered(f"{plain(question.text.rstrip(':.'))}: nobody answered. Nothing was sent.")


def say_questions(snapshot: Snapshot) -> None:
    """What targets ask, and how it is answered."""
    for question in snapshot.questions:
        say(told(question))


def told(question: Question) -> str:
    """Who asks for what, and the command that answers."""
    text = plain(question.text.rstrip(":."))
    return f"{question.target} asks: {text}. To answer: tui-batch answer {quoted([question.target])}"
