"""Where jobs of the Science Platform lie, as this machine calls it and as their sessions do."""

import pytest
from worlds.asking import ended, send
from worlds.canfar import MountedCanfarWorld

from tui_batch.backends.canfar.storage import Storage
from tui_batch.errors import Busy, Refused, Unanswered, Unclear, Unreachable
from tui_batch.model import Job, Resources
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


def test_a_folder_whose_name_does_not_arrive_is_refused_before_anything_is_sent(tmp_path):
    for name in ("J Lopez", "a$b", 'a"b', "a\\b"):
        with pytest.raises(Refused, match="letters that the platform minds"):
            reached(tmp_path / "arc" / name, mount=tmp_path / "arc").folder("x")


def test_files_are_found_and_brought_by_the_paths_that_sessions_know(tmp_path):
    results = tmp_path / "arc" / "projects" / "results"
    results.mkdir(parents=True)
    (results / "processed_1.fits").write_text("data")
    storage = reached(tmp_path / "arc" / "home", mount=tmp_path / "arc")
    [found] = storage.outputs(["/arc/projects/results/processed_*.fits"]).files
    assert found.path == "/arc/projects/results/processed_1.fits"
    storage.bring(found, tmp_path / "came")
    assert (tmp_path / "came").read_text() == "data"


# -- storage that comes and goes ---------------------------------------------------------------------------------------


class Away(LocalHost):
    """A host that does not answer, for this reason, and counts how often it was asked."""

    def __init__(self, error):
        super().__init__(10.0)
        self.error, self.asked = error, 0

    def run(self, script, given=b"", seconds=None):
        self.asked += 1
        raise self.error

    put = get = read = run


@pytest.fixture
def mounted(tmp_path):
    made = MountedCanfarWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def backend(mounted):
    opened = mounted.open()
    yield opened
    opened.close()


def test_a_log_is_read_on_from_the_platform_while_the_storage_is_away(mounted):
    mounted.settings["setup"] = ["echo made ready"]
    backend = mounted.open()
    [job] = send(mounted, backend, "echo one; echo two")
    mounted.watch(backend, ended(1))
    mount = mounted.folder / "mounted"
    mount.rename(mounted.folder / "away")
    began = backend.tail(job, "out", "")
    assert (began.data, began.whole) == (b"made ready\none\ntwo\n", True)
    assert backend.tail(job, "out", "15").data == b"two\n"
    (mounted.folder / "away").rename(mount)
    assert backend.tail(job, "out", "11").data == b"one\ntwo\n"


def test_a_log_with_nothing_new_on_the_storage_is_looked_at_once_more(mounted, backend):
    [job] = send(mounted, backend, "echo one")
    mounted.watch(backend, ended(1))
    again = backend.tail(job, "out", backend.tail(job, "out", "").cursor)
    assert (again.data, again.cursor, again.wait > 0) == (b"", "4", True)


@pytest.mark.parametrize("kind", [Unreachable, Unclear, Unanswered])
def test_what_cannot_be_brought_to_the_storage_waits_and_says_nothing_of_the_platform(kind):
    storage = Storage("canfar", Away(kind("fir: no answer.")), "/arc/home", "/arc", "")
    with pytest.raises(Busy, match=r"^fir: no answer\.$"):
        storage.stage(None, None, [Job("20260302-091541-otter", 0, "a", 1, "", Resources())])


def test_a_host_that_takes_long_to_say_nothing_is_left_alone_for_a_while(monkeypatch):
    host, now = Away(Unreachable("fir: no answer in 20 s.")), [0.0]
    storage = Storage("canfar", host, "/arc/home", "/arc", "")
    job = Job("20260302-091541-otter", 0, "a", 1, "k3x9w2ab", Resources())

    def clock():
        now[0] += 20.0
        return now[0]

    monkeypatch.setattr("tui_batch.backends.canfar.storage.monotonic", clock)
    assert storage.ended([job]) == ({}, "fir: no answer in 20 s.")
    assert storage.log(job, "") is None and storage.ended([job]) == ({}, "fir: no answer in 20 s.")
    assert host.asked == 1
    with pytest.raises(Busy):
        storage.stage(None, None, [job])
    assert host.asked == 1
    now[0] += 600.0
    assert storage.log(job, "") is None
    assert host.asked == 2
    assert storage.examine().wrong == "fir: no answer in 20 s."
    assert host.asked == 3
