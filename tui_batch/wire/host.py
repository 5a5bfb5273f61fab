"""A machine that runs commands, this one or another: what `ssh` and `here` have in common, and how one is opened."""

import shlex
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tui_batch.model import Question

Ask = Callable[[Question], str]  # the person's answer; Unanswered when nobody gives one


@dataclass(frozen=True, slots=True)
class HostSettings:
    """The keys that every kind has whose jobs are sent by commands on a host; without `host`, on this machine."""

    host: str = ""
    user: str = ""
    port: int = 0  # 0 for what ~/.ssh/config says, else 22
    key_file: str = ""
    known_hosts: str = ""  # "" for ~/.ssh/known_hosts
    jump: str = ""  # [user@]host[:port] of a machine to go through
    password_command: str = ""  # run on this machine; its first line is the password
    workdir: str = "~/tui-batch"  # on the host: where the folders of submissions are made
    connect_seconds: float = 20.0
    command_seconds: float = 30.0
    login_shell: bool = False  # whether commands need what a login profile sets up


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it wrote; bytes that are no UTF-8 are replaced."""

    code: int
    out: str
    err: str


class Host(ABC):
    """Calls block, each with a deadline.

    What could not even begin raises Unreachable; what began, and of which no whole answer came, raises Unclear: it may
    or may not have happened. Bringing and reading files can be done again without harm, and raises Unreachable then.
    """

    name: str  # what people call it, "fir" or "this machine"

    @abstractmethod
    def run(self, script: str, given: bytes = b"", seconds: float | None = None) -> Done:
        """Run lines of POSIX sh, which read `given`; whole answers only, whatever profiles and banners print."""

    @abstractmethod
    def put(self, source: Path, path: str) -> None:
        """Bring a file of ours to `path`: to a temporary name, compared in size and checksum, renamed."""

    @abstractmethod
    def get(self, path: str, into: Path) -> None:
        """Bring a file here, by way of `*.part`, going on where an earlier try broke if the source is the same."""

    @abstractmethod
    def read(self, path: str, offset: int, most: int) -> bytes:
        """A piece of a file; nothing where there is none."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the connection; what runs there goes on."""


def quoted(words: Iterable[str]) -> str:
    """Words as one line of sh: the one place where anything is quoted for a shell."""
    return shlex.join(words)


def open_host(settings: HostSettings, ask: Ask) -> Host:
    """The host that a target's settings name; reads nothing, connects when first used."""
    from tui_batch.wire.here import LocalHost
    from tui_batch.wire.ssh import shared

    if settings.host:
        return shared(settings, ask)
    return LocalHost(settings.command_seconds)
