"""What lets us in to a web service: a token or a certificate, read where the person keeps it whenever it is used."""

import base64
import hashlib
import json
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path

from tui_batch.errors import Expired, Unanswered, Unreachable
from tui_batch.model import Question
from tui_batch.times import clock, seconds, stamp
from tui_batch.wire.here import said
from tui_batch.wire.host import Ask

CERTIFICATE = "~/.ssl/cadcproxy.pem"  # where `cadc-get-cert` leaves one
AGAIN_SECONDS = 60.0  # so long a command that gave nothing new is not run again
_COMMAND_SECONDS = 30.0
_TOKEN = re.compile(r"[!-~]+")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


class Credentials:
    """What one target is shown. The first that is set counts; where nothing is, the certificate at its usual place.

    What was refused is not shown again: until something else is there, each use is Expired, and the service not asked.
    """

    def __init__(
        self,
        name: str,
        token_env: str = "",
        token_file: str = "",
        token_command: str = "",
        certificate: str = "",
        ask: Ask | None = None,
        command_seconds: float = _COMMAND_SECONDS,
    ) -> None:
        self._name, self._variable, self._ask, self._command_seconds = name, token_env, ask, command_seconds
        self._file = "" if token_env else token_file
        self._command = "" if token_env or token_file else token_command
        self._pem = "" if token_env or token_file or token_command else certificate or CERTIFICATE
        self._told = ""  # what a person answered or the command said last: in memory only
        self._again = float("-inf")  # when the command may be run again, by the monotonic clock
        self._why = ""  # it said nothing
        self._shown = self._refused = ""  # digests of what was shown last, and of what is not shown again

    @property
    def certificate(self) -> str:
        """The path of the file with the key and its certificate; "" where a token lets us in."""
        return str(Path(self._pem).expanduser()) if self._pem else ""

    def headers(self) -> Mapping[str, str]:
        """What a request carries; Expired when nothing is there that could let us in."""
        secret = self._read()
        if _digest(secret) == self._refused:
            raise self._expired()
        self._shown = _digest(secret)
        return {} if self._pem else {"Authorization": f"Bearer {secret}"}

    def refused(self) -> Expired:
        """What was shown last is no longer valid and not shown again; what is to be said of that."""
        self._refused = self._shown
        return self._expired()

    def origin(self) -> str:
        """Where it is from."""
        if self._variable:
            return "your answer" if self._told else f"the environment variable {self._variable}"
        return "`token_command`" if self._command else f"the file {self._file or self._pem}"

    def expires(self) -> str:
        """Until when it is valid; "" where that is not known, or nothing is there."""
        try:
            if self._pem:
                return _end_of_certificate(_text(self._pem))
            if self._file:
                return _end_of_token(_text(self._file))
        except OSError:
            return ""
        return _end_of_token(self._told or os.environ.get(self._variable, ""))

    def concerns(self) -> str:
        """What a person should mend although it works; "" for nothing."""
        if not (path := self._file or self._pem):
            return ""
        try:
            others = Path(path).expanduser().stat().st_mode & 0o077
        except OSError:
            return ""
        return f"{path} can be read by others: `chmod 600 {path}`." if others else ""

    # -- where it is from ----------------------------------------------------------------------------------------------

    def _read(self) -> str:
        """The token, or the whole file of the certificate."""
        if self._pem:
            return self._certified(self._file_text(self._pem))
        if self._file:
            token = self._file_text(self._file)
        elif self._command:
            token = self._from_command()
        else:
            token = self._told or os.environ.get(self._variable, "")
            if not token.strip() or _digest(token.strip()) == self._refused:
                token = self._answered()
        token = token.strip()
        if not _TOKEN.fullmatch(token):
            raise self._nothing(f"holds {'blanks or control characters inside' if token else 'nothing'}")
        return token

    def _file_text(self, path: str) -> str:
        try:
            return _text(path)
        except OSError as error:
            raise self._nothing(f"cannot be read: {error.strerror}") from error

    def _certified(self, text: str) -> str:
        if "PRIVATE KEY-----" not in text or not _PEM.search(text):
            raise self._nothing("does not hold both a key and its certificate")
        if "ENCRYPTED" in text:
            raise self._nothing("holds a key with a passphrase, which cannot be used")
        return text

    def _from_command(self) -> str:
        """What it said last, run anew when that is over or was refused; not again and again while it says no other."""
        over = not self._told or _digest(self._told) == self._refused or _over(self._told)
        if over and time.monotonic() >= self._again:
            self._again = time.monotonic() + AGAIN_SECONDS
            try:
                self._told, self._why = said(self._command, self._command_seconds).strip(), ""
            except Unreachable as error:
                self._why = str(error)
        if over and self._why:
            raise Expired(f"{self._name}: `token_command` gave no token: {self._why} Nothing was sent.")
        return self._told

    def _answered(self) -> str:
        """What a person says in place of a variable, since a program that runs sees no change of its environment."""
        if self._ask is None:
            raise self._expired()
        wrong = " (the last one was refused)" if self._refused else ""
        answer = self._ask(Question("token", f"token of {self._name}{wrong}")).strip()
        if not _TOKEN.fullmatch(answer):
            raise Unanswered(
                f"{self._name}: the answer is no token. Nothing was sent; ask the target again to be asked again."
            )
        self._told = answer
        return answer

    # -- what is said --------------------------------------------------------------------------------------------------

    def _nothing(self, why: str) -> Expired:
        return Expired(f"{self._name}: {self.origin()} {why}. Nothing was sent; {self._remedy()}.")

    def _expired(self) -> Expired:
        """It was refused; what to do about it."""
        end = self.expires()
        since = f", which ended at {clock(end, time.time())}" if end and seconds(end) <= time.time() else ""
        return Expired(
            f"{self._name} does not let us in with what is in {self.origin()}{since}. "
            f"Nothing was lost; {self._remedy()}, and it goes on."
        )

    def _remedy(self) -> str:
        if self._pem:
            return "put a new one there: `cadc-get-cert -u USER`"
        if self._variable:
            return f"answer with a new token: `tui-batch answer {self._name}`"
        return "see what it says" if self._command else "put a new token there"


