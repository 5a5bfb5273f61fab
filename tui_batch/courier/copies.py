"""Local copies of logs that are on a target, and what its answers add to them.

The size of a copy is how far its source was read. Of a target that forgets, the copy is all that will be left: what the
job wrote is only ever added to there, and what the platform says is replaced by something newer, never by nothing.
"""

import os
from contextlib import suppress
from pathlib import Path

from tui_batch.courier.messages import Tail, Tailed
from tui_batch.model import WRITTEN, Job
from tui_batch.store.home import Home, explained

JOINT = 1024  # bytes by which the end of a copy is found in a log whose beginning its target has cut off


def path(home: Home, job: Job, stream: str) -> Path:
    """Where the copy of a job's log is."""
    return home.submission(job.submission) / "logs" / str(job.attempt) / f"{job.name}.{stream}"


def asked(home: Home, job: Job, stream: str, ended: bool, forgets: bool, saving: bool = False) -> Tail:
    """The question for what is not in the copy yet."""
    copy = path(home, job, stream)
    return Tail(job, stream, copy, _size(copy), ended, forgets, saving)


def take(answer: Tailed) -> bool:
    """Bring the copy up to date; whether there was anything new."""
    request, data = answer.request, answer.chunk.data
    copy, end = request.spool, str(request.size + len(data))
    anew = answer.chunk.cursor not in ("", end)  # the source was begun anew, or is told as a whole each time
    if anew and not request.forgets:
        _write(copy, data, anew=True)
        return bool(data)
    if anew and request.stream not in WRITTEN:
        return _replace(copy, data)
    if anew:
        data = _unheard(copy, data)
    elif _size(copy) != request.size:  # another answer came in between
        return bool(data)
    if data or not copy.exists():  # nothing yet is something to know
        _write(copy, data)
    return bool(data)


def reaches(answer: Tailed) -> bool:
    """Whether the copy holds all that was answered: another answer may have come in between, with less."""
    end = answer.request.size + len(answer.chunk.data)
    return answer.chunk.cursor not in ("", str(end)) or _size(answer.request.spool) >= end


def settle(copy: Path) -> None:
    """Let the copy, if anything of it is here, outlive the machine."""
    with explained(copy, "keep a copy of the log"), suppress(FileNotFoundError), copy.open("rb") as file:
        os.fsync(file.fileno())


def _replace(copy: Path, data: bytes) -> bool:
    with explained(copy, "look at the copy of the log"):
        news = bool(data) and (not copy.exists() or copy.read_bytes() != data)
    if news:
        _write(copy, data, anew=True)
    return news


def _unheard(copy: Path, data: bytes) -> bytes:
    """What is not in the copy of a log that is told from its beginning, which may have been cut off."""
    size = _size(copy)
    with explained(copy, "look at the copy of the log"), copy.open("rb") as file:
        if file.read(len(data)) == data:
            return b""
        file.seek(max(0, size - JOINT))
        last = file.read()
    at = data.rfind(last) if last else -1
    return data if at < 0 else data[at + len(last) :]


def _size(copy: Path) -> int:
    with explained(copy, "look at the copy of the log"):
        return copy.stat().st_size if copy.exists() else 0


def _write(copy: Path, data: bytes, anew: bool = False) -> None:
    with explained(copy, "keep a copy of the log"):
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not anew:
            with copy.open("ab") as file:
                file.write(data)
            return
        aside = copy.with_name(f".{copy.name}.{os.urandom(4).hex()}")
        aside.write_bytes(data)
        aside.rename(copy)
