"""The calls of the platform's session service, and what its answers mean.

It answers in plain text where one would expect JSON and the other way round; it says 200 to what it did not do, and 404
to what it did an hour ago. What it says in words is for the person: nothing here rests on its wording.
"""

import re
import time
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from tui_batch.errors import BackendError, Busy, Refused, Unclear, Unreachable
from tui_batch.times import seconds, stamp
from tui_batch.wire.http import Answer, Service

MOST = 64 << 20  # bytes of a log that are brought

NEW = 60.0  # seconds in which a session that was made may not be in the list

_ID = re.compile(r"[a-z][a-z0-9]{7}")

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Session:
    """A session of the person, as the service lists it."""

    id: str
    name: str
    type: str
    word: str  # its state, in the service's own words
    started: str = ""
    used: str = ""  # what it uses of what it asked for, while that is known


class Sessions:
    """One account's sessions on one site."""

    def __init__(self, name: str, service: Service, version: str, answer_seconds: float, create_seconds: float) -> None:
        self._name, self._service, self._top = name, service, f"/{version}"
        self._seconds, self._create_seconds = answer_seconds, create_seconds
        self.user = ""  # as the service knows who asks
        self._made: dict[str, float] = {}  # sessions that were not in a list since they were made, and when that was

    def list(self) -> Sequence[Session]:
        """All of the person's, whoever made them."""
        listed = sessions(self.get("session"), self._name)
        for one in listed:
            self._made.pop(one.id, None)
        return listed

    @property
    def unlisted(self) -> Set[str]:
        """Those that were made a moment ago and are not in the list yet."""
        self._made = {one: when for one, when in self._made.items() if time.monotonic() - when < NEW}
        return self._made.keys()

    def one(self, session: str) -> Session | None:
        """One of them; None when the service does not know it, or no longer."""
        answer = self._get(f"session/{session}")
        if answer.status == 404:
            return None
        return sessions([self._good(answer).json()], self._name)[0]

    def create(self, form: Pairs, headers: Mapping[str, str]) -> str:
        """Have a session made; its id. Unclear when that may have happened and no id came."""
        answer = self._service.tell("POST", f"{self._top}/session", form, headers, self._create_seconds)
        if answer.status != 200:
            raise refusal(self._name, "a session was to be made", answer)
        if not _ID.fullmatch(given := answer.text.strip()):
            raise Unclear(f"{self._name}: no id of a session came: {given[:80]!r}. Whether there is one is looked up.")
        self._made[given] = time.monotonic()
        return given

    def delete(self, session: str) -> None:
        """Have a session ended and forgotten, its log with it; one that is not there is no error."""
        answer = self._service.tell("DELETE", f"{self._top}/session/{session}", seconds=self._seconds)
        if answer.status not in (200, 404):
            raise refusal(self._name, f"session {session} was to be ended", answer)

    def log(self, session: str) -> Answer:
        """What a session wrote so far, of much the last of it; nothing where there is none, or it is not known."""
        path, seconds = f"{self._top}/session/{session}", 10 * self._seconds
        return self._of_one(self._service.ask(path, [("view", "logs")], seconds, MOST, last=True))

    def events(self, session: str) -> bytes | None:
        """What happened around it, as a table; None when the service does not know it, or no longer."""
        answer = self._get(f"session/{session}", [("view", "events")])
        return None if answer.status == 404 else self._of_one(answer).body

    def availability(self) -> str:
        """Why the service says that it is not available; "" where it does not say that."""
        answer = self._service.ask("/availability", seconds=self._seconds)
        return unavailable(answer.text) if answer.status == 200 else ""

    def get(self, path: str, query: Pairs = ()) -> object:
        """What a question for JSON is answered."""
        return self._good(self._get(path, query)).json()

    def _get(self, path: str, query: Pairs = ()) -> Answer:
        answer = self._service.ask(f"{self._top}/{path}", query, self._seconds)
        self.user = answer.headers.get("x-vo-authenticated", self.user)
        return answer

    def _good(self, answer: Answer) -> Answer:
        if answer.status != 200:
            raise silence(self._name, answer)
        return answer

    def _of_one(self, answer: Answer) -> Answer:
        """What goes wrong with one session says nothing of the service."""
        if answer.status == 500:
            raise Unclear(str(silence(self._name, answer)))
        return self._good(answer)

    def close(self) -> None:
        self._service.close()


# -- what is read ------------------------------------------------------------------------------------------------------


def sessions(listed: object, name: str) -> Sequence[Session]:
    """The sessions of a list; Unreachable when it is none, since half an answer would make jobs look absent."""
    if not isinstance(listed, list) or not all(isinstance(one, dict) and one.get("id") for one in listed):
        raise Unreachable(f"{name}: the list of sessions cannot be read: nothing is known of them.")
    return [_session(one) for one in listed]


def _session(one: Mapping[str, object]) -> Session:
    """Fields that it does not say are left out, or hold `<none>`."""

    def text(key: str) -> str:
        value = str(one.get(key) or "")
        return "" if value == "<none>" else value

    used = "".join(
        f"{text(now)} of {text(asked)}{unit} "
        for now, asked, unit in (("cpuCoresInUse", "requestedCPUCores", " CPUs,"), ("ramInUse", "requestedRAM", " GB"))
        if text(now) and text(asked)
    ).strip(", ")
    return Session(text("id"), text("name"), text("type").lower(), text("status"), moment(text("startTime")), used)


def moment(said: str) -> str:
    """One of ours, also of one that lacks its seconds, as theirs do when they are none; "" for what is no moment."""
    try:
        return stamp(seconds(said))
    except ValueError:
        return ""


def unavailable(said: str) -> str:
    """What it says of itself where it says that it is not there for anybody; of what is no such page, nothing."""
    if not re.search(r"<[\w:]*available>\s*false\s*<", said):
        return ""
    note = re.search(r"<[\w:]*note>([^<]*)<", said)
    return note[1].strip() if note and note[1].strip() else "it does not say why"


def refusal(name: str, what: str, answer: Answer) -> BackendError:
    """What an answer other than the wished-for means for something that was to be done."""
    said = _said(answer)
    if answer.status == 429:
        return Busy(f"{name}: it takes no more for now{said}.")
    if not 400 <= answer.status < 500:
        return Unclear(f"{name}: {what}, and it answered {answer.status}{said}: whether it was is looked up.")
    return Refused(f"{name}: {what}, and it says no ({answer.status}){said}. Nothing was done.{_hint(answer)}")


def silence(name: str, answer: Answer) -> BackendError:
    """What an answer other than the wished-for means for a question: that nothing was learnt."""
    return Unreachable(f"{name}: no answer to a question, but {answer.status}{_said(answer)}.{_hint(answer)}")


def _said(answer: Answer) -> str:
    """Its own words; not the page that a server has ready for a path that it does not know."""
    line = " ".join(answer.text.split())[:300].rstrip(".")
    return f": {line}" if line and not line.startswith("<") else ""


def _hint(answer: Answer) -> str:
    if answer.status == 403:
        return " Your account may not use the platform: its support lets you in."
    if answer.status == 404:
        return " Are url and version in the target right? The present version is v1."
    return ""
