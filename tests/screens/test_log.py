"""The log of a job: each of its keys."""

import os
from threading import Event

import pytest
from waiting import hides, screen_text, shows, until

from tui_batch.screens.home import Home
from tui_batch.widgets import log_search, log_view


@pytest.fixture
def log(app, desk):
    """Writes the log of the first job and opens it; the app and its pilot to press keys."""
    path = desk.log("", 212)

    class Opened:
        def __init__(self):
            self.path, self.err = path, desk.log("", 212, "err")

        def write(self, text, mode="wb"):
            with path.open(mode) as file:
                file.write(text if isinstance(text, bytes) else text.encode())

        def append(self, text):
            self.write(text, "ab")

        async def open(self, pilot, *words):
            self.pilot = pilot
            await shows(pilot, "R    212")
            await pilot.press("l")
            await shows(pilot, "stdout", *words)

        async def search(self, text):
            await self.pilot.press("slash", "ctrl+u", *text, "enter")

        async def only(self, text):
            await self.pilot.press("ampersand", "ctrl+u", *text, "enter")

        @property
        def view(self):
            return app.screen.log_view

        @property
        def rows(self):
            """The rows of the log, without what is blank at their right."""
            return [row.rstrip() for row in screen_text(app).splitlines()[1:-1]]

    return Opened()


def lines(count, word="line"):
    return "".join(f"{word} {n}\n" for n in range(count))


async def test_it_opens_at_the_end_follows_and_turns_to_stderr(app, log):
    log.write(lines(500))
    log.err.write_text("a warning " * 20)
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "line 499", "following")
        log.append("10%\r50%\r\x1b[31mred\x1b[0m \x07\n")
        await shows(pilot, "red \\x07")
        await hides(pilot, "50%")
        await pilot.press("o")
        await shows(pilot, "stderr", "a warning", "following")
        await pilot.press("w")
        await shows(pilot, "wrapped")
        assert len([row for row in log.rows if row]) == 3
        await pilot.press("f")
        await until(pilot, lambda: not log.view.following)
        await pilot.press("f")
        await shows(pilot, "following")
        await pilot.press("o")
        await shows(pilot, "stdout", "line 499")


async def test_a_log_that_has_ended_says_so(app, desk):
    (desk.home / "0.out").write_text("done\n")
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("j", "l")
        await shows(pilot, "raft-seed-scan-0", "done", "ended")
        await hides(pilot, "following")
        await pilot.press("f")
        await shows(pilot, "succeeded", " all ")
        await pilot.press("o")
        await shows(pilot, "stderr is empty: the job has succeeded.")


async def test_moving_and_where_one_is(app, log):
    log.write(lines(500))
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "line 499", "following")
        await pilot.press("k")
        await shows(pilot, "line 477", "99 %")
        await pilot.press("j")
        await shows(pilot, "following")
        await pilot.press("g")
        await shows(pilot, "line 0 ", " 0 %")
        await pilot.press("pagedown")
        await shows(pilot, "line 22", "line 43")
        await pilot.press("ctrl+d", "down", "up", "ctrl+u", "pageup")
        await shows(pilot, "line 0 ", "line 21")
        await pilot.press("G")
        await shows(pilot, "following")
        log.append("more\n")
        await shows(pilot, "more")


async def test_moving_by_rows_where_lines_are_wrapped(app, log):
    log.write("".join(f"{n:03}" + "x" * 197 + "\n" for n in range(50)))
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "049x", "~")
        await pilot.press("w")
        await hides(pilot, "~")
        assert log.rows[-1] == "x" * 40
        for _ in range(3):
            await pilot.press("k")
        await shows(pilot, "%")
        assert log.rows[-1].startswith("048") is False
        assert log.rows[-1] == "x" * 40
        await pilot.press("j", "j", "j")
        await shows(pilot, "following")
        await pilot.press("g", "j")
        await until(pilot, lambda: log.rows[1:3] == ["x" * 40, "001" + "x" * 77])


