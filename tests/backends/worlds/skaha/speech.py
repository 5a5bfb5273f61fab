"""What the service says: an answer, and what stands in for one when something is wrong."""

import html
from dataclasses import dataclass, field

MAINTENANCE = 180  # seconds that it asks for in maintenance; else 30
CHALLENGES = [
    'Bearer standard_id="ivo://ivoa.net/std/openid"',
    'ivoa_bearer standard_id="ivo://ivoa.net/sso#tls-with-password", access_url="https://login.example/ac/login"',
    "ivoa_x509",
    "ivoa_cookie",
]


@dataclass
class Answer:
    """One answer, and in which pieces it comes: None for one piece whose length is told."""

    status: int = 200
    body: bytes = b""
    type: str = "text/plain"
    headers: list[tuple[str, str]] = field(default_factory=list)
    piece: int | None = None


class Said(Exception):
    """A line of text instead of what was asked for."""

    def __init__(self, status, text, headers=()):
        super().__init__(text)
        self.answer = Answer(status, f"{text}\n".encode(), headers=list(headers))


def broken(what):
    """What nobody had thought of."""
    return Said(500, f"unexpected exception: {what}")


def trouble(status, text=""):
    """One of the troubles that a service of this kind is known for."""
    match status:
        case 401:
            return Said(401, text or "Unauthorized", [("WWW-Authenticate", one) for one in CHALLENGES])
        case 403:
            return Said(403, text or "permission denied: user is not a member of the platform's group")
        case 404:
            return Said(404, text or "session not found")
        case 429 | 503:
            return Said(status, text or "service busy, try again later", [("Retry-After", "30")])
        case 502 | 504:
            wrong = Said(status, "")
            wrong.answer.body, wrong.answer.type = page(text or "Bad Gateway"), "text/html"
            return wrong
        case 500:
            return broken(text or "java.io.IOException: the server could not be asked")
        case _:
            return Said(status, text or "invalid request")


def no_such_path(path):
    """What the servlet container says itself of a path that leads to nothing."""
    said = page(f"HTTP Status 404 - Not Found: The requested resource [{path}] is not available")
    return Answer(404, said, "text/html;charset=utf-8")


def page(text):
    return f'<!doctype html><html lang="en"><head><title>{html.escape(text)}</title></head></html>'.encode()
