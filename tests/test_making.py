"""What the desk can say of a batch that is not made yet."""

import pytest

from tui_batch.config import Config
from tui_batch.desk import Desk
from tui_batch.errors import ConfigError
from tui_batch.model import Batch, Limits, Target
from tui_batch.template import Broken

TEMPLATE = """
name = "t"
command = "echo {{ n }} {{ word|sh }}"
shared = ["data.bin"]
[[variables]]
key = "n"
type = "int"
default = 1
[[variables]]
key = "word"
default = "hello"
[files]
"f" = "{{ 'x' * n }}"
"""


@pytest.fixture
def desk(tmp_path):
    folder = tmp_path / "mine" / "t"
    folder.mkdir(parents=True)
    (folder / "template.toml").write_text(TEMPLATE)
    (folder / "data.bin").write_bytes(bytes(1000))
    (tmp_path / "mine" / "bad.toml").write_text("name = 3")
    return Desk(tmp_path / "home", Config(templates=(str(tmp_path / "mine"),)))


def test_a_broken_template_is_named_with_its_error(desk):
    broken = [one for one in desk.all_templates() if isinstance(one, Broken)]
    assert [one.name for one in broken] == ["bad"]
    assert "name must be a text, not 3" in broken[0].problem
    assert "t" in [template.name for template in desk.templates()]
    assert "bad" not in [template.name for template in desk.templates()]


@pytest.mark.parametrize(("axis", "exact"), [("1..10", True), ("1..1000", False)])
def test_the_weight_of_a_batch_is_near_that_of_its_files(desk, axis, exact):
    sweep = desk.plan(desk.template("t"), [("n", axis)])
    weight = desk.weight(sweep)
    whole = sum(len(text) for n in range(sweep.count) for text in desk.rendered(sweep, n)[1].values())
    assert (weight.shared, weight.exact) == (1000, exact)
    assert weight.jobs == whole if exact else abs(weight.jobs - whole) < whole * 0.05


def test_with_a_condition_the_first_jobs_are_weighed(desk):
    sweep = desk.plan(desk.template("t"), [("n", "1..1000")], where="n > 900")
    assert 900 * 100 < desk.weight(sweep).jobs < 1000 * 100


def test_the_script_of_a_job_is_the_same_before_and_after_it_is_written(desk):
    sweep = desk.plan(desk.template("t"), [("n", "1..3")])
    name, files = desk.rendered(sweep, 1)
    batch = desk.generate(sweep, "b")
    target = desk.default_target()
    assert desk.script(batch, target, name, files) == desk.preview(batch, target, name)


def test_a_name_is_looked_at_before_anything_is_made(desk):
    assert desk.name_trouble("b") == ""
    desk.generate(desk.plan(desk.template("t"), [("n", "1..3")]), "b")
    assert desk.name_trouble("b").startswith("There is a batch b already.")
    assert "cannot name a batch" in desk.name_trouble("a/b")
    assert (desk.free_name("b"), desk.free_name("c")) == ("b-2", "c")


def test_limits_are_those_of_the_kind(desk):
    batch = Batch("b", desk.home, "t", "", 100, "")
    assert desk.limits(batch, Target("here", "local", {"slots": 7})) == Limits(at_once=7)
    assert desk.limits(batch, desk.default_target()).at_once >= 1
    with pytest.raises(ConfigError, match="slots must be at least 0"):
        desk.limits(batch, Target("here", "local", {"slots": -1}))


def test_a_batch_says_all_that_it_was_made_from(desk):
    template = desk.template("t")
    sweep = desk.plan(template, [("n", "1..3")], [("word", "a, b")], where="n > 1")
    batch = desk.generate(sweep, "b")
    assert (batch.axes, batch.fixed, batch.zips, batch.where) == ({"n": "1..3"}, {"word": "a, b"}, (), "n > 1")
    assert desk.batch("b") == batch


def test_a_count_that_nobody_waits_for_ends(desk):
    class Enough(Exception):
        pass

    def breath():
        raise Enough

    with pytest.raises(Enough):
        desk.plan(desk.template("t"), [("n", "1..40000")], where="n > 3", breath=breath)
