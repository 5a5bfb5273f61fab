"""Which logs were saved, of targets that forget them: a line for each attempt of a job, appended, never changed.

It says the attempt and the index of the job, and of which of its streams the target had forgotten the rest already.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tui_batch.store.home import explained

Saved = Mapping[tuple[int, int], Sequence[str]]  # attempt, index → the streams whose rest is gone


def read(folder: Path) -> Saved:
    """What was saved of a submission; a line that is not whole says nothing, and its logs are looked at again."""
    found = {}
    with suppress(OSError):
        text = _path(folder).read_text(encoding="utf-8", errors="replace")
        for line in text[: text.rfind("\n") + 1].splitlines():
            with suppress(ValueError):
                attempt, index, *gone = line.split()
                found[int(attempt), int(index)] = gone
    return found


def note(folder: Path, attempt: int, index: int, gone: Sequence[str]) -> None:
    """Say that the logs of this attempt are here, as far as they can be had, and will outlive the machine."""
    path = _path(folder)
    with explained(path, "note which logs are here"):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("a+b", buffering=0) as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
            if file.read() not in (b"", b"\n"):  # a courier was killed in the middle of a line
                file.truncate(path.read_bytes().rfind(b"\n") + 1)
            file.write((" ".join([str(attempt), str(index), *gone]) + "\n").encode())
            os.fdatasync(file.fileno())


def _path(folder: Path) -> Path:
    return folder / "logs" / "saved"
