"""The history: what is written comes back, whoever wrote beside it, and whatever was cut, edited or damaged."""

import itertools
import json
import os
import random
import signal
import time
import tomllib
import traceback
import zlib

import pytest

from tui_batch.model import Submission
from tui_batch.states import JobState
from tui_batch.store import index
from tui_batch.store.history import (
    HistoryWriter,
    note_record,
    outcome_record,
    reopened_record,
    submission_record,
    whole,
)
from tui_batch.store.past import Past

NOVEMBER = "2026-11-20T05:33:12.345Z"
NOTES = [
    "plain", "", 'it\'s "quoted"', "two\nlines", "r\rn\r\n", "\t", "\\", "\\n", "🚀 é", "\x7f", "\x00\x1f\x85\u2028",
    "a = b", "[[outcome]]", '"""', "id = \"x\"\nended = \"y\"\n\n[[note]]", "# no comment", "x" * 3000,
]  # fmt: skip


def submission(number, **more):
    facts = {"batch": f"raft-{number % 7}", "digest": "ab" * 32, "template": "raft", "target": "local", "kind": "local"}
    facts |= {"run": 1 + number // 7, "jobs": 1000 + number, "created": NOVEMBER} | more
    return Submission(f"20261120-{number:06}-bafodu", **facts)


def ended(known, moment=NOVEMBER, **counts):
    counts = {JobState(word): number for word, number in (counts or {"succeeded": known.jobs}).items()}
    return known._replace(counts=counts, ended=moment, as_of=moment, fetched=3)


def past(folder):
    found = Past(folder)
    found.refresh()
    return found


def write(folder, *records, host="host", moment=NOVEMBER):
    writer = HistoryWriter(folder, host)
    for record in records:
        writer.append(record, moment)
    writer.close()
    return folder / f"{moment[:7]}.{host}.toml"


def story(number):
    """The records of a submission's whole life, and the submission as it is then known."""
    known = submission(number)
    end = ended(known, "2026-11-21T00:00:00.000Z", failed=2, succeeded=known.jobs - 2)
    records = [
        submission_record(known), outcome_record(ended(known)), reopened_record(known.id, "2026-11-20T07:00:00.000Z"),
        note_record(known.id, NOTES[number % len(NOTES)], NOVEMBER), outcome_record(end),
    ]  # fmt: skip
    return records, end._replace(note=NOTES[number % len(NOTES)])


def by_tomllib(path):
    """What a plain TOML reader makes of the same bytes: (id, facts, notes, outcomes)."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return (
        {row["id"]: tuple(row.values()) for row in tables.get("submission", [])},
        {row["id"]: row["text"] for row in tables.get("note", [])},
        {row["id"]: row for row in tables.get("outcome", [])},
    )


def test_a_life_comes_back_as_it_was_and_any_toml_reader_agrees(tmp_path):
    stories = [story(number) for number in range(len(NOTES))]
    path = write(tmp_path, *itertools.chain.from_iterable(records for records, _ in stories))
    found = past(tmp_path).submissions
    assert found == {known.id: known for _, known in stories}
    facts, notes, outcomes = by_tomllib(path)
    assert facts == {name: tuple(known)[:9] for name, known in found.items()}
    assert notes == {name: known.note for name, known in found.items()}
    for name, known in found.items():
        assert outcomes[name]["ended"] == known.ended
        assert {word: outcomes[name][word.value] for word in known.counts} == known.counts


def test_words_from_the_outside_are_kept_too(tmp_path):
    known = submission(1, target='my "big" target\\', template="tëmplate 🚀", kind="local\x7f")
    write(tmp_path, submission_record(known), submission_record(submission(2)))
    assert past(tmp_path).submissions == {known.id: known, submission(2).id: submission(2)}


def test_only_what_is_new_is_read(tmp_path):
    reader = Past(tmp_path)
    assert not reader.refresh()
    records, end = story(1)
    for record in records:
        path = write(tmp_path, record)
        assert reader.refresh()
        assert not reader.refresh()
    assert reader.submissions == {end.id: end}
    assert path.stat().st_mode & 0o777 == 0o600


def edit(text, chance):
    """The same records as a person might leave them: comments, other orders, other spacing."""
    records = text.rstrip("\n").split("\n\n")
    out = ["# mine"]
    for record in records:
        head, *lines = record.split("\n")
        chance.shuffle(lines)
        lines = [f"{line}   # seen" if chance.random() < 0.2 else line.replace(" = ", "=", 1) for line in lines]
        lines = [f"{line}\n" if chance.random() < 0.2 else line for line in lines]
        out += [head, *lines]
        out += [""] * chance.randrange(3)
    return "\n".join(out).rstrip("\n") + "\n"


@pytest.mark.parametrize("seed", range(8))
def test_an_edited_file_is_read_right(tmp_path, seed):
    stories = [story(number) for number in range(len(NOTES))]
    path = write(tmp_path, *itertools.chain.from_iterable(records for records, _ in stories))
    path.write_text(edit(path.read_text(encoding="utf-8"), random.Random(seed)), encoding="utf-8")
    found = past(tmp_path)
    assert found.submissions == {known.id: known for _, known in stories}
    assert not found.problems
    more, end = story(99)
    write(tmp_path, *more)  # the writer goes on after the last line, which has no blank line after it
    assert past(tmp_path).submissions[end.id] == end
    assert len(past(tmp_path).submissions) == len(stories) + 1
    assert not path.with_name(f"{path.name}.torn").exists()


@pytest.mark.parametrize("ending", ["", "\n", "\n\n\n", "\n# seen", "\n# seen\n", "\r\n", "\n[[outcome]]"])
def test_however_an_editor_ends_the_file_nothing_is_lost(tmp_path, ending):
    (one, known), (more, end) = story(1), story(2)
    path = write(tmp_path, *one)
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + ending, encoding="utf-8", newline="")
    assert past(tmp_path).submissions == {known.id: known}
    write(tmp_path, *more)
    found = past(tmp_path)
    assert found.submissions == {known.id: known, end.id: end}
    assert not found.problems


def test_other_line_endings_and_other_spellings(tmp_path):
    (one, known), (two, end) = story(1), story(2)
    path = write(tmp_path, *one, *two)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    write(tmp_path, note_record(known.id, "more", NOVEMBER))
    path.write_bytes(path.read_bytes().replace(b"two\\nlines", b"\\U0001F680\ttwo").replace(b"[[note]]", b"[[ note ]]"))
    found = past(tmp_path)
    assert found.submissions == {known.id: known._replace(note="more"), end.id: end}
    assert not found.problems
    path.write_text("\n".join([*one, note_record(known.id, "NOTE", NOVEMBER).replace("NOTE", "\\U0001F680\ttab")]))
    assert past(tmp_path).submissions[known.id].note == "🚀\ttab"


def test_an_edit_in_place_is_seen_by_who_has_read_before(tmp_path):
    (one, known), (two, end) = story(0), story(2)
    path = write(tmp_path, *one, *two)
    reader = past(tmp_path)
    reader.save_index()
    text = path.read_text(encoding="utf-8")
    for note in ("PLAIN", "a longer word", "x" * 400, "s"):  # as long, longer, much longer, shorter
        path.write_text(text.replace('"plain"', f'"{note}"'), encoding="utf-8")
        os.utime(path, ns=(1, path.stat().st_mtime_ns + 10))
        for each in (reader, Past(tmp_path)):
            assert each.refresh()
            assert each.submissions == {known.id: known._replace(note=note), end.id: end}
            assert not each.problems
    path.write_text("".join(two), encoding="utf-8")  # the other one was taken out
    for each in (reader, Past(tmp_path)):
        each.refresh()
        assert each.submissions == {end.id: end}


def test_a_tail_torn_at_every_byte_costs_no_other_record(tmp_path):
    (one, known), (two, end) = story(8), story(1)
    folders = (tmp_path / str(number) for number in itertools.count())
    for edited in (False, True):
        before = "".join(one)[:-1] if edited else "".join(one)  # without the blank line at its end
        for record, follower in itertools.pairwise([two[3], two[0], two[4], two[2], two[3]]):
            torn = record.encode()
            for cut in range(1, len(torn), 3 if edited else 1):
                folder = next(folders)
                folder.mkdir()
                path = folder / "2026-11.host.toml"
                path.write_bytes(before.encode() + torn[:cut])
                reader = past(folder)
                assert reader.submissions[known.id] == known
                assert not reader.problems
                writer = HistoryWriter(folder, "host")
                writer.append(follower, NOVEMBER)
                writer.append(two[0], NOVEMBER)
                writer.close()
                for each in (past(folder), reader):
                    each.refresh()
                    assert each.submissions.keys() == {known.id, end.id}, torn[:cut]
                    assert each.submissions[known.id] == known
                    assert not each.problems
                assert tomllib.loads(path.read_text())


def test_a_very_long_record_that_was_torn(tmp_path):
    (one, known), (two, end) = story(1), story(2)
    note = note_record(known.id, "long " * 50_000, NOVEMBER)
    path = write(tmp_path, *one)
    with path.open("ab") as file:
        file.write(note.encode()[:-100])
    write(tmp_path, *two)
    assert past(tmp_path).submissions == {known.id: known, end.id: end}
    assert path.with_name(f"{path.name}.torn").stat().st_size == len(note) - 100 + 1
    write(tmp_path, note)
    assert past(tmp_path).submissions[known.id].note == "long " * 50_000


def test_a_torn_tail_is_no_news_twice(tmp_path):
    path = write(tmp_path, *story(1)[0])
    with path.open("ab") as file:
        file.write(b"[[outcome]]\nid = ")
    reader = Past(tmp_path)
    assert reader.refresh()
    assert not reader.refresh()


@pytest.mark.parametrize(
    "damage",
    [
        b"\xff\xfe\n", b"][\n", b"[[submission]]\nid = 5\n\n", b"[submission]\nid = 'x'\n\n",
        b"[[outcome]]\nid = 'a'\nended = 2026-11-20\n\n",
        submission_record(submission(5)).replace("jobs = 1005", 'jobs = "many"').encode(),
        submission_record(submission(5)).replace('"local"', "5").encode(),
    ],
)  # fmt: skip
def test_a_damaged_month_is_named_left_for_mending_and_its_whole_records_are_read(tmp_path, damage):
    (one, known), (two, end) = story(1), story(2)
    write(tmp_path, *one, moment="2026-10-01T00:00:00.000Z")
    path = write(tmp_path, *two)
    path.write_bytes(damage + path.read_bytes() + submission_record(submission(6)).encode())
    whole_file = path.read_bytes()
    for reader in (Past(tmp_path), Past(tmp_path)):  # it is said every time, until it is mended
        assert reader.refresh()
        assert reader.submissions == {known.id: known, end.id: end, submission(6).id: submission(6)}
        assert [str(path) in problem and "line 1" in problem for problem in reader.problems] == [True]
    assert path.read_bytes() == whole_file
    write(tmp_path, submission_record(submission(7)))  # the month goes on
    assert reader.refresh()
    assert submission(7).id in reader.submissions
    path.write_bytes(path.read_bytes().removeprefix(damage))
    assert reader.refresh()
    assert reader.problems == []


def test_a_file_that_was_edited_while_the_writer_has_it_open_loses_nothing(tmp_path):
    writer = HistoryWriter(tmp_path, "here")
    moment = "2026-11-20T05:33:12.345Z"
    writer.append(submission_record(submission(1)), moment)
    [path] = tmp_path.glob("*.toml")
    edited = path.with_name("new")
    edited.write_text(path.read_text().replace("raft-1", "raft-x"))
    edited.rename(path)  # as an editor saves
    writer.append(submission_record(submission(2)), moment)
    path.write_bytes(path.read_bytes()[:-20])  # and a damaged end is cut off before more is added
    writer.append(submission_record(submission(3)), moment)
    writer.close()
    assert [one.batch for one in past(tmp_path).submissions.values()] == ["raft-x", "raft-3"]


def test_two_hosts_and_an_outcome_that_is_met_first(tmp_path):
    records, end = story(1)
    write(tmp_path, *records[1:], host="a")
    reader = past(tmp_path)
    assert reader.submissions == {}
    write(tmp_path, records[0], host="b")
    for each in (reader, Past(tmp_path)):
        each.refresh()
        assert each.submissions == {end.id: end}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-11.a.toml", "2026-11.b.toml"]


def test_the_next_run_of_a_batch_counts_what_came_since(tmp_path):
    found = past(tmp_path)
    assert found.next_run("raft-1") == 1
    path = write(tmp_path, *(submission_record(submission(number)) for number in (1, 2, 8)))
    found.refresh()
    assert [found.next_run(batch) for batch in ("raft-1", "raft-2", "other")] == [3, 2, 1]
    write(tmp_path, submission_record(submission(15)), host="elsewhere")
    found.refresh()
    assert found.next_run("raft-1") == 4
    path.unlink()
    (tmp_path / "2026-11.elsewhere.toml").unlink()
    found.refresh()
    assert found.next_run("raft-1") == 1


def test_reopened_is_open_until_it_ends_again(tmp_path):
    records, end = story(1)
    write(tmp_path, *records[:3])
    reader = past(tmp_path)
    assert (reader.submissions[end.id].ended, reader.submissions[end.id].counts) == ("", {})
    write(tmp_path, records[4], moment="2026-12-01T00:00:00.000Z")
    assert reader.refresh()
    assert reader.submissions[end.id].ended == end.ended


def many(folder, number):
    for start, month in ((0, "2026-09"), (number // 3, "2026-10"), (2 * number // 3, "2026-11")):
        stories = [story(each) for each in range(start, start + number // 3)]
        write(folder, *itertools.chain.from_iterable(one for one, _ in stories), moment=f"{month}-01T00:00:00.000Z")


def test_with_the_index_the_same_is_read(tmp_path):
    many(tmp_path, 60)
    write(tmp_path, submission_record(submission(500)))  # an open one
    plain = past(tmp_path)
    plain.save_index()
    again = past(tmp_path)
    assert again.submissions == plain.submissions
    assert [type(one) for one in again.submissions.values()] == [Submission] * 61
    write(tmp_path, *story(800)[0])  # what came since is read from its file
    known = story(800)[1]
    for each in (again, Past(tmp_path)):
        each.refresh()
        assert each.submissions == {**plain.submissions, known.id: known}


def test_the_index_spares_opening_the_months(tmp_path):
    many(tmp_path, 30)
    past(tmp_path).save_index()
    for path in tmp_path.glob("*.toml"):  # same inode, size and time, no sense in it
        stat = path.stat()
        path.write_bytes(b"?" * stat.st_size)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert len(past(tmp_path).submissions) == 30


def test_a_stale_index_is_ignored(tmp_path):
    many(tmp_path, 9)
    path = tmp_path / "2026-10.host.toml"
    text = path.read_text()
    past(tmp_path).save_index()
    aside = path.with_name("aside")
    aside.write_text(text.replace('"plain"', '"PLAIN"').replace("raft-3", "raft-8"))
    aside.replace(path)  # as an editor does
    found = past(tmp_path).submissions
    assert {one.batch for one in found.values()} >= {"raft-8"}
    past(tmp_path).save_index()
    path.unlink()
    assert len(past(tmp_path).submissions) == 6


def test_a_damaged_index_is_ignored(tmp_path):
    many(tmp_path, 12)
    plain = past(tmp_path)
    plain.save_index()
    path = tmp_path / index.NAME
    whole = path.read_bytes()
    good = json.loads(whole.partition(b"\n")[2])
    short = {**good, "columns": good["columns"][:2]}
    uneven = {**good, "columns": [good["columns"][0].rpartition("|")[0], *good["columns"][1:]]}
    odd = [short, uneven, {**good, "counts": []}, {**good, "columns": []}, {**good, "format": 1}]
    odd += [{**good, "counts": [{"odd": 1}]}, *({**good, key: 5} for key in good)]
    strange = [b"", b"{}", b"[]", b"null", b"\xff", whole[:-50], whole.replace(b"raft-3", b"raft-4")]
    for text in (b"{}", b"null", *(json.dumps(one).encode() for one in odd)):  # whole, but no index of ours
        strange.append(b"%08x\n%s" % (zlib.crc32(text), text))
    for damaged in strange:
        path.write_bytes(damaged)
        found = past(tmp_path)
        assert found.submissions == plain.submissions, damaged[:80]
        assert not found.problems


def test_a_folder_that_cannot_be_written_goes_without_an_index(tmp_path):
    assert Past(tmp_path / "none").refresh() is False
    past(tmp_path).save_index()
    assert not (tmp_path / index.NAME).exists()


def _add_for_ever(folder, number, said):
    """In a child process: add records, and tell of each one that is surely on the disk."""
    try:
        writer = HistoryWriter(folder, "host")
        while True:
            known = submission(number)
            writer.append(submission_record(known), NOVEMBER)
            writer.append(note_record(known.id, "note\n" * 200, NOVEMBER), NOVEMBER)
            os.write(said, f"{number}\n".encode())
            number += 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def test_a_writer_killed_a_hundred_times_loses_nothing(tmp_path):
    chance, on_disk, number = random.Random(), set(), 0
    for _ in range(100):
        heard, said = os.pipe()
        child = os.fork()
        if not child:
            _add_for_ever(tmp_path, number, said)
        os.close(said)
        with os.fdopen(heard, "rb") as lines:
            told = [lines.readline() for _ in range(chance.randrange(4))]
            moment = time.perf_counter() + chance.uniform(0, 0.003)
            while time.perf_counter() < moment:
                pass
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            told += lines.readlines()
        on_disk.update(int(line) for line in told)
        found = past(tmp_path)
        assert not found.problems
        known = {int(name.split("-")[1]) for name in found.submissions}
        assert on_disk <= known
        assert all(found.submissions[submission(each).id].note == "note\n" * 200 for each in on_disk)
        number = max(known, default=-1) + 1
    assert len(on_disk) > 50
    assert known <= set(range(number))
    assert len(known) <= len(on_disk) + 100  # at most one more a kill: written whole, but not told any more


def test_whole_knows_what_it_was_given():
    record = submission_record(submission(1)).encode()
    assert whole(b"") == 0
    assert whole(record) == len(record)
    assert whole(record + record[:30]) == len(record)
    assert whole(record[:-1]) == len(record) - 1
