"""Files outside of jobs' folders, on this machine and over SSH: which ones patterns name, and how one comes here."""

import os
from pathlib import Path

import pytest
from worlds.hosts import Counting

from tui_batch.backends import nobody
from tui_batch.backends.hosted import collecting
from tui_batch.errors import Refused, Unreachable
from tui_batch.model import Output
from tui_batch.times import seconds
from tui_batch.wire.host import HostSettings, open_host

WHEN = 1_795_176_000.25  # 2026-11-20T12:00:00.250Z
HOSTILE = ["a b.fits", "tab\there.fits", "new\nline.fits", "-rf.fits", "$(touch run).fits", "`touch run`.fits",
           "'.fits", '".fits', "*.fits", "[x].fits", "ünï.fits", os.fsdecode(b"\xff\xfe.fits"), "\\n.fits",
           ";touch run;.fits", "!.fits", "#.fits", "(.fits", "a,b.fits"]  # fmt: skip


@pytest.fixture(params=["here", "ssh"])
def host(request, tmp_path):
    settings = {} if request.param == "here" else request.getfixturevalue("sshd").login(tmp_path / "home")
    opened = Counting(open_host(HostSettings(**settings), nobody))
    yield opened
    opened.close()


@pytest.fixture
def there(tmp_path):
    """A folder of somebody's on the target's storage."""
    folder = tmp_path / "arc projects" / "results"
    folder.mkdir(parents=True)
    return folder


def put(path: Path, data: bytes = b"data") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (WHEN, WHEN))
    return path


def names(host, *patterns, **more):
    return [Path(one.path).name for one in collecting.outputs(host, [str(one) for one in patterns], **more).files]


# -- which ------------------------------------------------------------------------------------------------------------


def test_files_are_listed_by_their_paths_with_sizes_and_moments(host, there):
    put(there / "processed_2.fits", b"x" * 3000)
    put(there / "processed_1.fits")
    put(there / "raw_1.fits")
    put(there / ".processed_0.fits")
    found = collecting.outputs(host, [f"{there}/processed_*.fits"])
    moment = "2026-11-20T12:00:00.250Z"
    assert found.files == (Output(f"{there}/processed_1.fits", 4, moment),
                           Output(f"{there}/processed_2.fits", 3000, moment))  # fmt: skip
    assert not found.more
    assert host.calls == ["run"]


def test_a_file_that_two_patterns_name_is_listed_once_and_folders_are_not(host, there):
    put(there / "a1" / "out.fits")
    put(there / "a2" / "out.fits")
    (there / "a3" / "out.fits").mkdir(parents=True)
    assert names(host, there / "a*" / "out.fits", there / "a1" / "*", there / "none*") == ["out.fits"] * 2
    assert names(host, there / "a[!1]" / "*.fits") == ["out.fits"]
    assert names(host, there / "a1" / "out.fits") == ["out.fits"]


def test_what_is_not_there_is_no_file(host, there):
    assert names(host, there / "none*", there / "none.fits") == []


def test_a_folder_that_is_not_there_is_said_where_nothing_else_is_found(host, there):
    missing = there / "no" / "folder" / "*"
    with pytest.raises(Refused, match=f"no files were found: there is no folder {there}/no/folder"):
        collecting.outputs(host, [str(missing), f"{there}/*"])
    put(there / "a.fits")
    assert names(host, missing, there / "*") == ["a.fits"]


def test_a_link_is_what_it_leads_to(host, there):
    put(there / "data", b"x" * 99)
    (there / "link.fits").symlink_to("data")
    (there / "lost.fits").symlink_to("nothing")
    (there / "folder.fits").symlink_to(there)
    [found] = collecting.outputs(host, [f"{there}/*.fits"]).files
    assert (found.path, found.size) == (f"{there}/link.fits", 99)


def test_any_name_survives(host, there, tmp_path):
    for name in HOSTILE:
        put(there / name, name.encode("utf-8", "surrogateescape"))
    assert sorted(names(host, f"{there}/*")) == sorted(HOSTILE)
    for output in collecting.outputs(host, [f"{there}/*"]).files:
        into = tmp_path / "came"
        collecting.bring(host, output, into)
        assert into.read_bytes() == Path(output.path).name.encode("utf-8", "surrogateescape")
    assert not list(tmp_path.rglob("run"))


