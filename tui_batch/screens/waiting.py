"""Why something waits, and how a target is: in its own words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import NamedTuple

from tui_batch.desk import Desk
from tui_batch.model import WAITS, Contact, Order, Submission
from tui_batch.screens.fresh import LATE_SECONDS, last_seen
from tui_batch.screens.undo import can_be_undone, concerned
from tui_batch.shown import JobRow, Snapshot
from tui_batch.states import BEGUN, JobState
from tui_batch.times import clock, seconds, span
from tui_batch.widgets.lines import Part
from tui_batch.widgets.progress import counted

WAITING = frozenset(
    {JobState.DRAFT, JobState.SUBMITTING, JobState.SUBMIT_UNKNOWN, JobState.QUEUED, JobState.HELD, JobState.SUSPENDED}
)


class Reason(NamedTuple):
    """Why so many jobs wait that are in the same state; "" where nobody says."""

    state: JobState
    words: str
    number: int


def reasons(rows: Iterable[JobRow]) -> list[Reason]:
    """What the target says of each job that waits, most common first; what is behind another waits as that does."""
    waiting = [row.status for row in rows if row.status.state in WAITING]
    found = Counter((status.state, status.detail) for status in waiting)
    if (behind := (JobState.QUEUED, WAITS)) in found:
        ahead = {
            (one.state, one.detail) for one in waiting if one.state is JobState.QUEUED and one.detail and not one.id
        }
        if len(ahead := ahead - {behind}) == 1:
            found[ahead.pop()] += found.pop(behind)
    return [Reason(state, words, number) for (state, words), number in found.most_common()]


def spoken(found: Sequence[Reason], desk: Desk, target: str, snapshot: Snapshot) -> list[Reason]:
    """Where the target says nothing of a job in its queue, what its kind says of them all."""
    busy = sum(one.counts.get(state, 0) for one in snapshot.submissions if one.target == target and not one.ended
               for state in BEGUN)  # fmt: skip
    return [
        one if one.words or one.state is not JobState.QUEUED else one._replace(words=desk.why(target, busy))
        for one in found
    ]


def next_try(due: str, now: float) -> str:
    """`next try in 40 s`, in steps that keep a quiet screen quiet; "" when it is not known, or nothing is tried."""
    left = seconds(due) - now if due else -LATE_SECONDS
    if left <= -LATE_SECONDS:
        return ""
    if left < 1:
        return "trying now"
    if left >= 100:
        return f"next try in {span(left)}"
    return f"next try in {ceil(left / 10) * 10 if left > 10 else ceil(left)} s"


def examined(snapshot: Snapshot | None) -> set[str]:
    """The targets that are being asked how they are, and what they offer."""
    return {order.target for order in snapshot.orders if order.verb == "probe"} if snapshot else set()


def trouble(submission: Submission, contacts: Mapping[str, Contact], now: float) -> str:
    """`as of 14:02, fir: no answer, next try in 40 s`, or what else is wrong; "" where nothing is."""
    contact = contacts.get(submission.target)
    if not submission.health or contact is None or not contact.trouble:
        return submission.health
    since = f"as of {clock(seen, now)}" if (seen := last_seen(submission, contacts)) else ""
    told = contact.trouble.rstrip(".")
    told = told if told.startswith(submission.target) else f"{submission.target}: {told}"
    return ", ".join(filter(None, (since, told, next_try(contact.next, now))))


def about(
    submission: Submission,
    waiting: Iterable[Reason],
    orders: Iterable[Order],
    contacts: Mapping[str, Contact],
    now: float,
) -> Part:
    """The one thing to know of a submission beyond its counts: what troubles it, or why it waits."""
    if told := trouble(submission, contacts, now):
        return (told, "attention")
    for order in orders:
        if order.submission == submission.id and order.verb == "submit":
            if can_be_undone(order, now):
                return (f"leaves in {ceil(seconds(order.leaves) - now)} s: u takes it back", "attention")
            return ("ordered; the courier sends it now", "quiet")
        if order.submission == submission.id and order.verb == "cancel" and not can_be_undone(order, now):
            return (f"cancelling {counted(concerned(order, submission))}...", "attention")
    if said := [one for one in waiting if one.words]:
        (_, words, number), *others = said
        more = f"; {len(others)} other reason{'s' * (len(others) > 1)}: w" if others else ""
        return (f"why: {words} ({number:,}){more}", "quiet")
    return ("", "")
