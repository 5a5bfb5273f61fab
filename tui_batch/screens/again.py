"""What can be run again of what was picked: only what there is any of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_batch.model import JobList
from tui_batch.screens.picked import Picked, counts, single, those, where
from tui_batch.states import ENDED, JobState
from tui_batch.widgets.progress import jobs_in_words

_UNSUCCESSFUL = ENDED - {JobState.SUCCEEDED}
_FAILED = _UNSUCCESSFUL - {JobState.CANCELLED, JobState.TIMED_OUT, JobState.OUT_OF_MEMORY}


@dataclass(frozen=True, slots=True)
class Choice:
    """Jobs in these states, of all that was picked; `more` is what they get twice as much of."""

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

    @property
    def question(self) -> str:
        """What is asked before it is done."""
        found = single(self.picked, self.keeps) or jobs_in_words(counts(self.picked, self.keeps))
        more = f" with twice the {self.more}" if self.more else ""
        return f"Run {found} of {where(self.picked)} again{more}?"

    def jobs(self, listed: JobList, one: Picked) -> list[int] | None:
        """The indices of them in one submission; None for all that ended without success."""
        if one.rows is None and self.states == _UNSUCCESSFUL:
            return None
        rows = listed.rows if one.rows is None else one.rows
        return [row.index for row in rows if row.status.state in self.states]


def choices(picked: Sequence[Picked], marked: bool) -> dict[str, Choice]:
    """By its letter; the first one is what is wanted most."""
    whole = [replace(one, rows=None) for one in picked]
    offered = {
        "f": _choice("failed", whole, _FAILED),
        "t": _choice("timed out, twice the time", whole, frozenset({JobState.TIMED_OUT}), "time"),
        "m": _choice("out of memory, twice the memory", whole, frozenset({JobState.OUT_OF_MEMORY}), "memory"),
    }
    if any(one.rows is not None for one in picked):
        chosen = _choice("marked", picked, ENDED)
        offered["k"] = chosen if marked else replace(chosen, label="this one")
    everything = _choice("all without success", whole, _UNSUCCESSFUL)
    if all(everything.number > choice.number for letter, choice in offered.items() if letter != "k"):
        offered["a"] = everything
    return {letter: choice for letter, choice in offered.items() if choice.number}


def _choice(words: str, picked: Sequence[Picked], states: frozenset[JobState], more: str = "") -> Choice:
    choice = Choice("", picked, states, more)
    choice = replace(choice, picked=those(picked, choice.keeps))
    return replace(choice, label=f"{choice.number:,} {words}")
