"""A web service: whole answers in time, or a sentence that says whether it may have heard us."""

import ipaddress
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, quote, urlencode, urljoin, urlsplit

from tui_batch.errors import BackendError, ConfigError, Refused, Unclear, Unreachable
from tui_batch.wire.credentials import Credentials
from tui_batch.wire.http_line import Got, Line, Lost, Wanted
from tui_batch.wire.http_trouble import certificate_refused, hung_up, reason

Pairs = Iterable[tuple[str, str]]
MOST = 64 << 20  # bytes of an answer
_REDIRECTS = 5
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said; the keys of its headers are in small letters."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    service: str = ""  # its name, for sentences
    before: int = 0  # bytes of the body that came before these, and were not kept

    @property
    def text(self) -> str:
        """The body; bytes that are no UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """What the body says; Unreachable when that is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Unreachable(f"{self.service}: what answers there is not the service, or it is broken.") from error


class Service:
    """One web service. What it was certainly not told is Unreachable, what it may have been told is Unclear."""

    def __init__(self, name: str, url: str, credentials: Credentials, ca_file: str = "", seconds: float = 30.0) -> None:
        self._name, self._url, self._credentials, self._seconds = name, url.rstrip("/"), credentials, seconds
        parts = _address(name, url)
        self._host, self._direct = parts.netloc, _loopback(parts.hostname or "")
        if parts.scheme == "http" and not self._direct:
            raise ConfigError(f"{name}: `url` is not encrypted, so that secrets could be read on the way: use https.")
        self._ca_file = str(Path(ca_file).expanduser()) if ca_file else ""
        self._line: Line | None = None  # kept open from one question to the next

    def ask(
        self, path: str, query: Pairs = (), seconds: float | None = None, most: int = MOST, last: bool = False
    ) -> Answer:
        """GET, which can be done again without harm: so a person who can give another token is asked for it at once."""
        url = self._at(path, query)
        while (got := self._followed(url, seconds or self._seconds, most, last)).status == 401:
            expired = self._credentials.refused()
            if not self._credentials.asks:
                raise expired
        return Answer(got.status, got.headers, got.body, self._name, got.before)

    def tell(
        self,
        method: str,
        path: str,
        form: Pairs = (),
        headers: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """POST or DELETE, on a connection of its own: one that was kept may be closed in the moment it is used."""
        seconds = seconds or self._seconds
        body = urlencode(list(form), quote_via=quote).encode() if method == "POST" else None
        shown = {**self._credentials.headers(), **(_FORM if method == "POST" else {}), **(headers or {})}
        line = self._new_line()
        got = line.carry(Wanted(method, self._at(path), shown, body), seconds)
        line.close()
        if isinstance(got, Lost):
            raise self._trouble(got, seconds, again=False)
        if got.status == 401:
            raise self._credentials.refused()
        if got.status in (301, 307, 308):
            raise Refused(f"{self._name}: {self._host} says that it has moved. Nothing was sent on; look at `url`.")
        if got.status in (302, 303):
            raise Unclear(f"{self._name}: {self._host} sends us elsewhere: it may have been done or not.")
        return Answer(got.status, got.headers, got.body, self._name)

    def close(self) -> None:
        """Let go of the connection."""
        if self._line:
            self._line.close()
        self._line = None

    def _followed(self, url: str, seconds: float, most: int, last: bool) -> Got:
        """What is answered where we are sent on to, as long as that is the same place."""
        shown, end = self._credentials.headers(), time.monotonic() + seconds
        for _ in range(_REDIRECTS):
            got = self._asked(Wanted("GET", url, shown, most=most, last=last), seconds, end)
            if got.status not in (301, 302, 303, 307, 308) or "location" not in got.headers:
                return got
            if not (url := _onward(url, got.headers["location"])):
                raise Unreachable(
                    f"{self._name}: {self._host} sends us elsewhere, where nothing of ours is shown; look at `url`, or "
                    "at the network."
                )
        raise Unreachable(f"{self._name}: {self._host} sends us round in a circle; look at `url`.")

    def _asked(self, wanted: Wanted, seconds: float, end: float) -> Got:
        """One question on the connection that is open, or once more on a new one if that was closed meanwhile."""
        line, self._line = self._line or self._new_line(), None
        got = line.carry(wanted, max(0.0, end - time.monotonic()))
        if isinstance(got, Lost) or got.status >= 400:  # it may have been opened with what does not count any more
            line.close()
        else:
            self._line = line
        if isinstance(got, Got):
            return got
        if got.stale and got.why:
            return self._asked(wanted, seconds, end)
        raise self._trouble(got, seconds, again=True)

    def _trouble(self, lost: Lost, seconds: float, again: bool) -> BackendError:
        """What went wrong, for a person; `again`: it can be asked again without harm."""
        silently = (again or not lost.heard) and hung_up(lost.why) and self._credentials.ended()
        if self._credentials.certificate and (silently or certificate_refused(lost.why)):
            return self._credentials.refused()
        why = f"{self._name}: {reason(lost, self._host, seconds)}"
        if not lost.heard:
            return Unreachable(f"{why}. Nothing was sent.")
        return Unreachable(f"{why}.") if again else Unclear(f"{why}: it may have been done or not.")

    def _at(self, path: str, query: Pairs = ()) -> str:
        asked = urlencode(list(query), quote_via=quote)
        return "/".join(part for part in (self._url, path.lstrip("/")) if part) + (f"?{asked}" if asked else "")

    def _new_line(self) -> Line:
        if self._ca_file and not Path(self._ca_file).is_file():
            raise Unreachable(f"{self._name}: `ca_file` {self._ca_file} is not there. Nothing was sent.")
        return Line(self._direct, self._ca_file, self._credentials.certificate)


def _address(name: str, url: str) -> SplitResult:
    """The parts of an address, if it is one; it is not shown, for people write passwords into them."""
    try:
        parts = urlsplit(url)
        wrong = parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc or parts.port == 0
    except ValueError:
        wrong = True
    if wrong:
        raise ConfigError(
            f"{name}: `url` is no address of a web service: https://HOST/PATH, without a name or password."
        )
    return parts


def _onward(url: str, to: str) -> str:
    """Where a question is sent on; "" when that is another place."""
    try:
        moved = urlsplit(urljoin(url, to))
        return moved.geturl() if _place(moved) == _place(urlsplit(url)) else ""
    except ValueError:
        return ""


def _place(parts: SplitResult) -> tuple[str, str, str | None, int]:
    """Who is spoken with, and as whom."""
    as_whom, at, _ = parts.netloc.rpartition("@")
    return parts.scheme, as_whom + at, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
