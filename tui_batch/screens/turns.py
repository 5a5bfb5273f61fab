"""One key after the other, however fast they come: over a slow line they come in bursts.

Textual hands each key to what has the focus when it comes, not when those before it are done: of `/cy` the `/` would
open a question, and `cy` would still go to the list behind it.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from textual.app import App
from textual.events import Event

PATIENCE_SECONDS = 0.25  # for one whose way ends at a screen that is being taken down


class Turns:
    """Keys and pastes that wait until what came before has had its effect."""

    def __init__(self, app: App[Any], handle: Callable[[Event], Awaitable[None]]) -> None:
        self._app, self._handle = app, handle
        self._waiting: deque[Event] = deque()
        self._turn, self._busy = 0, False

    async def take(self, event: Event) -> None:
        """Now, or when its turn comes."""
        self._waiting.append(event)
        if not self._busy:
            await self._next()

    async def _next(self) -> None:
        self._busy = bool(self._waiting)
        if self._waiting:
            self._turn += 1
            done = partial(self._done, self._turn)
            self._app.set_timer(PATIENCE_SECONDS, done)
            self._follow(partial(self._follow, done), await self._handle_next())

    async def _handle_next(self) -> list[Any]:
        way = self._way()
        await self._handle(self._waiting.popleft())
        return way

    def _way(self) -> list[Any]:
        """From what has the focus to the app: the way that a key takes, and what its action has to say."""
        return list((self._app.focused or self._app.screen).ancestors_with_self)

    def _follow(self, then: Callable[[], Any], way: list[Any] | None = None) -> None:
        """Go the same way behind it, from queue to queue; then do this."""
        for node in reversed(way or self._way()):
            then = partial(node.call_later, then)
        then()

    async def _done(self, turn: int) -> None:
        if turn == self._turn and self._busy:
            self._busy = False
            await self._next()
