"""The configuration is edited while the courier is at work: what it says now counts for what is submitted now."""

from pathlib import Path

from test_killed import desk_of, make, until

from tui_batch import config
from tui_batch.desk import Desk
from tui_batch.states import JobState


def test_a_target_that_was_added_meanwhile_is_used(tmp_path: Path) -> None:
    desk = desk_of(tmp_path / "home", slots=1)
    batch = make(desk, tmp_path, "sleep 0.3", "1..3")
    first = desk.submit(batch)
    until(lambda: desk.submission(first).counts.get(JobState.RUNNING, 0) == 1)
    path = tmp_path / "config.toml"
    path.write_text(path.read_text() + '[targets.second]\nkind = "local"\n')
    desk = Desk(desk.home, config.read(path))
    second = desk.submit(batch, "second")
    until(lambda: bool(desk.submission(second).ended and desk.submission(first).ended))
    assert desk.submission(second).counts == {JobState.SUCCEEDED: 3}
    assert desk.submission(first).counts == {JobState.SUCCEEDED: 3}
