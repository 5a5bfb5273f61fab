"""An SSH server that asks what a test wants, one prompt after the other, as hosts with a second factor do."""

import contextlib
import socket
import subprocess
import threading
from dataclasses import dataclass, field

import paramiko


@dataclass
class Round:
    """One question to the person: what is shown, and what is the right answer."""

    prompt: str
    answer: str
    echo: bool = False
    instructions: str = ""


@dataclass
class Talking:
    """Lets in who answers all rounds of a login; each login has its own."""

    logins: list  # of each login its rounds; the last for all that follow
    key: paramiko.PKey
    port: int = 0
    begun: int = 0  # how many logins have been begun
    lines: list = field(default_factory=list)

    def rounds(self):
        self.begun += 1
        return list(self.logins[min(self.begun, len(self.logins)) - 1])

    def cut(self):
        for line in self.lines:
            line.close()


class _Login(paramiko.ServerInterface):
    def __init__(self, talking):
        self._rounds, self._commands = talking.rounds(), []

    def get_allowed_auths(self, username):
        return "keyboard-interactive"

    def check_auth_interactive(self, username, submethods):
        self._left = list(self._rounds)
        return self._next()

    def check_auth_interactive_response(self, responses):
        if [*responses] != [self._left.pop(0).answer]:
            return paramiko.AUTH_FAILED
        return self._next() if self._left else paramiko.AUTH_SUCCESSFUL

    def _next(self):
        one = self._left[0]
        return paramiko.InteractiveQuery("", one.instructions, (one.prompt, one.echo))

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel, command):
        threading.Thread(target=_carry_out, args=(channel, command), daemon=True).start()
        return True


def _carry_out(channel, command):
    shell = subprocess.Popen(["/bin/sh", "-c", command], stdin=-1, stdout=-1, stderr=-1)

    def carry(stream, send):
        with contextlib.suppress(OSError):
            while data := stream.read1(1 << 16):
                send(data)

    ends = [(shell.stdout, channel.sendall), (shell.stderr, channel.sendall_stderr)]
    threads = [threading.Thread(target=carry, args=end, daemon=True) for end in ends]
    for thread in threads:
        thread.start()
    with shell, contextlib.suppress(OSError):
        while data := channel.recv(1 << 16):
            shell.stdin.write(data)
            shell.stdin.flush()


@contextlib.contextmanager
def talking(*logins):
    """A server whose logins ask these rounds."""
    server = Talking(list(logins), paramiko.ECDSAKey.generate())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    line = paramiko.Transport(listener.accept()[0])
                    line.add_server_key(server.key)
                    server.lines.append(line)
                    with contextlib.suppress(paramiko.SSHException, EOFError):
                        line.start_server(server=_Login(server))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            server.cut()
