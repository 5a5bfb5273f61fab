"""The thread that does the asking, so that no screen ever waits for a file system."""

from asyncio import CancelledError, wrap_future
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from tui_batch.desk import Desk
from tui_batch.screens.since import Seen
from tui_batch.shown import Snapshot

P = ParamSpec("P")
T = TypeVar("T")

LOOK_SECONDS = 0.25
QUIET_SECONDS = 2.0  # while nothing is open, and only another front could change anything
PATIENCE_SECONDS = 2.0  # after a snapshot that failed


class Clerk:
    """Asks the desk one thing after the other, and between them sees what changed and that a courier is at work."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._errands: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._tell: Callable[[Snapshot | Exception], None] | None = None
        self._told: Snapshot | str | None = None
        self._lively, self._watched = True, False
        self.seen = Seen(desk)
        self.paused = False  # no snapshot is taken, so that nothing moves on the screen

    def start(self, tell: Callable[[Snapshot | Exception], None]) -> None:
        """Begin to look; `tell` is called in the clerk's thread with what is new."""
        self._tell = tell
        # A daemon: a file system that hangs must not keep the program from ending.
        Thread(target=self._work, name="clerk", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._tell = None
        self._errands.put(None)

    async def ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The answer, or the error it raised."""
        answer: Future[T] = Future()
        self._errands.put((answer, lambda: question(*args, **kwargs)))
        return await wrap_future(answer)

    def _work(self) -> None:
        while self._tell:
            pause = self._look()
            try:
                errand = self._errands.get(timeout=pause)
            except Empty:
                continue
            if errand:
                _answer(*errand)

    def _look(self) -> float:
        if self.paused:
            return LOOK_SECONDS
        try:
            found = self.desk.snapshot()
            self.seen.look(found)
            if self._tell and found is not self._told:
                self._tell(found)
                self._lively = found.lively
                self._watched = found.courier is not None and found.courier.alive
            self._told = found
            if self._lively and not self._watched:
                self.desk.tend()
        except Exception as error:  # carried to the app, which knows what to do with it
            if self._tell and self._told != str(error):
                self._tell(error)
            self._told = str(error)
            return PATIENCE_SECONDS
        return LOOK_SECONDS if self._lively else QUIET_SECONDS


class Brake:
    """Ends what another thread does, at the next moment at which that asks."""

    def __init__(self) -> None:
        self._pulled = False

    def pull(self) -> None:
        """No further than this."""
        self._pulled = True

    def __call__(self) -> None:
        """Asked by what may have to end."""
        if self._pulled:
            raise Stopped


class Stopped(Exception):
    """It was not wanted any more."""


async def apart(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The answer of what only computes and takes its time: not the clerk, who has to go on looking.

    A daemon too: what nobody waits for any more must not keep the program from ending.
    """
    answer: Future[T] = Future()
    Thread(target=_answer, args=(answer, lambda: work(*args, **kwargs)), name="apart", daemon=True).start()
    return await wrap_future(answer)


async def braked(work: Callable[..., T], *args: Any) -> T:
    """The same for what takes a brake behind these arguments: it ends when nobody waits for it any more."""
    brake = Brake()
    try:
        return await apart(work, *args, brake)
    except CancelledError:
        brake.pull()
        raise


def _answer(answer: Future[Any], question: Callable[[], Any]) -> None:
    if not answer.set_running_or_notify_cancel():
        return
    try:
        answer.set_result(question())
    except BaseException as error:  # belongs to whoever asked
        answer.set_exception(error)
