"""Templates: what they may say, what is said when they are wrong, and what they render."""

import shlex
import subprocess
import sys

import pytest

from tui_batch.errors import TemplateError
from tui_batch.model import Resources
from tui_batch.numbers import spell
from tui_batch.rendering import Renderer
from tui_batch.template import read

RAFT = """
name = "raft"
command = "./raft input.csv"
job_name = "raft-{{ seed }}-{{ temperature }}"
[[variables]]
key = "seed"
type = "int"
default = 1
minimum = 0
[[variables]]
key = "temperature"
type = "float"
default = 0.5
[files]
"input.csv" = "seed,{{ seed }}\\ntemperature,{{ temperature }}\\n"
[resources]
cpus = 1
minutes = 30
[options.slurm]
partition = "short"
"""

HOSTILE = [
    "a b",
    "$(touch /tmp/owned)",
    "`id`",
    "two\nlines",
    "🚀",
    'it\'s "quoted"',
    "; rm -rf ~",
    "\\",
    "x" * 300,
    "-n",
]


def template(body, **more):
    return read(f'name = "t"\ncommand = "true"\n{body}', "t.toml", **more)


def variable(**keys):
    lines = "\n".join(f"{key} = {value}" for key, value in keys.items())
    return template(f'[[variables]]\nkey = "x"\n{lines}').variables[0]


def test_the_smallest_template():
    raft = read(RAFT, "raft.toml")
    assert raft.resources == Resources(cpus=1, minutes=30)
    assert raft.options == {"slurm": {"partition": "short"}}
    render = Renderer(raft)
    values = {"seed": 3, "temperature": raft.variable("temperature").convert("1e-4"), "index": 0, "batch": "b"}
    assert render.name(values, ("seed",)) == "raft-3-1e-4"
    assert render.command({**values, "name": "n"}) == "./raft input.csv"
    assert render.files({**values, "name": "n"}) == {"input.csv": "seed,3\ntemperature,1e-4\n"}


@pytest.mark.parametrize(
    ("kind", "word", "value", "spelled"),
    [
        ("int", "1e3", 1000, "1000"), ("int", "-2", -2, "-2"), ("int", "2.0", 2, "2"),
        ("int", "123456789012345678901", 123456789012345678901, "123456789012345678901"),
        ("float", "1e-4", 0.0001, "1e-4"), ("float", "1.0", 1.0, "1.0"), ("float", "3", 3.0, "3"),
        ("bool", "true", True, "true"), ("bool", "No", False, "false"), ("str", "1e3", "1e3", "1e3"),
        ("str", "", "", ""), ("path", "a b.fits", "a b.fits", "a b.fits"),
    ],
)  # fmt: skip
def test_words_become_values_and_keep_their_spelling(kind, word, value, spelled):
    converted = variable(type=f'"{kind}"').convert(word)
    assert converted == value
    assert type(value) is float or type(converted) is type(value)
    assert spell(converted) == spelled


@pytest.mark.parametrize(
    ("keys", "word", "complaint"),
    [
        ({"type": '"int"'}, "0.5", "not a whole number"),
        ({"type": '"int"'}, "abc", "not a number"),
        ({"type": '"int"'}, "1e999999999", "not a number"),
        ({"type": '"float"'}, "nan", "not a number"),
        ({"type": '"float"'}, "1e999", "out of range"),
        ({"type": '"float"', "minimum": "0.5"}, "0.4", "below the minimum 0.5"),
        ({"type": '"int"', "maximum": "9"}, "10", "above the maximum 9"),
        ({"type": '"bool"'}, "maybe", "neither true nor false"),
        ({"type": '"choice"', "choices": '["a", "b"]'}, "c", "not one of a, b"),
        ({"type": '"path"'}, "", "empty"),
        ({"type": '"str"'}, "a\0b", "NUL"),
    ],
)
def test_words_that_are_no_values(keys, word, complaint):
    with pytest.raises(ValueError, match=complaint):
        variable(**keys).convert(word)


def test_choices_may_be_numbers():
    x = variable(type='"choice"', choices="[1, 2.5]")
    assert (x.convert("1"), x.convert("2.5")) == (1, 2.5)


