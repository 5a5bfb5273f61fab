"""Saving the logs that their targets forget, whether anybody looks at them or not.

A log is copied as soon as its job is known to have ended, and now and then while that runs; one at a time for each
target, so that all else that is asked of it goes on. Which are here whole is on disk: what was not saved yet, a courier
takes up where another left it.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_batch.courier import copies
from tui_batch.courier.log import say
from tui_batch.courier.messages import Tail, Tailed
from tui_batch.courier.roads import Road
from tui_batch.courier.tracked import Tracked
from tui_batch.courier.unsaved import RUNNING, SEEN, Errand, Unsaved
from tui_batch.errors import Refused, StoreError, TuiBatchError, Unsupported
from tui_batch.states import BEGUN, JobState
from tui_batch.store import ledger, saved
from tui_batch.times import seconds, stamp

if TYPE_CHECKING:
    from tui_batch.courier.loop import Courier

OFTEN = 20.0  # so often a log that cannot be looked at is tried at least until it is forgotten
CHECK = 1.0  # seconds between two looks at what may be forgotten before it is here
LAST = 3  # so often a log is asked for before its job is cancelled
RISK = 0.5  # of the time after which a log is forgotten; from then on a person is told


class Saving:
    """What each submission whose target forgets has still to be saved, and what is being asked for."""

    def __init__(self, courier: "Courier") -> None:
        self._courier = courier
        self._unsaved: dict[str, Unsaved] = {}  # by submission
        self._asked: dict[str, Errand] = {}  # by target: one at a time
        self._next_check = 0.0

    # -- what is to be saved -------------------------------------------------------------------------------------------

    def begin(self, tracked: Tracked, road: Road) -> None:
        """Its jobs are known, and the way to their target: what has ended before is to be saved first."""
        name = tracked.submission.id
        if not road.backend.forgets or name in self._unsaved:
            return
        unsaved = self._unsaved[name] = Unsaved(road.backend.streams)
        here = saved.read(tracked.folder)
        for (attempt, index), status in ledger.ended(tracked.folder / "ledger.tsv").items():
            lost_before = tracked.submission.ended and status.state is JobState.LOST
            if (attempt, index) not in here and not lost_before:
                unsaved.heard(index, status)

    def learnt(self, tracked: Tracked, news: Sequence[int]) -> None:
        """The target told this of its jobs."""
        if unsaved := self._unsaved.get(tracked.submission.id):
            for index in news:
                unsaved.heard(index, tracked.statuses[index])

    def done(self, tracked: Tracked) -> bool:
        """Whether all logs of ended jobs are here, as far as they can be had."""
        unsaved = self._unsaved.get(tracked.submission.id)
        return unsaved is None or not unsaved.ended

    def before_the_end(self, tracked: Tracked, numbers: Sequence[int]) -> None:
        """These are about to be cancelled, and their target may forget them at once: their logs are brought first.

        A few times, if they do not come: a cancellation does not wait for ever.
        """
        target, unsaved = tracked.submission.target, self._unsaved.get(tracked.submission.id)
        if unsaved is None or self._courier.roads.passable(target) > time.monotonic():
            return
        lane = self._courier.roads.to(target).lane
        for job in tracked.jobs(numbers):
            unsaved.tries[job.attempt, job.index] += 1
            if unsaved.tries[job.attempt, job.index] > LAST:
                continue
            for stream in unsaved.streams:
                lane.ask(copies.asked(self._courier.home, job, stream, ended=False, forgets=True))

    def forget(self, tracked: Tracked) -> None:
        """The submission is closed."""
        self._unsaved.pop(tracked.submission.id, None)

    # -- asking --------------------------------------------------------------------------------------------------------

    def due(self) -> float:
        """When something is to be done, by the monotonic clock."""
        check = self._next_check if any(one.ended for one in self._unsaved.values()) else float("inf")
        return min([check, *(self._due(tracked, unsaved) for tracked, unsaved in self._open())])

    def _open(self) -> list[tuple[Tracked, Unsaved]]:
        return [(self._courier.tracked[name], unsaved) for name, unsaved in self._unsaved.items()]

    def _due(self, tracked: Tracked, unsaved: Unsaved) -> float:
        target = tracked.submission.target
        if target in self._asked:
            return float("inf")
        return max(unsaved.due(), self._courier.roads.passable(target))

    def attend(self, now: float) -> None:
        """Ask each target for the log that is forgotten first, and say where one may be forgotten unsaved."""
        first: dict[str, tuple[Errand, Tracked, Unsaved]] = {}
        for tracked, unsaved in self._open():
            if now < self._due(tracked, unsaved):
                continue
            target = tracked.submission.target
            if now >= unsaved.next_round:
                self._begin_round(tracked, unsaved, now)
            errand = unsaved.first(now)
            if errand and (target not in first or errand < first[target][0]):
                first[target] = errand, tracked, unsaved
        for target, (_, tracked, unsaved) in first.items():
            self._ask(target, tracked, unsaved.take(), unsaved)
        if now >= self._next_check:
            self._next_check = now + CHECK
            for tracked, unsaved in self._open():
                forgets = self._courier.roads.to(tracked.submission.target).backend.forgets
                told = risk(tracked.submission.target, unsaved.unseen(), forgets, time.time())
                tracked.ails("logs", told or unsaved.trouble)

    def _begin_round(self, tracked: Tracked, unsaved: Unsaved, now: float) -> None:
        unsaved.next_round = now + self._courier.roads.to(tracked.submission.target).backend.save_seconds
        if any(map(tracked.number, BEGUN)):
            running = ((index, tracked.statuses[index]) for index in tracked.unfinished())
            unsaved.begin_round((one.attempt, index) for index, one in running if one.id and one.state in BEGUN)

    def _ask(self, target: str, tracked: Tracked, errand: Errand, unsaved: Unsaved) -> None:
        [job] = tracked.jobs([errand.index])
        known, stream = unsaved.known(errand), unsaved.streams[errand.stream]
        if known:  # there may be another attempt by now
            job = replace(job, attempt=errand.attempt, id=known.id)
        elif job.attempt != errand.attempt or tracked.statuses[errand.index].state not in BEGUN:
            return  # it runs no more
        try:
            request = copies.asked(self._courier.home, job, stream, known is not None, forgets=True, saving=True)
        except StoreError as error:
            self._cannot_keep(tracked.submission.id, target, errand, error)
            return
        self._asked[target] = errand
        self._courier.roads.to(target).lane.ask(request)

    # -- what is answered ----------------------------------------------------------------------------------------------

    def tailed(self, target: str, answer: Tailed) -> None:
        """Add to the copy; when nothing more comes, it is whole."""
        errand = self._asked.pop(target)
        try:
            news, wait = copies.take(answer), answer.chunk.wait
            if (unsaved := self._unsaved.get(answer.request.job.submission)) is None:
                return
            unsaved.trouble = ""
            if (news and not wait) or not copies.reaches(answer):
                unsaved.again(errand)  # there may be more
            elif answer.chunk.whole:
                self._done(answer.request, unsaved, errand)
            elif errand.rank != RUNNING and (unsaved.seen(errand) or news) and wait:  # last words may follow
                unsaved.again(replace(errand, rank=SEEN), time.monotonic() + wait)
            else:
                self._done(answer.request, unsaved, errand)
        except StoreError as error:
            self._cannot_keep(answer.request.job.submission, target, errand, error)

    def missed(self, target: str, request: Tail, error: TuiBatchError) -> None:
        """It is not here: that is final only where the target has forgotten it."""
        errand = self._asked.pop(target)
        unsaved = self._unsaved.get(request.job.submission)
        if unsaved is None or not isinstance(error, Refused | Unsupported):
            self._later(request.job.submission, target, errand)
            return
        try:
            self._done(request, unsaved, errand, gone=True)
        except StoreError as wrong:
            self._cannot_keep(request.job.submission, target, errand, wrong)

    def _cannot_keep(self, submission: str, target: str, errand: Errand, error: StoreError) -> None:
        say(str(error))
        if unsaved := self._unsaved.get(submission):
            unsaved.trouble = str(error)
        self._later(submission, target, errand)

    def _later(self, submission: str, target: str, errand: Errand) -> None:
        backend = self._courier.roads.to(target).backend
        wait = min(backend.pace * 2 ** min(errand.misses, 30), backend.forgets / OFTEN)
        if unsaved := self._unsaved.get(submission):
            unsaved.again(replace(errand, misses=errand.misses + 1), time.monotonic() + wait)

    def _done(self, request: Tail, unsaved: Unsaved, errand: Errand, gone: bool = False) -> None:
        """Put down that the logs of an attempt are here, as soon as the last of them is, as far as it can be had."""
        if known := unsaved.known(errand):
            missing = [*known.gone, *([request.stream] if gone else [])]
            if known.left == {errand.stream} and not known.lost:
                folder, job = self._courier.home.submission(request.job.submission), request.job
                for stream in unsaved.streams:
                    copies.settle(copies.path(self._courier.home, job, stream))
                saved.note(folder, job.attempt, job.index, missing)
            unsaved.done(errand, gone)
            if not unsaved.ended and (tracked := self._courier.tracked.get(request.job.submission)):
                tracked.ails("logs", "")


def risk(target: str, ended: Collection[str], forgets: float, now: float) -> str:
    """What is said while the logs of jobs that ended then may be forgotten before they are here; "" for nothing."""
    first = seconds(min(ended)) if ended else now
    if now - first <= RISK * forgets:
        return ""
    logs, them = ("The log of 1 job is", "it") if len(ended) == 1 else (f"The logs of {len(ended)} jobs are", "them")
    at = stamp(first + forgets)[11:16]
    if now > first + forgets:
        return f"{logs} not saved, and {target} may have forgotten {them} since {at} UTC."
    return f"{logs} not saved yet, and {target} forgets {them} from {at} UTC on."
