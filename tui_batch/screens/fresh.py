"""Whether one sees submissions as they are, since when not, and when their targets are asked next."""

from collections.abc import Mapping, Sequence
from math import ceil

from tui_batch.model import Contact, Submission
from tui_batch.times import clock, seconds
from tui_batch.widgets.lines import Part

START_SECONDS = 5.0  # within which a courier comes to life
LATE_SECONDS = 100.0  # what was due so long ago is not under way
UP_TO_DATE = "up to date"


def stale(submission: Submission, contacts: Mapping[str, Contact]) -> bool:
    """Its target does not say how its jobs are; one that only refused something, or lacks results, still does."""
    contact = contacts.get(submission.target)
    return bool(submission.health) and (contact is None or bool(contact.trouble))


def last_seen(submission: Submission, contacts: Mapping[str, Contact]) -> str:
    """The moment of its target's last good answer; where none is known, of what was last written of it."""
    contact = contacts.get(submission.target)
    return (contact.heard if contact else "") or submission.as_of


def freshness(open_ones: Sequence[Submission], contacts: Mapping[str, Contact], unwatched: float, now: float) -> Part:
    """Whether one sees these open submissions as they are; for so many seconds no courier was alive."""
    if not open_ones:
        return ("", "")
    if unwatched > START_SECONDS:
        return ("nobody watches the jobs: r", "attention")
    if troubled := [submission for submission in open_ones if stale(submission, contacts)]:
        names = ", ".join(dict.fromkeys(submission.target for submission in troubled))
        since = min(last_seen(submission, contacts) for submission in troubled)
        past = f", as of {clock(since, now)}" if since else ""
        return (f"{names} in trouble{past}", "attention")
    return (UP_TO_DATE, "")


def next_look(submission: Submission, contacts: Mapping[str, Contact], now: float) -> str:
    """`next look within 20 s`, in steps of ten: a quiet screen says it with hardly a byte. "" where nobody looks."""
    contact = contacts.get(submission.target)
    if contact is None or contact.trouble or not contact.next or not submission.open:
        return ""
    left = seconds(contact.next) - now
    if left <= 0:
        return "looking now" if left > -LATE_SECONDS else ""
    return f"next look within {ceil(left / 10) * 10} s" if left <= 90 else f"next look within {ceil(left / 60)} min"
