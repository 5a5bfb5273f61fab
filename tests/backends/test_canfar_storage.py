"""Where jobs of the Science Platform lie, as this machine calls it and as their sessions do."""

import pytest

from tui_batch.backends.canfar.storage import Storage
from tui_batch.errors import Refused
from tui_batch.wire.here import LocalHost


def reached(workdir, arc="/arc", mount=""):
    return Storage("canfar", LocalHost(10.0), str(workdir), arc, str(mount))


def test_sessions_find_a_folder_that_is_mounted_here_under_another_name(tmp_path):
    storage = reached(tmp_path / "arc" / "home" / "mlopez", mount=tmp_path / "arc")
    assert storage.folder("20260302-091541-otter") == "/arc/home/mlopez/20260302-091541-otter"
    place = storage.examine()
    assert (place.folder, place.wrong) == ("/arc/home/mlopez", "")
    assert place.free > 0
    assert storage.as_the_host_sees("/arc/projects/a.fits") == f"{tmp_path}/arc/projects/a.fits"


def test_sessions_find_a_folder_that_has_one_name_everywhere(tmp_path):
    storage = reached(tmp_path / "home", arc=str(tmp_path))
    assert storage.folder("x") == f"{tmp_path}/home/x"
    assert storage.examine().folder == f"{tmp_path}/home"


def test_what_no_session_would_find_is_refused_before_anything_is_sent(tmp_path):
    for storage, top in (
        (reached(tmp_path / "home"), "/arc"),
        (reached(tmp_path / "arch", mount=tmp_path / "arc"), tmp_path / "arc"),
    ):
        with pytest.raises(Refused, match=f"is not below {top}: no session would find it. Nothing was sent"):
            storage.folder("x")
        assert "no session would find it" in storage.examine().wrong


def test_files_are_found_and_brought_by_the_paths_that_sessions_know(tmp_path):
    results = tmp_path / "arc" / "projects" / "results"
    results.mkdir(parents=True)
    (results / "processed_1.fits").write_text("data")
    storage = reached(tmp_path / "arc" / "home", mount=tmp_path / "arc")
    [found] = storage.outputs(["/arc/projects/results/processed_*.fits"]).files
    assert found.path == "/arc/projects/results/processed_1.fits"
    storage.bring(found, tmp_path / "came")
    assert (tmp_path / "came").read_text() == "data"
