"""Where to log in, and as whom: what a target's settings and `~/.ssh/config` say together."""

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui_batch.errors import Unanswered
from tui_batch.wire.host import HostSettings
from tui_batch.wire.ssh_known import spelt

_KEYS = ("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")
_KNOWN = "~/.ssh/known_hosts ~/.ssh/known_hosts2"
_EVERYBODYS = "/etc/ssh/ssh_known_hosts"


@dataclass(frozen=True, slots=True)
class Place:
    """One machine to log in to, the last or one on the way there."""

    name: str  # what the person calls it
    host: str
    port: int
    user: str
    keys: tuple[Path, ...]  # private keys that may open it
    agent: bool  # whether the agent's other keys may be tried
    known_as: str  # its name in the files of known keys
    known_hosts: tuple[Path, ...]  # a new key is written to the first
    proxy: str  # a command that speaks with it, in place of a connection

    def __str__(self) -> str:
        return f"{self.name} ({self.user}@{self.host}:{self.port})"


def route(settings: HostSettings) -> tuple[Place, ...]:
    """The machines to log in to, one through the other; the last is the one that is meant."""
    from paramiko import SSHException

    path = Path("~/.ssh/config").expanduser()
    try:
        return _route(settings, "\n".join(whole(path, 8)) if path.is_file() else "", 8)
    # ImportError: `Match exec` needs a library that is not always there.
    except (OSError, SSHException, ImportError, ValueError) as error:
        raise Unanswered(
            f"{settings.host}: {path} cannot be used: {error}. Nothing was sent; mend that file."
        ) from error


def whole(path: Path, depth: int) -> list[str]:
    """The lines of a file of ssh with what it includes; after that, the block goes on that the line stood in."""
    lines, block = [], "Host *"
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        word, _, rest = line.strip().replace("=", " ", 1).partition(" ")
        if word.lower() == "include" and depth:
            names = [Path("~/.ssh").expanduser() / Path(name).expanduser() for name in rest.replace('"', "").split()]
            files = [file for name in names for file in sorted(Path("/").glob(str(name).removeprefix("/")))]
            lines += [*(included for file in files for included in whole(file, depth - 1)), block]
        else:
            block = line if word.lower() in ("host", "match") else block
            lines.append(line)
    return lines


def _route(settings: HostSettings, config: str, depth: int) -> tuple[Place, ...]:
    found = _found(settings, config)
    jump = settings.jump or found.get("proxyjump", "")
    if jump.lower() in ("", "none"):
        return (_place(settings, found),)
    if not depth:
        raise ValueError("the machines to go through lead round in a circle")
    # The first is reached by its own way, each other one through the one before.
    first, *more = [_hop(word.strip(), settings) for word in jump.split(",")]
    between = [_place(hop, _found(hop, config)) for hop in more]
    return (*_route(first, config, depth - 1), *between, _place(settings, found))


def _found(settings: HostSettings, config: str) -> Mapping[str, Any]:
    """What the config says of a host, where the settings do not say it first."""
    from paramiko import SSHConfig

    said = {"Port": settings.port, "User": settings.user}
    first = [f"Host {settings.host}", *(f"{key} {value}" for key, value in said.items() if value), "Host *"]
    return SSHConfig.from_text("\n".join([*first, config])).lookup(settings.host)


def _hop(word: str, settings: HostSettings) -> HostSettings:
    """A machine to go through, written as [user@]host[:port]; the keys are the same if it has none of its own."""
    user, _, rest = word.removeprefix("ssh://").rpartition("@")
    host, _, port = rest.rpartition(":") if not rest.endswith("]") and ":" in rest else (rest, "", "0")
    known, key = settings.known_hosts, settings.key_file
    return HostSettings(host=host.strip("[]"), user=user, port=int(port), known_hosts=known, key_file=key)


def _place(settings: HostSettings, found: Mapping[str, Any]) -> Place:
    host, port = found.get("hostname", settings.host), int(found.get("port", 22))
    named = [settings.key_file] if settings.key_file else found.get("identityfile", [])
    known = settings.known_hosts or found.get("userknownhostsfile", _KNOWN)
    proxy = found.get("proxycommand", "")
    return Place(
        name=settings.host,
        host=host,
        port=port,
        user=found.get("user", "") or getpass.getuser(),
        keys=tuple(Path(key).expanduser() for key in named or _KEYS),
        agent=not settings.key_file and found.get("identitiesonly", "no").lower() != "yes",
        known_as=found.get("hostkeyalias", "") or spelt(host, port),
        known_hosts=tuple(Path(file.strip('"')).expanduser() for file in [*known.split(), _EVERYBODYS]),
        proxy="" if proxy.lower() == "none" else proxy,
    )
