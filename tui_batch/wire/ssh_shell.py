"""One channel with a shell behind it, which carries out scripts one after the other.

A first mark cuts off what profiles and banners print; one after each answer ends it, and carries the exit code. Nobody
can guess them. So one channel serves a thousand small questions, at a small part of what a channel for each costs.
"""

import contextlib
import re
import secrets
import select
import shlex
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paramiko import Channel

Sink = Callable[[bytes], object]

# No quote, exclamation mark or newline, so that sh, csh and fish as login shells all hand these over as they are. What
# they run reads its lines byte by byte: what follows is left for the script to read.
_LOOP = (
    'tb_n=$(printf "\\nx"); tb_n=${tb_n%x}; '
    'tb_p() { printf "\\n%s %d\\n" "$tb_m" $1; printf "\\n%s %d\\n" "$tb_m" $1 >&2; }; '
    'IFS= read -r tb_m; tb_p $$; while IFS= read -r tb_m && IFS= read -r tb_s; do eval "$tb_s"; tb_p $?; done'
)
# A profile that reads its input must not find our scripts there.
_PROFILE = (
    'exec 3<&0 </dev/null; command -v bash >/dev/null 2>&1 && exec bash -lc "$1" "$0"; exec /bin/sh -lc "$1" "$0"'
)
_AFTER_PROFILE = 'exec <&3 3<&-; exec /bin/sh -c "$0"'

COMMAND = "exec " + shlex.join(["/bin/sh", "-c", _LOOP])
LOGIN_COMMAND = "exec " + shlex.join(["/bin/sh", "-c", _PROFILE, _LOOP, _AFTER_PROFILE])

# One command that leaves nothing behind in the shell, with words in which the shell finds nothing to work out.
_HARMLESS = "cat|date|df|echo|false|head|hostname|id|ls|ps|pwd|stat|tail|test|true|uname|wc"
_PLAIN = re.compile(rf"(?:{_HARMLESS})(?: +(?:[\w%+,./:=@~-]|'[^'\n]*')+)*", re.ASCII)

_CHUNK = 1 << 16
_LOOK = 0.5  # seconds between two looks at what has arrived
_LINE = 96  # more than a line with a mark ever is
_NOISE = 800  # bytes of what a shell says that ends before it has begun


class Late(Exception):
    """No whole answer in time."""


class Ended(Exception):
    """The channel ended before the answer did."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a script ended and what it wrote, as bytes."""

    code: int
    out: bytes
    err: bytes


