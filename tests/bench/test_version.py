"""The shortest question: which version is this?"""

import subprocess
import sys
from pathlib import Path

import pytest
from measuring import in_turns, seconds

# What the installed command does, where it is not installed.
COMMAND = ["-c", "import sys; from tui_batch.__main__ import main; sys.exit(main())"]


@pytest.mark.bench
def test_the_version_is_said_at_once(compare):
    installed = Path(sys.executable).with_name("tui-batch")
    ours = [str(installed)] if installed.exists() else [sys.executable, *COMMAND]

    def ran(*words):
        return seconds(lambda: subprocess.run(words, check=True, stdout=subprocess.DEVNULL))

    in_turns(2, lambda: ran(*ours, "--version"), lambda: ran(sys.executable, "-c", "pass"))
    version, floor = in_turns(15, lambda: ran(*ours, "--version"), lambda: ran(sys.executable, "-c", "pass"))
    compare("--version", version, "python -c pass", floor, 2.5)
