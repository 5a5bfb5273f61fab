"""The store as the front sees it: made anew only when something changed, whole whatever is damaged."""

import os

import pytest

from tui_batch.errors import StoreError
from tui_batch.model import Order, Status, Target
from tui_batch.states import JobState
from tui_batch.store import lock, orders, state
from tui_batch.store.history import note_record, outcome_record, reopened_record, submission_record
from tui_batch.store.home import Home
from tui_batch.store.ledger import Ledger
from tui_batch.store.past import Past
from tui_batch.store.view import View

S = JobState
LATER = "2026-11-20T06:00:00.000Z"
TARGETS = {"local": Target("local", "local")}


@pytest.fixture
def view(store):
    return View(store.home, TARGETS)


def run(store, known, **counts):
    """Enter a submission, with a ledger and a summary that say these counts."""
    words = [JobState(word) for word, number in counts.items() for _ in range(number)]
    statuses = dict(enumerate(Status(word, as_of=LATER) for word in words))
    store.write(submission_record(known))
    folder = store.home.submission(known.id)
    with Ledger(folder / "ledger.tsv") as ledger:
        ledger.append(statuses.items())
    state.write(folder / "state.toml", state.of(statuses, LATER, "", ""))
    return folder


def test_a_store_that_goes_while_it_is_read_is_no_empty_one(store, view, monkeypatch):
    run(store, store.submission(), queued=2)
    before, refresh = view.snapshot(), Past.refresh

    def goes(past):
        store.home.path.rename(store.home.path.with_name("elsewhere"))
        return refresh(past)

    with monkeypatch.context() as patched, pytest.raises(StoreError, match="The store is gone"):
        patched.setattr(Past, "refresh", goes)
        view.snapshot()
    store.home.path.with_name("elsewhere").rename(store.home.path)
    assert view.snapshot().submissions == before.submissions


def test_nothing_is_there(tmp_path):
    view = View(Home(tmp_path / "none"), TARGETS)
    seen = view.snapshot()
    assert (seen.submissions, seen.orders, seen.courier, seen.problems) == ((), (), None, ())
    assert seen.targets == tuple(TARGETS.values())
    assert view.snapshot() is seen
    assert not (tmp_path / "none").exists()


def test_an_unchanged_store_gives_the_same_object(store, view):
    folder = run(store, store.submission(), running=4)
    orders.write(store.home.orders, Order("o", "cancel", store.submission().id, LATER))
    seen = view.snapshot()
    assert all(view.snapshot() is seen for _ in range(5))
    (folder / "state.toml").write_bytes((folder / "state.toml").read_bytes())  # a new time, the same words
    view.snapshot()
    seen = view.snapshot()
    assert view.snapshot() is seen
    with (store.home.history / "2026-11.host.toml").open("ab") as file:
        file.write(b"[[note]]\nid = ")  # torn
    view.snapshot()
    seen = view.snapshot()
    assert view.snapshot() is seen


def test_open_submissions_show_their_summary(store, view):
    known = store.submission()
    folder = run(store, known, running=1, succeeded=1)
    seen = view.snapshot().submissions[0]
    assert seen.counts == {S.RUNNING: 1, S.SUCCEEDED: 1, S.QUEUED: 2}  # of two jobs nothing was said yet
    assert (seen.state, seen.as_of, seen.open) == (S.RUNNING, LATER, True)
    statuses = dict.fromkeys(range(4), Status(S.SUCCEEDED))
    state.write(folder / "state.toml", state.of(statuses, LATER, "no answer", "0-1"))
    seen = view.snapshot().submissions[0]
    assert (seen.counts, seen.health, seen.fetched) == ({S.SUCCEEDED: 4}, "no answer", 2)
    store.write(outcome_record(known._replace(counts={S.FAILED: 4}, ended=LATER)))
    seen = view.snapshot().submissions[0]
    assert (seen.counts, seen.ended, seen.health) == ({S.FAILED: 4}, LATER, "")


def test_a_note_is_seen_while_its_submission_is_open(store, view):
    known = store.submission()
    run(store, known, held=4)
    assert view.snapshot().submissions[0].note == ""
    store.write(note_record(known.id, "look\nhere", LATER))
    seen = view.snapshot().submissions[0]
    assert (seen.note, seen.counts) == ("look\nhere", {S.HELD: 4})


