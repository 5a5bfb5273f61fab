"""Being let in: the host's key compared, then our keys, codes and passwords, in the order in which ssh tries them."""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui_batch.errors import Unanswered, Unreachable
from tui_batch.model import Question
from tui_batch.wire.ssh_answers import TRIES, Answers, Wanted, for_password
from tui_batch.wire.ssh_config import Place
from tui_batch.wire.ssh_keys import agent_keys, load, public
from tui_batch.wire.ssh_known import add, fingerprint, known

if TYPE_CHECKING:
    from paramiko import PKey, Transport

_LONGEST = 400  # letters of what a host asks
_AGES = 1e6  # seconds: a person types as long as it takes; the server closes before


def compare_key(transport: "Transport", place: Place, answers: Answers) -> None:
    """Go on only if the host's key is one that is known, or that a person knows."""
    given = transport.get_remote_server_key()
    kind, key = given.get_name(), given.get_base64()
    there = known(place.known_hosts, place.known_as)
    shown = f"{kind.removeprefix('ssh-').upper()} key {fingerprint(key)}"
    if bad := next((one for one in there if one.revoked and one.key == key), None):
        raise Unanswered(
            f"{place} shows a key that {bad.file} revokes in line {bad.line}. Nothing was sent; do not go on."
        )
    if any(one.key == key for one in there):
        return
    if changed := next((one for one in there if not one.revoked), None):
        raise Unanswered(
            f"{place} shows another key than the one that is known: somebody may be listening, or it was set up anew. "
            f"Nothing was sent. Ask who runs it whether {shown} is right; if so, delete line {changed.line} of "
            f"{changed.file} and try again."
        )
    asked = f"host key of {place} {key}"
    said = answers.of(asked)
    if said is None:
        text = f"{place} is not known yet. Is its {shown}? Type yes to trust it from now on."
        raise Wanted(asked, Question("host key", text, secret=False))
    answers.forget(asked)  # from now on the file says it, or it is asked again
    if said.strip().lower() != "yes":
        raise Unanswered(f"{place} is not known, and its {shown} was not confirmed. Nothing was sent.")
    try:
        add(place.known_hosts[0], place.known_as, kind, key)
    except OSError as error:
        raise Unanswered(f"{place.known_hosts[0]} cannot be written: {error.strerror}. Nothing was sent.") from error


def log_in(transport: "Transport", place: Place, answers: Answers, last: bool, seconds: float) -> None:
    """Show one thing after the other until the host lets us in."""
    login = _Login(transport, place, answers, last, seconds)
    ways: dict[str, Callable[[], Sequence[str] | None]] = {
        "publickey": login.keys,
        "keyboard-interactive": login.conversation,
        "password": login.password,
    }
    wanted, used = login.nothing(), set[str]()
    while wanted:
        way = next((way for way in ways if way in wanted and way not in used), None)
        if way is None:
            raise login.denied(f"it takes {', '.join(wanted)}")
        used.add(way)
        left = ways[way]()
        wanted = wanted if left is None else left


