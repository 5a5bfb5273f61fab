"""What other programs get: tables, the text copied last, the end of a log."""

import csv
import io
import json
import os

import pytest
from mounting import mounted

from tui_batch.errors import RequestError, StoreError
from tui_batch.store import export
from tui_batch.store.home import Home

HEADER = ["name", "jobs", "note"]
HOSTILE = [
    ["plain", 3, None],
    ['say "hi", then go', 0, "two\nlines"],
    [" blanks ", -1, "a\rreturn"],
    ["=1+1", 2.5, "a|bar \\ `code`"],
    ["\x1b[31mred", True, "日本語 \u202e"],
]


def test_a_csv_is_read_back_as_it_was():
    rows = list(csv.reader(io.StringIO("".join(export.as_csv(HEADER, HOSTILE)), newline="")))
    assert rows == [HEADER, *[["" if value is None else str(value) for value in row] for row in HOSTILE]]
    assert "".join(export.as_csv(HEADER, [["a", 1, "b"]])) == "name,jobs,note\na,1,b\n"


def test_json_keeps_numbers_and_what_is_not_known():
    assert json.loads("".join(export.as_json(HEADER, HOSTILE))) == [
        dict(zip(HEADER, row, strict=True)) for row in HOSTILE
    ]
    assert json.loads("".join(export.as_json(HEADER, []))) == []


def test_a_markdown_table_has_one_line_for_each_row():
    lines = "".join(export.as_markdown(HEADER, HOSTILE)).splitlines()
    assert lines[:2] == ["| name | jobs | note |", "| --- | --- | --- |"]
    assert len(lines) == 2 + len(HOSTILE)
    assert "a\\|bar \\\\ `code`" in lines[5]
    assert "".join(export.as_markdown(["a"], [])) == "| a |\n| --- |\n"


@pytest.mark.parametrize("name", ["table.csv", "table.JSON", "table.md"])
def test_a_table_is_written_whole_by_the_ending_of_its_name(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    path, there = export.place(name)
    assert (path, there) == (tmp_path / name, False)
    export.write(path, HEADER, iter(HOSTILE))
    assert path.read_bytes().count(b"plain") == 1
    assert export.place(name) == (path, True)
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize(
    ("name", "said"),
    [("table", "must end in .csv, .json, .md"), ("table.xls", "must end in"), ("", "must end in"),
     ("nowhere/table.csv", "There is no folder"), ("folder.csv", "is no file"), ("~nobody-at-all/t.csv", "~nobody"),
     ("x" * 300 + ".csv", "name too long"), ("a\0b.csv", "cannot be written")],
)  # fmt: skip
def test_where_nothing_can_be_written_is_said_before(tmp_path, monkeypatch, name, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(RequestError, match=f"(?i){said}"):
        export.place(name)


def test_a_table_that_does_not_fit_on_the_disk_leaves_the_former_one(tmp_path):
    with mounted(tmp_path / "small") as folder:
        path = folder / "table.csv"
        path.write_text("former")
        with pytest.raises(StoreError, match=r"no space left on device\. Nothing was written"):
            export.write(path, HEADER, HOSTILE * 2000)
        assert path.read_text() == "former"
        assert os.listdir(folder) == ["table.csv"]


def test_half_a_character_from_a_file_name_does_not_stop_an_export(tmp_path):
    export.write(tmp_path / "t.csv", ["name"], [["\udcff \ud800"]])
    assert (tmp_path / "t.csv").read_text() == "name\n? ?\n"


def test_what_was_copied_last_is_kept_for_its_owner(tmp_path):
    home = Home(tmp_path / "home").prepare()
    export.keep(home, "first")
    path = export.keep(home, "one\ntwo \udcff")
    assert path.read_text() == "one\ntwo ?"
    assert path.parent.stat().st_mode & 0o077 == 0


def test_the_end_of_a_log(tmp_path):
    path = tmp_path / "out"
    assert export.tail(path, 3) == ""
    path.write_bytes(b"".join(b"line %d\n" % n for n in range(10)) + b"\xff half")
    assert export.tail(path, 3) == "line 8\nline 9\n\ufffd half"
    path.write_bytes(b"one\ntwo\n")
    assert export.tail(path, 1) == "two"
    assert export.tail(path, 9, most=5) == "\ntwo"
