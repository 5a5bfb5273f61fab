"""What a batch comes to, in words."""

import pytest

from tui_batch.model import Limits, Resources
from tui_batch.screens.totals import size, taken, waves, weighed
from tui_batch.shown import Weight


@pytest.mark.parametrize(
    ("limits", "jobs", "minutes", "said"),
    [
        (Limits(16), 1, None, "1 job"),
        (Limits(16), 16, None, "all 16 jobs at once"),
        (Limits(16), 1003, None, "1,003 jobs, 16 at once: 63 waves"),
        (Limits(16), 1003, 60, "1,003 jobs, 16 at once: 63 waves, 2d at most"),
        (Limits(), 1003, 60, "1,003 jobs"),
        (Limits(held=1000), 1003, None, "1,003 jobs; it takes 1,000, the others follow as those end"),
        (Limits(8, 100), 100, None, "100 jobs, 8 at once: 13 waves"),
    ],
)
def test_waves(limits, jobs, minutes, said):
    assert waves(limits, jobs, Resources(minutes=minutes)) == said


def test_core_hours():
    assert taken(5, Resources()) == "unknown: the template sets none"
    assert taken(1003, Resources(cpus=4, minutes=30)) == "2,006 core-hours at most: 4 CPUs for 30 min each"
    assert taken(1, Resources(minutes=1)) == "0.017 core-hours at most: 1 CPU for 1 min each"


def test_bytes():
    assert weighed(Weight(1000 * 1003, 3400, False), 1003) == "~1.0 MB: ~1.0 KB each, 3.4 KB shared"
    assert weighed(Weight(42, 0, True), 2) == "42 B: 21 B each"
    assert [size(n) for n in (0, 999, 1000, 15_000, 3 * 10**9, 10**16)] == [
        "0 B", "999 B", "1.0 KB", "15 KB", "3.0 GB", "10000 TB",
    ]  # fmt: skip
