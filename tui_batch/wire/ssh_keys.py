"""Private keys: from files, with or without a passphrase, and from the agent."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paramiko import PKey


def load(path: Path, passphrase: str | None) -> "PKey":
    """A private key of any kind; ValueError if it is none, or the passphrase is wrong."""
    from paramiko import ECDSAKey, Ed25519Key, PasswordRequiredException, RSAKey, SSHException

    for kind in (Ed25519Key, ECDSAKey, RSAKey):
        try:
            key: PKey = kind.from_private_key_file(str(path), passphrase)
        except PasswordRequiredException:
            raise
        except (SSHException, ValueError, IndexError):
            continue
        if (certificate := path.with_name(f"{path.name}-cert.pub")).exists():
            key.load_certificate(str(certificate))
        return key
    raise ValueError("no key that can be read" if passphrase is None else "wrong passphrase")


def agent_keys(stack: contextlib.ExitStack) -> Iterator[tuple[str, "PKey"]]:
    """The agent's keys, by their public halves."""
    from paramiko import Agent, SSHException

    with contextlib.suppress(SSHException, OSError):
        agent = Agent()
        stack.callback(agent.close)  # it signs as long as it is open
        for key in agent.get_keys():
            yield key.get_base64(), key


def public(path: Path) -> str:
    """The public half beside a private key, as far as it is there."""
    try:
        return [*path.with_name(f"{path.name}.pub").read_text(errors="replace").split(), "", ""][1]
    except OSError:
        return ""
