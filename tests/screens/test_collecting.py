"""The files that a batch names outside of its jobs' folders: listed, chosen, fetched."""

import os
from dataclasses import replace

from collected import ARC, KELP, PATTERNS, fetching, listed
from stand_in import ago
from waiting import hides, screen_text, shows, until

from tui_batch.model import Contact, Output
from tui_batch.shown import Collection

HOME = "R    212"


async def to_files(pilot, desk, found=None):
    """The screen, with what was found when it asked."""
    desk.patterns = PATTERNS
    await shows(pilot, HOME)
    await pilot.press("f")
    await shows(pilot, "files of netmc-T0.1-0.9 on fir", "listing...")
    desk.carried_out(found or listed())
    await shows(pilot, "listed now")


async def test_files_are_listed_first_and_fetched_when_one_says_so(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        desk.patterns = PATTERNS
        await shows(pilot, HOME)
        await pilot.press("f")
        await shows(pilot, f"Looking on fir: {ARC}/processed_*.fits")
        assert desk.asked == [("fetch", KELP), ("survey", KELP)]
        desk.carried_out(listed())
        await shows(pilot, "12 files, 39.1 MB", "> processed_1.fits", "3.2 MB", "2h00", f"from {ARC}", "/collected")
        await pilot.press("enter")
        await shows(pilot, "Fetching 12 files, 39.1 MB.")
        assert desk.asked[2:] == [("collect", KELP, listed().as_of, None)]
        desk.collected = fetching(5, 2**20)
        await shows(pilot, "5 of 12 files, 17.1 of 39.1 MB", "[#########=", "coming")
        await pilot.press("enter")
        await shows(pilot, "12 files: on the way already.")
        await pilot.press("f")
        await shows(pilot, "Files are on their way.")
        desk.carried_out(fetching(12))
        await shows(pilot, "12 of 12 files, 39.1 of 39.1 MB")
        await pilot.press("enter")
        await shows(pilot, "12 files: here already, as listed.")
        await pilot.press("f")
        await shows(pilot, "listing...")
        assert desk.asked[3:] == [("survey", KELP)]


async def test_only_what_is_marked_or_shown_is_fetched(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_files(pilot, desk)
        await pilot.press("space", "j", "space", "enter")
        await until(pilot, lambda: desk.asked[-1] == ("collect", KELP, listed().as_of, [0, 2]))
        desk.carried_out(replace(listed(), wanted=frozenset({0, 2}), here=frozenset({0, 2})))
        await shows(pilot, "2 of 2 files", "here")
        await hides(pilot, "marked")
        await pilot.press("slash", *"size>3.25", "enter")
        await shows(pilot, "filter: size>3.25, 6 of 12")
        await pilot.press("enter")
        await until(pilot, lambda: desk.asked[-1] == ("collect", KELP, listed().as_of, [6, 7, 8, 9, 10, 11]))


async def test_what_is_on_the_way_is_seen_again_and_not_listed_anew(app, desk):
    desk.patterns = PATTERNS
    desk.collected = fetching(3)
    desk.ordered("collect", KELP)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("f")
        await shows(pilot, "3 of 12 files")
        assert desk.asked == [("fetch", KELP)]
        await pilot.press("q")
        await shows(pilot, HOME, "go on coming: f shows how far")


async def test_what_went_wrong_is_said(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await to_files(pilot, desk, Collection(ago(0), ARC))
        await shows(pilot, f"Nothing was found on fir: {ARC}/processed_*.fits", "f looks again")
        desk.collected = replace(listed(), trouble="fir: it cannot be told which files are /arc/x: it did not say why.")
        await shows(pilot, "it cannot be told which files")
        why = "/arc/x has changed since it was listed."
        desk.collected = replace(fetching(3), failed={4: why, 7: "it may not be read."})
        await shows(pilot, "2 files did not come: /arc/x has changed", "failed", "3 of 12 files")
        desk.collected = replace(listed(), more=True)
        await shows(pilot, "There are more: narrower patterns")
        await pilot.press("f")
        await shows(pilot, "listing...")
        contact = Contact(False, trouble="fir: no answer in 30 s.")
        desk.current = replace(desk.current, contacts={"fir": contact})
        await shows(pilot, "fir: no answer in 30 s.", "goes on when it answers")


async def test_when_all_jobs_have_ended_it_is_said_once_that_there_is_more_to_be_had(app, desk):
    desk.patterns = PATTERNS
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("enter")
        await shows(pilot, "1/1003")
        ended = desk.current.submissions[0]._replace(ended=ago(1))
        desk.current = replace(desk.current, submissions=(ended, *desk.current.submissions[1:]))
        await shows(pilot, "All jobs have ended: f lists the files that its template names elsewhere.")


async def test_hostile_names_are_shown_and_nothing_else(app, desk):
    names = ["\x1b[31mred", "two\nlines", os.fsdecode(b"\xff\xfe"), "é" * 200, "[b]x[/b]"]
    found = Collection(ago(0), ARC, tuple(Output(f"{ARC}/{name}", 1, ago(60)) for name in names))
    async with app.run_test(size=(80, 24)) as pilot:
        await to_files(pilot, desk, found)
        await shows(pilot, "\\e[31mred", "two\\nlines", "\\udcff", "[b]x[/b]")
        await pilot.press("asterisk", "enter")
        await until(pilot, lambda: desk.asked[-1][0] == "collect")
        assert "\x1b" not in screen_text(app)


async def test_what_stays_there_is_said_to_stay_and_not_to_be_on_its_way(app, desk):
    desk.staying = "fir: what jobs made stays there, in ~/tui-batch: its storage is not set."
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, HOME)
        await pilot.press("f")
        await shows(pilot, desk.staying)


async def test_without_such_patterns_results_are_fetched_as_ever(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        desk.patterns = PATTERNS
        await shows(pilot, HOME)
        await pilot.press("j", "f")
        await shows(pilot, "Fetching the results of raft-seed-scan")
        await pilot.press("space", "g", "space", "f")
        await shows(pilot, "Fetching the results of 2 submissions")
        assert {verb for verb, *_ in desk.asked} == {"fetch"}


async def test_it_is_whole_on_a_small_terminal(app, desk):
    async with app.run_test(size=(60, 15)) as pilot:
        await to_files(pilot, desk)
        await shows(pilot, "processed_1.fits", "3.2 MB", "12 files", "to ")
