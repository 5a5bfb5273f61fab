"""One thread for each target: makes its calls one at a time, so that a target that hangs delays no other."""

import contextlib
import os
import select
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tui_batch.backends.base import Backend, Files
from tui_batch.errors import TuiBatchError
from tui_batch.model import Accepted, Batch, Health, Job, Order, Status


@dataclass(frozen=True, slots=True)
class Send:
    submission: str
    batch: Batch
    files: Files
    jobs: Sequence[Job]


@dataclass(frozen=True, slots=True)
class Look:
    """Poll these."""

    jobs: Sequence[Job]


@dataclass(frozen=True, slots=True)
class Tell:
    """What an order wants done to jobs that the target has; the order stays until this is answered."""

    order: Order  # to cancel, hold or release
    ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Probe:
    """Find out how the target is."""

    order: Order


@dataclass(frozen=True, slots=True)
class Fetch:
    submission: str
    batch: Batch
    files: Files
    jobs: Sequence[Job]
    into: Path


@dataclass(frozen=True, slots=True)
class Took:
    """The target took jobs."""

    submission: str
    accepted: Sequence[Accepted]


@dataclass(frozen=True, slots=True)
class Learnt:
    """The target said this of jobs."""

    statuses: Mapping[str, Status]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Fetched:
    """The results of these jobs are here; those of the others cannot be had, and why."""

    submission: str
    jobs: Sequence[Job]
    failed: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Told:
    """The target was told what an order wants."""

    order: Order


@dataclass(frozen=True, slots=True)
class Examined:
    """How the target is."""

    order: Order
    health: Health


@dataclass(frozen=True, slots=True)
class Trouble:
    """A call that did not do what it should; nothing is known of what it asked for."""

    request: "Request | None"
    error: TuiBatchError


Request = Send | Look | Tell | Fetch | Probe
Answer = Took | Learnt | Fetched | Told | Examined | Trouble


class Lane(threading.Thread):
    """Asked by the loop, answers to it; shares nothing else with it."""

    def __init__(self, name: str, backend: Backend, answer: Callable[[str, Answer], None]) -> None:
        super().__init__(name=f"lane-{name}", daemon=True)
        self._target, self._backend, self._answer = name, backend, answer
        self._requests: deque[Request] = deque()
        self._woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._stopping = False

    def ask(self, request: Request) -> None:
        self._requests.append(request)
        self._ring()

    def stop(self) -> None:
        """End after the call that is under way; a call that hangs is left behind."""
        self._stopping = True
        self._ring()
        self.join(2.0)

    def _ring(self) -> None:
        with contextlib.suppress(BlockingIOError):  # full: it is awake anyway
            os.write(self._wake, b"!")

    def run(self) -> None:
        while not self._stopping:
            self._rest()
            while self._requests and not self._stopping:
                self._attempt(self._requests.popleft())
                self._notice()
            self._notice()
        self._backend.close()

    def _rest(self) -> None:
        """Until asked, or until the target has something to say."""
        waiting = select.poll()
        waiting.register(self._woken, select.POLLIN)
        for descriptor in self._backend.watched():
            waiting.register(descriptor, select.POLLIN)
        ready = waiting.poll(1000 * self._backend.patience())
        if any(descriptor == self._woken for descriptor, _ in ready):
            with contextlib.suppress(BlockingIOError):
                os.read(self._woken, 4096)

    def _notice(self) -> None:
        if self._stopping:
            return  # another courier's lane may be at work on the same jobs
        with self._telling(None):
            if statuses := self._backend.changes():
                self._answer(self._target, Learnt(statuses))

    def _attempt(self, request: Request) -> None:
        with self._telling(request):
            self._answer(self._target, self._carry_out(request))

    @contextlib.contextmanager
    def _telling(self, request: Request | None) -> Iterator[None]:
        """Whatever goes wrong becomes an answer: a lane that dies would leave its jobs unwatched."""
        try:
            yield
        except TuiBatchError as error:
            self._answer(self._target, Trouble(request, error))
        except Exception as error:
            with contextlib.suppress(OSError):
                traceback.print_exc()  # goes to courier.log
            what = f"{self._target}: something in this program went wrong ({type(error).__name__}); see courier.log."
            self._answer(self._target, Trouble(request, TuiBatchError(what)))

    def _carry_out(self, request: Request) -> Answer:
        backend = self._backend
        match request:
            case Send(submission, batch, files, jobs):
                return Took(submission, list(chain.from_iterable(backend.submit(batch, files, jobs))))
            case Look(jobs):
                poll = backend.poll(jobs)
                return Learnt(poll.statuses, poll.complete)
            case Tell(order, ids):
                {"cancel": backend.cancel, "hold": backend.hold, "release": backend.release}[order.verb](ids)
                return Told(order)
            case Probe(order):
                return Examined(order, backend.probe())
            case Fetch():
                return self._fetch(request)

    def _fetch(self, request: Fetch) -> Fetched:
        """One job at a time: what one left behind may be beyond fetching, and slots do not wait for large results."""
        fetched: list[Job] = []
        failed: dict[int, str] = {}
        for job in request.jobs:
            if self._stopping:
                break
            try:
                fetched += self._backend.fetch(request.batch, request.files, [job], request.into)
            except TuiBatchError as error:
                failed[job.index] = str(error)
            self._notice()
        return Fetched(request.submission, fetched, failed)
