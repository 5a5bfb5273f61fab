"""A missing program skips a test, except where it was promised."""

import pytest
import requirement


def test_what_is_there_is_used():
    requirement.needs("sh")


def test_what_is_missing_skips_and_says_what():
    with pytest.raises(pytest.skip.Exception, match="no-such-program"):
        requirement.needs("sh", "no-such-program")


def test_what_is_missing_though_it_was_promised_fails(monkeypatch):
    monkeypatch.setattr(requirement, "PROMISED", {"no-such-program"})
    with pytest.raises(pytest.fail.Exception, match="TUI_BATCH_REQUIRE"):
        requirement.needs("no-such-program")
