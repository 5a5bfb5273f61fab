"""The ledger: what was learnt of each job survives hostile words, torn writes and damaged lines."""

import itertools
from dataclasses import replace

import pytest

from tui_batch.model import Status
from tui_batch.states import JobState
from tui_batch.store.ledger import Ledger, LedgerView, line, parse

HOSTILE = [
    "a\tb", "two\nlines", "r\rn\r\n", "\\", "\\n", "\\\\t", "\\\t\\\n", "it's \"q\"", "$(touch owned)", "🚀", "\x00",
    "\x0b\x0c\x1c\x85\u2028", "x" * 300, "", " blank ", "end\\",
]  # fmt: skip
RAN = Status(
    JobState.FAILED, 2, "marker/2/a", 137, "2026-11-20T05:33:12.345Z", "2026-11-20T05:34:12.345Z",
    "2026-11-20T05:34:13.000Z", "end record", "killed by signal KILL",
)  # fmt: skip


def view(path):
    found = LedgerView(path)
    found.refresh()
    return found


def test_every_status_comes_back_as_it_was(tmp_path):
    given = {0: RAN, 1: Status(JobState.QUEUED)}
    for number, (job_id, detail) in enumerate(itertools.product(HOSTILE, HOSTILE), 2):
        given[number] = Status(JobState.LOST, id=job_id, detail=detail, exit_code=0)
    with Ledger(tmp_path / "s" / "ledger.tsv") as ledger:
        ledger.append(given.items())
        ledger.sync()
    found = view(tmp_path / "s" / "ledger.tsv")
    assert found.statuses == given
    assert not found.problems
    assert (tmp_path / "s" / "ledger.tsv").read_bytes().count(b"\n") == len(given)


def test_bytes_that_are_no_text_do_not_stop_the_writer(tmp_path):
    with Ledger(tmp_path / "ledger.tsv") as ledger:
        ledger.append([(0, Status(JobState.HELD, detail="no folder \udcff")), (1, RAN)])
    found = view(tmp_path / "ledger.tsv")
    assert found.statuses[0].detail.startswith("no folder ")
    assert found.statuses[1] == RAN


def test_the_last_line_of_a_job_counts(tmp_path):
    with Ledger(tmp_path / "ledger.tsv") as ledger:
        ledger.append([(0, Status(JobState.QUEUED)), (0, Status(JobState.RUNNING)), (1, RAN)])
        ledger.append([(0, RAN)])
    assert view(tmp_path / "ledger.tsv").statuses == {0: RAN, 1: RAN}


def test_reading_goes_on_where_it_stopped(tmp_path):
    path = tmp_path / "ledger.tsv"
    follower = LedgerView(path)
    assert follower.refresh() == {}  # nothing there yet
    with Ledger(path) as ledger:
        ledger.append([(0, RAN)])
        assert follower.refresh() == {0: RAN}
        assert follower.refresh() == {}
        half = line(1, RAN).encode()
        with path.open("ab") as file:
            file.write(half[:20])
        assert follower.refresh() == {}  # not whole yet
        with path.open("ab") as file:
            file.write(half[20:])
        assert follower.refresh() == {1: RAN}
        assert follower.statuses == {0: RAN, 1: RAN}


def test_a_torn_tail_is_kept_aside_at_every_byte(tmp_path):
    torn = line(7, Status(JobState.LOST, id="é\t🚀", detail="détail")).encode()
    for cut in range(1, len(torn)):
        path = tmp_path / str(cut) / "ledger.tsv"
        with Ledger(path) as ledger:
            ledger.append([(0, RAN)])
        with path.open("ab") as file:
            file.write(torn[:cut])
        assert view(path).statuses == {0: RAN}
        with Ledger(path) as ledger:
            ledger.append([(1, RAN)])
        found = view(path)
        assert found.statuses == {0: RAN, 1: RAN}
        assert not found.problems
        assert path.with_name("ledger.tsv.torn").read_bytes() == torn[:cut] + b"\n"


def test_a_damaged_line_is_named_and_the_rest_opens(tmp_path):
    path = tmp_path / "ledger.tsv"
    with Ledger(path) as ledger:
        ledger.append([(0, RAN), (1, RAN), (2, RAN)])
    lines = path.read_bytes().splitlines(keepends=True)
    good = lines[1]
    bad = [
        b"garbage\n", b"\n", good.replace(b"failed", b"fialed"), good.replace(b"1\t2", b"one\t2"),
        good.replace(b"137", b"1x7"), b"\xff\xfe\x00\n", good[:-1] + b"\t\n", b"-1" + good[1:],
    ]  # fmt: skip
    for damaged in bad:
        path.write_bytes(lines[0] + damaged + lines[2])
        found = view(path)
        assert found.statuses == {0: RAN, 2: RAN}, damaged
        assert len(found.problems) == 1
        assert str(path) in found.problems[0]


def test_a_line_tells_what_it_was_made_of():
    assert parse(line(3, RAN)[:-1]) == (3, RAN)


def test_the_memory_that_a_job_held_is_kept_where_it_is_known():
    held = replace(RAN, peak_mb=512.25)
    assert parse(line(7, held).rstrip("\n")) == (7, held)
    assert parse(line(7, RAN).rstrip("\n")) == (7, RAN)  # as ledgers were before it was known
    assert line(7, RAN).count("\t") == 9


@pytest.mark.parametrize("peak", ["", "nan", "inf", "-1", "much", "1\t2"])
def test_an_eleventh_column_is_an_amount_of_memory_or_the_line_is_none(peak):
    with pytest.raises(ValueError, match=r"memory|float|unpack"):
        parse(line(7, RAN).rstrip("\n") + "\t" + peak)
