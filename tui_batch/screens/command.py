"""What a command is: a name, its arguments, and what it does on the screen in front."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from tui_batch.errors import nearest
from tui_batch.screens.view import View


@dataclass(frozen=True, slots=True)
class Kind:
    """What may stand as an argument: a noun, the words that are offered, and whether nothing else will do."""

    noun: str
    words: Callable[[View], Iterable[str]]
    only: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """Without an argument it does what its key does; with one, it runs."""

    name: str
    takes: str  # how its arguments are written; what begins with `[` may be left out
    help: str
    action: str = ""  # of its key
    run: Callable[[Any, str], Awaitable[None] | None] | None = None
    on: type[View] = View  # the screens on which it runs
    kinds: tuple[Kind, ...] = ()  # of its arguments

    @property
    def says(self) -> str:
        """What it takes and does."""
        return f"{self.takes}  {self.help}" if self.takes else self.help

    def word_at(self, rest: str) -> tuple[str, int, str]:
        """Of what is typed as arguments: what stands before the last word, of which kind that is, and the word."""
        if len(self.kinds) < 2:  # a single one may hold blanks
            word = rest.lstrip()
            return rest[: len(rest) - len(word)], 0, word
        before, blank, word = rest.rpartition(" ")
        return before + blank, len(before.split()), word

    def words(self, screen: View, kind: int) -> Sequence[str]:
        """What may stand there."""
        return list(self.kinds[kind].words(screen)) if kind < len(self.kinds) else []

    def problem(self, screen: View, argument: str) -> str:
        """Why it cannot be done on this screen; "" if it can, as far as one sees."""
        if self.action and not argument:
            return "" if _action(screen, self.action) else f"{self.name} does nothing here"
        if argument and not self.run:
            return f"{self.name} takes nothing more"
        if not argument and self.takes and not self.takes.startswith("["):
            return f"{self.name} what? {self.takes}"
        if not isinstance(screen, self.on):
            return f"{self.name} does nothing here"
        words = argument.split() if len(self.kinds) > 1 else [argument] if argument else []
        for kind, word in zip(self.kinds, words, strict=False):
            if kind.only and word not in (known := list(kind.words(screen))):
                return f"no {kind.noun} {word!r}.{nearest(word, known)}"
        return ""

    async def do(self, screen: View, argument: str) -> None:
        """Do it; a RequestError says what is wrong with the argument."""
        if self.run and (argument or not self.action):
            done = self.run(screen, argument)
        else:
            act = _action(screen, self.action)
            done = act() if act else None
        if isawaitable(done):
            await done


def _action(screen: View, name: str) -> Callable[[], Any] | None:
    """The action of this name on the screen, or else anywhere; None if it does nothing now."""
    for place in (screen, screen.app):
        if act := getattr(place, f"action_{name}", None):
            return act if place.check_action(name, ()) else None
    return None
