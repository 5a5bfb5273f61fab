"""The store's folder: made for its owner alone, written whole, and explained when it cannot be."""

import contextlib
import errno
import os
import subprocess

import pytest
from mounting import mounted

from tui_batch.errors import StoreError
from tui_batch.store.home import Home, explained, set_aside, write_whole


def test_made_on_first_use_for_its_owner_alone(tmp_path):
    home = Home(tmp_path / "deep" / "home")
    assert home.prepare() == home
    home.prepare()
    for folder in (home.path, home.batches, home.history, home.orders):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_file_in_its_place_is_explained(tmp_path):
    (tmp_path / "home").write_text("mine")
    with pytest.raises(
        StoreError, match=r"Cannot prepare the store: .*home.*: (file exists|not a directory)\. Nothing"
    ):
        Home(tmp_path / "home").prepare()
    assert (tmp_path / "home").read_text() == "mine"


def test_a_full_disk_is_explained_and_leaves_nothing(tmp_path):
    with mounted(tmp_path / "small", "size=64k") as small:
        (small / "kept.toml").write_text("old")
        with contextlib.suppress(OSError), (small / "filler").open("wb", buffering=0) as filler:
            while filler.write(b"x" * 4096):
                pass
        with (
            pytest.raises(
                StoreError, match=r"no space left on device\. Nothing was changed\. Free some space"
            ) as caught,
            explained(small, "write"),
        ):
            write_whole(small / "kept.toml", "new" * 5000)
        assert str(caught.value).startswith("Cannot write: ")
        assert (small / "kept.toml").read_text() == "old"
        assert sorted(path.name for path in small.iterdir()) == ["filler", "kept.toml"]


def test_a_read_only_file_system_is_explained(tmp_path):
    with mounted(tmp_path / "ro", "size=64k") as folder:
        Home(folder / "home").prepare()
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        for home in (folder / "home", folder / "other"):
            with pytest.raises(StoreError, match=r"read-only") as caught:
                Home(home).prepare()
            assert "use another folder with --home" in str(caught.value).lower()


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EACCES, "Use a folder of your own with --home."),
        (errno.ENOSPC, "Free some space, or use another folder with --home."),
        (errno.EDQUOT, "Free some space, or use another folder with --home."),
        (errno.EROFS, "The file system is read-only: use another folder with --home."),
        (errno.EIO, "Nothing was changed."),
    ],
)
def test_what_the_system_says_becomes_a_sentence(tmp_path, number, advice):
    with pytest.raises(StoreError) as caught, explained(tmp_path, "do it"):
        raise OSError(number, os.strerror(number), "/a/file")
    said = str(caught.value)
    assert said.startswith(f"Cannot do it: /a/file: {os.strerror(number).lower()}. Nothing was changed.")
    assert said.endswith(advice)


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "a.toml"
    write_whole(path, "one")
    before = path.stat().st_ino
    write_whole(path, "two")
    assert path.read_text() == "two"
    assert path.stat().st_ino != before
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\udcff")
    assert path.read_text() == "two"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_set_aside_is_kept(tmp_path):
    path = tmp_path / "a.toml"
    for text in ("one", "two"):
        path.write_text(text)
        said = set_aside(path)
        assert str(path) in said
    assert sorted(each.read_text() for each in tmp_path.iterdir()) == ["one", "two"]
    assert "cannot be set aside" in set_aside(path)
