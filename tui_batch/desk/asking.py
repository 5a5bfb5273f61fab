"""What can be asked for: each request is an order, a file in the store that the courier carries out."""

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tui_batch import indices, signals
from tui_batch.config import Config
from tui_batch.desk.making import Making
from tui_batch.errors import RequestError
from tui_batch.model import Batch, Contact, Order, Question, Resources, Status, Submission, Target
from tui_batch.states import JobState
from tui_batch.store import followed, lock, orders, questions
from tui_batch.store.more import granted
from tui_batch.times import stamp

DEMO = (("threshold", "0.1, 0.5, 1.0"), ("sigma", "1.0, 2.0, 3.0"), ("method", "gaussian, tophat"))
LONGEST_MINUTES = 1e7  # of a limit: twenty years
RESTART = 10.0  # seconds between two attempts to start a courier


class Desk(Making):
    """The whole of it: looking, making, asking."""

    def __init__(self, home: Path, config: Config, templates: Sequence[Path] = ()) -> None:
        super().__init__(home, config, templates)
        self._latest = 0.0
        self._started = time.monotonic() - RESTART + 2.0  # somebody may be starting one this moment

    def submit(self, batch: str, target: str = "", first: bool = False, wait: float = 0.0) -> str:
        """Order the batch to be sent; the new submission's id. With `first` one job goes ahead of the others.

        The order leaves after `wait` seconds; until then `withdraw` takes it back.
        """
        chosen, place = self.batch(batch), self.config.target(target)
        for earlier in self.snapshot().submissions:
            if earlier.batch == batch:
                _check_unchanged(chosen, earlier)
        fatal = [problem.text for problem in self.check(chosen, place) if problem.fatal]
        if fatal:
            raise RequestError(f"{place.name} cannot run {batch}: {'; '.join(fatal)}. Nothing was sent.")
        moment = self._moment()
        name = orders.new_id(moment)
        order = Order(name, "submit", name, moment, batch, chosen.digest, chosen.template, place.name, chosen.jobs)
        self._leave(replace(order, first=first and chosen.jobs > 1, leaves=self._later(wait)))
        return name

    def demo(self, target: str = "", wait: float = 0.0) -> str:
        """Make the example sweep and order it to be sent; the new submission's id."""
        self.config.target(target)  # before anything is made
        return self.submit(self.generate(self.plan(self.template("python-sweep"), DEMO)).name, target, wait=wait)

    def withdraw(self, order: str) -> bool:
        """Take back an order that has not left yet; False if it has."""
        return orders.withdraw(self._home.orders, order)

    def cancel(self, submission: str, indices_: Sequence[int] | None = None, wait: float = 0.0) -> str:
        """Order jobs to be cancelled; all that have not ended when no indices are given. The order's id."""
        return self._order("cancel", submission, _ranges(indices_), leaves=self._later(wait))

    def hold(self, submission: str, indices_: Sequence[int] | None = None) -> None:
        """Order that jobs which have not begun wait until they are released."""
        self._order("hold", submission, _ranges(indices_))

    def release(self, submission: str, indices_: Sequence[int] | None = None) -> None:
        """Order that held jobs go on."""
        self._order("release", submission, _ranges(indices_))

    def requeue(self, submission: str, indices_: Sequence[int] | None = None) -> None:
        """Order that the target's queue ends jobs that have begun and runs them once more."""
        self._order("requeue", submission, _ranges(indices_))

    def signal(self, submission: str, name: str, indices_: Sequence[int] | None = None) -> None:
        """Order a signal to be sent to jobs that have begun: `USR1`, also as `SIGUSR1` or `10`."""
        self._order("signal", submission, _ranges(indices_), signals.named(name))

    def limit(self, submission: str, minutes: float, indices_: Sequence[int] | None = None) -> None:
        """Order that jobs which have not ended may take so long in all."""
        if not 0 < minutes < LONGEST_MINUTES:
            raise RequestError(f"A limit of {minutes:g} minutes makes no sense. Nothing was ordered.")
        self._order("limit", submission, _ranges(indices_), str(minutes))

    def retry(self, submission: str, indices_: Sequence[int] | None = None, more: str = "") -> int:
        """Order another attempt; of all that ended without success when no indices are given. How many that are.

        `more` is what they get more of than the time before, in the words of `store.more`; "" for nothing.
        """
        rows = self.jobs(submission).rows
        if indices_ is None:
            chosen = [row.index for row in rows if _to_try_again(row.status) and row.status.state != JobState.SUCCEEDED]
        else:
            chosen = [index for index in indices_ if _to_try_again(rows[index].status)]
        if not chosen:
            raise RequestError(f"Nothing to run again: no such job of {submission} has ended without success.")
        known = self.submission(submission)
        if known.target not in self.config.targets:
            raise RequestError(
                f"{known.batch} was sent to {known.target}, which is no target of the configuration. Nothing was "
                "ordered; submit the batch again, to one that is."
            )
        batch = self.batch(known.batch)
        _check_unchanged(batch, known)
        _check_more(known, more, self.needs(known, [rows[index] for index in chosen]))
        self._order("retry", submission, orders.with_attempts({n: rows[n].status.attempt for n in chosen}), more=more)
        return len(chosen)

    def fetch(self, submission: str) -> None:
        """Order the results that are not here yet."""
        self._order("fetch", submission)

    def survey(self, submission: str) -> str:
        """Order the files to be listed that its batch names outside of its jobs' folders; the order."""
        if not self.named_elsewhere(submission):
            raise RequestError(
                f"{self.submission(submission).batch} names no files outside of its jobs' folders: no pattern of its "
                "results begins with /."
            )
        return self._order("survey", submission)

    def collect(self, submission: str, as_of: str, places: Sequence[int] | None = None) -> str:
        """Order files to be brought here, by their places in the list of that moment, all of it without; the order."""
        if places is not None and not places:  # an order that names none concerns them all
            raise RequestError("No file was named, so nothing was ordered.")
        return self._order("collect", submission, indices.to_text(places or ()), text=as_of)

    def follow(self, submission: str, index: int, *streams: str) -> bool:
        """Have a job's logs brought here for the next seconds; False where nothing more comes from elsewhere."""
        known = self.submission(submission)
        if self.runs_here(known) or self.saved(known.id, index) is not None:
            return False
        logs = [followed.Followed(known.id, index, stream) for stream in streams if self._home.writable()]
        fresh = [log for log in logs if followed.touch(self._home, log, self.now())]
        if fresh:
            beat = lock.look(self._home)
            if not beat or not beat.alive:
                self.wake()
        return True

    def remove(self, submission: str) -> None:
        """Order what an ended submission left on its target's host to be deleted; nothing here is."""
        self.removable(submission)
        self._order("remove", submission)

    def removable(self, submission: str) -> str:
        """The folder that `remove` would have deleted; a RequestError if there is none, or it is still needed."""
        known = self.submission(submission)
        if not known.ended:
            raise RequestError(f"{known.batch} has not ended, and needs its folder. Nothing was deleted.")
        if folder := self.remains(submission):
            return folder
        raise RequestError(f"{known.target} keeps nothing of {known.batch} that could be deleted there.")

    def note(self, submission: str, text: str) -> None:
        """Order a note to be kept with a submission; the last one counts."""
        self._order("note", submission, text=text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))

    def probe(self, target: str) -> None:
        """Order a target to be examined, which may ask something first; what comes out stands in the contacts."""
        moment = self._moment()
        self._leave(Order(orders.new_id(moment), "probe", "", moment, target=self.config.target(target).name))

    def inquire(self, target: Target) -> bool:
        """Order a target to be examined if what it offers is not known of late; whether that was left to be done.

        One that waits for a person is left alone: whoever sends something there is asked then.
        """
        snapshot = self.snapshot()
        contact = snapshot.contacts.get(target.name, Contact())
        asked = any(order.verb == "probe" and order.target == target.name for order in snapshot.orders)
        if asked or contact.unanswered or not snapshot.writable or not self.outdated(target):
            return False
        self.probe(target.name)
        return True

    # -- help ----------------------------------------------------------------------------------------------------------

    def bundle(self, submission: str, indices_: Sequence[int] = (), file: str = "") -> Path:
        """Write what is known of these jobs, or of the first that went wrong, for a support request; the new file.

        Without a name it is one that is free in the present folder.
        """
        from tui_batch.desk.bundling import write

        return write(self, self.submission(submission), indices_, file)

    # -- what targets ask ----------------------------------------------------------------------------------------------

    def answer(self, question: Question, text: str) -> None:
        """Hand the answer to the courier that waits for it; a RequestError when none does, and nothing was sent."""
        if question not in questions.read(self._home):  # another one may have come: a password is no answer to it
            raise RequestError(f"{question.target} does not wait for this answer any more: nothing was sent.")
        questions.answer(self._home, question.target, text)

    def elsewhere(self) -> str:
        """The host that the courier is at work on, where answers are heard; "" for this one, or none."""
        beat = lock.look(self._home)
        return beat.host if beat and beat.alive and beat.host != os.uname().nodename else ""

    def _order(
        self, verb: str, submission: str, jobs: str = "", text: str = "", leaves: str = "", more: str = ""
    ) -> str:
        name, moment = self.submission(submission).id, self._moment()
        order = Order(orders.new_id(moment), verb, name, moment, jobs=jobs, text=text, leaves=leaves, more=more)
        self._leave(order)
        return order.id

    def _moment(self) -> str:
        """Now, and never twice the same: orders are carried out in the order of their moments."""
        self._latest = max(self.now(), self._latest + 0.0011)  # the next millisecond at least
        return stamp(self._latest)

    def _later(self, wait: float) -> str:
        return stamp(self.now() + wait) if wait else ""

    def _leave(self, order: Order) -> None:
        orders.write(self._home.prepare().orders, order)
        self.wake()

    def poll(self) -> None:
        """Have all targets asked now how their jobs are, as soon as they may be."""
        self.wake(lock.TARGETS)

    def wake(self, what: bytes = lock.ORDERS) -> None:
        """Make sure that a courier runs and looks at the orders now."""
        beat = lock.look(self._home)
        if beat and beat.alive:
            lock.ring(self._home, what)
        else:
            self._started = time.monotonic()
            lock.start(self._home, self.config.path)

    def tend(self) -> None:
        """Start a courier if something is open and none is at work, as after a restart of the machine."""
        snapshot = self.snapshot()
        watched = snapshot.courier and snapshot.courier.alive
        if watched or not snapshot.writable or time.monotonic() - self._started < RESTART:
            return
        if snapshot.orders or any(not one.ended for one in snapshot.submissions):
            self.wake()


