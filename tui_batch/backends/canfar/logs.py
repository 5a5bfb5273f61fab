"""What a session wrote, from a service that gives all of it each time, and an hour after its end nothing."""

import time

from tui_batch.backends.canfar import carrying, outcome
from tui_batch.backends.canfar.service import Sessions
from tui_batch.errors import Refused
from tui_batch.model import Job, LogChunk

PACE = 10.0  # seconds between two questions for a log that is followed
SHARE = 20.0  # one that takes long is asked for less often: at most one part in so many of the time goes there

_MISSING = b"\n[something may be missing here: the platform's log no longer has it, or it was too much to bring]\n"


class Logs:
    """Knows of each log how much of it the platform has dropped since it was first read."""

    def __init__(self, name: str, sessions: Sessions) -> None:
        self._name, self._sessions = name, sessions
        self._ahead: dict[str, int] = {}  # by session: how much further a cursor is than what the platform has

    def out(self, job: Job, cursor: str) -> LogChunk:
        """What is new in it."""
        began, start = time.monotonic(), int(cursor or 0)
        log = self._sessions.log(job.id)
        if (owner := outcome.owner(outcome.NO_RECORD, carrying.ended(log.body, job))) not in ("", job.id):
            log = self._sessions.log(owner)  # it was sent twice, and this session has left it to the other
        wait = max(PACE, SHARE * (time.monotonic() - began))
        if not log.body:
            self._see_whether_it_is_known(job)
            return LogChunk(b"", str(start), wait)
        data, ahead = since(log.body, start, self._ahead.get(job.id, 0) if start else 0, log.before)
        self._ahead[job.id] = ahead
        return LogChunk(data, str(start + len(data)), wait, whole=carrying.said(log.body) != log.body)

    def events(self, job: Job, cursor: str) -> LogChunk:
        """All that happened around it, which takes the place of what was read before."""
        body = self._sessions.events(job.id)
        if body is None:
            raise Refused(f"{self._name}: what happened around session {job.id} is no longer known there.")
        if not body.strip() or body.strip() == b"<none>":
            return LogChunk(b"", cursor or "0", PACE, whole=True)
        return LogChunk(body, str(len(body)), PACE, whole=True)

    def _see_whether_it_is_known(self, job: Job) -> None:
        """An empty log is what a session has that has written nothing, and one that is forgotten."""
        if self._sessions.one(job.id) is None:
            raise Refused(f"{self._name}: session {job.id} is no longer known there, and its log is gone with it.")


def since(body: bytes, start: int, ahead: int, before: int = 0) -> tuple[bytes, int]:
    """What follows a cursor in a log, of which so much before it was not brought; and how far ahead cursors are now.

    One that is shorter than the cursor has lost its beginning: all of it follows then, rather than nothing.
    """
    text, at = carrying.said(body), start - ahead - before
    if 0 <= at <= len(text):
        return text[at:], ahead
    if 0 <= at <= len(body):  # the last line, which is ours, was there in part when it was read last
        return b"", ahead
    return _MISSING + text, start + len(_MISSING) - before
