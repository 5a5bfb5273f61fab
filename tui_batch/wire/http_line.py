"""The way of a request to a web service and of its answer back: one deadline for all of it, and what was heard."""

import contextlib
import queue
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from tui_batch import __version__

if TYPE_CHECKING:
    from requests import PreparedRequest
    from requests.adapters import HTTPAdapter

CONNECT_SECONDS = 15.0
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Wanted:
    """One request."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    most: int = 64 << 20  # bytes of the answer
    last: bool = False  # of a longer one so many of the last are kept; else it is none


@dataclass(frozen=True, slots=True)
class Got:
    """One answer, whole, but for what was too much to keep."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    before: int = 0  # bytes of it that came before these, and were not kept


@dataclass(frozen=True, slots=True)
class Lost:
    """That no whole answer came."""

    why: Exception | None = field(repr=False)  # the library's, which holds secrets; None for no answer in time
    heard: bool  # whether the request may have been
    stale: bool  # whether the connection had been kept open since an earlier answer, and nothing at all came back


class TooLong(ValueError):
    """The answer is longer than it may be."""


class CutShort(ValueError):
    """The answer is shorter than it said."""


class Line:
    """Connections to one service, one at a time.

    The library has no deadline for the whole of an answer, nor for finding out where a name leads: so it works in a
    thread of its own, and when the time is up its connection is cut. What had none by then is not sent any more.
    """

    def __init__(self, direct: bool, ca_file: str, certificate: str) -> None:
        from http.cookiejar import DefaultCookiePolicy

        from requests import Session

        self._verify, self._certificate = ca_file or True, certificate or None
        self._session = Session()
        self._session.trust_env = not direct  # for proxies
        self._session.headers["User-Agent"] = f"tui-batch/{__version__}"
        self._session.headers["Accept-Encoding"] = "identity"  # the bytes that are counted are those that came
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # one of them might let us in
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, _watched(self._opened))
        self._guard = threading.Lock()
        self._socket: socket.socket | None = None
        self._over = self._answering = False

    def carry(self, wanted: Wanted, seconds: float) -> Got | Lost:
        """Send it, and bring the whole answer in time."""
        kept, self._answering = self._answering, False
        found: queue.SimpleQueue[Got | Exception] = queue.SimpleQueue()
        threading.Thread(target=lambda: found.put(self._tried(wanted, seconds)), name="http", daemon=True).start()
        got = None
        with contextlib.suppress(queue.Empty):
            got = found.get(timeout=seconds)
        return got if isinstance(got, Got) else Lost(got, self._cut(), kept and not self._answering)

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def _tried(self, wanted: Wanted, seconds: float) -> Got | Exception:
        from urllib3.exceptions import HTTPError

        try:
            return self._carried(wanted, seconds)
        except (OSError, ValueError, HTTPError, HTTPException) as error:
            return error

    def _carried(self, wanted: Wanted, seconds: float) -> Got:
        with self._session.request(
            wanted.method,
            wanted.url,
            data=wanted.body,
            headers=dict(wanted.headers),
            auth=_as_it_is,
            timeout=(min(CONNECT_SECONDS, seconds), seconds),
            verify=self._verify,
            cert=self._certificate,
            stream=True,
            allow_redirects=False,
        ) as response:
            self._answering = True
            body, before = bytearray(), 0
            for piece in response.iter_content(_PIECE):
                body += piece
                over = max(0, len(body) - wanted.most)
                if over and not wanted.last:
                    raise TooLong
                before += over
                del body[:over]
            headers = {key.lower(): value for key, value in response.headers.items()}
            if _cut_short(response.status_code, headers, response.raw.tell()):
                raise CutShort
            return Got(response.status_code, headers, bytes(body), before)

    def _opened(self, line: socket.socket) -> None:
        """From now on something may be heard; what comes too late is not."""
        with self._guard:
            if self._over:
                raise TimeoutError("too late")
            self._socket = line

    def _cut(self) -> bool:
        """Nothing more is said on it; whether anything may have been."""
        with self._guard:
            self._over = True
            if self._socket is None:
                return False
            with contextlib.suppress(OSError, TypeError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # of an encrypted one as well
            return True


def _cut_short(status: int, headers: Mapping[str, str], came: int) -> bool:
    """Whether less came than was said; the library takes headers without their end for whole, and no body for one."""
    if "transfer-encoding" in headers or status in (204, 304):
        return False
    length = headers.get("content-length", "")
    return came < int(length) if length.isdecimal() else not came


def _as_it_is(request: "PreparedRequest") -> "PreparedRequest":
    """Without this, the library takes what lets us in from ~/.netrc, in place of ours."""
    return request


def _watched(opened: Callable[[socket.socket], None]) -> "HTTPAdapter":
    """The library's way to make connections, which tells when one is there and nothing was sent on it yet."""
    from requests.adapters import HTTPAdapter

    class Watched(HTTPAdapter):
        def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
            super().init_poolmanager(*arguments, **more)
            _watch(self.poolmanager, opened)

        def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
            known = proxy in self.proxy_manager
            manager = super().proxy_manager_for(proxy, **more)
            if not known:
                _watch(manager, opened)
            return manager

    return Watched()


def _watch(manager: Any, opened: Callable[[socket.socket], None]) -> None:
    """Have its connections, encrypted or not, through a proxy or not, tell when they are there."""

    def watched(pool: Any) -> Any:
        def connect(connection: Any) -> None:
            pool.ConnectionCls.connect(connection)
            opened(connection.sock)

        telling = type(pool.ConnectionCls.__name__, (pool.ConnectionCls,), {"connect": connect})
        return type(pool.__name__, (pool,), {"ConnectionCls": telling})

    manager.pool_classes_by_scheme = {scheme: watched(pool) for scheme, pool in manager.pool_classes_by_scheme.items()}
