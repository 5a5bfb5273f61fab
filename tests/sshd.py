"""A real SSH server for tests: one for each session (each worker of xdist), on a free port, with keys of its own.

    def test_something(sshd, tmp_path):
        settings = HostSettings(**sshd.login(tmp_path / "home"))    # a dict: also a target's settings in a config
        host = open_host(settings, ask)

`login(home)` makes a key whose logins have that folder as `$HOME` (and as `~`), so that a test can put a `.bashrc` or
a `.profile` there and never touches the person's own. `environment` sets more, `PATH` for fake commands; `command` is
run in place of what was asked for, which stands in `$SSH_ORIGINAL_COMMAND`: that is how another login shell is played.
Everybody logs in as who runs the tests. Strings to pull:

    sshd.cut()              kill the server's processes for all open connections: as a network that is gone
    sshd.connections()      their pids
    sshd.stop(), .start()   nobody listens, then again (same port, same keys); what is open lives on
    sshd.log()              what the server says of it all
    with sshd.wire() as w:  a port (w.port) with a network before it: w.delay = seconds for each way, w.stall() keeps
                            all bytes back, w.cut() closes every connection through it, w.after(bytes, w.cut),
                            w.carried is the number of bytes that have gone through, both ways together

`running(folder, *lines)` is a server for one test alone, with more lines of sshd_config. `accounts()` makes users of
this machine with a password, which only root can.
"""

import contextlib
import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
from requirement import needs

SFTP = "/usr/lib/openssh/sftp-server"
CONFIG = """
ListenAddress 127.0.0.1
PidFile none
LogLevel VERBOSE
UseDNS no
PrintMotd no
PermitRootLogin yes
PermitUserEnvironment yes
StrictModes no
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 50:30:100
"""


def until(condition, what, seconds=10):
    """Wait for a condition; what it gives."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"not in {seconds} s: {what}"
        time.sleep(0.005)
    return value


class Server:
    """An sshd that listens on a port of 127.0.0.1."""

    def __init__(self, folder, *lines):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.user, self._process = folder, getpass.getuser(), None
        self._left = []
        self.known_hosts, self._authorized = folder / "known_hosts", folder / "authorized_keys"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._authorized.touch()
        for kind in ("ed25519", "ecdsa"):
            keygen(folder / f"host_{kind}", kind)
        # The first value of a keyword is the one that counts, and what follows `Match` is for that match alone.
        own = [f"Port {self.port}", *(f"HostKey {folder}/host_{kind}" for kind in ("ed25519", "ecdsa"))]
        config = [*own, *(line for line in lines if not line.startswith(("Match", " "))), CONFIG, "UsePAM no"]
        config += [f"AuthorizedKeysFile {self._authorized}", f"Subsystem sftp {SFTP}"]
        config += [line for line in lines if line.startswith(("Match", " "))]
        (folder / "sshd_config").write_text("\n".join(config) + "\n")
        self.know()
        self.start()

    def know(self):
        """Write its keys down as known."""
        names = [self.folder / f"host_{kind}.pub" for kind in ("ed25519", "ecdsa")]
        keys = [" ".join(name.read_text().split()[:2]) for name in names]
        self.known_hosts.write_text("".join(f"[127.0.0.1]:{self.port} {key}\n" for key in keys))

    def start(self):
        # sshd starts itself anew for each connection, so it is called by its whole name.
        argv = [sshd_program(), "-D", "-e", "-f", str(self.folder / "sshd_config")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(self._listens, f"sshd on port {self.port}:\n{self.log()}")

    def _listens(self):
        assert self._process.poll() is None, self.log()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True

    def stop(self):
        """Let nobody in any more; open connections live on."""
        self._left = self.connections()
        self._process.terminate()
        self._process.wait()

    def close(self):
        self.cut()
        self.stop()

    def connections(self):
        """The pids of the server's processes for open connections, those that look after others first."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                pid, _, rest = stat.read_text(errors="replace").partition(" (")
                name, _, fields = rest.rpartition(")")
                if name.startswith("sshd") and fields.split()[0] not in "ZX":
                    parents[int(pid)] = int(fields.split()[1])
        found = [pid for pid in self._left if pid in parents]  # whoever stops listening leaves these to themselves
        while more := [pid for pid, parent in parents.items()
                       if parent in (self._process.pid, *found) and pid not in found]:  # fmt: skip
            found += more
        return found

    def cut(self):
        """Kill what serves open connections: the other end hears no word more, and what it had started goes on."""
        for pid in self.connections():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def key(self, name="", options="", passphrase=""):
        """A new key that opens the door, with options as in authorized_keys; its file."""
        path = self.folder / (name or f"key-{secrets.token_hex(4)}")
        keygen(path, "ed25519", passphrase)
        with self._authorized.open("a") as file:
            file.write(f"{options} {path.with_name(f'{path.name}.pub').read_text()}".lstrip())
        return path

    def login(self, home, environment=None, command=""):
        """Settings of a host that logs in with a key of its own, at home in a folder, with more in its environment."""
        Path(home).mkdir(parents=True, exist_ok=True)
        options = [f'environment="{name}={value}"' for name, value in ({"HOME": home} | (environment or {})).items()]
        if command:
            options.append('command="{}"'.format(command.replace('"', '\\"')))
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": self.user,
            "key_file": str(self.key(options=",".join(options))),
            "known_hosts": str(self.known_hosts),
        }

    @contextlib.contextmanager
    def wire(self):
        """A network before it, with a port of its own that is known as well."""
        wire = Wire(self.port)
        keys = [line.split(" ", 1)[1] for line in self.known_hosts.read_text().splitlines()[:2]]
        with self.known_hosts.open("a") as file:
            file.write("".join(f"[127.0.0.1]:{wire.port} {key}\n" for key in keys))
        try:
            yield wire
        finally:
            wire.close()


