"""Sweeps: which jobs the axes make, in which order, and what is said when they make no sense."""

import itertools

import pytest

from tui_batch.errors import TemplateError
from tui_batch.numbers import spell
from tui_batch.store.sources import FileSources
from tui_batch.sweep import plan
from tui_batch.template import read

TEMPLATE = read(
    """
name = "t"
command = "true"
[[variables]]
key = "n"
type = "int"
default = 1
minimum = 0
maximum = 100
[[variables]]
key = "T"
type = "float"
default = 0.5
[[variables]]
key = "method"
type = "choice"
choices = ["gaussian", "tophat"]
default = "gaussian"
[[variables]]
key = "label"
default = "x"
[[variables]]
key = "input"
type = "path"
default = "shipped.py"
""",
    "t.toml",
)


def sweep(*axes, fixed=(), zips=(), where="", table="", template=TEMPLATE):
    pairs = [axis.split("=", 1) for axis in axes]
    return plan(template, pairs, [one.split("=", 1) for one in fixed], zips, where, table, FileSources())


def rows(made, *keys):
    return [" ".join(spell(values[key]) for key in keys) for values in made.values()]


def complaints(*axes, **more):
    with pytest.raises(TemplateError) as caught:
        sweep(*axes, **more)
    return str(caught.value)


def test_without_axes_there_is_one_job_of_defaults():
    made = sweep()
    assert (made.count, made.varying) == (1, ())
    assert rows(made, "n", "T", "method", "input") == ["1 0.5 gaussian shipped.py"]


def test_axes_multiply_and_the_last_varies_fastest():
    made = sweep("T=0.1,1e-4", "n=1..2", fixed=["label=a, b"])
    assert rows(made, "T", "n", "label") == ["0.1 1 a, b", "0.1 2 a, b", "1e-4 1 a, b", "1e-4 2 a, b"]
    assert (made.varying, made.fixed) == (("T", "n"), {"label": "a, b"})


def test_zipped_axes_step_together_where_the_first_of_them_stood():
    made = sweep("T=1,2", "method=gaussian,tophat", "n=3,4", zips=[["n", "T"]])
    assert rows(made, "T", "method", "n") == ["1 gaussian 3", "1 tophat 3", "2 gaussian 4", "2 tophat 4"]


def test_where_keeps_a_part_and_the_count_is_known():
    made = sweep("T=0..1 in 11", "n=1..4", where="T > 0.5 and n < 3")
    assert made.count == len(list(made.values())) == 10


def test_tables_take_whole_rows_and_multiply_with_axes():
    made = sweep("n=1,2", table='T,method,label\n1e-4,tophat,"a, b"\n\n2.0,tophat,"two\nlines"\n')
    assert rows(made, "T", "n", "label") == ["1e-4 1 a, b", "1e-4 2 a, b", "2.0 1 two\nlines", "2.0 2 two\nlines"]
    assert made.varying == ("T", "label", "n")
    assert made.fixed == {"method": "tophat"}


@pytest.mark.parametrize("where", ["", "n != 2"])
def test_any_job_can_be_looked_at_alone(where):
    made = sweep("T=1,2,3", "label=a,b", "n=1..3", zips=[["T", "n"]], where=where)
    assert [made.at(index) for index in range(made.count)] == list(made.values())
    with pytest.raises(IndexError):
        made.at(made.count)
    assert [made.combination(position) for position in made.kept()] == list(made.values())


def test_repeat_numbers_the_jobs_or_repeats_the_default():
    assert rows(sweep("n=repeat(3)"), "n") == ["1", "2", "3"]
    assert rows(sweep("T=repeat(2)"), "T") == ["1", "2"]
    assert rows(sweep("method=repeat(2)"), "method") == ["gaussian", "gaussian"]
    assert sweep("label=repeat(2)").varying == ("label",)


def test_paths_that_are_given_hold_everywhere_and_defaults_stay(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert rows(sweep("input=a b.fits,/x"), "input") == [str(tmp_path / "a b.fits"), "/x"]
    assert sweep(fixed=["input=a.fits"]).fixed == {"input": str(tmp_path / "a.fits")}
    assert rows(sweep(table="input\na.fits\n"), "input") == [str(tmp_path / "a.fits")]


def test_a_drawn_seed_is_stored_with_the_axis():
    made = sweep("T=uniform(0, 1, 3)")
    assert rows(sweep(f"T={made.axes['T']}"), "T") == rows(made, "T")


def test_everything_that_is_wrong_is_said_at_once():
    said = complaints(
        "m=1,2", "n=0.5,101,-1,7", "T=1..2 by 0", "method=tophatt", "T=1", fixed=["n=3", "lable=x"],
        zips=[["n", "q"]], where="temp > 1",
    )  # fmt: skip
    for complaint in (
        "unknown variable 'm'", "n: '0.5' is not a whole number.", "n: 101 is above the maximum 100.",
        "n: -1 is below the minimum 0.", "T: a step of 0", "method: 'tophatt' is not one of gaussian, tophat.",
        "T has two axes.", "n is both fixed and varied.", "unknown variable 'lable'. Did you mean 'label'?",
        "there is no axis 'q'", "where: unknown name 'temp'",
    ):  # fmt: skip
        assert complaint in said
    assert all(line.startswith("t: ") and line[-1] in ".?" for line in said.splitlines())


def test_many_bad_values_do_not_flood():
    assert "195 more like these" in complaints("n=101..300")


def test_unequal_zips_name_both_keys_and_lengths():
    assert "n has 2 values, T has 3 values" in complaints("n=1..2", "T=1..3", zips=[["n", "T"]])
    assert "at least two" in complaints("n=1..2", zips=[["n"]])
    assert "zipped twice" in complaints("n=1,2", "T=1,2", "label=a,b", zips=[["n", "T"], ["T", "label"]])


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("n,T\n1\n", "row 1 has 1 cells, the header 2"),
        ("n\n", "no rows"),
        ("\n", "empty"),
        ("q\n1\n", "unknown variable 'q'"),
        ("n,n\n1,2\n", "two columns"),
        ("n\nfive\n", "n: 'five' is not a number"),
        ('n\n"1\n', "not valid CSV"),
        ("n,q\nfive,1\n", "n: 'five' is not a number"),
        ("T\n1\n", "T is in the table and given a second time"),
    ],
)
def test_tables_that_make_no_sense(table, complaint):
    assert complaint in complaints("T=1,2", table=table)


def test_a_variable_without_a_default_needs_a_value():
    template = read('name = "t"\ncommand = "true"\n[[variables]]\nkey = "input"\ntype = "path"\n', "t.toml")
    assert "input has no default" in complaints(template=template)
    assert sweep("input=a,b", template=template).count == 2


def test_a_where_that_keeps_nothing_or_fails_on_a_value():
    assert "none of 4 combinations is kept" in complaints("n=1..4", where="n > 9")
    assert "cannot be calculated" in complaints("n=0..4", where="1 / n > 0.5")


def test_too_many_combinations_are_refused_before_they_are_counted():
    wide = [f"{key}=1..10000" for key in ("T", "label")]
    assert "100,000,000 combinations; at most 50,000,000" in complaints(*wide)


def test_a_large_sweep_is_counted_at_once_and_made_as_it_is_asked_for():
    made = sweep("T=1..5000", "label=1..5000")
    assert made.count == 25_000_000
    assert [values["label"] for values in itertools.islice(made.values(), 2)] == ["1", "2"]
    assert made.at(24_999_999)["label"] == "5000"
