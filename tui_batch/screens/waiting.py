"""Why something waits, and how a target is: in its own words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import ceil

from tui_batch.model import Contact, JobRow, Order, Submission
from tui_batch.screens.undo import can_be_undone
from tui_batch.states import JobState
from tui_batch.times import clock, seconds, span
from tui_batch.widgets.lines import Part

WAITING = frozenset(
    {JobState.DRAFT, JobState.SUBMITTING, JobState.SUBMIT_UNKNOWN, JobState.QUEUED, JobState.HELD, JobState.SUSPENDED}
)


def reasons(rows: Iterable[JobRow]) -> list[tuple[str, int]]:
    """What the target says of the jobs that wait, most common first."""
    words = (row.status.detail for row in rows if row.status.state in WAITING and row.status.detail)
    return Counter(words).most_common()


def next_try(contact: Contact | None, now: float) -> str:
    """`next try in 40 s`, in steps that keep a quiet screen quiet; "" when it is not known."""
    if contact is None or not contact.next:
        return ""
    left = seconds(contact.next) - now
    if left < 1:
        return "trying now"
    if left >= 100:
        return f"next try in {span(left)}"
    return f"next try in {ceil(left / 10) * 10 if left > 10 else ceil(left)} s"


def trouble(submission: Submission, contacts: Mapping[str, Contact], now: float) -> str:
    """`as of 14:02, fir: no answer, next try in 40 s`, or what else is wrong; "" where nothing is."""
    contact = contacts.get(submission.target)
    if not submission.health or contact is None or not contact.trouble:
        return submission.health
    since = f"as of {clock(submission.as_of, now)}" if submission.as_of else ""
    told = contact.trouble.rstrip(".")
    told = told if told.startswith(submission.target) else f"{submission.target}: {told}"
    return ", ".join(filter(None, (since, told, next_try(contact, now))))


def about(
    submission: Submission,
    waiting: Sequence[tuple[str, int]],
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
    if waiting:
        (words, number), *others = waiting
        more = f"; {len(others)} other reason{'s' * (len(others) > 1)}: w" if others else ""
        return (f"why: {words} ({number:,}){more}", "quiet")
    return ("", "")
