"""Batch-Manager's own files: a template CSV becomes a template that renders the same; every wrong line is named."""

from pathlib import Path

import pytest

from tui_batch import batch_manager
from tui_batch.errors import RequestError
from tui_batch.store import templates
from tui_batch.store.filling import sample
from tui_batch.store.sources import FileSources
from tui_batch.sweep import plan
from tui_batch.template import read

FILES = Path(__file__).parent / "templates"
HEADER = "Line Number,Value,Is Var?,Table-Relevant?,Name,Type,Names,Allowed Values\n"


def imported(text, name="mine"):
    lines = batch_manager.read_template(text, "x.csv")
    base = templates.load(batch_manager.base_of(lines), [])
    return read(batch_manager.as_toml(lines, base, name, "x.csv"), "x.toml", base.folder)


def first(template, *fixed):
    given = [("executable", "target:/opt/x"), *(one.split("=", 1) for one in fixed)]
    return sample(plan(template, [], given, [], "", "", FileSources()), 0, "b")


@pytest.mark.parametrize("type_", batch_manager.PROGRAMS)
def test_what_is_imported_renders_as_the_template_that_ships(type_):
    name = batch_manager.template_name(type_)
    template, ours = imported((FILES / f"{type_}_template.csv").read_text(), name), templates.load(name, [])
    job, files = first(template)
    assert job == name
    assert (FILES / f"{type_}.default.inpt").read_text() in files.values()
    assert files == first(ours)[1]
    keys = {one.key: (one.type, one.label, one.default, one.hidden) for one in ours.variables}
    assert {one.key: (one.type, one.label, one.default, one.hidden) for one in template.variables}.items() <= (
        keys | {"selected_routine": ("int", "Selected Routine", 2, False)}
        | {"geometry_code": ("choice", "Geometry Code", "2DC", False)}
    ).items()  # fmt: skip
    assert set(keys) - {one.key for one in template.variables} <= {"mix_fraction"}


def test_every_type_with_its_limits():
    rows = (
        "1,{{ I/O }},False,False,None,str,None,None\n\n2,./seed/7,True,True,Seed,int/str,None,>3\n"
        "3,x,TRUE,false,Prefix,str,None,None\n5,2.5,True,True,Mean,float,None,>-2.5<4\n4,-1,True,true,Low,int,None,<0\n"
        "6,b,True,True,Word,str,None,a;b\n7,2,True,True,Of Three,int,None,1;2;3\n"
        "8,None,True,True,Free (text),str,None,None\n"
        "9,1 0,True,True,Both,dual bool,On;Off,0;1\n10,3 4.5,True,False,Two,dual float,Name;2nd,None\n"
        "11,dashes,False,False,None,str,None,None\n12,0,True,True,Lambda,int,None,>-1\n"
    )
    template = imported(HEADER + rows)
    found = {one.key: one for one in template.variables}
    assert " ".join(found) == "executable seeds seed low mean word of_three free_text on off v_name v_2nd v_lambda"
    assert (found["seed"].default, found["seed"].minimum) == (7, 3)
    assert (found["mean"].minimum, found["mean"].maximum, found["low"].maximum) == (-2.5, 4.0, 0)
    assert (found["word"].type, found["word"].choices, found["of_three"].choices) == ("choice", ("a", "b"), (1, 2, 3))
    assert (found["on"].default, found["off"].default, found["v_2nd"].default) == (True, False, 4.5)
    assert (found["v_name"].hidden, found["v_lambda"].minimum, found["free_text"].default) == (True, 0, "")
    assert first(template, "seed=9")[1]["mx2.inpt"].splitlines() == [
        "{{ I/O }}", "./seed/9                Seed", "./output_files/mine             Prefix", "-1              Low",
        "2.5             Mean", "b               Word", "2               Of Three", "                Free (text)",
        "1       0       Both", "3.0     4.5     Two", "-" * 50, "0               Lambda",
    ]  # fmt: skip


def test_all_wrong_rows_are_named():
    rows = [
        "1,x,False,False,None,str,None", "2,x,Flase,False,None,str,None,None", "3,1,True,True,A,integer,None,None",
        "4,1.5,True,True,B,int,None,None", "5,9,True,True,C,int,None,<5", "6,1 2,True,True,D,dual int,E,None",
        "7,1,True,True,None,int,None,None", "8,1,True,True,F,int,None,None", "8,1,True,True,G,int,None,None",
        "9,1,True,True,f,int,None,None", "10,z,True,True,H,str,None,a;b", "11,2,True,True,I,bool,None,0;1",
        "12,1,True,True,J,int,None,>x", "x,1,True,True,K,int,None,None", "13,1,True,True,***,int,None,None",
    ]  # fmt: skip
    with pytest.raises(RequestError) as caught:
        batch_manager.read_template(HEADER + "\n".join(rows), "x.csv")
    said = str(caught.value).splitlines()
    assert [line.split(":")[1].strip() for line in said[:-1]] == [f"line {at}" for at in (*range(2, 9), *range(10, 17))]
    assert "unknown type 'integer'" in said[2]
    assert "'1.5' is not a whole number" in said[3]
    assert said[7] == "x.csv: line 10: the line number 8 is there twice."
    assert said[8] == "x.csv: line 11: 'f' has the key f as line 9."
    assert said[-1] == "Nothing was imported."


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "begin with the columns"), (HEADER, "describes no line"), ("a,b\n", "begin with the columns"),
     (HEADER + "1,x,False,False,None,str,None,None\n4,x,False,False,None,str,None,None\n", "line number 2, 3")],
)  # fmt: skip
def test_what_is_no_template(text, why):
    with pytest.raises(RequestError, match=why):
        batch_manager.read_template(text, "x.csv")


def test_the_history_is_read_oldest_first():
    text = "b,netmc,2023 Fri 08 Dec 12:52:10 UTC\n\na, c,triangle_raft,2023 Thu 07 Dec 09:00:00 UTC"
    assert batch_manager.read_history(text, "h") == [
        batch_manager.Sent("a, c", "triangle_raft", "2023-12-07T09:00:00.000Z"),
        batch_manager.Sent("b", "netmc", "2023-12-08T12:52:10.000Z"),
    ]


def test_all_wrong_lines_of_a_history_are_named():
    when = "2023 Fri 08 Dec 12:52:10 UTC"
    text = f"b,netmc,{when}\nb,netmc\nb,netcm,{when}\nb,netmc,yesterday\n,netmc,x\n"
    with pytest.raises(RequestError) as caught:
        batch_manager.read_history(text, "h")
    assert str(caught.value).splitlines() == [
        "h: line 2: 2 cells instead of batch, type and time.",
        "h: line 3: unknown type 'netcm'. Did you mean 'netmc'?",
        "h: line 4: 'yesterday' is no time such as 2023 Fri 08 Dec 12:52:10 UTC.",
        "h: line 5: a submission without the name of its batch.",
        "Nothing was taken over; mend these lines or take them out.",
    ]
