"""A web server that says to each connection what a test wants, byte by byte, and keeps what it heard."""

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass, field

PACE = 0.01  # seconds between two bytes of who drips


@dataclass
class Speaking:
    """Each connection has its turn, a function of the server and the line; the last one is for all that follow."""

    turns: list
    port: int = 0
    begun: int = 0  # connections
    heard: list = field(default_factory=list)  # requests, whole
    over: threading.Event = field(default_factory=threading.Event)
    lines: list = field(default_factory=list)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/skaha"

    def hear(self, line):
        """One request; nothing when the other side is gone."""
        data = b""
        while b"\r\n\r\n" not in data:
            if not (piece := line.recv(1 << 16)):
                return b""
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.lower().splitlines() if line.startswith(b"content-length:")]
        while len(body) < int(lengths[0] if lengths else 0):
            body += line.recv(1 << 16)
        self.heard.append(head + b"\r\n\r\n" + body)
        return self.heard[-1]


def answer(body=b"fine", status="200 OK", *headers):
    """An answer, whole."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + body


def says(*answers):
    """Gives one answer after the other on one connection, and closes it."""

    def turn(server, line):
        for one in answers:
            if server.hear(line):
                line.sendall(one)

    return turn


def drips(begin, byte=b"x"):
    """Begins to answer, and goes on a byte at a time for ever."""

    def turn(server, line):
        server.hear(line)
        line.sendall(begin)
        while not server.over.wait(PACE):
            line.sendall(byte)

    return turn


def hangs(server, line):
    """Hears, and says nothing."""
    server.hear(line)
    server.over.wait()


def is_deaf(server, line):
    """Does not even listen."""
    server.over.wait()


def resets(*answers):
    """Answers, hears one more request and breaks the connection."""

    def turn(server, line):
        says(*answers)(server, line)
        server.hear(line)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return turn


def passes_on(to, saw):
    """Is a proxy, of either kind: lets through to this server, whatever it is asked for, and keeps all that it saw."""

    def turn(server, line):
        if line.recv(1, socket.MSG_PEEK) == b"C":
            server.hear(line)
            welcome = b"HTTP/1.1 200 Connection established\r\n\r\n"
        else:  # SOCKS: two questions
            line.recv(99)
            line.sendall(b"\x05\x00")
            line.recv(99)
            welcome = b"\x05\x00\x00\x01" + bytes(6)
        with socket.create_connection(("127.0.0.1", to.port)) as other:
            server.lines.append(other)
            line.sendall(welcome)
            back = threading.Thread(target=carried, args=(other, line), daemon=True)
            back.start()
            carried(line, other)
            back.join()

    def carried(one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(1 << 16):
                saw.append(data)
                other.sendall(data)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    return turn


@contextlib.contextmanager
def speaking(*turns, context=None):
    """A server on loopback; with a context, an encrypted one."""
    server = Speaking(list(turns))
    threads = []

    def take(line, turn):
        with contextlib.suppress(OSError), line:
            if context:
                line = context.wrap_socket(line, server_side=True)
            with line:
                turn(server, line)

    def serve(listener):
        with contextlib.suppress(OSError):
            while True:
                line = listener.accept()[0]
                turn = server.turns[min(server.begun, len(server.turns) - 1)]
                server.begun += 1
                server.lines.append(line)
                threads.append(threading.Thread(target=take, args=(line, turn), daemon=True))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        threads.append(threading.Thread(target=serve, args=(listener,), daemon=True))
        threads[0].start()
        try:
            yield server
        finally:
            server.over.set()
            listener.shutdown(socket.SHUT_RDWR)
            for line in server.lines:
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(5)