async def test_searching_both_ways(app, log):
    log.write(lines(500))
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "line 499")
        await pilot.press("g")
        await log.search("e 300")
        await shows(pilot, "line 300", "line 310")
        await log.search("nowhere")
        await shows(pilot, "'nowhere' is not found below.")
        await log.search("LINE 3")
        await shows(pilot, "'LINE 3' is not found below.")
        await log.search("line 2")
        await pilot.press("N")
        await until(pilot, lambda: log.view._found.line.raw == b"line 294\n")
        await pilot.press("n", "n")
        await until(pilot, lambda: log.view._found.line.raw == b"line 296\n")
        await pilot.press("n", "n", "n")
        await until(pilot, lambda: log.view._found.line.raw == b"line 299\n")
        await pilot.press("n")
        await shows(pilot, "'line 2' is not found below.")
        await pilot.press("g", "N")
        await until(pilot, lambda: log.view._found.line.raw == b"line 21\n")
        await pilot.press("N", "N", "N")
        await shows(pilot, "'line 2' is not found above.")


async def test_n_asks_where_nothing_was_searched_yet(app, log):
    log.write(lines(50))
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "line 49")
        await pilot.press("n")
        await shows(pilot, "search ")
        await pilot.press("escape", "n", *"line 3", "enter")
        await until(pilot, lambda: log.view._found and log.view._found.line.raw == b"line 30\n")


async def test_what_is_found_is_seen_wherever_it_stands(app, log):
    log.write("x" * 300 + "NEEDLE" + "y" * 300 + "\n" + lines(100) + "NEEDLE early\r50%\rdone\n"
              + "\x1b[31mNEE\x1b[0mless\n" + lines(100) + "日本" * 60 + "NEEDLE\n" + lines(40))  # fmt: skip
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "line 39")
        await pilot.press("g")
        await hides(pilot, "NEEDLE")
        await log.search("NEEDLE")
        await shows(pilot, "xNEEDLEy", "from column")
        await pilot.press("n")
        await shows(pilot, "NEEDLE early", "50%", "done")
        await hides(pilot, "from column")
        await pilot.press("n")
        await shows(pilot, "日NEEDLE"[1:], "from column")
        await hides(pilot, "NEEDLE early")
        await pilot.press("w")
        await shows(pilot, "wrapped", "NEEDLE")
        await pilot.press("N", "N")
        await shows(pilot, "xNEEDLEy")
        await pilot.press("n", "n")
        await shows(pilot, "NEEDLE", "line 10")


async def test_a_line_is_not_opened_where_what_is_left_holds_the_word_too(app, log):
    log.write(lines(50) + "step 1\rstep 2\rstep 3\n")
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "step 3")
        await log.search("step")
        await until(pilot, lambda: log.view._found)
        await hides(pilot, "step 1")
        await pilot.press("n")
        await shows(pilot, "'step' is not found below.")


async def test_errors_next_and_previous(app, log):
    trace = "Traceback (most recent call last):\n  x\nValueError: bad seed error\n"
    fatal = "\x1b[1;31mFATAL\x1b[0m: out of memory\n"
    log.write(lines(100) + trace + lines(100) + "loss error=0.02, 0 errors\n" + lines(100) + fatal + lines(50))
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "line 49")
        await pilot.press("E")
        await shows(pilot, "FATAL: out of memory")
        await pilot.press("E")
        await shows(pilot, "ValueError: bad seed")
        await pilot.press("E")
        await until(pilot, lambda: log.view._found.line.raw.startswith(b"Trace"))
        await pilot.press("E")
        await shows(pilot, "an error is not found above.")
        await pilot.press("e", "e")
        await shows(pilot, "FATAL: out of memory")
        await pilot.press("e")
        await shows(pilot, "an error is not found below.")


