"""Targets: how each is, and testing one."""

from dataclasses import replace

from stand_in import FULL, TARGETS, FakeDesk, ago
from waiting import hides, screen_text, shows, until

from tui_batch.app import BatchApp
from tui_batch.model import Contact, Order, Question, Target
from tui_batch.shown import Snapshot

CONTACTS = {
    "fir": Contact(
        True, "slurm 24.11 answers", {"version": "24.11.1", "limit": "4000 jobs"}, ago(60), ago(12), ago(-18)
    ),
    "aws": Contact(heard=ago(3000), next=ago(-200), trouble="aws: no answer in 30 s."),
}


async def test_each_target_says_how_it_is_and_what_it_has_to_do(tmp_path):
    app = BatchApp(FakeDesk(tmp_path, replace(FULL, contacts=CONTACTS)))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("4")
        await shows(pilot, "> local", "not asked yet", "reachable", "no answer", "48", "741", "20 s", "3m")
        await shows(pilot, "local (local)", "never: Enter does")
        await pilot.press("j")
        await shows(pilot, "fir (slurm)", "slurm 24.11 answers", "4000 jobs", "60s ago")
        await pilot.press("j")
        await shows(pilot, "aws (awsbatch)", "aws: no answer in 30 s.")


async def test_enter_answers_what_a_target_asks(tmp_path):
    code = Question("code", "ada@fir: one-time code", False, "fir", ago(5))
    unanswered = Contact(False, trouble="aws: nobody answered within 100 s.", unanswered=True, next=ago(-200))
    desk = FakeDesk(tmp_path, replace(FULL, questions=(code,), contacts={"aws": unanswered}))
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212", "2 targets wait for you: a")
        await pilot.press("4")
        await shows(pilot, "> local", "needs answer")
        await pilot.press("j")
        await shows(pilot, "waits for you", "one-time code: Enter answers")
        await pilot.press("enter", "1", "enter")
        await until(pilot, lambda: desk.asked == [("answer", "fir", "1")])
        await pilot.press("j", "enter")
        await shows(pilot, "aws is tried again", "nobody answered within 100 s.")
        assert desk.asked[1:] == [("probe", "aws")]


async def test_enter_tests_a_target(app, desk):
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("4")
        await shows(pilot, "> local")
        await pilot.press("j", "enter")
        await shows(pilot, "fir is being examined")
        assert desk.asked == [("probe", "fir")]
        order = Order("p1", "probe", "", ago(0), target="fir")
        desk.current = replace(FULL, orders=(order,))
        await shows(pilot, "examining...")
        desk.current = replace(FULL, contacts=CONTACTS)
        await shows(pilot, "slurm 24.11 answers", "reachable")
        await hides(pilot, "examining...")


async def test_who_has_only_this_machine_is_told_how_there_come_to_be_others(tmp_path):
    app = BatchApp(FakeDesk(tmp_path, Snapshot(targets=TARGETS[:1])))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "makes many jobs")
        await pilot.press("4")
        await shows(pilot, "> local", "More targets", "[targets.NAME]")
        await pilot.press("q")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_what_may_be_a_secret_is_not_shown(tmp_path):
    target = Target("fir", "slurm", {"token": "hunter2", "login": "ada"})
    app = BatchApp(FakeDesk(tmp_path, replace(FULL, targets=(target,))))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("4")
        await shows(pilot, "login", "ada", "token", "***")
        assert "hunter2" not in screen_text(app)
        await pilot.press("2")
        await shows(pilot, "never-sent")
        await pilot.press("S")
        await shows(pilot, "login = ada")
        assert "hunter2" not in screen_text(app)


async def test_a_target_that_nobody_asks_is_asked_at_no_time(tmp_path):
    contacts = {name: Contact(True, heard=ago(12), next=ago(1)) for name in ("fir", "local")}
    desk = FakeDesk(tmp_path, replace(FULL, contacts=contacts))
    async with BatchApp(desk).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "R    212")
        await pilot.press("4")
        await shows(pilot, "trying now")
        assert screen_text(pilot.app).count("trying now") == 1, "nothing is open on local"
        desk.current = replace(desk.current, courier=None)
        await hides(pilot, "trying now")
