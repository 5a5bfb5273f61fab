"""The program, and on request the names of all modules that it has loaded."""

import json
import signal
import sys

from terminal import COMMAND

_TELLING = f"""
import json, pathlib, signal, sys
where = pathlib.Path(sys.argv.pop(1))
def tell(*_):
    where.with_name("aside").write_text(json.dumps(sorted(sys.modules)))
    where.with_name("aside").rename(where)
signal.signal(signal.SIGUSR1, tell)
{COMMAND[-1]}
"""


def telling(where):
    """The command of a program that writes there what it has loaded."""
    return [sys.executable, "-c", _TELLING, str(where)]


def loaded(terminal, where):
    """What it has loaded by now."""
    terminal.process.send_signal(signal.SIGUSR1)
    terminal.wait_for(where.exists)
    return json.loads(where.read_text())