@pytest.mark.parametrize(
    "pattern",
    ["$(touch {0}/run)*", "`touch {0}/run`*", "'; touch {0}/run; '*", "a* {0}/run", "$HOME*", "*;touch run"],
)
def test_nothing_of_a_pattern_is_carried_out(host, there, pattern):
    put(there / "a.fits")
    assert names(host, f"{there}/{pattern.format(there)}", there / "a.fits") == ["a.fits"]
    assert not list(there.rglob("run"))


def test_of_more_files_than_anybody_looks_through_it_is_said_that_there_are_more(host, there, monkeypatch):
    monkeypatch.setattr(collecting, "MOST", 3)
    for n in range(3):
        put(there / f"{n}.fits")
    found = collecting.outputs(host, [f"{there}/*"])
    assert (len(found.files), found.more) == (3, False)
    put(there / "3.fits")
    found = collecting.outputs(host, [f"{there}/*"])
    assert (len(found.files), found.more) == (3, True)


def test_thousands_of_files_are_one_question(host, there):
    name = "n" * 100
    for n in range(collecting.MOST):
        (there / f"{name}{n}").touch()
    found = collecting.outputs(host, [f"{there}/*"])
    assert (len(found.files), found.more) == (collecting.MOST, False)
    assert host.calls == ["run"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_said_to_be_so(host, there):
    there.chmod(0)
    try:
        with pytest.raises(Refused, match="may not be read"):
            collecting.outputs(host, [f"{there}/*"])
    finally:
        there.chmod(0o700)


def test_an_answer_that_is_not_whole_is_none(host, there):
    put(there / "a.fits")
    put(there / "b.fits")
    said = host.run(collecting.looking([f"{there}/*"])).out
    assert collecting.read(said)
    for at in range(len(said.strip())):
        assert collecting.read(said[:at]) is None
    assert collecting.read("Welcome to this machine!") is None


def test_paths_are_translated_where_the_jobs_know_others(host, there, tmp_path):
    put(there / "a.fits")
    ways = {"there": lambda path: path.replace("/arc", str(there.parent), 1),
            "back": lambda path: path.replace(str(there.parent), "/arc", 1)}  # fmt: skip
    [found] = collecting.outputs(host, ["/arc/results/*"], **ways).files
    assert found.path == "/arc/results/a.fits"
    collecting.bring(host, found, tmp_path / "came", ways["there"])
    assert (tmp_path / "came").read_bytes() == b"data"


# -- bringing ----------------------------------------------------------------------------------------------------------


def test_a_file_that_has_changed_is_not_kept(host, there, tmp_path):
    put(there / "a.fits")
    [found] = collecting.outputs(host, [f"{there}/*"]).files
    put(there / "a.fits", b"longer now")
    with pytest.raises(Refused, match="has changed since it was listed"):
        collecting.bring(host, found, tmp_path / "came")
    assert not (tmp_path / "came").exists()
    (there / "a.fits").unlink()
    with pytest.raises(Refused):
        collecting.bring(host, found, tmp_path / "came")
    assert not (tmp_path / "came").exists()


class Writing(Counting):
    """A host on which a file is written to while it is read."""

    def get(self, path, into):
        put(Path(path), b"x" * 77)
        raise Unreachable("it changed while it was fetched.")


class Gone(Counting):
    """A host whose connection breaks."""

    def get(self, path, into):
        raise Unreachable("no answer.")


def test_a_file_that_is_written_to_all_the_while_is_no_trouble_of_the_host(host, there, tmp_path):
    put(there / "a.fits")
    [found] = collecting.outputs(host, [f"{there}/*"]).files
    with pytest.raises(Unreachable, match="no answer"):
        collecting.bring(Gone(host), found, tmp_path / "came")
    with pytest.raises(Refused, match="has changed"):
        collecting.bring(Writing(host), found, tmp_path / "came")


def test_what_came_before_a_cut_is_not_fetched_again(sshd, tmp_path, there):
    with sshd.wire() as wire:
        host = open_host(HostSettings(**{**sshd.login(tmp_path / "home"), "port": wire.port}), nobody)
        data = os.urandom(4_000_000)
        put(there / "a.fits", data)
        [found] = collecting.outputs(host, [f"{there}/*"]).files
        wire.after(3_000_000, wire.cut)
        with pytest.raises(Unreachable):
            collecting.bring(host, found, tmp_path / "came")
        before = wire.carried
        collecting.bring(host, found, tmp_path / "came")
        assert (tmp_path / "came").read_bytes() == data
        assert wire.carried - before < 3_000_000
        host.close()
    assert seconds(found.moment) == WHEN
