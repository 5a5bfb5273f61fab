"""Our zip writer makes zips that others read, and our reader reads what others make."""

import shutil
import subprocess
import zipfile

import pytest

from tui_batch.errors import StoreError
from tui_batch.store.unzip import ZipReader
from tui_batch.store.zips import ZipWriter

ENTRIES = {
    "a": b"", "sub/b c.txt": b"text\n", "émoji-🚀": b"\0\1\2", "large": b"compressible " * 5000,
    "random": bytes(range(256)) * 15,
}  # fmt: skip


def write(path, entries, skip=0):
    with path.open("wb") as file:
        file.seek(skip)
        writer = ZipWriter(file)
        for name, data in entries:
            writer.add(name, data, 0o755 if name == "a" else 0o644)
        writer.close()


def read(path):
    reader = ZipReader(path)
    try:
        return {entry.name: reader.read(entry) for _, entry in reader.entries()}
    finally:
        reader.close()


def test_others_read_what_we_write(tmp_path):
    path = tmp_path / "z.zip"
    write(path, ENTRIES.items())
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == ENTRIES
        assert archive.getinfo("a").external_attr >> 16 == 0o100755
        assert archive.getinfo("large").compress_size < 1000
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-tqq", path], check=True)
    assert read(path) == ENTRIES


def test_the_same_entries_give_the_same_bytes(tmp_path):
    write(tmp_path / "1.zip", ENTRIES.items())
    write(tmp_path / "2.zip", ENTRIES.items())
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_more_entries_than_a_small_zip_can_count(tmp_path):
    path = tmp_path / "z.zip"
    write(path, ((f"jobs/{number}", b"x") for number in range(70_000)))
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 70_000
        assert archive.read("jobs/69999") == b"x"
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-tqq", path], check=True)
    assert len(read(path)) == 70_000


def test_offsets_beyond_four_gigabytes(tmp_path):
    path = tmp_path / "z.zip"
    write(path, ENTRIES.items(), skip=5 << 30)  # a hole: takes no room on the disk
    with zipfile.ZipFile(path) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == ENTRIES
    assert read(path) == ENTRIES
    path.unlink()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_we_read_what_others_write(tmp_path, method):
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in ENTRIES.items():
            with archive.open(name, "w", force_zip64=True) as file:
                file.write(data)
    assert read(path) == ENTRIES


def test_an_entry_never_unfolds_to_more_than_it_promises(tmp_path):
    path = tmp_path / "z.zip"
    write(path, [("bomb", b"0" * 10_000_000)])
    size = (10_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(StoreError, match="other bytes"):
        read(path)


def test_methods_that_we_do_not_know_are_refused(tmp_path):
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("x", "y")
    with pytest.raises(StoreError, match="'x' cannot be read"):
        read(path)
