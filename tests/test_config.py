"""The configuration: every key optional, every mistake named."""

from pathlib import Path

import pytest

from tui_batch import backends, config
from tui_batch.errors import ConfigError, RequestError
from tui_batch.model import Target

PATH = Path("/somewhere/config.toml")


def wrong(text):
    with pytest.raises(ConfigError) as caught:
        config.parse(text, PATH)
    return str(caught.value).splitlines()


def test_without_a_file_there_is_this_machine(tmp_path):
    found = config.read(tmp_path / "none.toml")
    assert list(found.targets) == ["local"]
    assert found.target("").kind == "local"
    assert found.path == tmp_path / "none.toml"
    assert config.parse("", PATH).targets == found.targets


def test_what_can_be_set():
    found = config.parse(
        """
        default_target = "fast one"
        max_jobs = 5
        templates = ["mine", "/abs"]
        [targets."fast one"]
        kind = "local"
        slots = 2
        [targets.local]
        kind = "local"
        slots = 7
        """,
        PATH,
    )
    assert (found.target("").name, found.target("").settings) == ("fast one", {"slots": 2})
    assert found.target("local").settings == {"slots": 7}
    assert (found.max_jobs, found.templates, found.path) == (5, ("/somewhere/mine", "/abs"), PATH)


def test_the_least_time_between_two_questions():
    assert config.parse("", PATH).least_seconds == 10.0
    assert config.parse("least_seconds = 60", PATH).least_seconds == 60.0
    assert wrong("least_seconds = -1") == [f"{PATH}: least_seconds must be from 0 to 3600, not -1."]


def test_all_that_is_wrong_is_said_at_once_with_the_file():
    assert wrong('max_job = 1\ntemplates = "mine"\ntargets = { a = 1 }') == [
        f"{PATH}: unknown key 'max_job'. Did you mean 'max_jobs'?",
        f'{PATH}: templates must be a list, not "mine".',
        f"{PATH}: targets.a must be a table, not 1.",
    ]
    assert wrong('max_jobs = 0\ndefault_target = "locl"\n[targets.b]\nslots = 2\n[targets.c]\nkind = 3') == [
        f'{PATH}: targets.b: kind is missing; it says what the target is, as in kind = "local".',
        f'{PATH}: targets.c: kind is missing; it says what the target is, as in kind = "local".',
        f"{PATH}: default_target: there is no target 'locl'. Did you mean 'local'?",
        f"{PATH}: max_jobs must be at least 1, not 0.",
    ]
    assert "not valid TOML" in wrong("[targets")[0]


def test_what_the_app_looks_like_and_where_that_was_said():
    found = config.parse(
        'theme = "ansi"\nascii = true\nmouse = "no"\nundo_seconds = 2\n[keys]\n"app.help" = "h"\nlist.down = "j,down"',
        PATH,
    )
    assert (found.theme, found.ascii, found.mouse, found.undo_seconds) == ("ansi", "yes", "no", 2.0)
    assert found.keys == {"app.help": "h", "list.down": "j,down"}
    assert found.origins["theme"] == "config.toml"
    said = found.given("--undo-seconds", undo_seconds=0.0).given("--ascii", ascii=None)
    assert (said.undo_seconds, said.origins["undo_seconds"]) == (0.0, "--undo-seconds")
    assert said.origins["ascii"] == "config.toml"
    with pytest.raises(RequestError, match=r"--undo-seconds: undo_seconds must be from 0 to 600, not -1\."):
        found.given("--undo-seconds", undo_seconds=-1.0)
    assert wrong('theme = "dark"\nascii = "maybe"\nundo_seconds = nan\n[keys]\nlist.down = 3') == [
        f'{PATH}: keys: list.down must be a text, as in "x,ctrl+x".',
        f"{PATH}: theme must be one of default, colour-blind, ansi, not 'dark'.",
        f"{PATH}: ascii must be one of auto, yes, no, not 'maybe'.",
        f"{PATH}: undo_seconds must be from 0 to 600, not nan.",
    ]


def test_an_unknown_target_suggests_the_nearest():
    with pytest.raises(RequestError, match=r"no target 'locla'. Did you mean 'local'\?"):
        config.parse("", PATH).target("locla")


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"config\.toml: cannot be read"):
        config.read(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        config.read(tmp_path)


def test_a_kind_checks_its_own_keys(tmp_path):
    target = config.parse('[targets.here]\nkind = "local"\nslot = 2\nworkdir = 5', PATH).target("here")
    with pytest.raises(ConfigError) as caught:
        backends.connect(target, tmp_path)
    assert str(caught.value).splitlines() == [
        "targets.here: unknown key 'slot'. Did you mean 'slots'?",
        "targets.here: workdir must be a text, not 5.",
    ]
    for keys, said in (("slots = -1", "slots must be at least 0"), ("grace_seconds = -2", "grace_seconds must be at")):
        target = config.parse(f'[targets.here]\nkind = "local"\n{keys}', PATH).target("here")
        with pytest.raises(ConfigError, match=said):
            backends.connect(target, tmp_path)
    target = config.parse('[targets.here]\nkind = "lokal"', PATH).target("here")
    with pytest.raises(ConfigError, match=r"targets\.here: unknown kind 'lokal'. Did you mean 'local'"):
        backends.connect(target, tmp_path)


@pytest.mark.parametrize("more", ["/v0", "/v1/session"])
def test_the_address_of_a_service_goes_without_its_version(more):
    site = Target("sky", "canfar", {"url": f"https://sky.example.org/skaha{more}"})
    with pytest.raises(ConfigError, match="url goes without the version"):
        backends.kind(site).settings(site)
