"""What is known of jobs: the records that a wrapper leaves, and what the courier keeps of all that it is told."""

from dataclasses import replace

import pytest

from tui_batch.backends.records import outcome, parse
from tui_batch.courier.tracked import Tracked
from tui_batch.errors import StoreError
from tui_batch.model import Accepted, Status, Submission
from tui_batch.states import JobState
from tui_batch.store import batches, state
from tui_batch.store.ledger import LedgerView
from tui_batch.store.sources import FileSources
from tui_batch.sweep import plan
from tui_batch.template import read

S = JobState
NOW, LATER = "2026-11-20T05:33:12.345Z", "2026-11-20T06:00:00.000Z"


def test_a_record_that_is_not_whole_is_none():
    whole = "job a\ncode 3\nclock 1.5\nok\n"
    assert parse(whole) == {"job": "a", "code": "3", "clock": "1.5"}
    assert all(parse(whole[:cut]) == {} for cut in range(len(whole)))
    assert parse("job a b=c  d\nok\n") == {"job": "a b=c  d"}


@pytest.mark.parametrize(
    ("code", "cause", "state", "detail"),
    [
        (0, "", JobState.SUCCEEDED, ""),
        (0, "cancelled cancelled while it ran", JobState.SUCCEEDED, ""),  # it had ended before it was told
        (143, "cancelled cancelled while it ran", JobState.CANCELLED, "cancelled while it ran"),
        (1, "timed_out its limit is 1 minutes", JobState.TIMED_OUT, "its limit is 1 minutes"),
        (3, "", JobState.FAILED, "exit 3"),
        (127, "", JobState.FAILED, "exit 127 (a command was not found)"),
        (126, "", JobState.FAILED, "exit 126 (the command cannot be run)"),
        (137, "", JobState.FAILED, "killed by signal KILL, perhaps by the kernel for want of memory"),
        (200, "", JobState.FAILED, "exit 200"),
    ],
)
def test_what_a_code_means(code, cause, state, detail):
    assert outcome(code, cause) == (state, detail)


@pytest.fixture
def known():
    return Submission("20261120-053312-bafodu", "b", "d", "t", "local", "local", 1, 4, NOW)


@pytest.fixture
def tracked(tmp_path, known):
    made = Tracked(tmp_path / known.id, known)
    yield made
    made.close()


def again(tracked):
    """The same submission as the next courier finds it; the ledger says what the former one knew."""
    made = Tracked(tracked.folder, tracked.submission)
    made.close()
    assert made.statuses == tracked.statuses
    return made


def said(job_id, word, attempt=1, **more):
    return {job_id: Status(word, attempt, job_id, as_of=LATER, **more)}


def test_all_that_is_learnt_is_found_by_the_next_courier(tracked):
    assert [status.state for status in tracked.statuses.values()] == [S.QUEUED] * 4
    assert not tracked.ended
    tracked.took([Accepted(0, "a"), Accepted(1, "b")], NOW)
    assert set(again(tracked).ids()) == {"a", "b"}
    tracked.learn(said("a", S.RUNNING, started=NOW) | said("b", S.FAILED, exit_code=3) | said("nobody", S.FAILED))
    assert [status.state for status in again(tracked).statuses.values()] == [S.RUNNING, S.FAILED, S.QUEUED, S.QUEUED]
    assert tracked.unfinished() == [0, 2, 3]
    tracked.set_all([2, 3], Status(S.HELD, detail="no room"))
    assert again(tracked).statuses[3].detail == "no room"


def test_an_end_is_final_save_that_a_lost_job_may_be_found(tracked):
    tracked.took([Accepted(number, name) for number, name in enumerate("abcd")], NOW)
    tracked.learn(said("a", S.SUCCEEDED) | said("b", S.LOST))
    tracked.learn(said("a", S.FAILED) | said("b", S.RUNNING))
    assert [tracked.statuses[number].state for number in (0, 1)] == [S.SUCCEEDED, S.RUNNING]
    tracked.learn(said("b", S.LOST) | said("c", S.LOST) | said("d", S.RUNNING))
    tracked.learn(said("b", S.LOST, detail="still"))
    assert tracked.statuses[1].detail == ""
    assert again(tracked).statuses == tracked.statuses


def test_no_news_writes_nothing(tracked):
    tracked.took([Accepted(0, "a")], NOW)
    tracked.learn(said("a", S.RUNNING))
    size = (tracked.folder / "ledger.tsv").stat().st_size
    tracked.learn({"a": replace(tracked.statuses[0], as_of="2026-11-21T00:00:00.000Z")})
    tracked.took([Accepted(0, "a")], LATER)
    tracked.set_all([], Status(S.HELD))
    assert (tracked.folder / "ledger.tsv").stat().st_size == size


