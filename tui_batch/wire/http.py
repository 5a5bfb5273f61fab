"""A web service as what it says to us: whole answers in time, or a sentence that says whether it may have heard us."""

import ipaddress
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from tui_batch.errors import BackendError, ConfigError, Refused, Unclear, Unreachable
from tui_batch.wire.credentials import Credentials
from tui_batch.wire.http_line import Line, Lost, Wanted
from tui_batch.wire.http_trouble import certificate_refused, reason

Pairs = Iterable[tuple[str, str]]
_REDIRECTS = 5
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said; of the headers, the keys are in small letters."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    name: str = ""  # who said it, for sentences

    @property
    def text(self) -> str:
        """The body, what is no UTF-8 replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """What the body says; Unreachable when it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Unreachable(f"{self.name}: what came is no answer of this service (no JSON).") from error


class Service:
    """One web service. What it was certainly not told is Unreachable, what it may have been told is Unclear."""

    def __init__(self, name: str, url: str, credentials: Credentials, ca_file: str = "", seconds: float = 30.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.password:
            raise ConfigError(f"{name}: `url` is no address of a web service: it is https://HOST/PATH, and no more.")
        self._direct = _loopback(parts.hostname)  # no proxy is between
        if parts.scheme == "http" and not self._direct:
            raise ConfigError(f"{name}: `url` is not encrypted, and secrets would be read on the way: use https.")
        self._name, self._url, self._credentials, self._seconds = name, url.rstrip("/"), credentials, seconds
        self._host = parts.netloc
        self._ca_file = str(Path(ca_file).expanduser()) if ca_file else ""
        self._line: Line | None = None  # kept open from one question to the next

    def ask(self, path: str, query: Pairs = (), seconds: float | None = None, most: int = 64 << 20) -> Answer:
        """GET: what can be asked again without harm. Redirects are followed while they stay there."""
        seconds = seconds or self._seconds
        url, end = self._address(path, query), time.monotonic() + seconds
        for _ in range(_REDIRECTS):
            answer = self._asked(Wanted("GET", url, self._credentials.headers(), most=most), seconds, end)
            if not 300 <= answer.status < 400 or "location" not in answer.headers:
                return answer
            to = urljoin(url, answer.headers["location"])
            if urlsplit(to)[:2] != urlsplit(url)[:2]:
                raise Unreachable(
                    f"{self._name}: {self._host} sends us to {urlsplit(to).netloc!r}, where nothing of ours is shown. "
                    "Look at `url`, or at the network."
                )
            url = to
        raise Unreachable(f"{self._name}: {self._host} sends us round in a circle; look at `url`.")

    def tell(
        self,
        method: str,
        path: str,
        form: Pairs = (),
        headers: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """POST or DELETE, on a connection of its own: one that was kept might be closed just when it is used."""
        seconds = seconds or self._seconds
        body = urlencode(list(form), quote_via=quote).encode() if method == "POST" else None
        shown = {**self._credentials.headers(), **(headers or {}), **(_FORM if body is not None else {})}
        line = self._new_line()
        try:
            got = line.carry(Wanted(method, self._address(path, ()), shown, body), seconds)
        except Lost as lost:
            raise self._sentence(lost, seconds, Unclear) from None
        finally:
            line.close()
        answer = self._let_in(Answer(got.status, got.headers, got.body, self._name))
        if answer.status in (301, 307, 308):
            raise Refused(f"{self._name}: {self._host} has moved, and nothing was sent on; look at `url`.")
        if answer.status in (302, 303):
            raise Unclear(f"{self._name}: {self._host} sends us elsewhere: it may have been done or not.")
        return answer

    def close(self) -> None:
        """Let go of the connection."""
        if self._line:
            self._line.close()
            self._line = None

    def _asked(self, wanted: Wanted, seconds: float, end: float) -> Answer:
        """One question on the open connection; once more on a new one where that was closed meanwhile."""
        while True:
            line, self._line = self._line or self._new_line(), None
            try:
                got = line.carry(wanted, max(0.0, end - time.monotonic()))
            except Lost as lost:
                line.close()
                if line.used and lost.why:
                    continue
                raise self._sentence(lost, seconds, Unreachable) from None
            answer = self._let_in(Answer(got.status, got.headers, got.body, self._name))
            self._line = line
            return answer

    def _address(self, path: str, query: Pairs) -> str:
        asked = urlencode(list(query), quote_via=quote)
        return f"{self._url}/{path.lstrip('/')}".rstrip("/") + (f"?{asked}" if asked else "")

    def _new_line(self) -> Line:
        return Line(self._direct, self._ca_file, self._credentials.certificate)

    def _let_in(self, answer: Answer) -> Answer:
        if answer.status == 401:
            raise self._credentials.refused()
        return answer

    def _sentence(self, lost: Lost, seconds: float, unclear: type[BackendError]) -> BackendError:
        """What went wrong, without what was sent."""
        if self._credentials.certificate and certificate_refused(lost.why):
            return self._credentials.refused()
        if not lost.heard:
            return Unreachable(f"{self._name}: {reason(lost.why, self._host, seconds)}. Nothing was sent.")
        said = "" if unclear is Unreachable else ": it may have been done or not"
        return unclear(f"{self._name}: {reason(lost.why, self._host, seconds)}{said}.")


def retry_after(answer: Answer, now: float) -> float:
    """Seconds after which a service wants to be asked again; 0 where it does not say."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isdecimal():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - now)
    except (ValueError, TypeError):
        return 0.0


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
