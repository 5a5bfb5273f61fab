"""Names of jobs are readable, safe and never given twice."""

import re

import pytest

from tui_batch.naming import LONGEST, Names, from_values, safe

SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
HOSTILE = [
    "a b",
    "$(rm -rf ~)",
    "two\nlines",
    "🚀",
    'it\'s "quoted"',
    "../../etc/passwd",
    "",
    ".",
    "-rf",
    "x" * 300,
    "é",
]


@pytest.mark.parametrize("raw", HOSTILE)
def test_any_text_becomes_a_safe_name(raw):
    name = safe(raw, "raft")
    assert SAFE.fullmatch(name)
    assert len(name) <= LONGEST


def test_long_names_that_differ_stay_different():
    assert safe("x" * 200 + "a" + "y" * 200, "raft") != safe("x" * 200 + "b" + "y" * 200, "raft")


def test_values_are_readable_in_the_name():
    values = {"seed": 1, "temperature": 0.5, "input": "/data/ngc 1.fits", "fast": True}
    assert from_values(["seed", "temperature"], values, frozenset()) == "seed1-temperature0.5"
    assert from_values(["input", "fast"], values, frozenset({"input"})) == "inputngc 1-fasttrue"


def test_repeated_names_get_numbers_that_collide_with_nothing():
    names = Names()
    given = [names.take(name) for name in ["x", "x-2", "x", "x", "x-2", "x-3", "y" * LONGEST, "y" * LONGEST]]
    assert given[:4] == ["x", "x-2", "x-3", "x-4"]
    assert len(set(given)) == len(given)
    assert max(map(len, given)) <= LONGEST


def test_no_job_is_called_as_the_folder_of_collected_files():
    assert Names().take("collected") == "collected-2"
