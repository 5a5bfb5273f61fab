"""Files that a batch names outside of its jobs' folders, as the tests of the screen show them."""

from stand_in import SUBMISSIONS, ago

from tui_batch.model import Output
from tui_batch.shown import Collection

KELP = SUBMISSIONS[0].id
ARC = "/arc/projects/mygroup/results"
PATTERNS = {KELP: (f"{ARC}/processed_*.fits",)}
# Ten and more sort before two, as their names do.
NAMES = sorted(f"processed_{n}.fits" for n in range(1, 13))
FILES = tuple(
    Output(f"{ARC}/{name}", int((3.2 + 0.01 * n) * 2**20), ago(7200 - 60 * n)) for n, name in enumerate(NAMES)
)


def listed():
    """Nothing has come."""
    return Collection(ago(0), ARC, FILES)


def fetching(here, coming=0):
    """All are wanted, and the first of them are here."""
    every = range(len(FILES))
    return Collection(ago(0), ARC, FILES, here=frozenset(every[:here]), wanted=frozenset(every), coming=coming)
