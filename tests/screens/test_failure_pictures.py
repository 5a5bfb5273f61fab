"""The page of a job that failed, and what stands beside the list of jobs."""

import pytest
from stand_in import FULL, TARGETS
from test_failure import FAILED, with_failures

from tui_batch.shown import Snapshot

OPENED = (("> OM mixed",), "enter", ("SAYS", "> OM"))
ACCOUNT = ("Out Of Memory", "held 512 MB")


@pytest.fixture(autouse=True)
def somewhere(monkeypatch, tmp_path):
    """So that the paths shown are the same everywhere."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (120, 40)], ids=["80x24", "60x15", "120x40"])
def test_failed_job(picture, size):
    snapshot = Snapshot((FAILED,), (), TARGETS, FULL.courier)
    assert picture(*OPENED, "enter", ACCOUNT, snapshot=snapshot, ready=with_failures, size=size)


def test_beside_the_list(picture):
    snapshot = Snapshot((FAILED,), (), TARGETS, FULL.courier)
    assert picture(*OPENED, ACCOUNT, snapshot=snapshot, ready=with_failures, size=(140, 40))
