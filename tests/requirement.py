"""Real things that a test needs: a program on the path. Missing, the test skips, except where it was promised."""

import os
import shutil

import pytest

# Where programs lie that no shell looks for: the servers of ours, in the folders of their packages.
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/lib/gridengine"

PROMISED = {name.strip() for name in os.environ.get("TUI_BATCH_REQUIRE", "").split(",") if name.strip()}


def needs(*programs):
    """Skip the test unless these programs are here; where TUI_BATCH_REQUIRE names one, that is a failure."""
    for program in programs:
        if not shutil.which(program, path=PATH):
            reason = f"needs {program}, which is not on this machine"
            if program in PROMISED:
                pytest.fail(f"{reason}, though TUI_BATCH_REQUIRE names it", pytrace=False)
            pytest.skip(reason)
