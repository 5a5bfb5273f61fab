"""Files outside of jobs' folders are listed and fetched: killed or cut in the middle, each comes once, and whole."""

import os

import pytest
from test_far_sending import S, counts
from test_killed import make, until
from test_trouble import kill_courier

from tui_batch.errors import RequestError
from tui_batch.store import outputs

WHEN = 1_795_176_000.0


@pytest.fixture
def arc(tmp_path):
    folder = tmp_path / "arc" / "my group"
    folder.mkdir(parents=True)
    return folder


def put(path, text="data", when=WHEN):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    os.utime(path, (when, when))


def sent(away, desk, *patterns, jobs=2, more=""):
    """A submission whose template names files outside of its jobs' folders."""
    extra = f"[results]\npatterns = {list(map(str, patterns))}\n{more}"
    name = desk.submit(make(desk, away.folder, "true", f"1..{jobs}", extra))
    until(lambda: counts(desk, name) == {S.RUNNING: jobs})
    return name


def listed(desk, name):
    """The list that comes when one asks for it."""
    order = desk.survey(name)
    until(lambda: order not in [one.id for one in desk.snapshot().orders])
    return desk.collection(name)


def collected(desk, name, places=None):
    order = desk.collect(name, desk.collection(name).as_of, places)
    until(lambda: order not in [one.id for one in desk.snapshot().orders])
    return desk.collection(name)


def tree(desk, name):
    folder = desk.results(name) / "collected"
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_files_are_listed_and_then_fetched(away, arc):
    desk = away.desk()
    put(arc / "processed_1.fits", "one")
    put(arc / "processed_2.fits", "second")
    put(arc / "raw.fits")
    name = sent(away, desk, arc / "processed_*.fits")
    found = listed(desk, name)
    assert [(one.path, one.size, one.moment) for one in found.files] == [
        (f"{arc}/processed_1.fits", 3, "2026-11-20T12:00:00.000Z"),
        (f"{arc}/processed_2.fits", 6, "2026-11-20T12:00:00.000Z"),
    ]
    assert (found.folder, found.more, found.here, found.trouble) == (str(arc), False, frozenset(), "")
    assert away.world.calls("bring") == []
    found = collected(desk, name)
    assert (found.here, found.failed, found.left) == ({0, 1}, {}, [])
    assert tree(desk, name) == {"processed_1.fits": "one", "processed_2.fits": "second"}
    assert not (desk.results(name) / ".collected").exists()
    assert os.stat(desk.results(name) / "collected" / "processed_1.fits").st_mtime == WHEN
    assert counts(desk, name) == {S.RUNNING: 2}


def test_some_files_of_an_ended_submission_are_fetched(away, arc):
    desk = away.desk()
    for n in range(4):
        put(arc / "deep" / f"{n}", str(n))
    put(arc / "other" / "x")
    name = sent(away, desk, arc / "deep" / "*", arc / "other" / "*", more='exclude = ["3"]\n')
    away.world.becomes("succeeded")
    until(lambda: bool(desk.submission(name).ended))
    assert len(listed(desk, name).files) == 4
    assert collected(desk, name, [1, 3]).here == {1, 3}
    assert tree(desk, name) == {"deep/1": "1", "other/x": "data"}
    assert desk.submission(name).ended


def test_no_file_comes_to_lie_outside_of_its_folder(away, arc):
    desk = away.desk()
    put(arc.parent / "above")
    put(arc / ".hidden" / "inside")
    name = sent(away, desk, arc / ".*" / "*")
    assert [one.path for one in listed(desk, name).files] == [f"{arc}/.hidden/inside"]
    collected(desk, name)
    assert tree(desk, name) == {".hidden/inside": "data"}


def test_what_is_here_is_not_fetched_again_and_what_has_changed_moves_aside(away, arc):
    desk = away.desk()
    put(arc / "a", "old a")
    put(arc / "b", "old b")
    name = sent(away, desk, arc / "*")
    listed(desk, name)
    collected(desk, name)
    put(arc / "a", "new a", WHEN + 60)
    assert listed(desk, name).here == {1}
    collected(desk, name)
    assert away.world.calls("bring") == ["a", "b", "a"]
    assert tree(desk, name) == {"a": "new a", "a.before-20261120-120000": "old a", "b": "old b"}
    put(desk.results(name) / "collected" / "b", "edited here")
    assert listed(desk, name).here == {0}
    collected(desk, name)
    assert tree(desk, name)["b"] == "old b"
    assert tree(desk, name)["b.before-20261120-120000"] == "edited here"


