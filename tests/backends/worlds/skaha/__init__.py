"""A Science Platform on a port of this machine, whose sessions are processes of it, with strings to pull.

    with Skaha(tmp_path) as skaha:
        target = Target("there", "canfar", {"url": skaha.url, "token_file": str(skaha.token_file), "image": IMAGE})

It is as `facts/canfar.md` says that the real one is, nowhere kinder. How it is in general stands in `skaha.ways`, see
`ways.py`, and can be changed at any time. What goes wrong with single calls is pulled, by the name of the call (create,
list, get, logs, events, delete, renew, context, image, repository, stats, availability, any):

    skaha.pull("create", "hang", after=True)    the next call is carried out, and its answer never comes
    skaha.pull("list", 500, times=3, text="…")  the next three are not, and this is said instead
    skaha.pull("any", "reset", times=ALWAYS)    until `calm`

`how` is a status; or reset (the connection breaks), hang (nothing comes), ghost (an id of which nothing is heard
again); or, of the true answer, cut (half of it in pieces, and no more) or short (half of the length that was told).

    skaha.calls                         every call in order, and what was said to it
    skaha.expire_token(), .new_token()  nobody's token is valid; one is, and stands in the file
    skaha.stop(), .start()              nobody listens at the address, and again; what runs goes on
    skaha.go()                          what waits for an image, room or the queue waits no more
    skaha.expire()                      what has ended is forgotten, as an hour later
    skaha.evict(id), .starve(id)        a session that the cluster ends, for want of room or of memory
    skaha.vanish(id)                    one of which nothing is left
    skaha.add(word, user=…, type=…)     a session that comes from elsewhere
"""

import secrets
import threading
import time
from pathlib import Path

from worlds.skaha.cluster import Cluster
from worlds.skaha.service import Service
from worlds.skaha.ways import IMAGE, Ways
from worlds.skaha.wire import Server, Trouble

ALWAYS = 1_000_000


class Skaha:
    """The platform: its storage is `folder/arc`, homes are below `arc/home`."""

    def __init__(self, folder, **ways):
        self.folder, self.ways = Path(folder), Ways(**ways)
        self.arc, self.token_file = self.folder / "arc", self.folder / "token"
        self.home = self.arc / "home" / self.ways.user
        for path in (self.home, self.folder / "logs"):
            path.mkdir(parents=True)
        self.cluster = Cluster(self.folder, self.ways)
        self._tokens, self.token = {}, ""
        self.calls, self._troubles, self._port, self._server = [], [], 0, None

    def __enter__(self):
        self.new_token()
        self.start()
        self.cluster.start()
        return self

    def __exit__(self, *_):
        self.stop()
        self.cluster.close()

    def start(self):
        """Listen, at the same address as before."""
        service = Service(self.cluster, self.ways, self._tokens, "ws-uv.example")
        self._server = Server(("127.0.0.1", self._port), service, self.ways)
        self._server.calls, self._server.troubles = self.calls, self._troubles
        self._port = self._server.server_address[1]

    def stop(self):
        """Let nobody in any more."""
        if self._server:
            self._server.stop()
        self._server = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self._port}/skaha"

    def new_token(self):
        """Give the person a new token, which is in the file at once; those before are valid no more."""
        self.expire_token()
        self.token = secrets.token_urlsafe(24)
        self._tokens[self.token] = self.ways.user
        aside = self.token_file.with_suffix(".aside")
        aside.write_text(f"{self.token}\n")
        aside.chmod(0o600)
        aside.rename(self.token_file)
        return self.token

    def expire_token(self):
        self._tokens.clear()

    def pull(self, call, how, times=1, after=False, text=""):
        """Have something go wrong with the next calls of a name."""
        self._troubles.append(Trouble(call, how, times, after, text))

    def calm(self):
        """Nothing goes wrong any more, and what hangs ends."""
        self._troubles.clear()
        hanging, self._server.let_go = self._server.let_go, threading.Event()
        hanging.set()

    def asked(self, *names):
        """The calls of these names, in order."""
        return [call for call in list(self.calls) if call.name in names]

    @property
    def sessions(self):
        """Every session that is known, by its id."""
        with self.cluster.lock:
            return dict(self.cluster.sessions)

    def running(self):
        """The sessions whose processes run."""
        return [session for session in self.sessions.values() if session.runs]

    def add(self, word="Running", user="", type="headless", name="other"):
        """A session that comes from elsewhere: it does nothing, and stays."""
        user = user or self.ways.user
        session = self.cluster.take(user, name=name, image=IMAGE, type=type, fixed=word, started=time.time())
        return session.id

    def go(self):
        """Let what waits begin when it can."""
        self.ways.waits = ""
        with self.cluster.lock:
            for session in self.cluster.sessions.values():
                session.waits = ""

    def expire(self, names=None):
        """Forget what has ended, of these sessions or of all."""
        with self.cluster.lock:
            for session in list(self.cluster.sessions.values()):
                if session.ended and (names is None or session.id in names):
                    self.cluster.forget(session)

    def evict(self, name):
        """Have the cluster end a session, for want of room on its node."""
        self.cluster.end(self.cluster.sessions[name], "Evicted", "The node was low on resource: ephemeral-storage.")

    def starve(self, name):
        """Have a session reach its limit of memory."""
        words = "Memory cgroup out of memory: Killed process 4242 (python3)"
        self.cluster.end(self.cluster.sessions[name], "OOMKilling", words, pod=True)

    def vanish(self, name):
        """Nothing is left of a session, nor of what it ran."""
        with self.cluster.lock:
            session = self.cluster.sessions[name]
            session.clear()
            session.end(137)
            self.cluster.forget(session)
