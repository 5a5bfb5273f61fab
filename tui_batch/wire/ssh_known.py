"""Which keys are known of a host: the files that ssh keeps, `~/.ssh/known_hosts` and those that are named."""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

_HASHED = "|1|"


@dataclass(frozen=True, slots=True)
class Known:
    """One key of a host, and where it stands."""

    file: Path
    line: int
    kind: str
    key: str  # in base64, as it stands there
    revoked: bool = False


def spelt(host: str, port: int) -> str:
    """A host's name as these files write it."""
    return host.lower() if port == 22 else f"[{host.lower()}]:{port}"


def known(files: Iterable[Path], name: str) -> list[Known]:
    """What the files know of a host; one that cannot be read knows nothing."""
    return [one for file in files for one in _keys(file, name)]


def _keys(file: Path, name: str) -> Iterator[Known]:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for number, text in enumerate(lines, 1):
        marker, *words = text.split() if text.startswith("@") else ["", *text.split()]
        if len(words) >= 3 and marker in ("", "@revoked") and _names(words[0], name):
            yield Known(file, number, words[1], words[2], bool(marker))


def _names(patterns: str, name: str) -> bool:
    """Whether the first word of a line is about this host."""
    if patterns.startswith(_HASHED):
        salt, _, _ = patterns.removeprefix(_HASHED).partition("|")
        return hmac.compare_digest(_hashed(name, salt), patterns)
    found = False
    for pattern in patterns.lower().split(","):
        if pattern.startswith("!") and fnmatchcase(name, _plain(pattern[1:])):
            return False
        found = found or fnmatchcase(name, _plain(pattern))
    return found


def _plain(pattern: str) -> str:
    """ssh knows * and ? only; what stands in brackets is a name with a port."""
    return pattern.replace("[", "[[]")


def _hashed(name: str, salt: str) -> str:
    try:
        digest = hmac.new(base64.b64decode(salt), name.encode(), hashlib.sha1).digest()
    except ValueError:
        return ""
    return f"{_HASHED}{salt}|{base64.b64encode(digest).decode()}"


def add(file: Path, name: str, kind: str, key: str) -> None:
    """Write a key down as ssh does: at the end of the file, the name hashed where others are."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    there = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    if any(line.startswith(_HASHED) for line in there.splitlines()):
        name = _hashed(name, base64.b64encode(secrets.token_bytes(20)).decode())
    text = f"{name} {kind} {key}\n"
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, (text if not there or there.endswith("\n") else f"\n{text}").encode())
    finally:
        os.close(descriptor)


def fingerprint(key: str) -> str:
    """SHA256:… of a key in base64, as ssh shows it."""
    digest = hashlib.sha256(base64.b64decode(key)).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def kinds(keys: Sequence[Known], offered: Sequence[str]) -> list[str]:
    """The kinds of keys that may be asked for, those that are known first: a host has several, we know some of them."""
    mine = {one.kind for one in keys if not one.revoked}
    return sorted(offered, key=lambda kind: ("ssh-rsa" if kind.startswith("rsa-") else kind) not in mine)
