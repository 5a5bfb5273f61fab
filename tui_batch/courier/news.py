"""Whether what a target says of a job is news."""

from dataclasses import fields, replace
from operator import attrgetter

from tui_batch.model import Status
from tui_batch.states import JobState

# All that a status says, but for since when; a hundred thousand times at each poll, so nothing is made for it.
_SAID = attrgetter(*(field.name for field in fields(Status) if field.name != "as_of"))


def news(known: Status, told: Status) -> Status | None:
    """What is known now, if this says more than was known already."""
    if told is known or told.attempt < known.attempt:
        return None
    over = known.state.ended and told.attempt == known.attempt
    if over and (known.state is not JobState.LOST or told.state is JobState.LOST):
        return None
    if known.started and not told.started:
        told = replace(told, started=known.started)
    return told if _SAID(told) != _SAID(known) else None
