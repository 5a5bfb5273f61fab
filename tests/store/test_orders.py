"""Orders: each one is on disk whole or not at all, is read in the order it was given, and goes when it is done."""

import itertools
from dataclasses import replace

import pytest

from tui_batch.errors import StoreError
from tui_batch.model import Order
from tui_batch.store import orders
from tui_batch.store.orders import done, new_id, read, write

MOMENT = "2026-11-20T05:33:12.345Z"
HOSTILE = [
    'it\'s "q"',
    "two\nlines",
    "r\r\n\t",
    "\\n\\",
    "🚀",
    "\x7f\x00\x1f\x85",
    "$(touch owned)",
    "# a = b",
    "x" * 5000,
]


def order(name="20261120-053312-bafodu", **more):
    return Order(name, **{"verb": "cancel", "submission": name, "created": MOMENT, **more})


def test_an_order_comes_back_as_it_was(tmp_path):
    given = [order(f"a{number}", text=text, batch=text, jobs="0-4,9", total=5) for number, text in enumerate(HOSTILE)]
    for one in given:
        write(tmp_path, one)
    assert read(tmp_path) == (given, [])
    assert all(path.stat().st_mode & 0o077 == 0 or path.suffix == ".toml" for path in tmp_path.iterdir())
    done(tmp_path, given[0])
    done(tmp_path, given[0])
    assert read(tmp_path) == (given[1:], [])


def test_oldest_first_also_within_a_second(tmp_path):
    moments = [f"2026-11-20T05:33:12.{number:03}Z" for number in range(20)]
    given = [order(new_id(moment), created=moment) for moment in moments]
    for one in reversed(given):
        write(tmp_path, one)
    assert read(tmp_path)[0] == given


def test_ids_sort_and_differ():
    ids = [new_id(MOMENT) for _ in range(200)]
    assert len(set(ids)) == 200
    assert all(name.startswith("20261120-053312-") and name.isascii() for name in ids)
    assert new_id("2026-11-20T05:33:13.000Z") > max(ids)


def test_what_is_not_there_yet(tmp_path):
    assert read(tmp_path / "none") == ([], [])
    (tmp_path / ".half.toml.12ab").write_text("verb =")  # being written this moment
    assert read(tmp_path) == ([], [])


@pytest.mark.parametrize(
    "damage", [b"verb = ", b"\xff", b"", b'verb = "cancel"\n', b'id = 5\nverb = "a"', b'jobs = "1-x"', b'odd = "key"']
)
def test_a_damaged_order_is_set_aside_and_the_others_count(tmp_path, damage):
    write(tmp_path, order("a"))
    write(tmp_path, order("c"))
    whole = (tmp_path / "a.toml").read_bytes() if damage[:4] in (b"jobs", b"odd ") else b""
    (tmp_path / "b.toml").write_bytes(whole + damage)
    found, problems = read(tmp_path)
    assert [one.id for one in found] == ["a", "c"]
    assert len(problems) == 1
    assert "b.toml" in problems[0]
    assert next(tmp_path.glob("b.toml.damaged-*")).read_bytes() == whole + damage
    assert read(tmp_path) == (found, [])


@pytest.mark.parametrize("words", [{"verb": "limit", "text": "soon"}, {"verb": "limit"}, {"more": "disk"}])
def test_an_order_whose_words_make_no_sense_is_set_aside(tmp_path, words):
    write(tmp_path, replace(order("a"), **words))
    assert read(tmp_path)[0] == []
    assert next(tmp_path.glob("a.toml.damaged-*"))


def test_a_folder_that_cannot_be_written_is_explained(tmp_path):
    with pytest.raises(StoreError, match=r"Cannot leave the order to cancel .*: no such file.* Nothing was changed"):
        write(tmp_path / "none", order())
    assert list(tmp_path.iterdir()) == []


def test_an_order_that_cannot_be_put_in_place_leaves_nothing(tmp_path):
    (tmp_path / "a.toml").mkdir()
    with pytest.raises(StoreError):
        write(tmp_path, order("a"))
    assert [path.name for path in tmp_path.iterdir()] == ["a.toml"]


def test_the_words_are_easy_to_say():
    words = {new_id(MOMENT).rpartition("-")[2] for _ in range(50)}
    assert all(len(word) == 8 for word in words)
    assert all(vowel in "aeiou" for word in words for vowel in itertools.islice(word, 1, None, 2))
    assert orders.read


def test_an_order_that_waits_is_either_taken_or_taken_back(tmp_path):
    waiting = order(leaves="2026-11-20T05:33:17.345Z")
    write(tmp_path, waiting)
    assert orders.take(tmp_path, waiting)
    assert orders.take(tmp_path, waiting)  # the next courier goes on where one was killed
    assert not orders.withdraw(tmp_path, waiting.id)
    assert read(tmp_path) == ([waiting], [])
    done(tmp_path, waiting)
    assert read(tmp_path) == ([], [])
    write(tmp_path, waiting)
    assert orders.withdraw(tmp_path, waiting.id)
    assert not orders.take(tmp_path, waiting)
    assert read(tmp_path) == ([], [])
