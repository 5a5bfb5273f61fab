"""The example names every key that exists, with its default."""

import re
import tomllib
from dataclasses import MISSING, fields
from itertools import pairwise
from pathlib import Path

from tui_batch import backends, config
from tui_batch.model import Target

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"


def uncommented():
    return re.sub(r"(?m)^#(?=[\w\[])", "", EXAMPLE.read_text())


def defaults(cls):
    rows = {one.name: one.default if one.default_factory is MISSING else one.default_factory() for one in fields(cls)}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in rows.items()}


def test_as_it_is_it_changes_nothing():
    assert config.parse(EXAMPLE.read_text(), EXAMPLE) == config.Config(path=EXAMPLE)


def test_with_every_key_set_it_says_the_defaults():
    read = config.parse(uncommented(), EXAMPLE)
    assert (read.default_target, read.max_jobs, read.templates) == ("local", 10_000, ())
    assert {target.kind for target in read.targets.values()} == set(backends.KINDS)


def test_every_key_is_there():
    table = tomllib.loads(uncommented())
    assert set(table) == {one.name for one in fields(config._File)}
    for name, target in table["targets"].items():
        kind = target.pop("kind")
        assert target == defaults(backends.kind(Target(name, kind)).Settings), name


def test_every_key_is_explained():
    lines = EXAMPLE.read_text().splitlines()
    for before, line in pairwise(lines):
        if re.match(r"#\w+ = ", line):
            assert before.startswith(("# ", "#[")), line