def _check_unchanged(batch: Batch, submission: Submission) -> None:
    """A batch never changes once it was submitted."""
    if submission.digest and batch.digest != submission.digest:
        raise RequestError(
            f"The batch {batch.name} was changed after it was submitted as {submission.id}. Nothing was sent; put the "
            f"former {batch.path.name} back, or generate a batch with another name."
        )


def _check_more(submission: Submission, more: str, needs: Sequence[Resources]) -> None:
    """Twice of nothing is nothing."""
    try:
        grant = granted(more, 1, "")
    except ValueError as error:
        raise RequestError(f"More of {more!r} makes no sense: {error}. Nothing was ordered.") from error
    for what, times, had in (
        ("time", grant.time, (one.minutes for one in needs)), ("memory", grant.memory, (one.memory_mb for one in needs))
    ):  # fmt: skip
        if times != 1 and not all(had):
            raise RequestError(
                f"The template of {submission.batch} sets no {what}, so there is no more of it to be had: say how much."
            )


def _to_try_again(status: Status) -> bool:
    """It has ended, or could not be sent, or nobody knows whether it was."""
    waits = status.state is JobState.HELD and not status.kept
    return status.state.ended or waits or status.state is JobState.SUBMIT_UNKNOWN


def _ranges(numbers: Sequence[int] | None) -> str:
    if numbers is not None and not numbers:  # an order that names no job concerns them all
        raise RequestError("No job was named, so nothing was ordered.")
    return indices.to_text(numbers) if numbers is not None else ""
