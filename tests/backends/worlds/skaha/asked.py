"""What was asked: a call, and its parameters as the service reads them."""

import email
import email.policy
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

TOP = "/skaha/v1/"


@dataclass
class Call:
    """One call, its name, and what was said to it."""

    name: str
    method: str
    path: str
    parameters: list[tuple[str, str]]
    headers: dict[str, str]
    said: object = None  # a status, or what befell the answer
    user: str = ""
    made: list[str] = field(default_factory=list)  # the ids of what it created

    def all(self, name):
        """Every value of a parameter, whatever letters its name is written in."""
        return [value for known, value in self.parameters if known.casefold() == name.casefold()]

    def first(self, name):
        """The value that counts of a parameter that has one; None without any."""
        return next(iter(self.all(name)), None)


def read(method, path, query, headers, body):
    """A call as it came in; of a body that is no form nothing is read, nor of the query then."""
    parameters = parse_qsl(query, keep_blank_values=True)
    if method == "POST":
        kind = headers.get("content-type", "")
        match kind.partition(";")[0].strip().lower():
            case "application/x-www-form-urlencoded":
                parameters += parse_qsl(body.decode(), keep_blank_values=True)
            case "multipart/form-data":
                parameters += list(parts(kind, body))
            case _:
                parameters = []
    call = Call("", method, path, parameters, headers)
    call.name = named(call)
    return call


def parts(kind, body):
    """The fields of a form in parts."""
    message = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=email.policy.default)
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        yield name, part.get_payload(decode=True).decode()


def named(call):
    """The name of a call, by which its strings are pulled."""
    below = call.path.removeprefix(TOP).strip("/").split("/") if call.path.startswith(TOP) else []
    view = (call.first("view") or "").lower()
    match call.method, below:
        case "POST", ["session"]:
            return "create"
        case "POST", ["session", _]:
            return "renew"
        case "DELETE", ["session", *_]:
            return "delete"
        case "GET", ["session"]:
            return "stats" if view == "stats" else "list"
        case "GET", ["session", _]:
            return view if view in ("logs", "events") else "get"
        case "GET", [("context" | "image" | "repository") as name]:
            return name
    return "availability" if call.path == "/skaha/availability" else "elsewhere"
