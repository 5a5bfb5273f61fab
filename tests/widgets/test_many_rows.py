"""Many rows: what takes its time happens in another thread, and the table goes on meanwhile."""

import threading

import pytest
from alone import Alone
from textual import on
from waiting import hides, shows, until

from tui_batch.widgets.columns import Column
from tui_batch.widgets.live_table import LiveTable

COUNT = 5_000


class Slow(Alone):
    """A table of which one column is not answered before the gate is open."""

    def __init__(self):
        self.gate, self.threads, self.filters = threading.Event(), set(), []
        columns = [
            Column("slow", "SLOW", 8, str, self._value, letter="s"),
            Column("name", "NAME", 8, str, grow=True),
        ]
        super().__init__(range(COUNT), columns, str, marks=True)

    def _value(self, row):
        self.threads.add(threading.current_thread())
        assert self.gate.wait(20)
        return -row

    @on(LiveTable.Filtered)
    def _note(self):
        self.filters.append(self.table.filter_text)

    @property
    def settled(self):
        return all(worker.is_finished for worker in self.workers)


@pytest.fixture
def app():
    slow = Slow()
    yield slow
    slow.gate.set()


async def test_the_old_view_stands_until_the_new_one_is_there(app):
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.focus()
        app.table.sort("slow")
        await pilot.press("j", "j")
        await shows(pilot, "sorting...", "> 2")
        app.gate.set()
        await hides(pilot, "sorting...")
        await shows(pilot, "SLOW+", "> 2", f"{COUNT - 2}/{COUNT}")
        assert app.table.view[0] == COUNT - 1
        assert threading.main_thread() not in app.threads


async def test_what_nobody_wants_any_more_is_never_shown(app):
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        app.filters.clear()
        app.table.filter("slow<-7")
        app.table.filter("name:77")
        await shows(pilot, "0 ", "1 ")
        app.gate.set()
        await until(pilot, lambda: app.settled)
        assert app.filters == ["name:77"]
        assert app.table.view[:2] == [77, 177]


async def test_rows_that_always_change_are_shown_all_the_same(app):
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.sort("slow")
        await pilot.pause()
        app.table.show(range(COUNT + 1))
        app.gate.set()
        await until(pilot, lambda: app.settled)
        assert list(app.table.view[:2]) == [COUNT, COUNT - 1]
        assert app.table.current == 0


async def test_dropping_a_filter_finds_the_row_again(app):
    app.gate.set()
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.focus()
        app.table.filter("name:77")
        await until(pilot, lambda: app.settled)
        await pilot.press("j", "j", "space")
        app.table.filter("")
        await until(pilot, lambda: app.settled)
        await shows(pilot, f"378/{COUNT}", "> 377")
        assert app.table.marked == {"277"}


async def test_many_are_marked_and_chosen_in_another_thread_and_keys_wait_for_that():
    threads = set()

    def key(row):
        threads.add(threading.current_thread())
        return str(row)

    app = Alone(range(COUNT), [Column("name", "NAME", 8, str, grow=True)], key, marks=True)
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.focus()
        await pilot.pause()
        threads.clear()
        app.table.action_mark_all()
        assert not app.table.settled
        await until(pilot, lambda: app.table.settled)
        assert len(app.table.marked) == COUNT
        assert len(threads - {threading.main_thread()}) == 1
        app.table.unmark()
        await pilot.press("space", "G")
        app.table.action_mark_to_here()
        await until(pilot, lambda: app.table.settled)
        assert len(app.table.marked) == COUNT
        assert app.table.chosen.first == 0
        assert app.table.chosen.rows() == list(range(COUNT))


async def test_marks_go_with_their_rows(app):
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("space", "G", "space")
        assert app.table.marked == {"0", str(COUNT - 1)}
        app.table.show(range(COUNT - 1))
        await until(pilot, lambda: app.settled)
        assert app.table.marked == {"0"}
        assert app.table.current == COUNT - 2
