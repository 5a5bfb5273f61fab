"""Home: moving, the monitor, and what can be asked of a submission."""

from dataclasses import replace
from threading import Event

from stand_in import FULL, NOON, SUBMISSIONS, FakeDesk, ago
from waiting import hides, screen_text, shows, until

from tui_batch.app import BatchApp
from tui_batch.errors import RequestError, StoreError
from tui_batch.screens.home import Home
from tui_batch.screens.rows import submissions
from tui_batch.shown import BatchRow, Snapshot
from tui_batch.states import JobState
from tui_batch.times import stamp


async def test_it_shows_the_history_and_the_jobs_of_the_first(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "netmc-T0.1-0.9", "raft-seed-scan", "214/1003", "~3h12", "R    212")


async def test_what_is_held_is_not_counted_as_waiting(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R 48  PD 752  HD 1  F 2")


async def test_no_number_of_the_top_line_is_cut(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("enter")
        await shows(pilot, "netmc-T0.1-0.9 on fir  48 running, 1 held, 740 queued, 2 failed, ~ ")


async def test_the_monitor_follows_the_cursor(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("j", "j")
        await shows(pilot, "c4-monthly on aws  12 queued", "PD     0")
        await pilot.press("G")
        await shows(pilot, "protein-fold on fir  5 cancelled")
        await pilot.press("g")
        await shows(pilot, "R    212")


async def test_the_cursor_stays_on_its_row_when_a_newer_one_comes(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("j")
        newer = SUBMISSIONS[2]._replace(id="20261120-1300-dulse", batch="newest")
        desk.current = replace(FULL, submissions=(newer, *SUBMISSIONS))
        await shows(pilot, "newest", "> CD raft-seed-scan")


async def test_a_filter_keeps_what_matches_and_escape_clears_it(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("slash", *"on:aws !#2", "enter")
        await hides(pilot, "protein-fold", "raft-seed-scan", "c4-monthly #2")
        await shows(pilot, "filter: on:aws !#2, 1 of 5")
        await pilot.press("slash", *" zzz", "enter")
        await shows(pilot, "Nothing matches 'on:aws !#2 zzz'.", "Esc clears")
        await pilot.press("escape")
        await shows(pilot, "protein-fold", "raft-seed-scan")
        await hides(pilot, "filter:")


async def test_sorting_asks_for_a_letter_and_the_same_again_turns_it_round(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("s")
        await shows(pilot, "sort by", "n name", "a age")
        await pilot.press("n")
        await shows(pilot, "NAME+")
        home = app.screen
        assert [s.batch for s in home.history.view] == sorted(s.batch for s in SUBMISSIONS)
        await pilot.press("s", "n")
        await shows(pilot, "NAME-")
        assert home.history.current.batch == "netmc-T0.1-0.9"


async def test_cancelling_a_few_asks_and_enter_is_no(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("j", "j", "c")
        await shows(pilot, "Cancel 12 queued jobs of c4-monthly on aws?", "y/N")
        await pilot.press("enter")
        await shows(pilot, "Nothing was cancelled.")
        assert not desk.asked
        await pilot.press("c", "y")
        await shows(pilot, "Cancelling 12 jobs of c4-monthly in 5 s: u takes it back")
        assert desk.asked == [("cancel", "20261119-1000-moss", None)]


async def test_cancelling_many_wants_the_number_typed(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("c", "y", "enter")
        await shows(pilot, "type 789, or Esc")
        await pilot.press("backspace", *"789", "enter")
        await shows(pilot, "Cancelling 789 jobs")
        assert desk.asked == [("cancel", "20261120-1157-kelp", None)]


async def test_a_paste_answers_no_question(app, desk):
    from textual import events

    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        app.screen.post_message(events.Paste("cy"))
        await pilot.press("j", "j", "c")
        await shows(pilot, "y/N")
        app.screen.prompt.post_message(events.Paste("y"))
        await pilot.press("escape")
        await shows(pilot, "Nothing was cancelled.")
        assert not desk.asked


async def test_looking_at_another_window_answers_no_question(app, desk):
    from textual import events

    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("j", "j", "c")
        await shows(pilot, "y/N")
        app.post_message(events.AppBlur())
        await pilot.pause()
        app.post_message(events.AppFocus())
        await pilot.pause()
        await pilot.press("y")
        await shows(pilot, "Cancelling 12 jobs")


async def test_retry_fetch_and_note(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("R")
        await shows(pilot, "Run 2 failed jobs of netmc-T0.1-0.9 on fir again?")
        await pilot.press("y")
        await shows(pilot, "3 jobs of netmc-T0.1-0.9 will run again.")
        await pilot.press("f")
        await shows(pilot, "Fetching the results")
        await pilot.press("e", "ctrl+u", *"mine", "enter")
        id = "20261120-1157-kelp"
        await until(pilot, lambda: len(desk.asked) == 3)
        assert desk.asked == [("retry", id, [1000, 1001]), ("fetch", id), ("note", id, "mine")]


async def test_what_the_desk_refuses_is_said_at_the_bottom_line(app, desk):
    def refuse(submission):
        raise RequestError("There is nothing to fetch yet.")

    desk.fetch = refuse
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("f")
        await shows(pilot, "There is nothing to fetch yet.")
        await pilot.press("j")
        await shows(pilot, "> CD raft-seed-scan")


async def test_a_store_that_fails_keeps_what_is_shown(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        desk.trouble = StoreError("The store cannot be read: Stale file handle.")
        await shows(pilot, "protein-fold", "The store cannot be read")
        desk.trouble = None
        await hides(pilot, "cannot be read")


async def test_a_courier_is_woken_where_one_is_missing(tmp_path):
    desk = FakeDesk(tmp_path, replace(FULL, courier=None))
    app = BatchApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "up to date", "R    212")  # it may be starting this moment
        desk.clock += 6
        await shows(pilot, "nobody watches the jobs: r")
        await until(pilot, lambda: desk.asked == [("tend",)])
        await pilot.press("r")
        await until(pilot, lambda: desk.asked == [("tend",), ("poll",)])


async def test_fast_keys_open_the_log_of_what_the_cursor_is_on(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("j", "j", "j", "l")
        await shows(pilot, "c4-monthly-9", "stdout")


async def test_an_empty_home_offers_only_what_works(tmp_path):
    desk = FakeDesk(tmp_path, Snapshot())
    desk.made = [BatchRow("raft", "raft", 9, ago(60), 0, "")]
    app = BatchApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Nothing was submitted yet", "n new batch")
        await hides(pilot, "c cancel", "R re-run", "D try it out")
        await pilot.press("c", "R", "f", "e", "l", "d", "D", "H", "w", "E", "space", "enter", "escape", "backspace")
        assert isinstance(app.screen, Home)
        assert "Nothing was submitted yet" in screen_text(app)
        assert not desk.asked


async def test_somebody_new_is_told_what_this_is_and_tries_it_with_one_key(tmp_path):
    desk = FakeDesk(tmp_path, Snapshot())
    app = BatchApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "makes many jobs from one template", "D try it out")
        await pilot.press("D")
        await shows(pilot, "> DR python-sweep", "Submitting 12 jobs of python-sweep to local in 5 s: u takes it back")
        await pilot.press("u")
        await shows(pilot, "Taken back, not submitted: 12 jobs of python-sweep.", "Nothing was submitted yet")
        assert desk.asked == [
            ("demo", "local"),
            ("submit", "python-sweep", "local"),
            ("withdraw", "20261120-1200-iris"),
        ]


async def test_quitting_says_that_jobs_go_on(app):
    said = []
    leave = app.exit
    app.exit = lambda message: (said.append(message), leave())
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("q")
    assert said == ["801 jobs go on without the screen."]


async def test_the_panes_take_the_keys_in_turn(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("tab", "j")
        await shows(pilot, "> R    213")
        await pilot.press("l")
        await shows(pilot, "netmc-T0.1-0.9-213", "stdout")
        await pilot.press("q", "d")
        await shows(pilot, "netmc-T0.1-0.9 job 213")


def test_what_was_ordered_heads_the_history(desk):
    desk.submit("raft", "local")
    first, *rest = submissions(desk.snapshot())
    assert (first.batch, first.jobs, first.state) == ("raft", 12, JobState.DRAFT)
    assert tuple(rest) == SUBMISSIONS
    assert first.created == stamp(NOON)


async def test_a_filter_without_a_match_can_be_changed(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
        await pilot.press("slash", *"zzz", "enter")
        await shows(pilot, "Nothing matches")
        await pilot.press("slash", "ctrl+u", *"c4", "enter")
        await shows(pilot, "c4-monthly #2")


async def test_an_interrupt_is_taken_at_its_word_the_second_time(app):
    left = []
    app.exit = lambda message: left.append(message)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: isinstance(app.screen, Home))
        await pilot.press("ctrl+c")
        await shows(pilot, "once more leaves")
        assert not left
        await pilot.press("ctrl+c")
        assert left


async def test_a_second_that_passes_after_the_last_screen_was_left_asks_for_none(app):
    async with app.run_test() as pilot:
        await shows(pilot, "protein-fold")
    assert not app.screen_stack
    app._tick()


async def test_what_is_still_being_done_when_it_ends_does_no_harm(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        home = app.screen
        app._running = False  # as it is while the screens are being taken down, part by part
        await home.query_one("#about").remove()
        home.go(home._watch, home.chosen())
        await pilot.pause()


async def test_rows_that_come_while_it_is_found_out_why_there_are_none_stay(app, desk):
    full, asked, answered = desk.current, Event(), Event()
    batches, desk.current = desk.batches, Snapshot()

    def slow():
        asked.set()
        answered.wait(20)
        return batches()

    desk.batches = slow
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, asked.is_set)
        app.post_message(app.Looked(full))
        await shows(pilot, "> R  netmc")
        desk.current = full
        answered.set()
        await until(pilot, lambda: not [one for one in app.workers if one.group == "empty"])
        await shows(pilot, "> R  netmc")


async def test_a_second_and_news_that_come_while_another_screen_opens(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "> R  netmc")
        app.action_targets()
        app._tick()
        app.on_batch_app_looked(app.Looked(desk.current))
        await shows(pilot, "> local")


async def test_the_example_is_made_once_however_often_its_key_is_pressed(tmp_path):
    desk = FakeDesk(tmp_path, Snapshot())
    demo, go_on = desk.demo, Event()

    def slow(*args):
        assert go_on.wait(30)
        return demo(*args)

    desk.demo = slow
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "tries it out")
        await pilot.press("D", "D")
        go_on.set()
        await shows(pilot, "python-sweep")
        assert [word for word, *_ in desk.asked].count("demo") == 1


async def test_an_example_that_cannot_be_made_is_offered_again(tmp_path):
    desk = FakeDesk(tmp_path, Snapshot())
    demo, full = desk.demo, [StoreError("The disk is full.")]

    def limited(*args):
        if full:
            raise full.pop()
        return demo(*args)

    desk.demo = limited
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "tries it out")
        await pilot.press("D")
        await shows(pilot, "The disk is full.")
        await pilot.press("D")
        await shows(pilot, "python-sweep")
