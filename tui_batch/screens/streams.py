"""What the logs of a job are called, and what becomes of those that their target forgets."""

from collections.abc import Sequence

from tui_batch.model import Logs, Status
from tui_batch.times import seconds, span

NAMES = {"out": "stdout", "err": "stderr", "events": "what the platform said"}
TOGETHER = "stdout and stderr"
SAVED_SOON = 60.0  # seconds after the end of a job in which its logs need not be here


def called(stream: str, logs: Logs) -> str:
    """In words."""
    return TOGETHER if stream == "out" and logs.merged else NAMES.get(stream, stream)


def is_(name: str, how: str) -> str:
    """That it is so."""
    return f"{name} {'are' if name == TOGETHER else 'is'} {how}"


def after(stream: str, logs: Logs) -> str:
    """The next one; after the last comes the first."""
    return logs.streams[(logs.streams.index(stream) + 1) % len(logs.streams)]


def interval(status: Status, logs: Logs) -> str:
    """How often they are asked for while they may grow, where that is not all the time; "" elsewhere."""
    return f"every {logs.every:.0f} s" if logs.every and not status.state.ended else ""


def lost(status: Status, logs: Logs, gone: Sequence[str] | None) -> str:
    """What was forgotten of the logs of a job before it was saved; "" for nothing."""
    if not gone or not status.started:
        return ""
    return f"the rest of {' and of '.join(called(stream, logs) for stream in gone)} is gone"


def at_risk(status: Status, logs: Logs, saved: bool, now: float) -> str:
    """When the logs of an ended job are forgotten that should be here by now; "" where nothing is to be feared."""
    if saved or not (logs.forgets and status.state.ended and status.id and status.as_of):
        return ""
    past = now - seconds(status.ended or status.as_of)
    if past < SAVED_SOON:
        return ""
    return f"gone in {span(logs.forgets - past)} unless saved" if past < logs.forgets else "not saved, perhaps gone"
