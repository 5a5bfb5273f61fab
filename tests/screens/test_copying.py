"""The copy menu: what it offers where, and that it only says what happened."""

from base64 import b64decode
from pathlib import Path

import pytest
from waiting import hides, shows, until

from tui_batch.errors import StoreError
from tui_batch.screens.batches import Batches


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch):
    """Nothing between us and the terminal."""
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def kept(desk):
    path = Path(desk.home) / "front" / "clipboard.txt"
    return path.read_text() if path.exists() else None


def sent(app, monkeypatch):
    """What is written to the terminal from now on."""
    written = []
    monkeypatch.setattr(app._driver, "write", written.append)
    return written


async def copied(pilot, desk, letter, text):
    await pilot.press("y", letter)
    await until(pilot, lambda: kept(desk) == text, repr(text))


async def test_of_a_submission(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("y")
        await shows(pilot, "copy", "i id", "n name", "p path", "c command", "r row")
        await pilot.press("i")
        await until(pilot, lambda: kept(desk) == "20261120-1157-kelp")
        await shows(pilot, "Id sent to the terminal; also in ")
        await copied(pilot, desk, "n", "netmc-T0.1-0.9")
        await copied(pilot, desk, "p", "results/20261120-1157-kelp")
        await copied(pilot, desk, "c", "tui-batch submit netmc-T0.1-0.9 --target fir")
        await pilot.press("y", "r")
        await until(pilot, lambda: kept(desk).startswith("running\tnetmc-T0.1-0.9\tfir\t"))
        assert kept(desk).endswith("\tfor the paper")


async def test_of_several_that_are_marked(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        await pilot.press("space", "space")
        await copied(pilot, desk, "i", "18231_212\n18231_213")


async def test_of_a_job(app, desk):
    desk.job_files = lambda batch, job: {"command": f"./raft {job}\n", "input.csv": "4,0.1"}
    desk.log("", 5).write_text("one\ntwo\n")
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        await pilot.press("s", "j")
        await shows(pilot, "JOB+")
        await pilot.press("g", *"jjjjj")
        await copied(pilot, desk, "i", "18231_5")
        await copied(pilot, desk, "n", "netmc-T0.1-0.9-5")
        await copied(pilot, desk, "p", str(desk.home / "5.out"))
        await copied(pilot, desk, "o", "results/20261120-1157-kelp/netmc-T0.1-0.9-5")
        await copied(pilot, desk, "c", "./raft netmc-T0.1-0.9-5")
        await copied(pilot, desk, "v", "seed = 5\ntemperature = 0.0")
        await copied(pilot, desk, "t", "one\ntwo")
        await pilot.press("y", "r")
        await until(pilot, lambda: kept(desk).startswith("succeeded\t5\tnetmc-T0.1-0.9-5\t5\t0.0\t18231_5\t"))
        await pilot.press("d")
        await shows(pilot, "Variables")
        await copied(pilot, desk, "n", "netmc-T0.1-0.9-5")
        await pilot.press("l")
        await shows(pilot, "two")
        await pilot.press("o")
        await shows(pilot, "stderr")
        await copied(pilot, desk, "p", str(desk.home / "5.err"))


async def test_of_jobs_of_all_submissions(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("3")
        await shows(pilot, "all jobs", "> R  netmc-T0.1-0.9")
        await pilot.press("space", "space")
        await copied(pilot, desk, "n", "netmc-T0.1-0.9-212\nnetmc-T0.1-0.9-213")
        await copied(pilot, desk, "p", f"{desk.home / '212.out'}\n{desk.home / '213.out'}")


async def test_in_the_monitor_it_is_the_job(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("tab")
        await copied(pilot, desk, "i", "18231_212")


async def test_of_a_batch_and_of_a_template(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("2")
        await shows(pilot, "never-sent")
        assert isinstance(app.screen, Batches)
        await copied(pilot, desk, "n", "netmc-T0.1-0.9")
        await copied(pilot, desk, "p", "batches/netmc-T0.1-0.9.zip")
        await copied(pilot, desk, "c", "tui-batch submit netmc-T0.1-0.9")
        await pilot.press("n")
        await shows(pilot, "> ml-training")
        await copied(pilot, desk, "n", "ml-training")


async def test_the_terminal_gets_it_as_base64_only(app, desk, monkeypatch):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        written = sent(app, monkeypatch)
        await pilot.press("y", "i")
        await shows(pilot, " sent to the terminal")
        osc = next(text for text in written if "52;c;" in text)
        assert b64decode(osc.removeprefix("\x1b]52;c;").removesuffix("\a")) == b"20261120-1157-kelp"


@pytest.mark.parametrize(("name", "value", "said"), [("TMUX", "x", "tmux"), ("STY", "x", "screen")])
async def test_it_says_what_stands_between(app, desk, monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    async with app.run_test(size=(200, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("y", "i")
        await shows(pilot, f" sent through {said}; also in ", "clipboard.txt", "18 characters")


async def test_what_is_too_long_for_the_terminal_goes_to_the_file_only(app, desk, monkeypatch):
    desk.log("", 212).write_text("x" * 80_000)
    async with app.run_test(size=(200, 24)) as pilot:
        await shows(pilot, "R    212")
        written = sent(app, monkeypatch)
        await pilot.press("tab", "y", "t")
        await shows(pilot, "Too long for the terminal: 80,000 characters are in ")
        assert kept(desk) == "x" * 80_000
        assert not [text for text in written if "52;" in text]


async def test_without_a_file_it_says_that_only_the_terminal_was_asked(app, desk):
    def fail(text):
        raise StoreError("Cannot keep what was copied: the file system is read-only.")

    desk.keep_copy = fail
    async with app.run_test(size=(120, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("y", "i")
        await shows(pilot, " sent to the terminal. Cannot keep what was copied: the file system is read-only.")


async def test_what_is_not_there_is_not_copied(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("tab", "y", "t")
        await shows(pilot, "There is no tail to copy yet.")
        await pilot.press("y", "escape")
        await hides(pilot, "c command")
        assert kept(desk) is None


async def test_where_there_is_nothing_to_copy_it_says_so(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("question_mark")
        await shows(pilot, "page down")
        await pilot.press("y")
        await shows(pilot, "There is nothing here to copy.")