def secret(name: str, env: str, file: str, command: str) -> str:
    """What the first of these gives that is set, "" where none is; Expired when it gives nothing."""
    try:
        if env:
            found, origin = os.environ.get(env, ""), f"the environment variable {env}"
        elif file:
            found, origin = _text(file), f"the file {file}"
        elif command:
            found, origin = said(command, _COMMAND_SECONDS), "the command for the secret"
        else:
            return ""
    except OSError as error:
        raise Expired(f"{name}: the file {file} cannot be read: {error.strerror}. Nothing was sent.") from error
    except Unreachable as error:
        raise Expired(f"{name}: the command for the secret gave none: {error} Nothing was sent.") from error
    if not found.strip():
        raise Expired(f"{name}: {origin} holds nothing. Nothing was sent; put the secret there.")
    return found.strip()


def _text(path: str) -> str:
    return Path(path).expanduser().read_text(encoding="utf-8", errors="replace")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _end_of_token(token: str) -> str:
    """What a JSON web token says of its end; nothing is verified, for it is only told to a person."""
    part = token.strip().split(".")[1:2]
    try:
        claims = json.loads(base64.urlsafe_b64decode(f"{part[0]}===")) if part else {}
        return stamp(float(claims["exp"])) if isinstance(claims, dict) and "exp" in claims else ""
    except (ValueError, TypeError, OverflowError, OSError):
        return ""


def _over(token: str) -> bool:
    end = _end_of_token(token)
    return bool(end) and seconds(end) <= time.time()


def _end_of_certificate(text: str) -> str:
    """The first end of the certificates in a file, each of which the others need."""
    from cryptography.x509 import load_pem_x509_certificate

    try:
        found = [load_pem_x509_certificate(one.encode()) for one in _PEM.findall(text)]
    except ValueError:
        return ""
    return min((stamp(one.not_valid_after_utc.timestamp()) for one in found), default="")
