"""What a session wrote, from a service that gives all of it each time, and an hour after its end nothing."""

import time
from contextlib import suppress

from tui_batch.backends.canfar import carrying
from tui_batch.backends.canfar.service import Sessions
from tui_batch.errors import Refused, Unreachable
from tui_batch.model import Job, LogChunk

PACE = 10.0  # seconds between two questions for a log that is followed
SHARE = 20.0  # one that takes long is asked for less often: at most one part in so many of the time goes there

_DROPPED = b"\n[what stood above is no longer in the platform's log, and something between may be missing]\n"


class Logs:
    """Knows of each log how much of it the platform has dropped since it was first read."""

    def __init__(self, name: str, sessions: Sessions) -> None:
        self._name, self._sessions = name, sessions
        self._ahead: dict[str, int] = {}  # by session: how much further a cursor is than what the platform has
        self._last: dict[str, tuple[bytes, bytes]] = {}  # by session that was deleted: its log, and its events

    def keep(self, session: str) -> None:
        """Read what is there of a session that is about to be deleted, and all of this with it."""
        with suppress(Unreachable):
            self._last[session] = self._sessions.log(session), self._sessions.events(session) or b""

    def out(self, job: Job, cursor: str) -> LogChunk:
        """What is new in it."""
        began, start = time.monotonic(), int(cursor or 0)
        body = self._last[job.id][0] if job.id in self._last else self._sessions.log(job.id)
        wait = max(PACE, SHARE * (time.monotonic() - began))
        if not body:
            self._see_whether_it_is_known(job)
            return LogChunk(b"", str(start), wait)
        data, ahead = since(body, start, self._ahead.get(job.id, 0))
        self._ahead[job.id] = ahead
        return LogChunk(data, str(start + len(data)), wait, whole=carrying.said(body) != body)

    def events(self, job: Job, cursor: str) -> LogChunk:
        """All that happened around it, which takes the place of what was read before."""
        body = self._last[job.id][1] if job.id in self._last else self._sessions.events(job.id)
        if body is None:
            raise Refused(f"{self._name}: what happened around session {job.id} is no longer known there.")
        if not body.strip() or body.strip() == b"<none>":
            return LogChunk(b"", cursor or "0", PACE, whole=True)
        return LogChunk(body, str(len(body)), PACE, whole=True)

    def _see_whether_it_is_known(self, job: Job) -> None:
        """An empty log is what a session has that has written nothing, and one that is forgotten."""
        if job.id not in self._last and self._sessions.one(job.id) is None:
            raise Refused(f"{self._name}: session {job.id} is no longer known there, and its log is gone with it.")


def since(body: bytes, start: int, ahead: int) -> tuple[bytes, int]:
    """What follows a cursor in a log, and how far cursors are ahead of it from now on.

    One that is shorter than the cursor has lost its beginning: all of it follows then, rather than nothing.
    """
    text, at = carrying.said(body), start - ahead
    if at <= len(text):
        return text[max(0, at) :], ahead
    if at <= len(body):  # the last line, which is ours, was there in part when it was read last
        return b"", ahead
    return _DROPPED + text, start + len(_DROPPED)
