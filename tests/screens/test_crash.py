"""What is left behind when the program itself is wrong holds no secret."""

import os

from waiting import shows

from tui_batch.app import BatchApp
from tui_batch.redaction import redact
from tui_batch.screens.crash import report, sentence
from tui_batch.terminal import settle

TOKEN = "planted-4f3b9c2e71d05a68"


def fall():
    token = TOKEN
    raise RuntimeError(f"Authorization: Bearer {token} was refused")


def test_a_report_says_where_and_not_with_what():
    try:
        fall()
    except RuntimeError as error:
        text = report(error, {"MY_API_TOKEN": TOKEN})
    assert "in fall" in text
    assert "RuntimeError" in text
    assert TOKEN not in text


def test_what_looks_like_a_secret_is_taken_out():
    for secret in ("password=hunter2x", "api_key: abcdef", "https://ada:hunter2x@host/", "AKIA4567890123456789ABCDEF"):
        text = redact(f"before {secret} after", {})
        assert text.startswith("before ")
        assert text.endswith(" after")
        assert not any(word in text for word in ("hunter2x", "abcdef", "AKIA"))


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    assert "could not be written" in sentence(ValueError("x"), tmp_path / "not there")


async def test_the_program_ends_with_one_sentence(app, desk, capsys):
    def break_down():
        secret = TOKEN
        raise ZeroDivisionError(f"token={secret}")

    desk.snapshot = break_down
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause(0.1)
    except ZeroDivisionError:
        pass
    [left] = desk.home.glob("crash-*.txt")
    assert left.stat().st_mode & 0o777 == 0o600
    text = left.read_text()
    assert "break_down" in text
    assert TOKEN not in text
    said = capsys.readouterr()
    assert TOKEN not in said.err + said.out
    assert "Traceback" not in said.err + said.out


async def test_no_color_is_obeyed(desk, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = BatchApp(desk, settle(desk.config, os.environ))
    assert app.theme == "tui-batch-ansi"
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "protein-fold")
