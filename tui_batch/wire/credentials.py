"""What lets us in to a web service: a token or a certificate, read where the person keeps it whenever it is used."""

import base64
import hashlib
import json
import os
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tui_batch.errors import Expired, Unanswered, Unreachable
from tui_batch.model import Question
from tui_batch.times import clock, seconds, stamp
from tui_batch.wire.here import said
from tui_batch.wire.host import Ask, quoted

CERTIFICATE = "~/.ssl/cadcproxy.pem"  # where `cadc-get-cert` leaves one
AGAIN_SECONDS = 60.0  # a command that gave nothing new is not run again before
SAME_SECONDS = 300.0  # after which what was refused is shown once more: services err, too
COMMAND_SECONDS = 30.0
_TOKEN = re.compile(r"[!-~]+")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a person keeps a secret: the first of these that is set. The secret itself is in none of them."""

    setting: str  # what the names of these settings begin with, "token"
    env: str = ""
    file: str = ""
    command: str = ""

    def __str__(self) -> str:
        if self.env:
            return f"the environment variable {self.env}"
        return f"the file {self.file}" if self.file else f"`{self.setting}_command`"

    def read(self, name: str, seconds: float = COMMAND_SECONDS, remedy: str = "mend that") -> str:
        """The secret, for the target of this name; Expired where none is."""
        end = f"Nothing was sent; {remedy}."
        try:
            if self.env:
                found = os.environ.get(self.env, "")
            else:
                found = _text(self.file) if self.file else said(self.command, seconds)
        except OSError as error:
            raise Expired(f"{name}: {self} cannot be read: {error.strerror}. {end}") from error
        except Unreachable as error:
            raise Expired(f"{name}: {self} gave nothing: {error} {end}") from error
        if not found.strip():
            raise Expired(f"{name}: {self} {'is not set' if self.env else 'gave nothing'}. {end}")
        return found.strip()


class Credentials:
    """What one target is shown. The first that is set counts; where nothing is, the certificate at its usual place.

    What was refused is not shown again for minutes, and never when it is over: until something else is there, each use
    is Expired, and the service not asked.
    """

    def __init__(
        self,
        name: str,
        token_env: str = "",
        token_file: str = "",
        token_command: str = "",
        certificate: str = "",
        ask: Ask | None = None,
        command_seconds: float = COMMAND_SECONDS,
    ) -> None:
        self._name, self._ask, self._command_seconds = name, ask, command_seconds
        self._by_token = bool(token_env or token_file or token_command)
        if token_env:
            self._source = Source("token", env=token_env)
        elif token_file:
            self._source = Source("token", file=token_file)
        elif token_command:
            self._source = Source("token", command=token_command)
        else:
            self._source = Source("certificate", file=certificate or CERTIFICATE)
        self._told = ""  # what a person answered or the command gave last: in memory only
        self._again = float("-inf")  # when the command may be run again, by the monotonic clock
        self._shown = self._refused = ""  # digests of what was shown last, and of what is not shown again
        self._same = 0.0  # before when that is so, by the monotonic clock

    @property
    def certificate(self) -> str:
        """The path of the file with the key and its certificate; "" where a token lets us in."""
        return "" if self._by_token else str(Path(self._source.file).expanduser())

    @property
    def asks(self) -> bool:
        """Whether a person is asked for another one."""
        return bool(self._source.env and self._ask)

    def headers(self) -> Mapping[str, str]:
        """What a request carries; Expired when nothing is there that could let us in."""
        secret = self._secret()
        if _digest(secret) == self._refused and (time.monotonic() < self._same or self.ended()):
            raise self._expired()
        self._shown = _digest(secret)
        return {"Authorization": f"Bearer {secret}"} if self._by_token else {}

    def refused(self) -> Expired:
        """What was shown last is no longer valid and not shown again; what is to be said of that."""
        self._refused, self._same = self._shown, time.monotonic() + SAME_SECONDS
        return self._expired()

    def origin(self) -> str:
        """Where it is from."""
        return "your answer" if self._source.env and self._told else str(self._source)

    def expires(self) -> str:
        """Until when it is valid; "" where that is not known, or nothing is there. Runs no command, asks nobody."""
        if self._told or self._source.command:
            return _end_of_token(self._told)
        try:
            secret = self._read()
        except Expired:
            return ""
        return _end_of_token(secret) if self._by_token else _end_of_certificate(secret)

    def ended(self) -> bool:
        """Whether it says itself that it is over, by the clock of this machine."""
        end = self.expires()
        return bool(end) and seconds(end) <= time.time()

    def concerns(self) -> str:
        """What a person should mend although it works, without its full stop; "" for nothing."""
        file = self._source.file
        try:
            others = Path(file).expanduser().stat().st_mode & 0o077 if file else 0
        except OSError:
            return ""
        return f"others can read it: chmod 600 {file}" if others else ""

    def _secret(self) -> str:
        """The token, or the whole file of the certificate."""
        if not self._by_token:
            return self._from_certificate()
        if self._source.file:
            token = self._read()
        else:
            token = self._from_person() if self._source.env else self._from_command()
        if not _TOKEN.fullmatch(token):
            raise Expired(
                f"{self._name}: {self.origin()} holds no token, for there are blanks or control characters in it. "
                f"Nothing was sent; {self._remedy()}."
            )
        return token

    def _read(self) -> str:
        return self._source.read(self._name, self._command_seconds, self._remedy())

    def _from_certificate(self) -> str:
        text = self._read()
        try:
            # Without an answer, it would ask on the terminal for the passphrase that a key may have.
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(self.certificate, password=lambda: "")
        except OSError as error:  # what is wrong inside of such a file is one, too
            raise Expired(
                f"{self._name}: {self._source} does not hold a key without a passphrase and its certificate "
                f"({getattr(error, 'reason', '') or error.strerror}). Nothing was sent; {self._remedy()}."
            ) from error
        return text

    def _from_command(self) -> str:
        """What it gave last; it is run anew when that was refused or is over, but not all the time."""
        over = not self._told or _digest(self._told) == self._refused or _over(self._told)
        if over and time.monotonic() >= self._again:
            self._again, self._told = time.monotonic() + AGAIN_SECONDS, ""
            self._told = self._read()
        if not self._told:
            raise Expired(f"{self._name}: {self._source} gave nothing; it is run again soon. Nothing was sent.")
        return self._told

    def _from_person(self) -> str:
        """The variable, or what a person says in its place: a program that runs sees no change of its environment."""
        token = self._told or os.environ.get(self._source.env, "").strip()
        if _TOKEN.fullmatch(token) and _digest(token) != self._refused:
            return token
        if self._ask is None:
            return self._read()
        wrong = " (the last one was refused)" if self._refused else ""
        token = self._ask(Question("token", f"token of {self._name}{wrong}")).strip()
        if not _TOKEN.fullmatch(token):
            raise Unanswered(f"{self._name}: the answer was no token. Nothing was sent; ask the target again.")
        self._told = token
        return token

    def _expired(self) -> Expired:
        """It was refused: what that is, and what to do."""
        ended = f": it ended at {clock(self.expires(), time.time())}" if self.ended() else ""
        return Expired(
            f"{self._name} does not let us in by {self.origin()}{ended}. "
            f"Nothing was lost; {self._remedy()}, and it goes on."
        )

    def _remedy(self) -> str:
        if not self._by_token:
            return "put a new one there (`cadc-get-cert -u USER`)"
        if self._source.env:
            return f"answer with a new token (`{quoted(['tui-batch', 'answer', self._name])}`)"
        return "put a new token there" if self._source.file else "have it give a new token"


def secret(name: str, setting: str, env: str, file: str, command: str) -> str:
    """A secret that the target of this name has settings for, `<setting>_env` and so on; "" where none is set."""
    return Source(setting, env, file, command).read(name) if env or file or command else ""


def _text(path: str) -> str:
    return Path(path).expanduser().read_text(encoding="utf-8", errors="replace")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _end_of_token(token: str) -> str:
    """What a JSON web token says of its end; nothing is verified, for it is only told to a person."""
    part = token.split(".")[1:2]
    try:
        claims = json.loads(base64.urlsafe_b64decode(f"{part[0]}===")) if part else {}
        return stamp(float(claims["exp"])) if isinstance(claims, dict) and "exp" in claims else ""
    except (ValueError, TypeError, OverflowError, OSError, RecursionError):
        return ""


def _over(token: str) -> bool:
    end = _end_of_token(token)
    return bool(end) and seconds(end) <= time.time()


def _end_of_certificate(text: str) -> str:
    """The first end of the certificates in a file: each needs the one behind it."""
    from cryptography.x509 import load_pem_x509_certificate

    try:
        found = [load_pem_x509_certificate(one.encode()) for one in _PEM.findall(text)]
    except ValueError:
        return ""
    return min((stamp(one.not_valid_after_utc.timestamp()) for one in found), default="")