async def test_only_lines_with_a_word(app, log):
    log.write(lines(300) + "Epoch 1\n" + lines(300) + "epoch 2\n" + lines(300))
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "line 299")
        await log.only("epoch")
        await shows(pilot, "only: epoch, with 2 lines around", "Epoch 1", "epoch 2", "--", "line 298", "line 1 ")
        assert log.rows[:11] == ["line 298", "line 299", "Epoch 1", "line 0", "line 1", "--", "line 298", "line 299",
                                 "epoch 2", "line 0", "line 1"]  # fmt: skip
        log.append("EPOCH 3\n")
        await shows(pilot, "EPOCH 3")
        await log.search("EPOCH 3")
        await until(pilot, lambda: log.view._found)
        await log.search("line 7")
        await shows(pilot, "'line 7' is not found below.")
        await pilot.press("ampersand")
        await shows(pilot, "only lines with epoch")
        await pilot.press("ctrl+u", "enter")
        await hides(pilot, "only:")
        await shows(pilot, "line 2")


async def test_escape_clears_the_filter_and_then_leaves(app, log):
    log.write(lines(300))
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "line 299")
        await log.only("nowhere")
        await shows(pilot, "No line has 'nowhere' in it: Esc")
        await pilot.press("escape")
        await shows(pilot, "line 299")
        await hides(pilot, "only:")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, Home))


async def test_pages_of_a_filtered_log(app, log):
    log.write("".join(f"{'hit' if n % 9 == 0 else 'line'} {n}\n" for n in range(5000)))
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "line 4999")
        await log.only("hit")
        await shows(pilot, "hit 4995")
        end = log.rows
        await pilot.press("pageup", "pageup", "pagedown", "pagedown")
        await shows(pilot, "following")
        assert log.rows == end
        await pilot.press("g")
        await until(pilot, lambda: log.rows[:7] == ["hit 0", "line 1", "line 2", "--", "line 7", "line 8", "hit 9"])
        top = log.rows
        await pilot.press(*["j"] * 9, *["k"] * 9)
        await until(pilot, lambda: log.rows == top)


async def test_carriage_returns_collapsed_or_not(app, log):
    log.write("start\n10%\r50%\r99%\r\ndone\n")
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "done")
        assert log.rows[:3] == ["start", "99%", "done"]
        await pilot.press("z")
        await shows(pilot, "not collapsed")
        assert log.rows[:5] == ["start", "10%", "50%", "99%", "done"]
        await pilot.press("z")
        await hides(pilot, "50%", "not collapsed")


async def test_a_very_long_progress_bar_is_one_line(app, log):
    log.write("start\n" + "\r".join(f"{n:6}/40000 " + "#" * 10 for n in range(40_000)) + "\ndone\n")
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "done")
        assert log.rows[:3] == ["start", " 39999/40000 ##########", "done"]


async def test_sideways(app, log):
    log.write("".join(f"{'abcdefghij' * 12} {n}\n" for n in range(50)) + "日" * 50 + "end\n")
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "abcdefghij", "~")
        await pilot.press("l")
        await shows(pilot, "from column 41", "hi~", "日end")
        await pilot.press("right")
        await shows(pilot, "from column 81", "ghij 49", "日end")
        await pilot.press("l")
        await shows(pilot, "from column 81")
        await pilot.press("h", "left")
        await hides(pilot, "from column")
        assert log.rows[0].startswith("abc")


async def test_a_marker_stands_where_the_log_ended(app, log, desk):
    log.write(lines(50))
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "line 49")
        await pilot.press("m")
        await shows(pilot, "---- 12:00:00 ----")
        log.append("new\n")
        await until(pilot, lambda: log.rows[-3:] == ["line 49", "---- 12:00:00 ----", "new"])
        desk.clock += 61
        log.append("half a ")
        await shows(pilot, "half a")
        await pilot.press("m")
        log.append("line\nlast\n")
        await until(pilot, lambda: log.rows[-3:] == ["half a line", "---- 12:01:01 ----", "last"])
        assert b"----" not in log.path.read_bytes()
        await pilot.press("g", "m")
        await shows(pilot, "A marker stands at the end of the log: G.")
        await log.only("last")
        await pilot.press("G")
        await shows(pilot, "12:00:00", "12:01:01", "last", "new")
        await hides(pilot, "line 40")


