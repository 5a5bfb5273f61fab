"""Archives that a host may send, honest and not: nothing gets out of the folder, and no memory is filled."""

import contextlib
import gzip
import io
import os
import random
import stat
import tarfile
import tracemalloc

import pytest

from tui_batch.errors import Refused
from tui_batch.wire.unpack import Bounds, unpack

BOUNDS = Bounds(files=100, size=1 << 20)


def entry(name, data=b"", **fields):
    made = tarfile.TarInfo(name)
    made.size = len(data)
    for key, value in fields.items():
        setattr(made, key, value)
    return made, data


def link(name, to, kind=tarfile.SYMTYPE):
    return entry(name, type=kind, linkname=to)


@pytest.fixture
def archive(tmp_path):
    def write(*entries):
        path = tmp_path / "there.tar.gz"
        with tarfile.open(path, "w:gz", format=tarfile.GNU_FORMAT) as tar:
            for info, data in entries:
                tar.addfile(info, io.BytesIO(data))
        return path

    return write


def unpacked(path, tmp_path, bounds=BOUNDS, sealed=1):
    into = tmp_path / "out" / "here"
    into.parent.mkdir(exist_ok=True)
    unpack(path, into, bounds, sealed)
    return into


def test_an_honest_archive_comes_out_as_it_was(archive, tmp_path):
    path = archive(
        entry("./job/a", b"1", mode=0o6777, mtime=1_000_000_000), entry("job/deep/er/b", b"22"),
        entry("job/empty"), link("job/deep/up", "../a"), link("job/again", "job/a", tarfile.LNKTYPE),
        entry(f"job/{'long' * 50}/{'name' * 50}", b"333"), entry("other/a", b"4"),
    )  # fmt: skip
    into = unpacked(path, tmp_path)
    assert (
        (into / "job/a").read_bytes()
        == (into / "job/again").read_bytes()
        == (into / "job/deep/up").read_bytes()
        == b"1"
    )
    found = (into / "job/a").stat()
    assert (stat.S_IMODE(found.st_mode), found.st_mtime) == (0o700, 1_000_000_000)
    assert (into / "job" / ("long" * 50) / ("name" * 50)).read_bytes() == b"333"
    assert sorted(os.listdir(into)) == ["job", "other"]


@pytest.mark.parametrize("name", ["/etc/passwd", "../up", "job/../../up", "..", "a/./b", "a//b", "//a", "."])
def test_a_name_that_leads_out_is_refused(archive, tmp_path, name):
    with pytest.raises(Refused, match="leads out of the folder"):
        unpacked(archive(entry("fine", b"1"), entry(name, b"evil")), tmp_path)
    assert os.listdir(tmp_path / "out") == ["here"]


@pytest.mark.parametrize(
    "to", ["/etc/passwd", "..", "../..", "../other/x", "../../../../etc", "sub/../..", "sub/up/../../x", "", "a\nb"]
)
def test_a_link_that_leaves_its_job_is_left_out(archive, tmp_path, to):
    path = archive(entry("job/sub/file", b"1"), link("job/sub/up", ".."), link("job/link", to))
    into = unpacked(path, tmp_path)
    assert not os.path.lexists(into / "job" / "link")
    assert os.readlink(into / "job" / "sub" / "up") == ".."


def test_a_link_at_the_top_is_left_out(archive, tmp_path):
    into = unpacked(archive(link("link", "job/x"), entry("job/x", b"1")), tmp_path, sealed=2)
    assert os.listdir(into) == ["job"]


def test_nothing_is_written_through_a_link(archive, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    with pytest.raises(Refused):
        unpacked(archive(link("job/sub", "."), entry("job/sub/x", b"evil")), tmp_path)
    (tmp_path / "out" / "here").rename(tmp_path / "before")
    (tmp_path / "out" / "here").symlink_to(outside)
    with pytest.raises(Refused, match="exists"):
        unpacked(archive(entry("job/x", b"evil")), tmp_path)
    assert not os.listdir(outside)


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.CONTTYPE, b"Z"])
def test_what_is_no_file_is_refused_or_a_plain_file(archive, tmp_path, kind):
    path = archive(entry("job/x", b"", type=kind, devmajor=1, devminor=3))
    try:
        into = unpacked(path, tmp_path)
    except Refused:
        return
    assert stat.S_ISREG((into / "job/x").lstat().st_mode)