class _Login:
    """One login. Each way in gives what else is wanted, nothing when we are in, or None when it was refused."""

    def __init__(self, transport: "Transport", place: Place, answers: Answers, last: bool, seconds: float) -> None:
        self._transport, self._place, self._answers, self._seconds = transport, place, answers, seconds
        self._last = last  # whether this is the host that the settings speak of, and not one on the way
        self._tried: list[str] = []
        self._refused = False
        self._heard = False  # whether a person had a part in this conversation
        self._secret = f"password of {place}"
        transport.auth_timeout = seconds

    def nothing(self) -> Sequence[str]:
        from paramiko import BadAuthenticationType

        try:
            self._transport.auth_none(self._place.user)
        except BadAuthenticationType as error:
            return error.allowed_types
        return ()

    def keys(self) -> Sequence[str] | None:
        with contextlib.ExitStack() as stack:
            for what, key in self._keys(stack):
                self._tried.append(what)
                left = self._shown(partial(self._transport.auth_publickey, self._place.user, key))
                if left is not None:
                    return left
        return None

    def password(self) -> Sequence[str] | None:
        secret = self._answers.of(self._secret)
        ours = "" if secret or not self._last else self._answers.command(self._place.name)
        if not (secret or ours):
            raise Wanted(self._secret, self._question())
        left = self._shown(lambda: self._transport.auth_password(self._place.user, secret or ours, fallback=False))
        if left is None:
            self._tried.append("the password")
            self._answers.forget(self._secret)
            if not ours:
                raise Wanted(self._secret, self._question())
        return left

    def conversation(self) -> Sequence[str] | None:
        """Answer what the host asks, each thing as it comes: a code cannot be known before."""
        for _ in range(TRIES):
            self._heard = False
            left = self._shown(self._converse)
            if left is not None:
                return left
            self._tried.append("the answers that were given")
            self._answers.forget(self._secret)
            if not self._heard:  # the same would be said again
                break
        return None

    def _converse(self) -> Sequence[str]:
        """The library asks in a thread of its own; a person is asked in ours, and the time that takes is theirs."""
        said: queue.Queue[Sequence[str] | Exception] = queue.Queue()
        asked: queue.Queue[tuple[str, Sequence[tuple[str, bool]]] | None] = queue.Queue()
        answered: queue.Queue[list[str]] = queue.Queue()

        def hear(title: str, instructions: str, prompts: Sequence[tuple[str, bool]]) -> list[str]:
            if not prompts:
                return []
            asked.put((instructions, prompts))
            return answered.get()

        def talk() -> None:
            try:
                said.put(self._transport.auth_interactive(self._place.user, hear))
            except Exception as error:  # handed over, whatever it is
                said.put(error)
            asked.put(None)

        self._transport.auth_timeout = _AGES
        threading.Thread(target=talk, daemon=True).start()
        try:
            while (heard := asked.get(timeout=self._seconds)) is not None:
                answered.put([self._answer(heard[0], prompt, echo) for prompt, echo in heard[1]])
        except queue.Empty:
            raise Unreachable(
                f"{self._place}: no answer in {self._seconds:g} s to a login. Nothing was sent."
            ) from None
        finally:
            answered.put([])
        if isinstance(result := said.get(), Exception):
            raise result
        return result

    def _answer(self, instructions: str, prompt: str, echo: bool) -> str:
        """What a person says to one prompt; a password is asked once and known from then on."""
        if for_password(prompt, echo):
            if said := self._answers.of(self._secret):
                return said
            if self._last and not self._heard and (said := self._answers.command(self._place.name)):
                return said
            self._heard = True
            return self._answers.ask(self._secret, self._question())
        self._heard = True
        words = " ".join(f"{instructions} {prompt}".split())
        text = "".join(letter if letter.isprintable() else " " for letter in words)[:_LONGEST]
        return self._answers.code(prompt, Question("code", f"{self._place.name} asks: {text}", secret=not echo))

    def _question(self) -> Question:
        return Question("password", f"Password of {self._place.user} on {self._place.name}")

    def denied(self, why: str) -> Unanswered:
        """Nobody was let in; what may help."""
        tried = f"tried {', '.join(self._tried)}" if self._tried else "there was nothing to show"
        return Unanswered(
            f"{self._place} does not let us in: {tried}; {why}. Nothing was sent. "
            "Look at `user`, `key_file` and `password_command` of the target, or at what `ssh` needs for it."
        )

    def _shown(self, show: Callable[[], Sequence[str]]) -> Sequence[str] | None:
        """Show something to the server; one that hangs up instead of refusing is not asked again."""
        from paramiko import AuthenticationException

        try:
            return show()
        except AuthenticationException as error:
            if self._transport.is_active() and "timeout" not in str(error):
                self._refused = True
                return None
            if self._refused:
                raise self.denied("then it hung up") from error
            raise Unreachable(f"{self._place} hung up, or fell silent, as we logged in. Nothing was sent.") from error

    # -- keys ----------------------------------------------------------------------------------------------------------

    def _keys(self, stack: contextlib.ExitStack) -> Iterator[tuple[str, "PKey"]]:
        """Keys, those first that ask nothing of a person."""
        from paramiko import PasswordRequiredException

        held = dict(agent_keys(stack))
        locked = []
        for path in self._place.keys:
            if (key := held.pop(public(path), None)) is not None:
                yield f"{path} from the agent", key
                continue
            try:
                yield str(path), load(path, None)
            except PasswordRequiredException:
                locked.append(path)
            except (OSError, ValueError) as error:
                why = (isinstance(error, OSError) and error.strerror) or str(error)
                self._tried += [f"{path} ({why})"] if path.exists() or len(self._place.keys) == 1 else []
        if self._place.agent:
            yield from ((f"{key.get_name()} from the agent", key) for key in held.values())
        for path in locked:
            if (key := self._unlocked(path)) is not None:
                yield str(path), key

    def _unlocked(self, path: Path) -> "PKey | None":
        """A key with a passphrase; an empty answer leaves it out."""
        asked = f"passphrase of {path}"
        said = self._answers.of(asked)
        if said == "":
            return None
        with contextlib.suppress(ValueError):
            if said is not None:
                return load(path, said)
        raise Wanted(
            asked, Question("passphrase", f"Passphrase of {path}, for {self._place.name} (empty: leave it out)")
        )
