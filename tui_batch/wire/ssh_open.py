"""A connection, opened: the socket, the machines on the way, the handshake, the login; its errors as sentences."""

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from subprocess import DEVNULL, Popen
from typing import TYPE_CHECKING, Any

from tui_batch.errors import Unanswered, Unreachable
from tui_batch.wire.ssh_answers import Answers, Wanted
from tui_batch.wire.ssh_config import Place
from tui_batch.wire.ssh_known import kinds, known
from tui_batch.wire.ssh_login import compare_key, log_in

if TYPE_CHECKING:
    from paramiko import Transport

_SILENCE = logging.NullHandler()  # without a handler the library prints its errors, in the middle of the screen
_ALIVE = 30  # seconds between two signs of life, for those who close what is silent


def opened(route: Sequence[Place], answers: Answers, seconds: float) -> "list[Transport]":
    """Connections to each machine of the route, one through the other; all of them or none."""
    logging.getLogger("paramiko").addHandler(_SILENCE)
    logging.getLogger("paramiko").propagate = False
    transports: list[Transport] = []
    try:
        for place in route:
            transports.append(_logged_in(place, transports, answers, place is route[-1], seconds))
    except BaseException:
        close(transports)
        raise
    return transports


def close(transports: "Sequence[Transport]") -> None:
    """Hang up, the last first; one whose way there is gone already cannot say goodbye."""
    from paramiko import SSHException

    for transport in reversed(transports):
        with contextlib.suppress(SSHException, EOFError, OSError):
            transport.close()


def _logged_in(
    place: Place, through: "Sequence[Transport]", answers: Answers, last: bool, seconds: float
) -> "Transport":
    """A connection that we are let in to, however often a person has to be asked for something first."""
    while True:
        try:
            with contextlib.ExitStack() as failing:
                transport = _shaken(place, through, seconds)
                failing.callback(close, [transport])
                with _as_sentences(place, seconds):
                    compare_key(transport, place, answers)
                    log_in(transport, place, answers, last, seconds)
                    transport.set_keepalive(_ALIVE)
                failing.pop_all()
                return transport
        except Wanted as wanted:
            answers.ask(wanted.key, wanted.question)


def _shaken(place: Place, through: "Sequence[Transport]", seconds: float) -> "Transport":
    """A connection to the point where both know whom they speak with."""
    from paramiko import Transport

    with _as_sentences(place, seconds):
        transport = Transport(_line(place, through, seconds))
        transport.banner_timeout = transport.handshake_timeout = seconds
        options = transport.get_security_options()
        options.key_types = kinds(known(place.known_hosts, place.known_as), options.key_types)
        try:
            transport.start_client(timeout=seconds)
            if not transport.initial_kex_done:
                raise TimeoutError
        except BaseException:
            close([transport])
            raise
    return transport


def _line(place: Place, through: "Sequence[Transport]", seconds: float) -> Any:
    """What carries the bytes: a socket, a command that stands for one, or a channel of the machine before."""
    if through:
        return through[-1].open_channel("direct-tcpip", (place.host, place.port), ("127.0.0.1", 0), timeout=seconds)
    if place.proxy:
        return _spoken(place.proxy)
    line = socket.create_connection((place.host, place.port), seconds)
    # Else each small question waits 40 ms for an acknowledgement.
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def _spoken(command: str) -> socket.socket:
    """A socket whose other end is what a command reads and writes."""
    ours, theirs = socket.socketpair()
    with theirs:
        argv = ["/bin/sh", "-c", f"exec {command}"]
        process = Popen(argv, stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=DEVNULL, start_new_session=True)
    threading.Thread(target=process.wait, daemon=True).start()
    return ours


@contextlib.contextmanager
def _as_sentences(place: Place, seconds: float) -> Iterator[None]:
    """What goes wrong on the way in, by what a person can do about it; nothing was sent in any case."""
    from paramiko import ChannelException, SSHException
    from paramiko.ssh_exception import IncompatiblePeer

    try:
        yield
    except socket.gaierror as error:
        raise Unreachable(
            f"{place}: its name is not known here. Nothing was sent; look at `host`, or at the network."
        ) from error
    except TimeoutError as error:
        raise Unreachable(f"{place}: no answer in {seconds:g} s to the connection. Nothing was sent.") from error
    except (ConnectionResetError, BrokenPipeError) as error:
        raise Unreachable(f"{place} hung up before we were in. Nothing was sent.") from error
    except OSError as error:
        raise Unreachable(f"{place} cannot be reached: {error.strerror or error}. Nothing was sent.") from error
    except ChannelException as error:
        raise Unreachable(
            f"{place} cannot be reached through the machine before: {error.text}. Nothing was sent."
        ) from error
    except IncompatiblePeer as error:
        raise Unanswered(
            f"{place} and this machine have no way of encryption in common: {error}. Nothing was sent."
        ) from error
    except (SSHException, EOFError) as error:
        why = (
            "what answers there is no SSH server, or is too busy" if "banner" in str(error) else f"{error or 'hung up'}"
        )
        raise Unreachable(f"{place}: the connection failed: {why}. Nothing was sent.") from error
