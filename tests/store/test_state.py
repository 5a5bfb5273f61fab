"""The summary of an open submission."""

import pytest

from tui_batch.errors import StoreError
from tui_batch.model import Status
from tui_batch.states import JobState
from tui_batch.store import state

AS_OF = "2026-11-20T05:33:12.345Z"


def test_a_summary_comes_back_as_it_was(tmp_path):
    statuses = {0: Status(JobState.FAILED), **dict.fromkeys(range(1, 2000), Status(JobState.SUCCEEDED))}
    for health in ("", 'no answer from "x" in 30 s.\n\x7f🚀\\'):
        given = state.of(statuses, AS_OF, health, "0-41,50")
        state.write(tmp_path / "state.toml", given)
        assert state.read(tmp_path / "state.toml") == given
    assert given.by_state() == {JobState.FAILED: 1, JobState.SUCCEEDED: 1999}
    assert given.jobs == {"failed": "0", "succeeded": "1-1999"}
    assert given.fetched == 43
    assert (tmp_path / "state.toml").stat().st_size < 300


def test_none_is_an_empty_one(tmp_path):
    assert state.read(tmp_path / "none").by_state() == {}


@pytest.mark.parametrize(
    "damage",
    [
        b"as_of = ", b"\xff", b"as_of = 5", b"[counts]\nodd = 1", b"[counts]\nfailed = 'x'", b"received = 'abc'",
        b"received = '5-3'", b"[jobs]\nfailed = 1", b"more = 1",
    ],
)  # fmt: skip
def test_damage_is_named(tmp_path, damage):
    (tmp_path / "state.toml").write_bytes(damage)
    with pytest.raises(StoreError, match=r"state\.toml"):
        state.read(tmp_path / "state.toml")


def test_a_folder_that_is_gone_is_explained(tmp_path):
    with pytest.raises(StoreError, match=r"Cannot write the summary: .*none"):
        state.write(tmp_path / "none" / "state.toml", state.Summary())


def test_what_a_job_takes_is_told_by_the_present_attempts_that_ended():
    def took(word, started, ended):
        return Status(word, started=started, ended=ended)

    noon, later, last = "2026-11-20T12:00:00.000Z", "2026-11-20T12:00:10.000Z", "2026-11-20T12:00:30.000Z"
    statuses = {
        0: took(JobState.SUCCEEDED, noon, later),
        1: took(JobState.FAILED, noon, last),
        2: took(JobState.CANCELLED, noon, noon),
        3: took(JobState.RUNNING, noon, ""),
        4: took(JobState.CANCELLED, "", noon),
    }
    assert state.of(statuses, AS_OF, "", "").typical == 20.0
    assert state.of(dict.fromkeys(range(100000), statuses[0]), AS_OF, "", "").typical == 10.0
    assert state.of({3: statuses[3]}, AS_OF, "", "").typical == 0.0