def test_a_second_name_for_what_is_not_in_it_is_refused(archive, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    for to in (str(secret), "../../secret", "job/none"):
        with pytest.raises(Refused):
            unpacked(archive(link("job/x", to, tarfile.LNKTYPE)), tmp_path)
        (tmp_path / "out" / "here").rmdir()


@pytest.mark.parametrize("again", [entry("job/x", b"2"), entry("job/x/y", b"2"), link("job/x", "y")])
def test_the_same_name_twice_is_refused(archive, tmp_path, again):
    with pytest.raises(Refused):
        unpacked(archive(entry("job/x", b"1"), again), tmp_path)


def test_control_characters_play_no_tricks(archive, tmp_path):
    into = unpacked(archive(entry("job/\x1b[2Jgone\n\r\x7f", b"1")), tmp_path)
    assert os.listdir(into / "job") == ["_[2Jgone___"]


def test_no_more_than_the_bounds_comes_out(archive, tmp_path):
    with pytest.raises(Refused, match="more than 100 files"):
        unpacked(archive(*(entry(f"job/{number}") for number in range(101))), tmp_path)
    (tmp_path / "out" / "here").rename(tmp_path / "before")
    with pytest.raises(Refused, match="more than"):
        unpacked(archive(entry("job/x", bytes((1 << 20) + 1))), tmp_path)
    assert not list((tmp_path / "out" / "here").rglob("x"))


def test_half_an_archive_is_refused_wherever_it_breaks(archive, tmp_path):
    path = archive(entry("job/a", os.urandom(2000)), entry("job/b", b"2" * 3000))
    whole, plain = path.read_bytes(), gzip.decompress(path.read_bytes())
    broken = [whole[:cut] for cut in (0, 5, 500, len(whole) // 2, len(whole) - 9, len(whole) - 1)]
    broken += [gzip.compress(plain[:cut]) for cut in (0, 100, 512, 1500, 2560, 3000, 3072, 6144)]
    broken += [whole[:-8] + b"12345678", b"not an archive at all" * 50]
    for number, data in enumerate(broken):
        path.write_bytes(data)
        with pytest.raises(Refused):
            unpack(path, tmp_path / f"here-{number}", BOUNDS, 1)


def test_whatever_is_wrong_with_its_bytes_it_is_refused_or_whole(archive, tmp_path):
    chance = random.Random(4)
    path = archive(entry("job/a", os.urandom(600)), link("job/b", "a"), entry(f"job/{'long' * 40}", b"3" * 600))
    packed, plain = path.read_bytes(), gzip.decompress(path.read_bytes())
    for number in range(600):
        data = bytearray(packed if number % 3 == 0 else plain[:-5120])
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data if number % 3 == 0 else gzip.compress(data + bytes(5120), 1))
        into = tmp_path / f"here-{number}"
        with contextlib.suppress(Refused):
            unpack(path, into, BOUNDS, 1)
        assert all(path.resolve().is_relative_to(into) for path in into.rglob("*"))


def test_a_head_that_promises_a_giant_fills_no_memory(archive, tmp_path):
    path = tmp_path / "there.tar.gz"
    head, _ = entry("x", type=tarfile.GNUTYPE_LONGNAME)
    head.size = 1 << 40
    with gzip.open(path, "wb") as file:
        file.write(head.tobuf(tarfile.GNU_FORMAT))
        for _ in range(64):
            file.write(bytes(1 << 20))
    tracemalloc.start()
    with pytest.raises(Refused):
        unpacked(path, tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20


def test_a_huge_file_comes_out_in_pieces(tmp_path):
    path, size = tmp_path / "there.tar.gz", 200 << 20
    head, _ = entry("job/huge")
    head.size = size
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(head.tobuf(tarfile.GNU_FORMAT))
        for _ in range(size >> 20):
            file.write(bytes(1 << 20))
        file.write(bytes(10240))
    tracemalloc.start()
    into = unpacked(path, tmp_path, Bounds(10, 1 << 30))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (into / "job/huge").stat().st_size == size
    assert peak < 16 << 20
