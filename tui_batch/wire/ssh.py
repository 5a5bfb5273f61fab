"""Another machine as a host, over SSH: one connection, one open shell for small questions, a channel for all else."""

import contextlib
import threading
import time
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from tui_batch.errors import BackendError, Unclear, Unreachable
from tui_batch.wire import ssh_open, transfer
from tui_batch.wire.host import Ask, Done, Host, HostSettings, quoted
from tui_batch.wire.ssh_answers import Answers
from tui_batch.wire.ssh_config import route
from tui_batch.wire.ssh_shell import COMMAND, LOGIN_COMMAND, Answer, Call, Ended, Late, Shell

if TYPE_CHECKING:
    from paramiko import Channel, Transport

_AT_ONCE = 3  # channels besides the shell: servers allow ten, and count those that they have not yet let go of
_MOMENT = 0.2  # seconds in which a server lets go of some
_KILL_SECONDS = 5.0


class SSHHost(Host):
    """Runs commands on another machine. Whoever calls when the connection was lost has it opened once more."""

    def __init__(self, settings: HostSettings, ask: Ask) -> None:
        self.name = settings.host
        self.users = 0
        self._settings, self._seconds = settings, settings.command_seconds
        self._answers = Answers(ask, settings.password_command, settings.connect_seconds)
        self._transports: list[Transport] = []
        self._shell: Shell | None = None
        self._opening, self._asking = threading.Lock(), threading.Lock()
        self._channels = threading.BoundedSemaphore(_AT_ONCE)

    def run(self, script: str, given: bytes = b"", seconds: float | None = None) -> Done:
        answer = self._carry(Call(script, seconds or self._seconds, [given], len(given)), Unclear)
        return Done(answer.code, answer.out.decode("utf-8", "replace"), answer.err.decode("utf-8", "replace"))

    def put(self, source: Path, path: str) -> None:
        transfer.put(self._again, self.name, source, path, self._seconds)

    def get(self, path: str, into: Path) -> None:
        transfer.get(self._again, self.name, path, into, self._seconds)

    def read(self, path: str, offset: int, most: int) -> bytes:
        return transfer.read(self._again, self.name, path, offset, most, self._seconds)

    def close(self) -> None:
        with _SHARING:
            self.users -= 1
            left = [key for key, host in _SHARED.items() if host is self and self.users <= 0]
            for key in left:
                del _SHARED[key]
        if self.users <= 0:
            self._hang_up()

    def _hang_up(self) -> None:
        with self._opening:
            self._shell = None
            ssh_open.close(self._transports)
            self._transports = []

    def _again(self, call: Call) -> Answer:
        """Carry out what can be done again without harm: a lost answer says no more than that."""
        return self._carry(call, Unreachable)

    def _carry(self, call: Call, lost: type[BackendError]) -> Answer:
        """Small questions go to the open shell, if nobody else is at it."""
        small = not call.size and not call.sink and call.seconds <= self._seconds
        if small and self._asking.acquire(blocking=False):
            try:
                return self._shared(call, lost)
            finally:
                self._asking.release()
        with self._channels, contextlib.closing(self._new_shell()) as shell:
            return self._ask(shell, call, lost)

    def _shared(self, call: Call, lost: type[BackendError]) -> Answer:
        if not (self._shell and self._shell.open):
            self._shell = self._new_shell()
        shell = self._shell
        try:
            return self._ask(shell, call, lost)
        except BaseException:
            self._shell = None
            shell.close()
            raise

    def _ask(self, shell: Shell, call: Call, lost: type[BackendError]) -> Answer:
        try:
            return shell.ask(call)
        except Late as error:
            ended = "was ended" if self._end(shell.pid) else "may still be running there"
            raise lost(f"{self.name}: no answer in {call.seconds:g} s to a command, which {ended}.") from error
        except Ended as error:
            if not shell.closed_there:
                raise lost(f"{self.name}: the connection was lost before the answer to a command.") from error
            if shell.pid:
                raise lost(f"{self.name}: the shell there was ended in the middle of a command.") from error
            said = " ".join(shell.noise.decode("utf-8", "replace").split()) or "no word"
            raise Unreachable(f"{self.name}: the shell there ended before it did anything; it said: {said}") from error

    def _end(self, pid: int) -> bool:
        """End what hangs, and all that it started: closing its channel does not. Whether it is known to be ended."""
        from paramiko import SSHException

        group = f'$(ps -o pgid= -p {pid} 2>/dev/null | tr -d " ")'
        kill = quoted(["/bin/sh", "-c", f"g={group}; kill -KILL -${{g:-{pid}}} || kill -KILL {pid}"])
        seconds = min(_KILL_SECONDS, self._seconds)
        try:
            with contextlib.closing(_begun(self._transports[-1], f"exec {kill}", seconds)) as channel:
                return bool(pid) and channel.status_event.wait(seconds) and channel.exit_status == 0
        except (SSHException, EOFError, OSError, IndexError):
            self._hang_up()
            return False

    def _new_shell(self) -> Shell:
        """A shell in a channel of its own; what is refused, or not answered by a dead connection, is tried twice."""
        from paramiko import ChannelException, SSHException

        command, seconds = LOGIN_COMMAND if self._settings.login_shell else COMMAND, self._settings.connect_seconds
        for last in (False, True):
            transport = self._transport()
            try:
                return Shell(_begun(transport, command, seconds))
            except ChannelException as error:
                if last:
                    why = f"takes no more commands now: {error.text}"
                    raise Unreachable(f"{self.name} {why}. Nothing was sent.") from error
                time.sleep(_MOMENT)
            except (SSHException, EOFError, OSError) as error:
                ssh_open.close([transport])
                if last:
                    why = str(error) or "it hung up"
                    raise Unreachable(f"{self.name}: the connection does not hold: {why}. Nothing was sent.") from error
        raise AssertionError("the second time either gave a shell or raised")

    def _transport(self) -> "Transport":
        """The open connection, opened when it is not there or was lost."""
        with self._opening:
            if not self._alive():
                ssh_open.close(self._transports)
                self._transports, self._shell = [], None
                self._answers.begin()
                self._transports = ssh_open.opened(route(self._settings), self._answers, self._settings.connect_seconds)
            return self._transports[-1]

    def _alive(self) -> bool:
        return bool(self._transports) and all(transport.is_active() for transport in self._transports)


_SHARED: dict[tuple[object, ...], SSHHost] = {}
_SHARING = threading.Lock()


def shared(settings: HostSettings, ask: Ask) -> SSHHost:
    """The host that these settings lead to: all targets that get there in the same way have one connection."""
    way = tuple(getattr(settings, field.name) for field in fields(HostSettings) if field.name != "workdir")
    with _SHARING:
        host = _SHARED.setdefault(way, SSHHost(settings, ask))
        host.users += 1
        return host


def _begun(transport: "Transport", command: str, seconds: float) -> "Channel":
    """A channel in which a command has begun."""
    channel = transport.open_session(timeout=seconds)
    # The library waits for ever for the answer to this request; the end of the connection ends that.
    timer = threading.Timer(seconds, ssh_open.close, [[transport]])
    timer.daemon = True
    timer.start()
    try:
        channel.exec_command(command)
    finally:
        timer.cancel()
    return channel
