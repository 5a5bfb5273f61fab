"""Keys in turn: they wait for what the keys before them asked for; the ways out wait for nothing that hangs."""

import asyncio

import pytest
from textual.events import Key
from waiting import shows, until

from tui_batch.screens import turns


async def hang():
    await asyncio.Event().wait()


@pytest.mark.parametrize("key", ["escape", "ctrl+c", "q"])
async def test_the_way_out_does_not_wait_for_what_hangs(app, key, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 60.0)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        app.screen.go(hang)
        for one in ("down", "down", key):
            app.post_message(Key(one, one if len(one) == 1 else None))
        await until(pilot, lambda: len(app.screen_stack) == 1)  # which is told to wait for half of that


async def test_a_letter_that_would_lead_out_is_text_where_a_question_is_on_its_way(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press(*"equeue", "enter")
        await until(pilot, lambda: ("note", "20261120-1157-kelp", "for the paperqueue") in desk.asked)
