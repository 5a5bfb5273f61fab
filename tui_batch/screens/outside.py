"""Other programs in the terminal for a while: a shell where the results are, an editor for a script."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import SuspendNotSupported

from tui_batch.errors import RequestError
from tui_batch.widgets.printable import printable

if TYPE_CHECKING:
    from textual.app import App


def shell(app: "App[Any]", folder: Path) -> None:
    """The person's shell in this folder, or in the nearest one above that is there; back when it ends."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    said = f"{printable(str(folder))}: exit leads back to tui-batch.\n"
    _run(app, [os.environ.get("SHELL") or "/bin/sh"], folder, said)


def editor(app: "App[Any]", name: str, text: str) -> None:
    """A copy of the text in the person's editor; what is changed there changes nothing here."""
    with tempfile.TemporaryDirectory(prefix="tui-batch-") as folder:
        copy = Path(folder) / name.replace("/", "_")
        copy.write_text(text, encoding="utf-8", errors="surrogateescape")
        copy.chmod(0o400)
        words = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        _run(app, [*words.split(), str(copy)], Path(folder))


def _run(app: "App[Any]", words: Sequence[str], folder: Path, said: str = "") -> None:
    wrong: OSError | None = None
    try:
        with app.suspend():
            sys.stdout.write(said)
            sys.stdout.flush()
            try:
                subprocess.run(words, cwd=folder, check=False)
            except OSError as error:  # not out of here: the terminal is given back at the end of the block only
                wrong = error
    except SuspendNotSupported as error:
        raise RequestError("This terminal cannot be lent to another program.") from error
    if wrong:
        raise RequestError(f"{words[0]} cannot be started: {(wrong.strerror or str(wrong)).lower()}.")
