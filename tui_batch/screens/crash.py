"""What is left behind when the program itself is wrong: a file that says where, and holds no secret."""

import os
import re
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tui_batch import __version__

_WORDS = r"token|secret|passw\w*|passphrase|credential\w*|authorization|bearer|api.?key"
_NAMED = re.compile(rf"(?i)((?:{_WORDS})\S*?[\s=:'\"]+)\S+")
_URL = re.compile(r"(://[^/\s:@]*:)[^@\s]+(@)")
_LONG = re.compile(r"\b(?=[A-Za-z0-9+_-]*\d)[A-Za-z0-9+_-]{24,}\b")  # nothing that a person would type
_SECRET_NAME = re.compile(r"(?i)token|secret|passw|credential|key$|auth")


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
    return f"tui-batch {__version__}\n" + redacted("".join(lines), environment)


def redacted(text: str, environment: Mapping[str, str]) -> str:
    """The text without secrets: those named as such, those in the environment, and long random words."""
    for name, value in environment.items():
        if len(value) >= 6 and _SECRET_NAME.search(name):
            text = text.replace(value, "***")
    text = _NAMED.sub(r"\1***", _URL.sub(r"\1***\2", text))
    return _LONG.sub("***", text)
