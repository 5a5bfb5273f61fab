"""The language of filters: what each one keeps, and what is said of one that makes no sense."""

from typing import NamedTuple

import pytest

from tui_batch.widgets.columns import Column
from tui_batch.widgets.filter import keep


class Row(NamedTuple):
    state: str = "R"
    name: str = "netmc-0.1"
    on: str = "fir"
    jobs: int = 100
    done: float = 0.5
    age: float | None = 7200.0
    temperature: str = "0.5"
    exit: int | None = None
    note: str = "for the paper"


WORDS = {"R": "running", "F": "failed", "TO": "timed_out"}
COLUMNS = [
    Column("state", "ST", 2, lambda r: r.state, word=lambda r: WORDS[r.state]),
    Column("name", "NAME", 9, lambda r: r.name),
    Column("on", "ON", 9, lambda r: r.on),
    Column("jobs", "JOBS", 4, lambda r: str(r.jobs), lambda r: r.jobs, plain=False),
    Column("done", "DONE", 4, lambda r: f"{r.done:.0%}", lambda r: r.done, unit="share", plain=False),
    Column("age", "AGE", 4, lambda r: "2h" if r.age else "-", lambda r: r.age, unit="time", plain=False),
    Column("temperature", "temperature", 4, lambda r: r.temperature,
           lambda r: float(r.temperature) if r.temperature[0].isdigit() else r.temperature),
    Column("exit", "", 0, lambda r: "" if r.exit is None else str(r.exit), lambda r: r.exit, plain=False),
    Column("note", "", 0, lambda r: r.note),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", True), ("   ", True),
        ("netmc", True), ("NETMC fir", True), ("netmc aws", False), ("paper", True), ("100", False),
        ("!netmc", False), ("!aws", True), ("!aws netmc", True), ("!aws !fir", False),
        ('"the paper"', True), ('"paper the"', False), ('!"the paper"', False), ('"for the"paper', True),
        ("on:fir", True), ("on:aws", False), ("ON:Fi", True), ("na:netmc", True), ("!on:fir", False),
        ('note:"the paper"', True), ("note:the paper", True), ("note:x paper", False),
        ("state:r", True), ("state:R", True), ("state:running", True), ("state:f", False), ("state:run", False),
        ("!state:f", True), ("state=R", True), ("running", True), ("failed", False), ("state!=F", True),
        ("jobs>99", True), ("jobs>100", False), ("jobs>=100", True), ("jobs<100", False), ("jobs<=1e2", True),
        ("jobs=100", True), ("jobs=100.0", True), ("jobs!=100", False), ("!jobs=100", False), ("jobs > 99", True),
        ("jobs>1 on:aws", False), ("j>99", True),
        ("done<50%", False), ("done>=50%", True), ("done=50%", True), ("done<50.5%", True),
        ("age<2d", True), ("age>2h", False), ("age>=2h", True), ("age<1h30m", False), ("age>90s", True),
        ("age<1w", True), ("age=2h", True),
        ("temperature>=0.5", True), ("temperature<0.5", False), ("temp=0.50", True), ("temperature=fast", False),
        ("exit=3", False), ("exit!=0", True), ("exit>=0", False), ("exit<1", False),
        ("10:30", False), (">5", False), ("->", False), ("a/b", False), ("12\"", False),
    ],
)  # fmt: skip
def test_what_a_filter_keeps(text, kept):
    assert keep(text, COLUMNS)(Row()) is kept


@pytest.mark.parametrize(
    ("row", "text", "kept"),
    [
        (Row("TO"), "state:timed_out", True), (Row("TO"), 'state:"timed out"', True), (Row("TO"), "state:TO", True),
        (Row("F", name="OFF"), "state:F", True), (Row("R", name="OFF"), "state:F", False),
        (Row(exit=3), "exit=3", True), (Row(exit=3), "exit!=0", True), (Row(exit=0), "exit!=0", False),
        (Row(exit=13), "exit=3", False),
        (Row(age=None), "age<2d", False), (Row(age=None), "!age<2d", True),
        (Row(temperature="fast"), "temperature>0", False), (Row(temperature="fast"), "temperature=FAST", True),
        (Row(name="a:b"), '"a:b"', True), (Row(note=""), 'note=""', True), (Row(), 'note=""', False),
        (Row(name="größe"), "GRÖSSE", True),
    ],
)  # fmt: skip
def test_what_a_filter_keeps_of_other_rows(row, text, kept):
    assert keep(text, COLUMNS)(row) is kept


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("jbos>100", "no column 'jbos'. Did you mean 'jobs'?"),
        ("foo:bar", "no column 'foo'."),
        ("n:x", "'n' may be name or note"),
        ("jobs>many", "'many' is not a number"),
        ("jobs>2h", "'2h' is not a number"),
        ("age<2", "'2' is no time such as 90s 5m 2h 1d"),
        ("done<50", "'50' is no share such as 50%"),
        ("name>a", "name has no numbers: try name:a"),
        ("jobs>", "nothing after 'jobs>'"),
        ("on: fir", "nothing after 'on:'"),
        ("!", "nothing after '!'"),
        ('on:"fir', 'a closing " is missing'),
        ('netmc "', 'a closing " is missing'),
    ],
)  # fmt: skip
def test_what_is_said_of_a_filter_that_makes_no_sense(text, said):
    with pytest.raises(ValueError) as wrong:
        keep(text, COLUMNS)
    assert str(wrong.value).startswith(said)


def test_a_row_is_asked_no_more_than_the_filter_needs():
    def never(row):
        raise AssertionError("nobody asked for this cell")

    columns = [Column("name", "NAME", 4, lambda row: row), Column("bar", "BAR", 4, never, plain=False)]
    assert keep("a", columns)("abc")
