"""Targets whose files lie on a host of their own: where they are, what is on its way, and what is deleted there."""

from dataclasses import replace

from stand_in import FULL, SUBMISSIONS, FakeDesk
from waiting import hides, shows, until

from tui_batch.app import BatchApp
from tui_batch.model import Contact

KELP, REED, SAGE = (SUBMISSIONS[at].id for at in (0, 1, 4))
WHOLE = replace(FULL, submissions=(*SUBMISSIONS[:4], SUBMISSIONS[4]._replace(fetched=5)))


def remote(tmp_path, snapshot=FULL):
    desk = FakeDesk(tmp_path, snapshot)
    desk.workdir = "~/tui-batch"
    return desk


async def typed(pilot, text):
    await pilot.press("colon", *text, "enter")


async def test_a_log_that_is_not_here_yet_is_on_its_way(tmp_path):
    desk = remote(tmp_path)
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("l")
        await shows(pilot, "stdout is on fir: what it holds is being brought here.")
        (tmp_path / "212.out").touch()
        desk.current = replace(FULL)
        await shows(pilot, "stdout is empty so far: the job is running.")
        (tmp_path / "212.out").write_text("step 1\n")
        await shows(pilot, "step 1")


async def test_a_log_whose_target_does_not_answer_is_not_said_to_be_on_its_way(tmp_path):
    contacts = {"fir": Contact(False, heard="2026-11-20T11:02:00.000Z", trouble="fir: no answer in 30 s.")}
    desk = remote(tmp_path, replace(FULL, contacts=contacts))
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("l")
        await shows(pilot, "stdout is on fir, and comes when that answers.", "fir in trouble")
        (tmp_path / "212.out").write_text("step 1\n")
        await shows(pilot, "step 1", "fir in trouble")
        desk.current = FULL
        await hides(pilot, "fir in trouble")


async def test_a_target_that_does_not_answer_is_told_of_as_of_its_last_answer_and_takes_no_name_away(tmp_path):
    told = "fir: fir (ada@login7.fir.example.org:22) cannot be reached: Connection refused. Nothing was sent."
    contacts = {"fir": Contact(False, heard="2026-11-20T11:02:00.000Z", trouble=told)}
    kelp = SUBMISSIONS[0]._replace(health=told)
    desk = remote(tmp_path, replace(FULL, submissions=(kelp, *SUBMISSIONS[1:]), contacts=contacts))
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212", "fir in trouble, as of 11:02", "as of 11:02, fir: fir (ada@login7")
        await pilot.press("enter")
        await shows(pilot, f"{kelp.batch} on fir", "fir in trouble, as of 11:02")


async def test_a_log_of_a_job_that_has_not_begun_is_not_on_its_way(tmp_path):
    async with BatchApp(remote(tmp_path)).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await typed(pilot, "log")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        await pilot.press("q", "colon", *"log", "space", *"300", "enter")
        await shows(pilot, "stdout is empty so far: the job is queued.")


async def test_a_job_says_where_its_folder_is(tmp_path):
    async with BatchApp(remote(tmp_path)).run_test(size=(80, 40)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("d")
        await shows(pilot, "on fir", f"~/tui-batch/{KELP}/jobs/1/netmc-T0.1-0.9-212")


async def test_what_is_deleted_is_named_and_asked_about(tmp_path):
    desk = remote(tmp_path, WHOLE)
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("G")
        await shows(pilot, "> CA protein-fold")
        await typed(pilot, "clean")
        await shows(pilot, f"Delete fir:~/tui-batch/{SAGE}? What is here stays.", "y/N")
        await pilot.press("enter")
        await shows(pilot, "Nothing was deleted.")
        await typed(pilot, "clean")
        await shows(pilot, "What is here stays.", "y/N")
        await pilot.press("y")
        await shows(pilot, f"Deleting fir:~/tui-batch/{SAGE}: what is here stays.")
        assert desk.asked == [("remove", SAGE)]


async def test_what_is_not_here_is_deleted_only_by_its_number(tmp_path):
    desk = remote(tmp_path)
    async with BatchApp(desk).run_test(size=(120, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("G")
        await shows(pilot, "> CA protein-fold")
        await typed(pilot, "clean")
        await shows(pilot, f"Delete fir:~/tui-batch/{SAGE}? The results of 5 jobs are not here. Type 5:")
        await pilot.press("y", "enter")
        await shows(pilot, "type 5, or Esc")
        await pilot.press("backspace", "5", "enter")
        await until(pilot, lambda: desk.asked == [("remove", SAGE)])


async def test_what_is_open_or_has_nothing_there_is_not_deleted(tmp_path):
    desk = remote(tmp_path)
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await typed(pilot, "clean")
        await shows(pilot, "has nothing there that could be deleted")
        await pilot.press("escape")
        await hides(pilot, "could be deleted")
        assert not desk.asked
