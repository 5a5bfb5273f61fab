"""The courier is killed again and again while a sweep runs: every job runs exactly once, and nothing is made up."""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tui_batch.config import Config
from tui_batch.desk import Desk
from tui_batch.model import Target
from tui_batch.states import JobState
from tui_batch.store import lock
from tui_batch.store.home import Home

JOBS = 1000
KILLS = 10


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


def desk_of(home: Path, **settings: object) -> Desk:
    config = home.parent / "config.toml"
    lines = "".join(f"{key} = {value!r}\n" for key, value in settings.items())
    config.write_text(f'[targets.local]\nkind = "local"\n{lines}')
    return Desk(home, Config({"local": Target("local", "local", settings)}, path=config))


def make(desk: Desk, folder: Path, command: str, axis: str, extra: str = "") -> str:
    template = folder / "count.toml"
    template.write_text(
        f'name = "count"\ncommand = """{command}"""\n[[variables]]\nkey = "n"\ntype = "int"\ndefault = 1\n{extra}'
    )
    return desk.generate(desk.plan(desk.template(str(template)), [("n", axis)])).name


def test_each_job_runs_once_though_the_courier_is_killed_ten_times(tmp_path: Path) -> None:
    desk = desk_of(tmp_path / "home", slots=4)
    marks = tmp_path / "marks"
    marks.mkdir()
    # Each run of a job appends one byte to a file of its own: two bytes would be two runs.
    batch = make(
        desk, tmp_path, f"printf x | tee mine >> '{marks}/{{{{ n }}}}'; sleep 0.0$(({{{{ n }}}} % 3))", f"1..{JOBS}"
    )
    name = desk.submit(batch)
    dice = random.Random(20261120)
    done = 0
    for _ in range(KILLS):
        goal = done + dice.randrange(20, JOBS // KILLS)
        until(lambda goal=goal: len(os.listdir(marks)) >= goal or bool(desk.submission(name).ended))
        done = len(os.listdir(marks))
        beat = lock.look(Home(desk.home))
        if beat and beat.alive:
            os.kill(beat.pid, signal.SIGKILL)
            until(lambda pid=beat.pid: not (now := lock.look(Home(desk.home))) or not now.alive)
        desk.wake()
    until(lambda: bool(desk.submission(name).ended), 120)
    runs = {path.name: path.stat().st_size for path in marks.iterdir()}
    assert runs == {str(n): 1 for n in range(1, JOBS + 1)}
    assert desk.submission(name).counts == {JobState.SUCCEEDED: JOBS}
    assert len(list(desk.results(name).iterdir())) == JOBS