class Wire:
    """A port of this machine that leads to another, as a network does: late, stalled, or cut."""

    def __init__(self, to):
        self.delay, self.carried, self._to, self._open, self._then = 0.0, 0, to, [], None
        self._flows, self._listener = threading.Event(), socket.create_server(("127.0.0.1", 0))
        self._flows.set()
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stall(self):
        """Let no byte through, and say nothing."""
        self._flows.clear()

    def flow(self):
        self._flows.set()

    def cut(self):
        """Close all that goes through it."""
        gone, self._open = self._open, []
        for one in gone:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def after(self, count, what):
        """Do something once so many more bytes have gone through."""
        self._then = self.carried + count, what

    def close(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.flow()
        self.cut()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                here = self._listener.accept()[0]
                threading.Thread(target=self._serve, args=(here,), daemon=True).start()

    def _serve(self, here):
        with here, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._to)) as there:
            for one in (here, there):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open += [here, there]
            back = threading.Thread(target=self._carry, args=(there, here), daemon=True)
            back.start()
            self._carry(here, there)
            back.join()

    def _carry(self, source, to):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                self._flows.wait()
                if self.delay:
                    time.sleep(self.delay)
                self.carried += len(data)
                if self._then and self.carried >= self._then[0]:
                    _, what = self._then
                    self._then = None
                    what()
                self._flows.wait()
                to.sendall(data)
        with contextlib.suppress(OSError):
            to.shutdown(socket.SHUT_WR)


def keygen(path, kind, passphrase=""):
    if not path.exists():
        subprocess.run(["ssh-keygen", "-q", "-a", "1", "-t", kind, "-N", passphrase, "-f", str(path)], check=True)


def sshd_program():
    """The server's whole name; it is often in a folder that is on the path of root only."""
    needed = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if not needed:
        needs("sshd")
    return needed


@contextlib.contextmanager
def running(folder, *lines):
    """A server of one's own, with more lines of sshd_config, which come first and so count."""
    sshd_program()
    needs("ssh-keygen")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd asks for it when it is root
    server = Server(folder, *lines)
    try:
        yield server
    finally:
        server.close()


@contextlib.contextmanager
def accounts(**passwords):
    """Users of this machine, each with a password; gone afterwards. The names are what stands there with a suffix."""
    if os.getuid() != 0:
        pytest.skip("needs root, to make users that have a password")
    needs("useradd", "userdel", "chpasswd")
    suffix, names = f"-{secrets.token_hex(3)}", {}
    try:
        for name, password in passwords.items():
            names[name] = f"tb-{name}{suffix}"
            changed("useradd", "-m", "-s", "/bin/sh", names[name])
            changed("chpasswd", given=f"{names[name]}:{password}\n")
        yield names
    finally:
        for name in names.values():
            changed("userdel", "-r", "-f", name)


def changed(*argv, given=""):
    """Change the users of this machine; another may be at it too, and then this one waits."""

    def done():
        ran = subprocess.run(argv, input=given, capture_output=True, text=True)
        assert ran.returncode == 0 or "lock" in ran.stderr or "mail spool" in ran.stderr, ran.stderr
        return ran.returncode == 0 or "mail spool" in ran.stderr

    until(done, " ".join(argv))


@pytest.fixture(scope="session")
def sshd(tmp_path_factory):
    """A server for the session; nothing that a test has left open is open in the next."""
    with running(tmp_path_factory.mktemp("sshd")) as server:
        yield server
