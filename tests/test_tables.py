"""TOML tables to dataclasses: every mistake named at once, with its key and what was expected there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tui_batch import tables
from tui_batch.errors import ConfigError, StoreError


@dataclass(frozen=True)
class Wheel:
    size: float
    spokes: int = 3


@dataclass(frozen=True)
class Cart:
    name: str
    wheels: tuple[Wheel, ...] = ()
    fast: bool = False
    load: int | str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    rest: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    spare: Wheel = field(default_factory=lambda: Wheel(1.0))


def cart(text):
    return tables.build(Cart, tables.parse(text, "cart.toml", ConfigError), "cart.toml", ConfigError)


def wrong(text):
    with pytest.raises(ConfigError) as caught:
        cart(text)
    return str(caught.value).splitlines()


def test_a_table_becomes_a_value():
    assert cart('name = "c"') == Cart("c")
    text = """
    name = "c"
    fast = true
    load = "2 t"
    tags = { a = "b" }
    rest = { x = { any = [1, "two"] } }
    spare = { size = 2 }
    [[wheels]]
    size = 1
    [[wheels]]
    size = 0.5
    spokes = 9
    """
    assert cart(text) == Cart(
        "c", (Wheel(1.0), Wheel(0.5, 9)), True, "2 t", {"a": "b"}, {"x": {"any": [1, "two"]}}, Wheel(2.0)
    )
    assert isinstance(cart(text).wheels[0].size, float)


def test_all_that_is_wrong_is_said_at_once():
    said = wrong("""
    nam = "c"
    fast = 1
    load = 1.5
    tags = { a = 3 }
    rest = { x = 1 }
    spare = [1]
    wheels = [{ size = "big", spokes = true }, { spoke = 3 }]
    """)
    assert said == [
        "cart.toml: unknown key 'nam'. Did you mean 'name'?",
        "cart.toml: fast must be true or false, not 1.",
        "cart.toml: load must be a whole number or a text, not 1.5.",
        "cart.toml: tags.a must be a text, not 3.",
        "cart.toml: rest.x must be a table, not 1.",
        "cart.toml: spare must be a table, not [1].",
        'cart.toml: wheels[1]: size must be a number, not "big".',
        "cart.toml: wheels[1]: spokes must be a whole number, not true.",
        "cart.toml: wheels[2]: unknown key 'spoke'. Did you mean 'spokes'?",
        "cart.toml: wheels[2]: size is missing.",
        "cart.toml: name is missing.",
    ]


@pytest.mark.parametrize("value", ["2026-11-20", "2026-11-20T05:33:12Z", "[1, 2]", "{ a = 1 }", "inf", "true", "1"])
def test_what_is_not_a_text(value):
    assert wrong(f"name = {value}")[0].startswith("cart.toml: name must be a text, not ")


def test_a_syntax_error_names_file_and_line():
    with pytest.raises(StoreError, match=r"cart\.toml: not valid TOML: .*line 2"):
        tables.parse('name = "c"\nfast = \n', "cart.toml", StoreError)