class Shell:
    """The shell behind one channel; one call at a time."""

    def __init__(self, channel: "Channel") -> None:
        from paramiko import SSHException

        self._lost = SSHException, EOFError, OSError  # what a connection that is gone makes of a call
        self.pid = 0  # of the remote shell, which leads what it starts; 0 until it has begun
        self.noise = b""  # what came before that
        self._channel = channel
        self._moved, self._window = 0.0, 0  # when a byte went or came last
        self._poll = select.poll()
        self._poll.register(channel.fileno(), select.POLLIN)

    @property
    def open(self) -> bool:
        """Whether another script can be sent."""
        return not (self._channel.closed or self._channel.eof_received)

    @property
    def closed_there(self) -> bool:
        """Whether the other end ended it in good order: then all that it said is here."""
        return bool(self._channel.eof_received)

    def ask(self, call: "Call") -> Answer:
        """Carry out a script; its whole answer, or Late or Ended."""
        first, last = "" if self.pid else secrets.token_hex(16), secrets.token_hex(16)
        out, err = bytearray(), bytearray()
        cuts = Cut(first, last, call.sink or out.extend), Cut(first, last, err.extend)
        self._moved = time.monotonic()
        try:
            self._send("\n".join([*([first] if first else []), last, line(call), ""]), call)
            while None in (cuts[0].code, cuts[1].code):
                self._read(cuts, call)
        finally:
            self.pid = self.pid or cuts[0].pid or 0
            self.noise = bytes(cuts[0].noise + cuts[1].noise)
        return Answer(cuts[0].code or 0, bytes(out), bytes(err))

    def close(self) -> None:
        with contextlib.suppress(*self._lost):
            self._channel.close()

    def _send(self, lines: str, call: "Call") -> None:
        """Send the script; what it is given goes by a thread, since it may not be read before an answer is."""
        self._channel.settimeout(call.seconds)
        try:
            self._channel.sendall(lines.encode("utf-8", "surrogateescape"))  # names may be no text
        except TimeoutError as error:
            raise Late from error
        except self._lost:
            return  # what it said before is still to be read
        if call.size:
            threading.Thread(target=self._give, args=(call,), daemon=True).start()

    def _give(self, call: "Call") -> None:
        """Send what a script is given. What ends the channel meanwhile is seen by the one who reads."""
        self._channel.settimeout(None)
        left = call.size
        with contextlib.suppress(*self._lost, ValueError):  # or the file was closed, since nobody waits any more
            for piece in call.given:
                # Never more than was promised: the shell would take it for a script.
                self._channel.sendall(piece[:left])
                left -= len(piece[:left])
        if left:
            self.close()

    def _read(self, cuts: "tuple[Cut, Cut]", call: "Call") -> None:
        """Wait for what comes next, from both streams: one that is not read holds up the other."""
        # What was sent may be on its way for long; how much more may be sent says how much of it has arrived.
        if call.patient and self._window != self._channel.out_window_size:
            self._window, self._moved = self._channel.out_window_size, time.monotonic()
        left = self._moved + call.seconds - time.monotonic()
        if left <= 0:
            raise Late
        over = not self.open
        self._poll.poll(1000 * (min(left, _LOOK) if call.patient else left))
        while (ready := self._channel.recv_ready()) or self._channel.recv_stderr_ready():
            try:
                data = self._channel.recv(_CHUNK) if ready else self._channel.recv_stderr(_CHUNK)
            except self._lost as error:
                raise Ended from error
            cuts[0 if ready else 1].feed(data)
            if call.patient:
                self._moved = time.monotonic()
        if over and None in (cuts[0].code, cuts[1].code):
            raise Ended


@dataclass(frozen=True, slots=True)
class Call:
    """One script, what it reads, and for how long an answer is waited for."""

    script: str
    seconds: float
    given: Iterable[bytes] = ()
    size: int = 0  # of what is given
    sink: Sink | None = None  # takes what it writes as it comes
    patient: bool = False  # whether the time runs anew with every byte


class Cut:
    """What one stream says up to a mark with an exit code; in a new shell, after a mark with the shell's pid."""

    def __init__(self, first: str, last: str, sink: Sink) -> None:
        self.pid: int | None = None if first else 0
        self.code: int | None = None
        self.noise = bytearray()  # the last of what came before the first mark
        self._first, self._last = (f"\n{mark} ".encode() for mark in (first, last))
        self._sink, self._held = sink, bytearray()

    def feed(self, data: bytes) -> None:
        self._held += data
        if self.pid is None:
            self.noise = (self.noise + data)[-_NOISE:]
            self.pid = self._number(self._first, len)
        if self.pid is not None and self.code is None:
            self.code = self._number(self._last, self._sink)

    def _number(self, mark: bytes, before: Sink) -> int | None:
        """The number behind a mark; what is before it goes on, as far as it can be no part of one."""
        at = self._held.find(mark)
        end = self._held.find(b"\n", at + len(mark)) if at >= 0 else -1
        before(bytes(self._held[: at if at >= 0 else -_LINE]))
        number = int(self._held[at + len(mark) : end]) if end >= 0 else None
        del self._held[: end + 1 if end >= 0 else at if at >= 0 else -_LINE]
        return number


def line(call: Call) -> str:
    """A call as one line of sh, for the loop to carry out; nothing is left of it for the next.

    A subshell sees to that, which takes longer than all else of a small question; a plain command needs none.
    """
    if _PLAIN.fullmatch(call.script) and not call.size:
        return f"{call.script} </dev/null"
    script = f"(eval {shlex.quote(call.script)})".replace("\n", "'\"$tb_n\"'")
    if not call.size:
        return f"{script} </dev/null"
    # Its input ends by itself: an end that is sent, to a script that has just ended, costs the whole connection. For
    # the same reason all of it is read, also what the script did not want.
    return f"head -c {call.size} | {{ {script}; tb_c=$?; cat >/dev/null; exit $tb_c; }}"