def test_a_job_that_waits_again_is_news_once_and_keeps_when_it_began(tracked):
    tracked.took([Accepted(0, "a")], NOW)
    tracked.learn(said("a", S.RUNNING, started=NOW))
    assert tracked.learn(said("a", S.QUEUED, detail="run again by the queue"))
    assert not tracked.learn(said("a", S.QUEUED, detail="run again by the queue"))
    assert again(tracked).statuses[0].started == NOW


def test_another_attempt_forgets_the_former_ones_words(tracked):
    tracked.took([Accepted(0, "x/1/a"), Accepted(1, "x/1/b")], NOW)
    tracked.learn(said("x/1/a", S.FAILED, started=NOW) | said("x/1/b", S.RUNNING))
    for _ in range(2):  # twice is once, and what has not ended is left alone
        tracked.again([0, 1, 99], 1, LATER)
    assert (tracked.statuses[0].state, tracked.statuses[0].attempt, tracked.statuses[0].id) == (S.QUEUED, 2, "")
    tracked.learn(said("x/1/a", S.SUCCEEDED))  # a late word of the first attempt
    assert tracked.statuses[0].state is S.QUEUED
    tracked.took([Accepted(0, "x/2/a")], LATER)
    tracked.learn(said("x/2/a", S.SUCCEEDED, attempt=2, started=LATER))
    assert again(tracked).statuses[0].attempt == 2
    assert tracked.statuses[0].state is S.SUCCEEDED


def test_results_are_asked_for_once_and_found_again(tracked):
    tracked.took([Accepted(number, name) for number, name in enumerate("abcd")], NOW)
    tracked.learn(said("a", S.SUCCEEDED, started=NOW) | said("b", S.FAILED, started=NOW) | said("c", S.CANCELLED))
    assert tracked.next_to_fetch(10) == [0, 1]  # the cancelled one never ran
    assert tracked.next_to_fetch(10) == []
    tracked.fetched([0], {1: "no room"})
    assert tracked.health == "The results of 1 job are not here: no room"
    assert tracked.next_to_fetch(10) == []
    tracked.write_summary(LATER)
    assert again(tracked).next_to_fetch(10) == [1]
    tracked.fetch_again()
    assert tracked.next_to_fetch(10) == [1]
    tracked.fetched([1], {})
    tracked.learn(said("d", S.SUCCEEDED))
    assert tracked.ended
    assert tracked.complete
    end = tracked.outcome(LATER)
    assert end.counts == {S.SUCCEEDED: 2, S.FAILED: 1, S.CANCELLED: 1}
    assert (end.ended, end.fetched, end.open) == (LATER, 2, False)


def test_the_summary_says_what_the_ledger_says(tracked):
    tracked.took([Accepted(0, "a")], NOW)
    tracked.learn(said("a", S.RUNNING))
    tracked.ails("target", "no answer")
    assert tracked.unwritten
    tracked.write_summary(LATER)
    assert not tracked.unwritten
    found = state.read(tracked.folder / "state.toml")
    view = LedgerView(tracked.folder / "ledger.tsv")
    view.refresh()
    assert view.statuses[0].state is S.RUNNING
    assert (found.by_state(), found.health, found.as_of) == ({S.RUNNING: 1, S.QUEUED: 3}, "no answer", LATER)


@pytest.mark.parametrize("damage", ["received =", "received = 'x'", None])
def test_a_damaged_summary_does_not_stop_the_courier(tracked, damage):
    tracked.took([Accepted(0, "a")], NOW)
    tracked.learn(said("a", S.SUCCEEDED, started=NOW))
    tracked.fetched([0], {})
    tracked.write_summary(LATER)
    if damage:
        (tracked.folder / "state.toml").write_text(damage)
    found = again(tracked)
    assert found.received == (set() if damage else {0})
    assert found.next_to_fetch(9) == ([0] if damage else [])


def test_only_what_was_submitted_is_opened_for_sending(tmp_path, known):
    template = read('name = "t"\ncommand = "true"\n[[variables]]\nkey = "n"\ntype = "int"\n', "t.toml")
    batch = batches.write(tmp_path, plan(template, [("n", "1..4")], [], [], "", "", FileSources()), "b", NOW)
    good = Tracked(tmp_path / "good", known._replace(digest=batch.digest))
    good.open_batch(batch.path)
    assert [(job.index, job.name, job.attempt) for job in good.jobs([1, 3])] == [(1, "n2", 1), (3, "n4", 1)]
    good.close()
    bad = Tracked(tmp_path / "bad", known)
    bad.open_batch(batch.path)
    assert "The batch b was changed after it was submitted: its jobs are not sent" in bad.health
    bad.open_batch(tmp_path / "none.zip")
    assert "does not exist" in bad.health
    assert bad.openable  # it may be put back
    with pytest.raises(StoreError, match="does not exist"):
        bad.files.job("n1")
    bad.close()
