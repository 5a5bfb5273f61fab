"""The settings as a person is shown them."""

from pathlib import Path

from tui_batch import config
from tui_batch.cli.entry import open_desk
from tui_batch.settings import listed
from tui_batch.terminal import CAPABLE, settle

TEXT = """
theme = "colour-blind"
max_jobs = 12000
[targets.fir]
kind = "local"
api_token = "planted-4f3b9c2e"
password = "planted-4f3b9c2e"
token_file = "~/.fir/token"
url = "https://ada:planted-4f3b9c2e@fir.example"
options = { secret = "planted-4f3b9c2e", queue = "long" }
"""


def rows(found, terminal=CAPABLE):
    return {one.name: one for one in listed(found, terminal, "/store")}


def test_each_says_where_it_was_set():
    found = rows(config.parse(TEXT, Path("/etc/config.toml")).given("--undo-seconds", undo_seconds=0.0))
    assert (found["theme"].value, found["theme"].origin) == ("colour-blind: default", "config.toml")
    assert (found["undo_seconds"].value, found["undo_seconds"].origin) == ("0", "--undo-seconds")
    assert (found["max_jobs"].value, found["max_jobs"].origin) == ("12,000", "config.toml")
    assert (found["mouse"].value, found["mouse"].origin) == ("auto: yes", "default")
    assert found["config"].value == "/etc/config.toml"
    assert all(one.what for one in found.values())


def test_what_was_chosen_by_itself_says_why():
    terminal = settle(config.Config(), {"TERM": "linux", "SSH_CONNECTION": "x"})
    found = rows(config.Config(), terminal)
    assert found["theme"].value == "default: ansi (16 colours: TERM=linux)"
    assert found["ascii"].value == "auto: yes (TERM=linux)"
    assert found["mouse"].value == "auto: no (SSH_CONNECTION)"


def test_secrets_are_named_and_not_shown():
    found = rows(config.parse(TEXT, Path("/etc/config.toml")))
    assert "planted" not in str(found)
    assert found["targets.fir.api_token"].value == "***"
    assert found["targets.fir.token_file"].value == "~/.fir/token"
    assert found["targets.fir.options"].value == "secret = ***, queue = long"


def test_defaults_of_templates_are_listed():
    found = rows(config.parse('[defaults.netmc]\nexecutable = "~/netmc.x"\n', Path("/etc/config.toml")))
    assert (found["defaults.netmc.executable"].value, found["defaults.netmc.executable"].origin) == (
        "~/netmc.x", "config.toml",
    )  # fmt: skip


def test_the_places_say_who_named_them(tmp_path, monkeypatch):
    (tmp_path / "config.toml").write_text("")
    monkeypatch.setenv("TUI_BATCH_CONFIG", str(tmp_path / "config.toml"))
    desk = open_desk(str(tmp_path / "home"), undo_seconds=2.0, ascii=None)
    assert desk.config.origins == {"home": "--home", "config": "TUI_BATCH_CONFIG", "undo_seconds": "--undo-seconds"}
