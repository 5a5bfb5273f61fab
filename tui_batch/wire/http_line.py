"""The way of a request to a web service and of its answer back: one deadline for all of it, and what was heard."""

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui_batch import __version__

if TYPE_CHECKING:
    from requests import PreparedRequest
    from requests.adapters import HTTPAdapter

_CONNECT_SECONDS = 15.0
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Wanted:
    """One request, whole."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    most: int = 64 << 20  # bytes of an answer

    def __repr__(self) -> str:
        return f"Wanted({self.method})"  # what it carries may be secret


@dataclass(frozen=True, slots=True)
class Got:
    """One answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Lost(Exception):
    """No whole answer came. `heard`: whether the request may have been."""

    def __init__(self, heard: bool, why: BaseException | None) -> None:
        super().__init__("no whole answer")
        self.heard, self.why = heard, why  # None for no answer in time


class TooLong(Exception):
    """The answer is longer than it may be."""


class CutShort(Exception):
    """The answer is shorter than it said."""


class Line:
    """Connections to one service. The library knows no deadline for a whole answer, so it works in a thread of its own,
    and its connections are cut when the time is up."""

    def __init__(self, direct: bool, ca_file: str, certificate: str) -> None:
        from http.cookiejar import DefaultCookiePolicy

        from requests import Session

        self._session = Session()
        self._session.trust_env = not direct
        self._session.verify = ca_file or True
        self._session.cert = certificate or None
        self._session.headers["User-Agent"] = f"tui-batch/{__version__}"
        self._session.headers["Accept-Encoding"] = "identity"  # what is counted is what came
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # else one of them may let us in
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, _watched(self._opened))
        self._guard = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._over = False
        self.used = False  # whether something was answered on it: then it may have been closed there since

    def carry(self, wanted: Wanted, seconds: float) -> Got:
        """Send it and bring the whole answer, or Lost when the time is up."""
        got: list[Got | BaseException] = []
        done = threading.Event()

        def work() -> None:
            try:
                got.append(self._carried(wanted, seconds))
            except BaseException as error:
                got.append(error)
            done.set()

        threading.Thread(target=work, name="http", daemon=True).start()
        if not done.wait(seconds):
            raise Lost(self._cut(), None)
        if isinstance(got[0], BaseException):
            raise Lost(self._cut(), got[0])
        self.used = True
        return got[0]

    def close(self) -> None:
        self._session.close()

    def _carried(self, wanted: Wanted, seconds: float) -> Got:
        times = (min(_CONNECT_SECONDS, seconds), seconds)
        with self._session.request(
            wanted.method,
            wanted.url,
            data=wanted.body,
            headers=dict(wanted.headers),
            auth=_as_it_is,
            timeout=times,
            stream=True,
            allow_redirects=False,
        ) as response:
            body = bytearray()
            for piece in response.iter_content(_PIECE):
                body += piece
                if len(body) > wanted.most:
                    raise TooLong
            headers = {key.lower(): value for key, value in response.headers.items()}
            length = "" if "transfer-encoding" in headers else headers.get("content-length", "")
            if length.isdecimal() and response.raw.tell() < int(length):
                raise CutShort
            return Got(response.status_code, headers, bytes(body))

    def _opened(self, line: socket.socket) -> None:
        """From now on the other side may hear something; too late is not at all."""
        with self._guard:
            if self._over:
                raise TimeoutError("too late")
            self._sockets.append(line)

    def _cut(self) -> bool:
        """Nothing more is said or heard; whether anything may have been."""
        with self._guard:
            self._over = True
            for line in self._sockets:
                with contextlib.suppress(OSError, TypeError):
                    socket.socket.shutdown(line, socket.SHUT_RDWR)  # also of one that is encrypted
        return bool(self._sockets)


def _as_it_is(request: "PreparedRequest") -> "PreparedRequest":
    """With our own header for who we are: without this the library takes one from ~/.netrc."""
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
