"""The store's disk is full for a while: the courier goes on by itself when there is room again."""

import os
from pathlib import Path

from mounting import mounted
from test_killed import desk_of, make, until

from tui_batch.states import JobState
from tui_batch.store import lock
from tui_batch.store.home import Home


def test_the_courier_starts_over_when_there_is_room_again(tmp_path: Path) -> None:
    with mounted(tmp_path / "home", "size=4m") as home:
        desk = desk_of(home, slots=1)
        name = desk.submit(make(desk, tmp_path, f"echo {{{{ n }}}} >> {tmp_path}/ran; sleep 0.05", "1..60"))
        # Jobs end so quickly that there is always something left to write down.
        until(lambda: desk.submission(name).counts.get(JobState.SUCCEEDED, 0) >= 5)
        filler = os.open(home / "filler", os.O_WRONLY | os.O_CREAT)
        while True:
            try:
                os.write(filler, b"x" * 4096)
            except OSError:
                break
        os.close(filler)
        # Nobody looks meanwhile: no front that could start another courier.
        until(lambda: not (beat := lock.look(Home(home))) or not beat.alive)
        (home / "filler").unlink()
        until(lambda: bool((beat := lock.look(Home(home))) and beat.alive))
        until(lambda: bool(desk.submission(name).ended) or desk.submission(name).counts.get(JobState.HELD, 0) > 0)
        if not desk.submission(name).ended:  # what could not be started for want of room waits for a person
            desk.retry(name)
        until(lambda: bool(desk.submission(name).ended))
        assert desk.submission(name).counts == {JobState.SUCCEEDED: 60}
        assert sorted(map(int, (tmp_path / "ran").read_text().split())) == list(range(1, 61))
