"""Marks: which rows they are on, and what they survive."""

from alone import Alone, rows
from textual import on

from tui_batch.widgets.live_table import LiveTable


class Marking(Alone):
    """A table whose rows can be marked; `told` counts what it says of that."""

    def __init__(self, count, marks=True):
        super().__init__(rows(count), marks=marks)
        self.told = 0

    @on(LiveTable.Marked, "#table")
    def _count(self):
        self.told += 1


def gutter(table):
    """The first two cells of each line below the heading."""
    return ["".join(text for text, _ in table.line(y))[:2] for y in range(1, 1 + min(len(table.view), 5))]


async def test_space_marks_and_steps_and_unmarks():
    app = Marking(5)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("space", "j", "space")
        assert app.table.marked == {"0", "2"}
        assert gutter(app.table) == [" *", "  ", " *", "> ", "  "]
        await pilot.press("k")
        assert gutter(app.table)[2] == ">*"
        await pilot.press("space")
        assert app.table.marked == {"0"}
        assert app.told == 3


async def test_marks_are_extended_from_the_last_one_to_here_in_both_directions():
    app = Marking(9)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.press("v")
        assert app.table.marked == {"0"}
        await pilot.press("j", "j", "j", "v")
        assert app.table.marked == {"0", "1", "2", "3"}
        await pilot.press("G", "space", "k", "k", "v")
        assert app.table.marked == {"0", "1", "2", "3", "6", "7", "8"}
        await pilot.press("backslash", "v")
        assert app.table.marked == {"6"}


async def test_all_that_is_shown_is_marked_and_all_marks_are_cleared():
    app = Marking(20)
    async with app.run_test(size=(40, 12)) as pilot:
        app.table.filter("5")
        await pilot.press("asterisk")
        assert app.table.marked == {"5", "15"}
        app.table.filter("")
        await pilot.press("backslash")
        assert not app.table.marked
        assert gutter(app.table)[0].endswith(" ")


async def test_marks_survive_refresh_filter_and_sort_and_go_with_their_rows():
    app = Marking(20)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.press("space", "space", "space")
        app.table.sort("name")
        app.table.sort("name")
        app.table.filter("!2")
        app.table.show([("100", "R", "new"), *rows(20, "F")])
        assert app.table.marked == {"0", "1", "2"}
        assert [row[0] for row in app.table.chosen.rows()] == ["0", "1", "2"]
        app.table.show(rows(2))
        assert app.table.marked == {"0", "1"}
        app.table.show([])
        await pilot.pause()
        assert (app.table.marked, app.table.chosen.rows()) == (frozenset(), [])


async def test_without_a_mark_the_current_row_is_chosen():
    app = Marking(5)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.press("j")
        assert app.table.chosen.rows() == [rows(5)[1]]
        await pilot.press("space", "j")
        assert app.table.chosen.rows() == [rows(5)[1]]
        app.table.unmark()
        assert app.table.chosen.rows() == [rows(5)[3]]


async def test_where_no_marks_are_wanted_the_keys_do_nothing():
    app = Marking(5, marks=False)
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.press("space", "v", "asterisk", "backslash")
        assert (app.table.marked, app.table.cursor, app.told) == (frozenset(), 0, 0)
        assert not {"mark", "mark_to_here", "mark_all", "unmark"} & {
            active.binding.action for active in app.screen.active_bindings.values() if active.enabled
        }
