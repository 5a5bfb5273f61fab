"""No verb: the app; a plain table where there is no terminal to draw on."""

import os
import sys
from argparse import Namespace

from tui_batch.cli.watching import list_
from tui_batch.desk import Desk


def app(desk: Desk, arguments: Namespace) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        return list_(desk, Namespace(json=False))
    from tui_batch.app import run_app

    return run_app(desk)
