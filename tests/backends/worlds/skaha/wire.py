"""The service on its wire: HTTP on a port of this machine, and all that befalls answers on their way."""

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from worlds.skaha import asked
from worlds.skaha.speech import Answer, page, trouble

LONGEST = 8000  # letters of an address


@dataclass
class Trouble:
    """What goes wrong with so many of the next calls of a name: before they are heard, or `after` they are carried
    out."""

    call: str
    how: object
    times: int
    after: bool
    text: str


class Server(ThreadingHTTPServer):
    """Listens; `pull` is how something goes wrong."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address, service, ways):
        self.allow_reuse_address = True
        super().__init__(address, Handler)
        self.service, self.ways = service, ways
        self.calls, self.troubles = [], []
        self.let_go = threading.Event()  # what hangs goes on
        self.lock = threading.Lock()
        self.open = set()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        """Nobody listens any more, and every open connection is closed."""
        self.let_go.set()
        self.shutdown()
        self.server_close()
        with self.lock:
            for one in self.open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def trouble(self, name):
        """What goes wrong with this call."""
        with self.lock:
            for one in self.troubles:
                if one.call in (name, "any") and one.times:
                    one.times -= 1
                    return one
        return None

    def handle_error(self, request, client_address):
        """Whoever asked has gone away: that is their affair, but anything else a mistake here."""
        with contextlib.suppress(OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        with self.server.lock:
            self.server.open.add(self.connection)

    def finish(self):
        with self.server.lock:
            self.server.open.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def handle(self):
        with contextlib.suppress(OSError):
            super().handle()

    def log_message(self, *words):
        """Nothing is said on the terminal."""

    def do(self):
        """Read a call, have it carried out, and answer it, unless something goes wrong."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if len(self.path) > LONGEST:
            self._say(Answer(400, page("HTTP Status 400 - Bad Request"), "text/html;charset=utf-8"))
            return
        address = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = asked.read(self.command, unquote(address.path), address.query, headers, body)
        self.server.calls.append(call)
        wrong = self.server.trouble(call.name)
        if seconds := self.server.ways.latency.get(call.name):
            self.server.let_go.wait(seconds)
        answer = None
        if not wrong or wrong.after or wrong.how in ("cut", "short"):
            answer = self.server.service.answer(call)
        if wrong and wrong.how not in ("cut", "short"):
            call.said = wrong.how
            answer = self._go_wrong(wrong)
        elif wrong:
            call.said = wrong.how
            answer.piece = max(1, len(answer.body) // 4) if wrong.how == "cut" else None
        else:
            call.said = answer.status
        if answer:
            self._say(answer, call.said in ("cut", "short"))

    do_GET = do_POST = do_DELETE = do_PUT = do_HEAD = do_PATCH = do_OPTIONS = do

    def _go_wrong(self, wrong):
        """What comes instead of an answer: another one, or nothing for as long as it hangs, or an end at once."""
        if isinstance(wrong.how, int):
            return trouble(wrong.how, wrong.text).answer
        if wrong.how == "ghost":  # as old ones: an id of which nothing is heard again
            return Answer(200, b"gh0st000\n")
        if wrong.how == "hang":
            self.server.let_go.wait()
        else:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._end()
        return None

    def _end(self):
        self.close_connection = True
        self.rfile.close()
        self.connection.close()

    def _say(self, answer, broken_off=False):
        """Send an answer; one that is broken off ends in its middle."""
        self.send_response_only(answer.status)
        for name, value in [("Content-Type", answer.type), *answer.headers]:
            self.send_header(name, value)
        whole = answer.piece is None
        self.send_header(*(("Content-Length", str(len(answer.body))) if whole else ("Transfer-Encoding", "chunked")))
        self.end_headers()
        if self.command == "HEAD":
            return
        if whole:
            self.wfile.write(answer.body[: len(answer.body) // 2] if broken_off else answer.body)
        else:
            self._stream(answer, broken_off)
        if broken_off:
            self._end()

    def _stream(self, answer, broken_off):
        pieces = range(0, len(answer.body) // 2 if broken_off else len(answer.body), answer.piece)
        for at in pieces:
            piece = answer.body[at : at + answer.piece]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            if self.server.ways.log_pause:
                self.server.let_go.wait(self.server.ways.log_pause)
        if not broken_off:
            self.wfile.write(b"0\r\n\r\n")
