"""What is left behind when the program itself is wrong: a file that says where, and holds no secret."""

import os
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tui_batch import __version__
from tui_batch.redaction import redact


def sentence(error: BaseException, home: Path) -> str:
    """Write the crash file; one sentence that says so."""
    what = f"tui-batch stopped because of a mistake of its own ({type(error).__name__}); the jobs go on."
    path = home / f"crash-{datetime.now(UTC):%Y-%m-%dT%H%M%S}.txt"
    try:
        path.write_text(report(error, os.environ), encoding="utf-8")
        path.chmod(0o600)
    except OSError as problem:
        return f"{what} What happened could not be written to {path}: {problem.strerror}."
    return f"{what} What happened is in {path}; it names no values, and may be sent to the authors."


def report(error: BaseException, environment: Mapping[str, str]) -> str:
    """Where it happened, without local variables and with whatever looks like a secret taken out."""
    lines = traceback.format_exception(error)
    return f"tui-batch {__version__}\n" + redact("".join(lines), environment)
