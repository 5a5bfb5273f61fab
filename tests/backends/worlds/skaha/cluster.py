"""The cluster behind the service: it lets sessions begin, sees them end, and forgets them."""

import os
import random
import string
import threading
import time

from worlds.skaha.session import Session

TURN = 0.01  # seconds between two looks

NOT_FOUND = (
    '"{image}": rpc error: code = NotFound desc = failed to pull and unpack image "{image}": failed to resolve '
    'reference "{image}": {image}: not found'
)
WAITING = {
    "image": [
        ("Normal", "Scheduled", "Successfully assigned skaha-workload/{id} to node-7"),
        ("Normal", "Pulling", 'Pulling image "{image}"'),
        ("Warning", "Failed", f"Failed to pull image {NOT_FOUND}"),
        ("Warning", "Failed", "Error: ErrImagePull"),
        ("Normal", "BackOff", 'Back-off pulling image "{image}"'),
        ("Warning", "Failed", "Error: ImagePullBackOff"),
    ],
    "room": [
        ("Warning", "FailedScheduling", "0/12 nodes are available: 12 Insufficient cpu. preemption: not helpful.")
    ],
    "queue": [],
}


class Cluster:
    """Every session of everybody."""

    def __init__(self, folder, ways):
        self.folder, self.ways = folder, ways
        self.lock = threading.RLock()
        self.sessions = {}
        self._dying = []  # deleted, and not yet over
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go, daemon=True)

    def start(self):
        self._thread.start()

    def close(self):
        """Leave no process behind."""
        self._over.set()
        self._thread.join()
        for session in [*self.sessions.values(), *self._dying]:
            session.clear()

    def take(self, user, environment=None, **made):
        """A new session, with an id that no other has; what the platform sets in its environment counts last."""
        with self.lock:
            while True:
                letters = random.choices(string.ascii_lowercase + string.digits, k=7)
                if (name := random.choice(string.ascii_lowercase) + "".join(letters)) not in self.sessions:
                    break
            home = self.folder / "arc" / "home" / user
            home.mkdir(parents=True, exist_ok=True)
            own = {"HOME": str(home), "PWD": str(home), "skaha_username": user, "skaha_sessionid": name}
            session = Session(name, user, home=home, log=self.folder / "logs" / name, **made)
            path = self.ways.path or os.environ["PATH"]
            session.environment = {"PATH": path, "HOSTNAME": session.name} | (environment or {}) | own
            self.sessions[name] = session
            return session

    def _go(self):
        while not self._over.wait(TURN):
            with self.lock:
                for session in list(self.sessions.values()):
                    if not session.fixed:
                        self._advance(session)
                for session in list(self._dying):
                    self._bury(session)

    def _advance(self, session):
        """Do what is due for one session."""
        session.look()
        now = time.time()
        if session.ended:
            if now >= session.ended + self.ways.ttl:
                self.forget(session)
        elif session.runs:
            if now >= session.started + self.ways.deadline:
                self.end(session, "DeadlineExceeded", "Job was active longer than specified deadline")
        elif session.waits == "queue":
            session.started = 0.0
        else:
            session.started = session.started or now
            self._begin(session, now)

    def _begin(self, session, now):
        """Let a session begin whose turn it is."""
        busy = sum(one.runs for one in {one.id: one for one in (*self.sessions.values(), *self._dying)}.values())
        waits = session.waits or ("room" if busy >= self.ways.pods else "")
        for type_, reason, message in WAITING.get(waits, []):
            session.tell(type_, reason, message.format(id=session.id, image=session.image))
        if not waits and now >= session.created + self.ways.delay:
            session.tell("Normal", "Scheduled", f"Successfully assigned skaha-workload/{session.id} to node-7")
            session.start()

    def end(self, session, reason, message, pod=False):
        """Have the cluster end a session: it has failed, and its log is gone with its pod, unless that is kept."""
        with self.lock:
            session.clear()
            if not pod:
                session.log.unlink(missing_ok=True)
            session.tell("Warning", reason, message)
            session.end(137)

    def forget(self, session):
        """Record, log and events are gone."""
        self.sessions.pop(session.id, None)
        session.log.unlink(missing_ok=True)

    def delete(self, name, user):
        """Begin to delete a session; of one that is not there, or not theirs, nothing is said."""
        with self.lock:
            session = self.sessions.get(name)
            if session is None or session.user != user or session.word:
                return
            session.word = "Terminating" if self.ways.terminating else self.word(session)
            session.left, session.kill = self.ways.delete_polls, time.time() + self.ways.grace
            session.log.unlink(missing_ok=True)
            session.ask_to_end()
            if not session.runs:
                session.end(0)
            self._dying.append(session)
            if not session.left:
                self.forget(session)

    def _bury(self, session):
        """What is left of a deleted session when its grace is over is killed."""
        session.look()
        if not session.ended and time.time() >= session.kill:
            session.clear()
            session.end(137)
        if session.ended and session.id not in self.sessions:
            self._dying.remove(session)

    def word(self, session):
        """What a session is called now."""
        if session.word or session.fixed:
            return session.word or session.fixed
        if session.ended:
            if session.flicker < self.ways.flicker:
                session.flicker += 1
                return "Pending"
            return "Failed" if session.code else "Completed"
        return "Running" if session.runs and not self.ways.skip_running else "Pending"

    def seen(self, name, user):
        """A session as an answer has it, and its word; None when there is none."""
        with self.lock:
            session = self.sessions.get(name)
            if session is None or session.user != user or self._gone(session):
                return None
            return session, self.word(session)

    def all_seen(self):
        """Every session as an answer has it, and its word, in any order."""
        with self.lock:
            here = [session for session in list(self.sessions.values()) if not self._gone(session)]
            random.shuffle(here)
            return [(session, self.word(session)) for session in here]

    def _gone(self, session):
        """Whether a deleted session is not told of any more; it is, in so many answers."""
        if not session.word:
            return False
        session.left -= 1
        if session.left < 0:
            self.forget(session)
        return session.left < 0
