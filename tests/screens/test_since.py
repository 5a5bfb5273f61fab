"""What happened while the app was closed, and what is put down for it."""

from dataclasses import replace

import pytest
from stand_in import FULL, NOON, SUBMISSIONS, FakeDesk, ago
from waiting import hides, shows, until

from tui_batch.app import BatchApp
from tui_batch.errors import StoreError
from tui_batch.screens.since import BUSY_SECONDS, QUIET_SECONDS, Seen, since
from tui_batch.states import JobState as S

KELP, REED, MOSS, *_ = SUBMISSIONS
YESTERDAY = ago(22 * 3600)
BEFORE = {"at": YESTERDAY, "open": {KELP.id: {"failed": 0, "fetched": 200}, REED.id: {"failed": 0, "fetched": 64}}}


def snapshot(*submissions):
    return replace(FULL, submissions=submissions)


def told(*submissions, before=BEFORE, room=200):
    return since(before, snapshot(*submissions), NOON, room)


def test_it_names_what_ended_what_failed_and_what_came_home():
    kelp = KELP._replace(fetched=202)
    reed = REED._replace(ended=ago(3600), fetched=64)
    assert told(kelp, reed) == (
        "Since 14:00 yesterday: raft-seed-scan ended (64 ok), netmc-T0.1-0.9: 2 failed, results of 2 came home"
    )


def test_it_says_how_something_ended_that_did_not_go_well():
    reed = REED._replace(ended=ago(3600), fetched=64, counts={S.SUCCEEDED: 61, S.FAILED: 2, S.TIMED_OUT: 1})
    assert told(reed) == "Since 14:00 yesterday: raft-seed-scan ended (61 ok, 1 timed out, 2 failed)"


def test_what_was_cancelled_has_not_failed():
    kelp = KELP._replace(counts={S.RUNNING: 3, S.CANCELLED: 7}, fetched=200)
    assert told(kelp) == "Since 14:00 yesterday: netmc-T0.1-0.9: 7 cancelled"


def test_nothing_is_said_when_nothing_happened():
    assert told(KELP._replace(counts={S.RUNNING: 3}, fetched=200)) == ""
    assert told(REED._replace(ended=ago(90000)), before={"at": YESTERDAY, "open": {}}) == ""


def test_what_was_sent_from_elsewhere_meanwhile_counts_from_nothing():
    moss = MOSS._replace(created=ago(3000), ended=ago(60), counts={S.SUCCEEDED: 12}, fetched=12)
    assert told(moss) == "Since 14:00 yesterday: c4-monthly ended (12 ok), results of 12 came home"


def test_where_there_is_no_room_for_all_it_says_how_many_more():
    reeds = [REED._replace(id=f"r{n}", batch=f"batch-{n}", created=ago(99), ended=ago(9)) for n in range(9)]
    line = told(*reeds, room=78)
    assert line == "Since 14:00 yesterday: batch-0 ended (64 ok), batch-1 ended (64 ok) and 7 more"
    assert len(line) <= 78


@pytest.mark.parametrize("before", [{}, {"at": "soon", "open": {}}, {"at": YESTERDAY}, {"at": YESTERDAY, "open": 3}])
def test_what_makes_no_sense_is_no_news(before):
    assert told(KELP, before=before) == ""


# -- what is put down --------------------------------------------------------------------------------------------------


def test_it_is_put_down_at_changes_and_every_minute(tmp_path):
    desk = FakeDesk(tmp_path)
    seen = Seen(desk)
    seen.look(snapshot(KELP))
    assert desk.memory == {}
    desk.clock += BUSY_SECONDS
    seen.look(snapshot(KELP))
    first = desk.memory["seen"]
    assert first["open"] == {KELP.id: {"failed": 2, "cancelled": 0, "fetched": 0}}
    seen.look(snapshot(KELP._replace(fetched=1)))
    assert desk.memory["seen"] is first, "not oftener than is worth it"
    desk.clock += BUSY_SECONDS
    seen.look(snapshot(KELP._replace(fetched=1)))
    second = desk.memory["seen"]
    assert second["open"][KELP.id]["fetched"] == 1
    desk.clock += QUIET_SECONDS
    seen.look(snapshot(KELP._replace(fetched=1)))
    assert desk.memory["seen"] is second
    desk.clock += BUSY_SECONDS
    seen.look(snapshot(KELP._replace(fetched=1)))
    assert desk.memory["seen"]["at"] > second["at"]


def test_that_the_app_was_open_is_put_down_also_when_nothing_goes_on(tmp_path):
    desk = FakeDesk(tmp_path)
    seen = Seen(desk)
    for _ in range(2):
        seen.look(snapshot())
        desk.clock += BUSY_SECONDS
    assert desk.memory["seen"]["open"] == {}


def test_a_store_that_is_read_only_is_no_trouble_of_it(tmp_path):
    desk = FakeDesk(tmp_path)

    def refuse(name, table):
        raise StoreError("The store is read-only.")

    desk.remember = refuse
    seen = Seen(desk)
    for _ in range(3):
        seen.look(snapshot(KELP))
        desk.clock += BUSY_SECONDS


# -- at the start ------------------------------------------------------------------------------------------------------


async def test_the_line_stands_there_until_a_key_is_pressed(tmp_path):
    desk = FakeDesk(tmp_path, snapshot(KELP, REED._replace(ended=ago(3600), fetched=66)))
    desk.memory["seen"] = BEFORE
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Since 14:00 yesterday: raft-seed-scan ended (64 ok)", "and 2 more")
        await pilot.press("j")
        await hides(pilot, "Since 14:00")
        await shows(pilot, "Enter open")
        await pilot.press("2")
        await shows(pilot, "never-sent")
        await pilot.press("1")
        await shows(pilot, "> CD raft-seed-scan")
        await hides(pilot, "Since 14:00")


async def test_the_app_puts_down_what_it_shows(tmp_path):
    desk = FakeDesk(tmp_path)
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        desk.clock += BUSY_SECONDS
        await until(pilot, lambda: "seen" in desk.memory)
