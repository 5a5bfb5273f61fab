"""The table: what it paints, where its cursor stays, and a hundred thousand rows."""

from alone import COLUMNS, Alone, rows
from rich.cells import cell_len

from tui_batch.widgets.columns import Column, widths


async def test_only_what_changed_in_sight_is_painted():
    app = Alone(rows(500))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        app.painted.clear()
        app.table.show(rows(500))
        assert app.painted == []
        changed = rows(500)
        changed[400] = ("400", "F", "out of sight")
        app.table.show(changed)
        assert app.painted == []
        changed = list(changed)
        changed[3] = ("3", "F", "more")
        app.table.show(changed)
        assert [(region.x, region.y, region.width, region.height) for region in app.painted] == [(2, 4, 1, 1)]


async def test_a_step_paints_two_rows():
    app = Alone(rows(500))
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.focus()
        await pilot.pause()
        app.painted.clear()
        await pilot.press("j")
        assert {region.y for region in app.painted} == {0, 1, 2}
        assert app.table.current[0] == "1"


async def test_all_ways_to_move():
    app = Alone(rows(100))
    async with app.run_test(size=(40, 11)) as pilot:
        app.table.focus()
        for keys, at in (("j", 1), ("k", 0), ("k", 0), ("G", 99), ("j", 99), ("g", 0), ("pagedown", 10), ("ctrl+d", 15),
                         ("ctrl+u", 10), ("pageup", 0), ("end", 99), ("home", 0), ("down", 1), ("up", 0)):  # fmt: skip
            await pilot.press(keys)
            assert app.table.cursor == at, keys
            assert app.table.top <= at < app.table.top + 10


async def test_a_click_moves_and_a_double_click_opens():
    app = Alone(rows(100))
    opened = []
    app.table.action_open = lambda: opened.append(app.table.current[0])
    async with app.run_test(size=(40, 11)) as pilot:
        await pilot.click(app.table, offset=(5, 4))
        assert (app.table.current[0], opened) == ("3", [])
        await pilot.click(app.table, offset=(5, 0))
        assert app.table.current[0] == "3"
        await pilot.double_click(app.table, offset=(5, 6))
        assert opened == ["5"]


async def test_the_cursor_keeps_to_its_row():
    app = Alone(rows(100))
    async with app.run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        table = app.table
        table.go_to("50")
        table.show([("1000", "R", "x"), *rows(100)])
        assert (table.current[0], table.cursor) == ("50", 51)
        table.sort("name")
        assert table.current[0] == "50"
        table.sort("name")
        assert (table.current[0], table.view[0][0]) == ("50", "1000")
        table.filter("5")
        assert table.current[0] == "50"
        table.show(rows(10))
        assert table.current[0] == "5"
        table.filter("")
        table.show([])
        assert table.current is None


async def test_where_one_is_stands_in_the_heading_also_when_the_columns_do_not_fit():
    columns = [Column(name, "温度" if name == "d" else name, 9, lambda row: row[0]) for name in "abcdef"]
    app = Alone(rows(500), columns)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("G")
        heading = app.table.line(0)[0][0]
        assert heading.split() == ["a", "b", "c", "500/500", "温度", "~"]
        assert cell_len(heading) == 40


async def test_what_sorts_is_told_also_where_its_column_is_not_seen():
    app = Alone(rows(500))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        app.table.sort("name")
        assert "NAME+" in app.table.line(0)[0][0]
        app.table.sort("more")
        assert app.table.line(0)[0][0].split() == ["ST", "NAME", "1/500", "MORE+"]
        await pilot.resize_terminal(20, 10)
        assert app.table.line(0)[0][0].endswith(" by more+ ")


async def test_the_sign_of_what_sorts_is_seen_however_narrow_the_column_and_a_blank_behind_it():
    columns = [Column("s", "S", 1, lambda row: row[1]), Column("long", "a-long-name", 4, lambda row: row[0]),
               Column("age", "AGE", 3, lambda row: row[0], right=True)]  # fmt: skip
    app = Alone(rows(3), columns)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        for name, heading in (("", "  S a-l~ AGE"), ("s", "  S+ a-l~ AGE"), ("long", "  S a-l~+ AGE"),
                              ("age", "  S a-l~ AGE+")):  # fmt: skip
            app.table.sort(name)
            assert app.table.line(0)[0][0].rstrip() == heading


async def test_where_one_is_covers_no_name():
    columns = [Column("name", "NAME", 9, lambda row: row[0]), Column("eta", "ETA", 8, str, right=True)]
    app = Alone(rows(500), columns)
    async with app.run_test(size=(22, 10)) as pilot:
        await pilot.pause()
        assert app.table.line(0)[0][0].split() == ["NAME", "1/500", "ETA"]
        app.table.set_columns([Column("name", "ALL-OF-NAME", 19, str, right=True)])
        assert app.table.line(0)[0][0].split() == ["1/500", "ALL-OF-NAME"]
        app.table.set_columns([Column("name", "N" * 18, 18, str, right=True)])
        assert app.table.line(0)[0][0].split() == ["N" * 18]


async def test_without_rows_it_says_why():
    app = Alone([])
    async with app.run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        assert "nothing" in app.table.line(2)[0][0]
        app.table.show(rows(3))
        app.table.filter("zzz")
        assert "Nothing matches 'zzz'." in app.table.line(2)[0][0]
        await pilot.press("enter", "j", "G")
        assert app.table.current is None


async def test_a_hundred_thousand_rows_are_drawn_by_the_screenful():
    drawn = []
    app = Alone([], [Column("name", "NAME", 8, lambda row: drawn.append(row) or str(row))], str)
    async with app.run_test(size=(40, 11)) as pilot:
        app.table.focus()
        app.table.show(range(100_000))
        await pilot.press("G", "pageup", "g")
        assert app.table.current == 0
        assert len(drawn) < 200


def test_what_there_is_no_room_for_is_left_out():
    assert widths(COLUMNS, 40) == [2, 25, 10]
    assert widths(COLUMNS, 20) == [2, 16, 0]
    assert widths(COLUMNS, 5) == [2, 8, 0]
