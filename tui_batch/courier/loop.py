"""What to do next: orders in, lanes asked, answers written down, until nothing is open."""

import contextlib
import os
import queue
import select
import time

from tui_batch.config import Config
from tui_batch.courier import answers, carry, keeping, receiving, sending, watching
from tui_batch.courier.inbox import Inbox
from tui_batch.courier.log import say
from tui_batch.courier.messages import Answer, Took
from tui_batch.courier.roads import LATER, STAYS, Roads
from tui_batch.courier.saving import Saving
from tui_batch.courier.spool import Spool
from tui_batch.courier.tracked import Tracked
from tui_batch.errors import StoreError
from tui_batch.model import Order, Submission
from tui_batch.store import lock, questions
from tui_batch.store.history import HistoryWriter
from tui_batch.store.home import Home, modified
from tui_batch.store.past import Past
from tui_batch.times import seconds, stamp

BEAT = 1.0
ONE_ROUND = 5.0  # seconds at most for `--once`
LINGER = 3.0  # seconds to stay when nothing is open: the next order often follows at once
LISTEN = 2.0  # how often orders are looked for without a bell
GATHER = 0.02  # answers come in swarms: one turn for many costs the machine far less than a turn for each


class Courier:
    """The one process that talks to targets and writes what became of jobs."""

    def __init__(self, home: Home, config: Config) -> None:
        self.home, self.config = home, config
        self.past = Past(home.history)
        self.history = HistoryWriter(home.history, os.uname().nodename)
        self.tracked: dict[str, Tracked] = {}
        self.roads = Roads(home, config, self._answer)
        self.inbox = Inbox(home)
        self.spool, self.saving = Spool(self), Saving(self)
        self._answers: queue.SimpleQueue[tuple[str, Answer]] = queue.SimpleQueue()
        self._awaited = False  # a lane goes on when its answer was written down
        self._answered, self._answer_bell = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._bell = lock.hang_bell(home)
        self._config_as_read = modified(config.path)
        self.outdated = False  # the configuration was edited: another courier goes on with what it says now
        self._next_beat = self._next_listen = self._next_summary = 0.0

    # -- the life of a courier -----------------------------------------------------------------------------------------

    def run(self, once: bool = False) -> None:
        """Work until nothing is open; `once` for a single round, for cron."""
        questions.clear(self.home)
        self.past.refresh()
        self.past.save_index()
        for submission in list(self.past.submissions.values()):
            if not submission.ended:
                self._go_on_with(submission)
        watching.revisit(self)
        end_by = time.monotonic() + ONE_ROUND if once else float("inf")
        idle_since = time.monotonic()
        while self._beats() and time.monotonic() < end_by and not self.outdated:
            self._turn()
            if self.tracked or self.spool.followed or self._orders_left():
                idle_since = time.monotonic()
            elif once or time.monotonic() - idle_since > LINGER:
                break
            self._rest()
        self._close()

    def _go_on_with(self, submission: Submission) -> None:
        """Take up an open submission; one whose files cannot be read keeps no other from going on."""
        try:
            self.track(submission)
        except (StoreError, OSError) as error:
            say(f"submission {submission.id} is not watched: {error}")

    def _beats(self) -> bool:
        """Touch the lock once a second; False when it is another courier's by now."""
        if time.monotonic() < self._next_beat:
            return True
        self._next_beat = time.monotonic() + BEAT
        return lock.holds(self.home)

    def _close(self) -> None:
        """Leave everything as the next courier should find it; the jobs run on."""
        self.roads.stop()
        self._take_answers()
        self._write_summaries(at_once=True)
        self.roads.write_contacts(at_once=True)
        for tracked in self.tracked.values():
            tracked.close()
        self.history.close()

    def abandon(self) -> None:
        """Stop asking targets; what could not be written down is learnt again by the next courier."""
        self.roads.stop()

    def _turn(self) -> None:
        """Answers first, then orders: one that waited for an answer is carried out before anything else is asked."""
        self._take_answers()
        now = time.monotonic()
        if now >= self._next_listen:
            self._listen()
        for name, road in self.roads:
            if now >= watching.due(road):
                watching.look(self, name, road)
        for tracked in list(self.tracked.values()):
            self._attend(tracked, now)
        for logs in (self.saving, self.spool):
            if now >= logs.due():
                logs.attend(now)
        self._write_summaries()
        self.roads.write_contacts()

    def _attend(self, tracked: Tracked, now: float) -> None:
        """Send what waits, bring home what ended jobs left, and close it when all is done."""
        tracked.to_be_sent |= keeping.settle_first(tracked)
        if now >= sending.due(self, tracked):
            sending.send(self, tracked)
        if now >= receiving.due(self, tracked):
            receiving.fetch(self, tracked, now)
        if tracked.complete and self.saving.done(tracked):
            receiving.finish(self, tracked)

    def _rest(self) -> None:
        """Until an answer comes, the bell rings, or something is due."""
        now = time.monotonic()
        due = [self._next_beat, self._next_listen, self.saving.due(), self.spool.due()]
        due += [watching.due(road) for _, road in self.roads]
        for tracked in self.tracked.values():
            due += [sending.due(self, tracked), receiving.due(self, tracked)]
        if any(tracked.unwritten for tracked in self.tracked.values()):
            due.append(self._next_summary)
        waiting = [self._answered] + ([self._bell] if self._bell >= 0 else [])
        ready, _, _ = select.select(waiting, [], [], max(0.0, min(due) - now))
        if ready and not self._awaited:
            time.sleep(GATHER)
        self._awaited = False
        for descriptor in ready:
            rung = b""
            with contextlib.suppress(BlockingIOError):
                rung = os.read(descriptor, 65536)
            if descriptor == self._bell:
                self._next_listen = 0.0
                if lock.TARGETS in rung:
                    self.roads.look_now()

    # -- orders --------------------------------------------------------------------------------------------------------

    def listen_now(self) -> None:
        """Look for orders in this turn."""
        self._next_listen = 0.0

    def _orders_left(self) -> bool:
        self.inbox.look()
        return bool(self.inbox.open)

    def _listen(self) -> None:
        self._next_listen = time.monotonic() + LISTEN
        if modified(self.config.path) != self._config_as_read:
            self.outdated = True
            return
        self.inbox.look()
        now = time.time()
        for order in self.inbox.ready(stamp(now)):
            self._carry_out(order)
        if self.inbox.next:
            self._next_listen = min(self._next_listen, time.monotonic() + max(0.01, seconds(self.inbox.next) - now))

    def _carry_out(self, order: Order) -> None:
        """Do what was asked; the order goes when its effect is on disk, and only then anything is sent."""
        tracked = self.tracked.get(order.submission)
        if tracked and tracked.sending:
            return  # its answer brings us back here
        if order.verb != "note" and self.inbox.fresh(order):
            self._asked(order)
        to_send = carry.out(self, order)
        if to_send is LATER:
            self.inbox.answer_awaited(order)
        if to_send in (LATER, STAYS):
            return
        tracked = self.tracked.get(order.submission)
        if tracked and tracked.unwritten:  # while the order is there the front shows what it will do: no gap between
            tracked.write_summary(stamp(time.time()))
        self.inbox.done(order)
        if isinstance(to_send, Tracked):
            to_send.to_be_sent = True

    def _asked(self, order: Order) -> None:
        """A person is there: whatever was put off for a while is tried now."""
        submission = self.past.submissions.get(order.submission)
        target = submission.target if submission else order.target
        self.roads.asked(target)
        for tracked in self.tracked.values():
            if order.submission == tracked.submission.id or (
                order.verb == "probe" and tracked.submission.target == target
            ):
                tracked.asked()

    # -- submissions and their lanes -----------------------------------------------------------------------------------

    def track(self, submission: Submission) -> Tracked:
        """Follow a submission from now on."""
        tracked = Tracked(self.home.submission(submission.id), submission)
        self.tracked[submission.id] = tracked
        return tracked

    def _answer(self, target: str, answer: Answer) -> None:
        """Called by the lanes."""
        self._answers.put((target, answer))
        self._awaited |= isinstance(answer, Took)
        with contextlib.suppress(BlockingIOError):
            os.write(self._answer_bell, b"!")

    def _take_answers(self) -> None:
        while True:
            try:
                target, answer = self._answers.get_nowait()
            except queue.Empty:
                return
            answers.take(self, target, answer)

    def _write_summaries(self, at_once: bool = False) -> None:
        """The summaries of what changed, at a pace that leaves most of the time for work."""
        now = time.monotonic()
        if now < self._next_summary and not at_once:
            return
        for tracked in self.tracked.values():
            if tracked.unwritten:
                tracked.write_summary(stamp(time.time()))
        took = time.monotonic() - now
        self._next_summary = now + max(0.25, 20 * took)
