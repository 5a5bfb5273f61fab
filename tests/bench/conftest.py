"""Every figure is said at the end of the run, whether the test passed or not."""

import os
import statistics

import pytest
from measuring import ratio

MEASURED = "measured"


@pytest.fixture(autouse=True)
def on_disk():
    """What was written before is on the disk before anything is measured."""
    os.sync()


@pytest.fixture
def note(request):
    """Say a figure in the summary."""

    def note(words):
        request.node.user_properties.append((MEASURED, words))
        return words

    return note


@pytest.fixture
def compare(note):
    """Hold what was measured in rounds against its yardstick in the same rounds, and keep to the bound."""

    def compare(what, ours, than, yardstick, bound, unit="ms"):
        scale = 1000 if unit == "ms" else 1
        found = ratio(ours, yardstick)
        a, b = (f"{statistics.median(column) * scale:,.4g} {unit}" for column in (ours, yardstick))
        words = note(f"{what}: {a}; {than}: {b}; {found:.3g} x (goal {bound} x)")
        assert found <= bound, words

    return compare


def pytest_terminal_summary(terminalreporter):
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, [])]
    lines = [
        words
        for one in reports
        if getattr(one, "when", "") == "call"
        for key, words in one.user_properties
        if key == MEASURED
    ]
    if lines:
        terminalreporter.section("measured beside yardsticks in this run")
        for words in lines:
            terminalreporter.write_line(words)
