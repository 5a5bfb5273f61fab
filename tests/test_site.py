"""What the administrators ask of everybody: a person may ask less often than they allow, and never more."""

from pathlib import Path

import pytest

from tui_batch import site
from tui_batch.config import Config
from tui_batch.errors import ConfigError
from tui_batch.settings import listed
from tui_batch.terminal import CAPABLE


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Writes the administrators' file."""
    path = tmp_path / "site.toml"
    monkeypatch.setenv(site.VARIABLE, str(path))
    return path.write_text


@pytest.mark.parametrize(("own", "theirs", "counts"), [(10.0, 60, 60.0), (90.0, 60, 90.0), (0.0, 0.5, 0.5)])
def test_whoever_asks_for_more_is_heard(asked, own, theirs, counts):
    asked(f"least_seconds = {theirs}\n")
    assert site.over(Config(least_seconds=own)).least_seconds == counts


def test_without_a_file_a_persons_own_counts(tmp_path, monkeypatch):
    monkeypatch.setenv(site.VARIABLE, str(tmp_path / "none.toml"))
    assert site.over(Config(least_seconds=3.0)) == Config(least_seconds=3.0)


def test_the_settings_say_who_asked_for_it(asked, tmp_path):
    asked("least_seconds = 60\n")
    row = next(one for one in listed(site.over(Config()), CAPABLE, "/store") if one.name == "least_seconds")
    assert (row.value, row.origin) == ("60", str(tmp_path / "site.toml"))


@pytest.mark.parametrize("text", ["least_seconds = -1", "least_second = 1", "least_seconds = 1e9", "[", "\udcff"])
def test_a_file_that_makes_no_sense_is_named_with_what_to_do(asked, tmp_path, text):
    asked(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(
        ConfigError, match=r"site\.toml: .*tell them; until then TUI_BATCH_SITE_CONFIG may name another"
    ):
        site.over(Config())


def test_where_it_is_when_nobody_says(monkeypatch):
    monkeypatch.delenv("XDG_CONFIG_DIRS", raising=False)
    assert site.place({}) == Path("/etc/xdg/tui-batch/site.toml")
    assert site.place({site.VARIABLE: "/opt/site.toml"}) == Path("/opt/site.toml")
