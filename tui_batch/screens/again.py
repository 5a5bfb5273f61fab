"""What can be run again of what was picked: only what there is any of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_batch.desk import Desk
from tui_batch.screens.picked import Picked, counts, fitting, in_words, those, where
from tui_batch.shown import JobList
from tui_batch.states import ENDED, JobState

_UNSUCCESSFUL = ENDED - {JobState.SUCCEEDED}
_LACKED = {JobState.TIMED_OUT: "time", JobState.OUT_OF_MEMORY: "memory"}
_FAILED = _UNSUCCESSFUL - {JobState.CANCELLED, JobState.TIMED_OUT, JobState.OUT_OF_MEMORY}


@dataclass(frozen=True, slots=True)
class Choice:
    """Jobs in these states, of all that was picked; `more` is what they ran out of."""

    label: str
    picked: Sequence[Picked]
    states: frozenset[JobState]
    more: str = ""

    def keeps(self, state: JobState) -> bool:
        """Whether a job in this state is one of them."""
        return state in self.states

    @property
    def number(self) -> int:
        """How many jobs that is."""
        return sum(counts(self.picked, self.keeps).values())

    def question(self, room: int) -> str:
        """What is asked before it is done, in this many cells if it can be said in them."""
        said = in_words(self.picked, self.keeps)
        return fitting(room, *(f"Run {jobs} of {where(self.picked)} again?" for jobs in said))

    def jobs(self, listed: JobList, one: Picked) -> list[int] | None:
        """The indices of them in one submission; None for all that ended without success."""
        if one.rows is None and self.states == _UNSUCCESSFUL:
            return None
        rows = listed.rows if one.rows is None else one.rows
        return [row.index for row in rows if row.status.state in self.states]


def choices(picked: Sequence[Picked], marked: bool) -> dict[str, Choice]:
    """By its letter; the first one is what is wanted most."""
    whole = [Picked.whole(one.submission) for one in picked]
    offered = {
        "f": _choice("failed", whole, _FAILED),
        "t": _choice("timed out", whole, frozenset({JobState.TIMED_OUT}), "time"),
        "m": _choice("out of memory", whole, frozenset({JobState.OUT_OF_MEMORY}), "memory"),
    }
    everything = _choice("in all", whole, _UNSUCCESSFUL)
    cancelled = _choice("cancelled", whole, frozenset({JobState.CANCELLED}))
    if cancelled.number < everything.number:
        offered["c"] = cancelled
    if any(one.rows is not None for one in picked):
        offered["k"] = chosen(picked) if marked else replace(chosen(picked), label="this one")
    if all(everything.number > choice.number for letter, choice in offered.items() if letter != "k"):
        offered["a"] = everything
    return {letter: choice for letter, choice in offered.items() if choice.number}


def chosen(picked: Sequence[Picked]) -> Choice:
    """All of these that have ended; what ran out of one thing and of nothing else is asked how much of it it gets."""
    lacking = {_LACKED.get(state, "") for state in counts(picked, ENDED.__contains__)}
    return _choice("marked", picked, ENDED, lacking.pop() if len(lacking) == 1 else "")


def gone(desk: Desk, picked: Sequence[Picked]) -> str:
    """Why a job of these cannot be run again, if its batch is gone; "" if none is."""
    batches = dict.fromkeys(one.submission.batch for one in picked)
    missing = [batch for batch in batches if not desk.holds(batch)]
    return f"The batch {missing[0]} was deleted: its jobs cannot be run again." if missing else ""


def _choice(words: str, picked: Sequence[Picked], states: frozenset[JobState], more: str = "") -> Choice:
    choice = Choice("", picked, states, more)
    choice = replace(choice, picked=those(picked, choice.keeps))
    return replace(choice, label=f"{choice.number:,} {words}")