def test_one_file_that_cannot_be_had_costs_no_other_its_own_and_is_asked_for_again_on_demand(away, arc):
    desk = away.desk()
    for n in range(3):
        put(arc / str(n), str(n))
    name = sent(away, desk, arc / "*")
    listed(desk, name)
    away.world.pull("refuse-bring", "1")
    put(arc / "2", "longer now")
    found = collected(desk, name)
    assert found.here == {0}
    assert found.failed[1] == "far: 1 may not be read."
    assert "has changed since it was listed" in found.failed[2]
    assert tree(desk, name) == {"0": "0"}
    away.world.let_go("refuse-bring")
    assert (found := collected(desk, name)).here == {0, 1}
    assert found.failed.keys() == {2}


def test_a_cut_is_waited_for_and_no_state_changes(away, arc):
    desk = away.desk(pace=0.1)
    for n in range(3):
        put(arc / str(n), str(n) * 10)
    name = sent(away, desk, arc / "*")
    away.world.pull("gone")
    order = desk.survey(name)
    until(lambda: desk.snapshot().contacts["far"].trouble == "far: no answer.")
    assert desk.collection(name).as_of == ""
    away.world.let_go("gone")
    until(lambda: order not in [one.id for one in desk.snapshot().orders])
    away.world.pull("cut-bring")
    assert collected(desk, name).here == {0, 1, 2}
    assert tree(desk, name) == {str(n): str(n) * 10 for n in range(3)}
    assert counts(desk, name) == {S.RUNNING: 2}


def test_a_courier_that_is_killed_in_the_middle_goes_on(away, arc):
    desk = away.desk()
    for n in range(6):
        put(arc / str(n), str(n))
    name = sent(away, desk, arc / "*")
    as_of = listed(desk, name).as_of
    away.world.pull("hang-bring", "2")
    order = desk.collect(name, as_of)
    for at, following in (("2", "4"), ("4", "none")):
        until(lambda at=at: at in away.world.calls("bring"))
        kill_courier(desk.home)
        away.world.pull("hang-bring", following)
        desk.wake()
    until(lambda: order not in [one.id for one in desk.snapshot().orders])
    assert desk.collection(name).here == set(range(6))
    assert tree(desk, name) == {str(n): str(n) for n in range(6)}
    assert sorted(away.world.calls("bring")) == ["0", "1", "2", "2", "3", "4", "4", "5"]


def test_what_is_wanted_is_known_while_it_comes(away, arc):
    desk = away.desk()
    put(arc / "large", "x" * 1000)
    put(arc / "small")
    name = sent(away, desk, arc / "*")
    listed(desk, name)
    away.world.pull("hang-bring", "large")
    order = desk.collect(name, desk.collection(name).as_of)
    until(lambda: away.world.calls("bring") == ["large"])
    until(lambda: desk.collection(name).asked == order)
    found = desk.collection(name)
    assert (found.left, found.coming) == ([0, 1], 0)
    part = desk.results(name) / ".collected" / f"{outputs.name_coming(found.files[0])}.part"
    part.write_bytes(b"x" * 400)
    assert desk.collection(name).coming == 400
    away.world.let_go("hang-bring")
    until(lambda: desk.collection(name).here == {0, 1})


def test_a_list_that_was_made_anew_meanwhile_is_not_taken_for_the_former(away, arc):
    desk = away.desk()
    put(arc / "b")
    name = sent(away, desk, arc / "*")
    first = listed(desk, name).as_of
    put(arc / "a")
    listed(desk, name)
    order = desk.collect(name, first, [0])
    until(lambda: order not in [one.id for one in desk.snapshot().orders])
    assert "listed anew meanwhile" in desk.collection(name).trouble
    assert "listed anew meanwhile" in desk.submission(name).health
    assert away.world.calls("bring") == []
    assert collected(desk, name).trouble == ""


def test_no_pattern_no_list(away):
    desk = away.desk()
    name = sent(away, desk, "*.txt")
    with pytest.raises(RequestError, match="names no files outside of its jobs' folders"):
        desk.survey(name)


def test_a_batch_that_is_gone_is_said_to_be_so(away, arc):
    desk = away.desk()
    name = sent(away, desk, arc / "*")
    put(arc / "a")
    listed(desk, name)
    desk.batch(desk.submission(name).batch).path.unlink()
    desk._order("survey", name)
    until(lambda: not desk.snapshot().orders)
    assert "count.zip does not exist" in desk.collection(name).trouble
    assert len(desk.collection(name).files) == 1
