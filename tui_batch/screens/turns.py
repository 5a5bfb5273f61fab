"""One key after the other, however fast they come: over a slow line they come in bursts.

Textual hands each key to what has the focus when it comes, not when those before it are done: of `/cy` the `/` would
open a question, and `cy` would still go to the list behind it. And what a key asks for may take a while: of `lG` the
`G` is for the log, though that has to be looked up first.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from textual.app import App
from textual.events import Event, Key

PATIENCE_SECONDS = 2.0  # for what hangs: then a key goes where one sees it go
WAYS_OUT = ("escape", "ctrl+c", "q")  # whoever presses these has waited enough
OUT_SECONDS = 0.2  # for what is only on its way: a `q` may be the first letter of an answer
LOOK_SECONDS = 0.01


class Turns:
    """Keys and pastes that wait until what came before has had its effect."""

    def __init__(
        self, app: App[Any], handle: Callable[[Event], Awaitable[None]], underway: Callable[[], Sequence[object]]
    ) -> None:
        self._app, self._handle, self._underway = app, handle, underway
        self._waiting: deque[Event] = deque()
        self._turn, self._busy = 0, False
        self._in_hand = False  # a key was handed on, and what it leads to is awaited
        self._late: Sequence[object] = ()  # what was waited for long enough

    async def take(self, event: Event) -> None:
        """Now, or when its turn comes."""
        self._waiting.append(event)
        if not self._busy:
            await self._next()
        elif _leads_out(event):
            self._app.set_timer(OUT_SECONDS, partial(self._done, self._turn))

    async def _next(self, looks: int = 0) -> None:
        self._busy = bool(self._waiting)
        if not self._waiting:
            return
        underway = self._underway()
        if any(one not in self._late for one in underway):
            if looks * LOOK_SECONDS < self._patience:
                self._app.set_timer(LOOK_SECONDS, partial(self._next, looks + 1))
                return
            self._late = underway
        self._turn, self._in_hand = self._turn + 1, True
        done, way = partial(self._done, self._turn), self._way()
        self._app.set_timer(self._patience, done)
        await self._handle(self._waiting.popleft())
        self._follow(partial(self._follow, done), way)

    @property
    def _patience(self) -> float:
        return OUT_SECONDS if any(map(_leads_out, self._waiting)) else PATIENCE_SECONDS

    def _way(self) -> list[Any]:
        """From what has the focus to the app: the way that a key takes, and what its action has to say."""
        return list((self._app.focused or self._app.screen).ancestors_with_self)

    def _follow(self, then: Callable[[], Any], way: list[Any] | None = None) -> None:
        """Go the same way behind it, from queue to queue; then do this."""
        for node in reversed(way or self._way()):
            then = partial(_behind, node, then)
        then()

    def _done(self, turn: int) -> None:
        if turn == self._turn and self._in_hand:
            self._turn, self._in_hand = self._turn + 1, False
            self._app.call_later(self._next)


def _leads_out(event: Event) -> bool:
    return isinstance(event, Key) and event.key in WAYS_OUT


def _behind(node: Any, then: Callable[[], Any]) -> None:
    """Do this when the node has done what it was sent so far; at once if it is being taken down."""
    if not node.call_later(then):
        then()
