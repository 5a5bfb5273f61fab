"""One thread for each target: makes its calls one at a time, so that a target that hangs delays no other."""

import contextlib
import os
import select
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from tui_batch.backends.base import Backend
from tui_batch.courier import bringing
from tui_batch.courier.messages import (
    Answer,
    Bring,
    Brought,
    Examined,
    Fetch,
    Fetched,
    Found,
    Learnt,
    Look,
    Probe,
    Request,
    Seek,
    Send,
    Sent,
    Survey,
    Tail,
    Tailed,
    Tell,
    Told,
    Took,
    Trouble,
)  # fmt: skip
from tui_batch.errors import Busy, TuiBatchError, Unclear, Unreachable
from tui_batch.model import Job, Order

FETCH_SECONDS = 2.0  # so long other requests wait for results at most, unless one group of them takes longer
TELL_SECONDS = 0.25  # between two words of files that come
LARGE = 10 << 20  # bytes of a file that takes a while


class Lane(threading.Thread):
    """Asked by the loop, answers to it; shares nothing else with it."""

    def __init__(self, name: str, backend: Backend, answer: Callable[[str, Answer], None]) -> None:
        super().__init__(name=f"lane-{name}", daemon=True)
        self._target, self._backend, self._answer = name, backend, answer
        self._requests: deque[Request] = deque()
        self._woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._written = threading.Event()
        self._stopping = False

    def ask(self, request: Request) -> None:
        self._requests.append(request)
        self._ring()

    def go_on(self) -> None:
        """What the last call had the target take is on disk: make the next one."""
        self._written.set()

    def stop(self) -> None:
        """End after the call that is under way; a call that hangs is left behind."""
        self._stopping = True
        self._written.set()
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
            if answer := self._carry_out(request):
                self._answer(self._target, answer)

    @contextlib.contextmanager
    def _telling(self, request: Request | None) -> Iterator[None]:
        """Whatever goes wrong becomes an answer: a lane that dies would leave its jobs unwatched."""
        try:
            yield
        except TuiBatchError as error:
            self._answer(self._target, Trouble(request, error))
            if isinstance(error, Unreachable):
                self._give_back(error)
        except Exception as error:
            with contextlib.suppress(OSError):
                traceback.print_exc()  # goes to courier.log
            what = f"{self._target}: something in this program went wrong ({type(error).__name__}); see courier.log."
            self._answer(self._target, Trouble(request, TuiBatchError(what)))

    def _give_back(self, error: Unreachable) -> None:
        """What waits would fail likewise, each after its own deadline: all but what a person wants to know now."""
        for _ in range(len(self._requests)):
            request = self._requests.popleft()
            if isinstance(request, Probe):
                self._requests.append(request)
            else:
                self._answer(self._target, Trouble(request, error))

    def _carry_out(self, request: Request) -> Answer | None:
        backend = self._backend
        match request:
            case Send():
                return self._send(request)
            case Seek(submission):
                doubtful = backend.doubtful(submission)
                return Found(submission, backend.find(submission), doubtful)
            case Look(jobs):
                began = time.monotonic()
                poll = backend.poll(jobs)
                return Learnt(poll.statuses, poll.complete, time.monotonic() - began, poll.warning)
            case Tell(order, ids):
                self._tell(order, ids)
                return Told(order)
            case Probe(order):
                return Examined(order, backend.probe())
            case Fetch():
                return self._fetch(request)
            case Survey():
                return bringing.survey(backend, request)
            case Bring():
                return self._bring(request)
            case Tail(job, stream, _, size, _):
                return Tailed(request, backend.tail(job, stream, str(size or "")))

    def _tell(self, order: Order, ids: Sequence[str]) -> None:
        backend = self._backend
        match order.verb:
            case "cancel":
                backend.cancel(ids)
            case "hold":
                backend.hold(ids)
            case "release":
                backend.release(ids)
            case "requeue":
                backend.requeue(ids)
            case "signal":
                backend.signal(ids, order.text)
            case "limit":
                backend.limit(ids, float(order.text))
            case "remove":
                backend.remove(order.submission)

    def _send(self, request: Send) -> Sent | None:
        """Each call's answer is on disk before the next call is made."""
        left = {job.index for job in request.jobs}
        for accepted in self._backend.submit(request.batch, request.files, request.jobs):
            left.difference_update(taken.index for taken in accepted)
            if not self._put_down(Took(request.submission, accepted)):
                return None
        if left:
            raise Unclear(f"{self._target} did not say what became of {len(left)} jobs that were sent.")
        return Sent(request.submission)

    def _put_down(self, took: Took) -> bool:
        """Wait until this is on disk; False when that is left to the next courier."""
        self._written.clear()
        if not self._stopping:
            self._answer(self._target, took)
            self._written.wait()
        return not self._stopping

    def _fetch(self, request: Fetch) -> Fetched:
        """Group by group; where one is refused, job by job: what one left behind may be beyond fetching."""
        fetched: list[Job] = []
        failed: dict[int, str] = {}
        end, jobs = time.monotonic() + FETCH_SECONDS, iter(request.jobs)
        try:
            while time.monotonic() < end and (group := list(islice(jobs, self._backend.fetch_at_once))):
                self._fetch_group(request, group, fetched, failed)
                self._notice()
                if self._stopping:
                    break
        except TuiBatchError:
            self._answer(self._target, Fetched(request.submission, fetched, failed))
            raise
        return Fetched(request.submission, fetched, failed)

    def _bring(self, request: Bring) -> Brought:
        """File by file, one at least; what has come is told now and then, and before a long wait: a person looks on."""
        now = time.monotonic()
        told, end, tell_at = Brought(request.order, [], {}, more=True), now + FETCH_SECONDS, now + TELL_SECONDS
        try:
            for at, output in request.wanted.items():
                if now > tell_at or output.size > LARGE:
                    self._answer(self._target, told)
                    told, tell_at = replace(told, came=[], failed={}), now + TELL_SECONDS
                if refusal := bringing.bring(self._backend, request, output):
                    told.failed[at] = refusal
                else:
                    told.came.append(at)
                self._notice()
                if self._stopping or (now := time.monotonic()) > end:
                    break
        except TuiBatchError:
            self._answer(self._target, told)
            raise
        return replace(told, more=False)

    def _fetch_group(self, request: Fetch, group: Sequence[Job], fetched: list[Job], failed: dict[int, str]) -> None:
        try:
            for job in self._backend.fetch(request.batch, request.files, group, request.into):
                fetched.append(job)
        except (Unreachable, Unclear, Busy):
            raise
        except TuiBatchError as error:
            there = {job.index for job in fetched}
            left = [job for job in group if job.index not in there]
            if len(group) == 1:
                failed.update((job.index, str(error)) for job in left)
            else:
                for job in left:
                    self._fetch_group(request, [job], fetched, failed)
