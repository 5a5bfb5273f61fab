"""What targets ask a person: a small file for each question, and a FIFO beside it for the answer.

An answer may be a password, so it is never in a file: it goes through the FIFO, from the front straight to the courier.
"""

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from tui_batch import tables
from tui_batch.errors import RequestError, StoreError
from tui_batch.model import LONGEST_ANSWER, Question
from tui_batch.store import lock
from tui_batch.store.home import Home, explained, write_whole


def read(home: Home) -> list[Question]:
    """What is asked now, oldest first; what was left behind by a courier that is gone is not."""
    beat = lock.look(home)
    if beat is None or not beat.alive:
        return []
    found = []
    with contextlib.suppress(OSError):
        for path in home.questions.glob("[!.]*.toml"):
            with contextlib.suppress(OSError, UnicodeDecodeError, StoreError):  # answered, or damaged: not shown
                table = tables.parse(path.read_text(encoding="utf-8"), path.name, StoreError)
                found.append(tables.build(Question, table, path.name, StoreError))
    return sorted((one for one in found if one.asked >= beat.started), key=lambda one: one.asked)


def answer(home: Home, target: str, text: str) -> None:
    """Give the courier one line for what the target asks; a RequestError when it does not wait for one any more."""
    line = text.encode("utf-8", "surrogateescape")
    if b"\n" in line or len(line) > LONGEST_ANSWER:
        raise RequestError(
            f"What {target} asks is answered with one line of at most {LONGEST_ANSWER} bytes. Nothing was sent."
        )
    try:
        # Without a reader this fails at once; and never through a link, or into a file.
        fifo = os.open(_fifo(home, target), os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise _too_late(home, target) from error
    try:
        if not stat.S_ISFIFO(os.fstat(fifo).st_mode):
            raise _too_late(home, target)
        os.write(fifo, line + b"\n")
    except OSError as error:
        raise _too_late(home, target) from error
    finally:
        os.close(fifo)


def _too_late(home: Home, target: str) -> RequestError:
    beat = lock.look(home)
    if beat and beat.alive and beat.host != os.uname().nodename:
        return RequestError(
            f"What {target} asks is asked by the courier on {beat.host}: answer there. Nothing was sent."
        )
    return RequestError(f"{target} does not wait for an answer any more: nothing was sent. Ask the target again.")


# -- the courier's side ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def asked(home: Home, question: Question) -> Iterator[int]:
    """Show a question for a while; what is yielded becomes readable when somebody answers."""
    path, fifo = _path(home, question.target), _fifo(home, question.target)
    with explained(home.questions, f"show what {question.target} asks", "It was not asked."):
        home.questions.mkdir(mode=0o700, exist_ok=True)
        fifo.unlink(missing_ok=True)
        os.mkfifo(fifo, 0o600)
    try:
        with explained(path, f"show what {question.target} asks", "It was not asked."):
            # For writing too, so that it stays open when somebody who answered, or thought better of it, closes it.
            reader = os.open(fifo, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                write_whole(path, _text(question))  # after the FIFO: whoever sees the question can answer it
                yield reader
            finally:
                path.unlink(missing_ok=True)
                os.close(reader)
    finally:
        fifo.unlink(missing_ok=True)


def _text(question: Question) -> str:
    import tomli_w

    plain = replace(question, text=question.text.encode("utf-8", "replace").decode())
    return tomli_w.dumps({key: getattr(plain, key) for key in ("kind", "text", "secret", "target", "asked")})


def clear(home: Home) -> None:
    """Take away what a courier that was killed had asked; only for who holds the lock."""
    with contextlib.suppress(OSError):
        for path in [*home.questions.glob("*.toml"), *home.questions.glob("*.answer")]:
            path.unlink(missing_ok=True)


def _path(home: Home, target: str) -> Path:
    return home.questions / f"{quote(target, safe=' ')}.toml"


def _fifo(home: Home, target: str) -> Path:
    return home.questions / f"{quote(target, safe=' ')}.answer"
