"""Sixty short jobs through a window of three, while the courier is killed and the service fails: each job runs once,
each end is told as it was, and every log is here."""

import json

import pytest
from test_killed import make, until
from test_slurm_killed import S, counts, opened
from test_trouble import kill_courier
from worlds.canfar import CanfarWorld, MountedCanfarWorld

from tui_batch.config import Config
from tui_batch.desk import Desk
from tui_batch.model import Target
from tui_batch.store import saved

JOBS = 60
BAD = JOBS // 10

# What goes wrong one after the other, and whether the courier is killed in the midst of it.
TROUBLES = [
    (("create", "hang", 1, True), True),
    (("create", 500, 2, False), False),
    (("create", "reset", 1, True), True),
    (("list", "hang", 1, False), True),
    (("create", 502, 1, True), False),
    (("logs", "cut", 3, False), True),
    (("any", "reset", 5, False), False),
    (("list", 503, 3, False), True),
    (("events", 500, 5, False), False),
]


@pytest.fixture(params=[CanfarWorld, MountedCanfarWorld], ids=lambda world: world.storage)
def world(request, tmp_path):
    yield from opened(request.param, tmp_path)


def desk_of(world):
    settings = world.settings | {
        "max_running": 3, "poll_seconds": 0.1, "lost_seconds": 60.0, "create_seconds": 1.0, "answer_seconds": 2.0,
        "settle_seconds": 0.5,
    }  # fmt: skip
    path = world.folder / "config.toml"
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
    path.write_text(f'default_target = "there"\n[targets.there]\nkind = "canfar"\n{lines}')
    return Desk(world.folder / "home", Config({"there": Target("there", "canfar", settings)}, "there", path=path))


def forget_what_is_saved(world, desk, name):
    """An hour goes by for sessions whose logs are here."""
    here = {index for _, index in saved.read(desk.home / "submissions" / name)}
    world.skaha.expire({row.status.id for row in desk.jobs(name).rows if row.index in here})


def test_each_job_runs_once_and_every_log_is_here_whatever_goes_wrong(world):
    marks, busy, skaha = world.folder / "marks", world.folder / "busy", world.skaha
    marks.mkdir()
    skaha.ways.pods = 100
    if world.storage != "none":
        skaha.ways.ttl = 0.5  # its records and logs outlive the session's
    desk, n = desk_of(world), "{{ n }}"
    command = (
        f"printf + >> '{busy}'; printf x >> '{marks}/{n}'; echo said by {n}; sleep 0.1; printf - >> '{busy}'; "
        f"exit $(({n} % 10 == 0 ? 3 : 0))"
    )
    name = desk.submit(make(desk, world.folder, command, f"1..{JOBS}"))

    def went_on(jobs):
        done = len(list(marks.iterdir()))
        until(lambda: len(list(marks.iterdir())) >= min(JOBS, done + jobs) or desk.submission(name).ended, 60)

    for (call, how, times, after), kill in TROUBLES:
        if call == "logs" and world.storage != "none":
            continue  # nobody asks for them: there are copies
        went_on(4)
        asked = len(skaha.calls)
        skaha.pull(call, how, times, after)
        until(lambda asked=asked, how=how: any(one.said == how for one in skaha.calls[asked:]), 60)
        if kill:
            kill_courier(desk.home)
            desk.wake()
        forget_what_is_saved(world, desk, name)
    went_on(4)
    skaha.expire_token()
    until(lambda: "let us in" in desk.submission(name).health, 60)
    kill_courier(desk.home)
    desk.wake()
    until(lambda: "let us in" in desk.submission(name).health, 60)
    skaha.new_token()
    until(lambda: bool(desk.submission(name).ended), 120)

    assert {path.name: path.read_text() for path in marks.iterdir()} == {str(n): "x" for n in range(1, JOBS + 1)}
    assert counts(desk, name) == {S.SUCCEEDED: JOBS - BAD, S.FAILED: BAD}
    rows = desk.jobs(name).rows
    assert {row.status.exit_code for row in rows if row.status.state is S.FAILED} == {3}
    assert [desk.log(name, row.index, "out").read_text() for row in rows] == [
        f"said by {row.index + 1}\n" for row in rows
    ]
    signs = busy.read_text()
    assert max(signs[:at].count("+") - signs[:at].count("-") for at in range(len(signs) + 1)) <= 3