@pytest.mark.parametrize("damage", [b"as_of = ", b"\xff", b"[counts]\nodd = 1", b"received = 'abc'", b""])
def test_a_damaged_summary_is_set_aside_and_made_again_from_the_ledger(store, view, damage):
    folder = run(store, store.submission(), succeeded=3, failed=1)
    if damage:
        (folder / "state.toml").write_bytes(damage)
    else:
        (folder / "state.toml").unlink()
    for _ in range(3):
        seen = view.snapshot()
        assert seen.submissions[0].counts == {S.SUCCEEDED: 3, S.FAILED: 1}
    assert view.snapshot() is seen
    if damage:
        assert len(seen.problems) == 1
        assert "state.toml was damaged" in seen.problems[0]
        assert next(folder.glob("state.toml.damaged-*")).read_bytes() == damage


def test_newest_first_also_within_a_second(store, view):
    moments = [f"2026-11-20T05:33:12.{number:03}Z" for number in range(12)]
    given = [store.submission(orders.new_id(moment), created=moment) for moment in moments]
    for known in given[::2] + given[1::2]:
        store.write(submission_record(known))
    assert [one.id for one in view.snapshot().submissions] == [one.id for one in reversed(given)]


def ordered(verb, submission, **more):
    return Order(f"o-{verb}", verb, submission, LATER, **more)


def test_what_was_ordered_shows_before_it_is_done(store, view):
    known = store.submission("20261120-053312-bafodu", run=3)
    store.write(submission_record(known))
    more = {"batch": "b", "digest": "d", "template": "t", "target": "local", "total": 7}
    submit = Order("20261120-060000-zumaro", "submit", "20261120-060000-zumaro", LATER, **more)
    orders.write(store.home.orders, submit)
    seen = view.snapshot()
    assert seen.orders == (submit,)
    first = seen.submissions[0]
    assert (first.id, first.run, first.jobs, first.kind, first.counts) == (submit.id, 4, 7, "local", {S.QUEUED: 7})
    store.write(submission_record(first))
    assert len(view.snapshot().submissions) == 2
    orders.done(store.home.orders, submit)
    seen = view.snapshot()
    assert (seen.orders, len(seen.submissions)) == ((), 2)


def test_a_retry_shows_at_once(store, view):
    known = store.submission()
    store.write(submission_record(known))
    store.write(outcome_record(known._replace(counts={S.SUCCEEDED: 2, S.FAILED: 2}, ended=LATER)))
    assert view.snapshot().submissions[0].ended
    retry = ordered("retry", known.id, jobs="2-3")
    orders.write(store.home.orders, retry)
    seen = view.snapshot().submissions[0]
    assert (seen.counts, seen.ended, seen.open) == ({S.SUCCEEDED: 2, S.QUEUED: 2}, "", True)
    store.write(reopened_record(known.id, LATER))
    orders.done(store.home.orders, retry)
    assert view.snapshot().submissions[0].open


def test_an_order_is_done_in_the_moment_that_it_is_looked_for(store):
    """The courier enters a submission in the history, then removes its order; whoever looks sees it all the time."""
    known = store.submission()
    more = {"batch": "b", "digest": "d", "template": "t", "target": "local", "total": 4}
    submit = Order(known.id, "submit", known.id, known.created, **more)
    orders.write(store.home.orders, submit)

    class Meanwhile(View):
        def _read_orders(self):
            if list(store.home.orders.iterdir()):
                store.write(submission_record(known))
                orders.done(store.home.orders, submit)
            return super()._read_orders()

    view = Meanwhile(store.home, TARGETS)
    for _ in range(3):
        assert [one.id for one in view.snapshot().submissions] == [known.id]
    assert view.snapshot().orders == ()


def test_orders_that_went_in_one_tick_of_the_clock_are_gone(store, view):
    orders.write(store.home.orders, ordered("cancel", "x"))
    assert len(view.snapshot().orders) == 1
    stat = store.home.orders.stat()
    orders.done(store.home.orders, ordered("cancel", "x"))
    os.utime(store.home.orders, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # as a coarse clock leaves it
    assert view.snapshot().orders == ()


def test_a_damaged_order_is_named(store, view):
    (store.home.orders / "x.toml").write_text("verb =")
    assert "x.toml was damaged" in view.snapshot().problems[0]
    assert "x.toml was damaged" in view.snapshot().problems[0]


def test_the_courier_is_seen(store):
    lock.take(store.home)
    seen = View(store.home, TARGETS).snapshot()
    assert seen.courier.alive
    lock.release(store.home)
    assert View(store.home, TARGETS).snapshot().courier is None


def test_a_problem_that_is_reported_is_shown_once(store, view):
    seen = view.snapshot()
    view.report("b.zip is damaged.")
    view.report("b.zip is damaged.")
    assert view.snapshot().problems == ("b.zip is damaged.",)
    assert view.snapshot() is not seen
