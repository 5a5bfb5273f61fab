"""Two panes: their border, what a wide screen shows beside a list, pausing, and deleting a batch."""

from dataclasses import replace

import pytest
from stand_in import FULL, SUBMISSIONS, FakeDesk
from waiting import hides, screen_text, shows, until

from tui_batch.app import BatchApp
from tui_batch.errors import RequestError
from tui_batch.screens.outside import editor, shell

KELP = SUBMISSIONS[0]


async def test_the_border_is_shifted_and_stays_where_it_was(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    218")
        before = app.screen.history.size.height
        await pilot.press("plus", "plus")
        await until(pilot, lambda: app.screen.history.size.height == before + 4)
        for _ in range(9):
            await pilot.press("minus")
        await until(pilot, lambda: desk.memory.get("panes") == {"tenths": 2})
        assert app.screen.history.size.height < 6
    again = BatchApp(desk)
    async with again.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    218")
        await until(pilot, lambda: again.screen.history.size.height < 6)


@pytest.mark.parametrize("kept", [{"tenths": 0}, {"tenths": "6"}, {"tenths": 9}, {"other": 1}])
async def test_a_border_that_makes_no_sense_is_the_usual_one(app, desk, kept):
    desk.memory["panes"] = kept
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    218")
        assert 11 <= app.screen.history.size.height <= 13


async def test_a_wide_home_shows_the_log_of_the_job_under_the_cursor(app, desk):
    log = desk.log("", 212)
    log.write_text("".join(f"step {n}\n" for n in range(400)))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "stdout of netmc-T0.1-0.9-212", "step 399")
        with log.open("a") as file:
            file.write("\x1b[31mred\x1b[0m\n")
        await shows(pilot, "  red")
        await pilot.press("tab", "j")
        await shows(pilot, "stdout of netmc-T0.1-0.9-213", "It is empty so far.")
        await pilot.resize_terminal(80, 24)
        await hides(pilot, "stdout of")
        await shows(pilot, "ON       PROGRESS")


async def test_wide_lists_show_details_beside_them(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("enter")
        await shows(pilot, "1/1003", "evidence", "squeue", "Variables")
        await pilot.press("slash", *"state:failed", "enter")
        await shows(pilot, "the target says", "exit code")
        await pilot.press("2")
        await shows(pilot, "never-sent", "Axes", "each")


async def test_a_list_that_becomes_wide_shows_them_too(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        await pilot.resize_terminal(120, 40)
        await shows(pilot, "evidence", "Variables")
        await pilot.resize_terminal(80, 24)
        await pilot.press("2")
        await shows(pilot, "never-sent")
        await pilot.resize_terminal(120, 40)
        await shows(pilot, "Axes")


async def test_a_wide_job_stands_in_two_columns(app, desk):
    desk.log("", 212, "err").write_text("a warning\n")
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("d")
        await shows(pilot, "Variables", "stderr", "a warning", "What fir is sent", "# netmc-T0.1-0.9-212", "input.csv")
        await pilot.resize_terminal(80, 24)
        await hides(pilot, "input.csv")
        await pilot.press("G")
        await shows(pilot, "exec ./raft")


async def test_a_job_shows_what_its_attempt_is_sent(app, desk):
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("d")
        await shows(pilot, "What fir is sent", "# netmc-T0.1-0.9-212")
        [id] = desk.lists
        again = [replace(row, status=replace(row.status, attempt=2)) for row in desk.lists[id].rows]
        desk.lists[id] = replace(desk.lists[id], rows=again)
        desk.current = replace(desk.current)
        await shows(pilot, "# attempt 2")


async def test_paused_nothing_moves_until_it_goes_on(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("p")
        await shows(pilot, "paused: p", "the jobs go on")
        desk.current = replace(FULL, submissions=(KELP._replace(id="new", batch="newest"), *SUBMISSIONS))
        for _ in range(3):  # between two questions the clerk looks, if he may
            await app.clerk.ask(desk.now)
        await pilot.pause()
        assert "newest" not in screen_text(app)
        await pilot.press("p")
        await shows(pilot, "newest", "up to date")


# -- deleting a batch --------------------------------------------------------------------------------------------------


async def test_a_batch_is_deleted_after_a_question(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("2")
        await shows(pilot, "never-sent")
        await pilot.press("G", "X")
        await shows(pilot, "Delete never-sent, 9 jobs, never submitted?", "y/N")
        await pilot.press("enter")
        await shows(pilot, "Nothing was deleted.")
        await pilot.press("delete", "y")
        await shows(pilot, "never-sent is deleted.")
        await hides(pilot, "> ?? never-sent")
        assert desk.asked == [("delete", "never-sent")]


async def test_the_number_is_typed_for_a_batch_that_was_sent(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("2")
        await shows(pilot, "never-sent")
        await pilot.press("j", "X")
        await shows(pilot, "Delete c4-monthly? Its 12 jobs cannot be run again. Type 12:")
        await pilot.press("y", "enter")
        await shows(pilot, "type 12, or Esc")
        await pilot.press("backspace", "1", "2", "enter")
        await shows(pilot, "c4-monthly is deleted. Its submissions and their results stay.")


async def test_a_batch_in_use_is_not_deleted(app, desk):
    def refuse(batch):
        raise RequestError(f"{batch} is in use by submission x. Nothing was deleted; wait, or cancel it.")

    desk.delete = refuse
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("2")
        await shows(pilot, "never-sent")
        await pilot.press("G", "X", "y")
        await shows(pilot, "never-sent is in use by submission x.")


# -- other programs ----------------------------------------------------------------------------------------------------


async def test_where_the_terminal_cannot_be_lent_that_is_said(app, desk, tmp_path):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("E")
        await shows(pilot, "This terminal cannot be lent to another program.")
        for lend in (lambda: shell(app, tmp_path), lambda: editor(app, "job", "text")):
            with pytest.raises(RequestError):
                lend()


async def test_a_wide_home_of_somebody_new_is_whole(tmp_path):
    desk = FakeDesk(tmp_path, replace(FULL, submissions=()))
    async with BatchApp(desk).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "makes many jobs from one template, sends them", "? help")


async def test_the_panes_take_turns_in_both_directions(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        for key, pane in (("tab", "monitor"), ("shift+tab", "history"), ("shift+tab", "monitor"), ("tab", "history")):
            await pilot.press(key)
            await until(pilot, lambda pane=pane: app.focused.id == pane)