@pytest.mark.parametrize(
    ("body", "complaints"),
    [
        ("name = \nx = 1", ["t.toml: not valid TOML", "line 3"]),
        ("colour = 1", ["t.toml: unknown key 'colour'"]),
        ("[resources]\ncpu = 1", ["unknown key 'cpu'. Did you mean 'cpus'"]),
        (
            '[resources]\ncpus = 0\nmemory = "lots"\nminutes = -1',
            ["cpus must be at least 1", "4 GB", "minutes must be"],
        ),
        ('[[variables]]\nkey = "name"\n[[variables]]\nkey = "2x"', ["'name': the key is reserved", "letters, digits"]),
        ('[[variables]]\nkey = "x"\ntype = "flot"', ["unknown type 'flot'. Did you mean 'float'"]),
        ('[[variables]]\nkey = "x"\n[[variables]]\nkey = "x"', ["two variables have the key 'x'"]),
        ('[[variables]]\nkey = "x"\ntype = "int"\ndefault = 0.5', ["its default '0.5' is not a whole number"]),
        ('[[variables]]\nkey = "x"\ntype = "int"\nminimum = 2\nmaximum = 1', ["minimum 2 is above its maximum 1"]),
        ('[[variables]]\nkey = "x"\ntype = "choice"', ["a choice needs choices"]),
        ('[files]\n"../x" = ""\n"/x" = ""\n"command" = ""', ["leads out", "is not relative", "taken by the command"]),
        (
            '[files]\n"a" = ""\n"a/b" = ""\n"command/x" = ""',
            ['files."a/b": a part of its', 'files."command/x": a part'],
        ),
        ('[files]\n"x" = { from = "gone.j2" }', ["'gone.j2' is not a file"]),
        ('shared = ["bin/x"]', ["no files to share"]),
        (
            '[results]\npatterns = ["/arc/../etc/*", "/arc/", "/arc//x", "/a\\nb"]',
            ["results: '/arc/../etc/*' leads out", "'/arc/' is not the path of a file", "'/arc//x' is", "a character"],
        ),
    ],
)
def test_all_that_is_wrong_is_said_at_once(body, complaints):
    with pytest.raises(TemplateError) as caught:
        template(body)
    for complaint in complaints:
        assert complaint in str(caught.value)
    assert all(line.startswith("t.toml: ") for line in str(caught.value).splitlines())


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('[files]\n"in.csv" = "a\\n{{ sed }}"', "files.\"in.csv\", line 2: unknown name 'sed'. Did you mean 'seed'"),
        ('[files]\n"{{ sed }}.csv" = ""', "unknown name 'sed'"),
        ('[files]\n"in.csv" = "a\\nb\\n{{ seed "', 'files."in.csv", line 3'),
        ('[files]\n"in.csv" = "{{ seed|shh }}"', "No filter named 'shh'"),
        ('job_name = "{{ name }}"', "job_name, line 1: unknown name 'name'"),
    ],
)
def test_mistakes_in_texts_are_found_before_anything_is_rendered(body, complaint):
    with pytest.raises(TemplateError) as caught:
        Renderer(template(body + '\n[[variables]]\nkey = "seed"\n'))
    assert f"t.toml: {complaint}" in str(caught.value) or complaint in str(caught.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{{ x.foo }}", "foo"),
        ("{{ 1 / 0 }}", "division"),
        ("{{ x.__class__.__mro__ }}", "unsafe"),
        ("{{ x + 1 }}", "concatenate"),
    ],
)
def test_what_goes_wrong_while_rendering_names_text_and_job(text, complaint):
    render = Renderer(template(f'[files]\n"f" = "{text}"\n[[variables]]\nkey = "x"\n'))
    with pytest.raises(TemplateError, match=r"t.toml: files.\"f\" of the job 'job-7'") as caught:
        render.files({"x": "text", "name": "job-7"})
    assert complaint in str(caught.value)


@pytest.mark.parametrize("path", ["../out", "/etc/x", "", "a//b", "command", "line\nbreak", "x" * 300])
def test_a_rendered_path_stays_inside_the_job(path):
    render = Renderer(template('[files]\n"{{ x }}" = ""\n[[variables]]\nkey = "x"\n'))
    with pytest.raises(TemplateError, match="the path"):
        render.files({"x": path, "name": "n"})


def test_two_files_cannot_have_one_path():
    render = Renderer(template('[files]\n"{{ x }}" = ""\n"a" = ""\n[[variables]]\nkey = "x"\n'))
    with pytest.raises(TemplateError, match="rendered twice"):
        render.files({"x": "a", "name": "n"})


@pytest.mark.parametrize("value", HOSTILE)
def test_values_reach_files_and_programs_unchanged(value):
    render = Renderer(
        read(
            'name = "t"\ncommand = "printf %s {{ x|sh }}"\n[files]\n"f" = "{{ x }}"\n[[variables]]\nkey = "x"', "t.toml"
        )
    )
    values = {"x": value, "name": "n"}
    assert render.files(values) == {"f": value}
    assert shlex.split(render.command(values)) == ["printf", "%s", value]
    assert subprocess.run(["sh", "-c", render.command(values)], stdout=subprocess.PIPE).stdout.decode() == value


def test_texts_keep_their_last_line_break_and_write_truth_in_lower_case():
    render = Renderer(
        template('[files]\n"f" = "{{ x }}{% if x %}!{% endif %}\\n"\n[[variables]]\nkey = "x"\ntype = "bool"')
    )
    assert render.files({"x": True, "name": "n"}) == {"f": "true!\n"}


def test_an_empty_command_is_refused():
    render = Renderer(read('name = "t"\ncommand = "{{ x }}"\n[[variables]]\nkey = "x"', "t.toml"))
    with pytest.raises(TemplateError, match="the command is empty for the job n"):
        render.command({"x": " ", "name": "n"})


@pytest.mark.parametrize(
    ("said", "megabytes"), [("4 GB", 4096), ("512M", 512), ("1.5GiB", 1536), ("100", 100), ("1k", 1)]
)
def test_memory_in_words(said, megabytes):
    assert template(f'[resources]\nmemory = "{said}"').resources.memory_mb == megabytes
    assert template("[resources]\nmemory = 300").resources.memory_mb == 300


def test_rules_are_checked_when_the_template_is_read():
    with pytest.raises(TemplateError, match=r"t\.toml: rules: unknown name 'lw' .* Did you mean 'low'\?$"):
        template('rules = ["lw < 3"]\n[[variables]]\nkey = "low"\ntype = "int"\n')


def test_a_rule_that_makes_no_sense_of_a_value_is_named():
    rule = template('rules = ["low < 3"]\n[[variables]]\nkey = "low"\n')
    with pytest.raises(TemplateError, match=r"^t\.toml: rules: .*\.$"):
        Renderer(rule).command({"low": "x", "name": "n"})


def test_reading_and_planning_do_not_import_jinja():
    code = (
        "import sys; from tui_batch.store import batches, templates; from tui_batch import sweep;"
        "templates.load('python-sweep', []); assert 'jinja2' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