async def test_an_empty_log_cannot_be_marked(app, log):
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "empty so far")
        await pilot.press("m")
        await shows(pilot, "there is nothing to mark the end of")
        for key in (
            "n",
            "escape",
            "N",
            "escape",
            "e",
            "E",
            "z",
            "w",
            "h",
            "l",
            "f",
            "j",
            "k",
            "g",
            "G",
            "pageup",
            "pagedown",
        ):
            await pilot.press(key)
        await shows(pilot, "empty so far")
        log.write("first\n")
        await shows(pilot, "first")


async def test_a_file_that_is_cut_replaced_or_gone(app, log):
    log.write(lines(500))
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "line 499")
        await pilot.press("g", "pagedown")
        log.write("anew\n")
        await shows(pilot, "anew")
        await hides(pilot, "line")
        other = log.path.with_name("other")
        other.write_text(lines(500, "other"))
        os.replace(other, log.path)
        await shows(pilot, "other ")
        log.path.unlink()
        await pilot.press("G")
        await shows(pilot, "other 499")
        await pilot.press("pageup")
        await shows(pilot, "other 460")
        log.write(lines(3, "again"))
        await shows(pilot, "again 2")


async def test_lines_without_end_and_bytes_that_are_no_text(app, log):
    log.write(b"\x00" * 200_000 + b"\xff\xfe\x80\n" + b"x" * 3_000_000 + "日本".encode() * 50_000 + b"\x1b]0;t\x07end")
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "日本", "~")
        for key in ("k", "pageup", "g", "w", "j", "pagedown", "G", "k", "z", "w", "l", "l", "h", "pageup", "G"):
            await pilot.press(key)
        await shows(pilot, "following")
        await log.search("nowhere")
        await shows(pilot, "'nowhere' is not found below")


@pytest.fixture
def held(monkeypatch):
    """Searches of more than a few lines go to a thread, and stay there until this is set."""
    going_on = Event()

    class Held(log_search.Scan):
        def count(self, length):
            super().count(length)
            if self._limit is None:
                going_on.wait(20)
                super().count(0)

    monkeypatch.setattr(log_view, "Scan", Held)
    monkeypatch.setattr(log_view, "QUICK", 1000)
    return going_on


async def test_a_long_search_says_how_far_it_is_and_can_be_ended(app, log, held):
    log.write(lines(100_000) + "NEEDLE\n")
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "NEEDLE")
        await pilot.press("g")
        await log.search("NEEDLE")
        await shows(pilot, "searching", "%")
        await pilot.press("pagedown")
        await shows(pilot, "line 22")
        await pilot.press("escape")
        held.set()
        await shows(pilot, "No longer looking for 'NEEDLE'.", "line 22")
        await hides(pilot, "searching")
        await log.search("NEEDLE")
        await shows(pilot, "NEEDLE", "line 99999")


async def test_another_search_takes_the_place_of_a_long_one(app, log, held):
    log.write(lines(100_000) + "NEEDLE\n")
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "NEEDLE")
        await pilot.press("g")
        await log.search("NEEDLE")
        await shows(pilot, "searching")
        await log.search("line 70000")
        held.set()
        await shows(pilot, "line 70000")
        await hides(pilot, "searching", "NEEDLE")


async def test_a_filter_that_takes_long_shows_the_last_one_asked_for(app, log, held):
    log.write("first\n" + lines(100_000))
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "line 99999")
        await log.only("first")
        await shows(pilot, "only: first", "searching")
        await log.only("line 70001")
        await shows(pilot, "only: line 70001", "searching")
        held.set()
        await until(pilot, lambda: log.rows[:5] == [f"line {n}" for n in range(69_999, 70_004)])
        await hides(pilot, "searching")


async def test_a_resize_keeps_the_place(app, log):
    log.write("".join(f"{n} " + "word " * 40 + "\n" for n in range(200)))
    async with app.run_test(size=(80, 24)) as pilot:
        await log.open(pilot, "199 word")
        await pilot.press("w", "g", "pagedown")
        await shows(pilot, " %")
        top = log.view._rows[0].start
        await pilot.resize_terminal(60, 15)
        await until(pilot, lambda: len(log.rows) == 13)
        assert log.view._rows[0].start == top
        await pilot.press("G")
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: len(log.rows) == 38 and log.rows[-2].startswith("199 word"))
