"""The service behind its address: which call is answered by what."""

import contextlib

from worlds.skaha import creating, telling
from worlds.skaha.speech import MAINTENANCE, Answer, Said, no_such_path, trouble


class Service:
    """What a call is answered with, before anything goes wrong on its way."""

    def __init__(self, cluster, ways, tokens, address):
        self._cluster, self._ways, self._tokens, self._address = cluster, ways, tokens, address
        self._answers = 0

    def answer(self, call):
        """The answer to a call; an error is one as well."""
        try:
            if call.name == "availability":
                return telling.availability(self._ways)
            if call.name == "elsewhere":
                return self._elsewhere(call)
            call.user = self._user(call)
            found = getattr(self, f"_{call.name}")(call)
        except Said as said:
            found = said.answer
        found.headers += [("x-vo-authenticated", call.user)] if call.user else []
        return found

    def _elsewhere(self, call):
        parts = call.path.strip("/").split("/")
        if parts[:3] != ["skaha", "v1", "session"] or len(parts) > 4:
            return no_such_path(call.path)
        raise Said(405, f"method not allowed: {call.method}", [("Allow", "GET, POST, DELETE")])

    def _user(self, call):
        """Whose token it is."""
        if self._ways.maintenance:
            wrong = trouble(503, "service is in maintenance mode")
            wrong.answer.headers = [("Retry-After", str(MAINTENANCE))]
            raise wrong
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        user = self._tokens.get(token) if scheme.lower() == "bearer" else None
        if user is None:
            raise trouble(401, "Not authenticated" if not token else "Invalid token")
        if not self._ways.member:
            raise trouble(403)
        return user

    def _create(self, call):
        with self._cluster.lock:
            mine = [session for session in self._cluster.sessions.values() if session.user == call.user]
        busy = sum(session.type != "headless" for session in mine)
        made = creating.wanted(call, self._ways, busy, self._address)
        session = self._cluster.take(call.user, **made)
        call.made.append(session.id)
        return Answer(200, f"{session.id}\n".encode())

    def _renew(self, call):
        found = self._cluster.seen(self._id(call), call.user)
        if call.first("action") != "renew":
            raise Said(400, "unrecognized action")
        if not found or found[1] not in ("Pending", "Running"):
            raise Said(400, "No active job for this session")
        return Answer(200)

    def _list(self, call):
        view = (call.first("view") or "").lower()
        self._answers += 1
        everything = self._cluster.all_seen()
        if view == "all":
            return telling.table([telling.public(*found, self._ways) for found in everything])
        usage = self._ways.metrics and self._answers % 2 == 1
        found = [
            telling.described(session, word, self._ways, usage)
            for session, word in everything
            if session.user == call.user and (view != "interactive" or session.type != "headless")
        ]
        for name, key in (("type", "type"), ("status", "status")):
            if (wanted := call.first(name)) is not None:
                found = [one for one in found if one[key].lower() == wanted.lower()]
        return telling.table(found)

    def _get(self, call):
        found = self._cluster.seen(self._id(call), call.user)
        if not found:
            raise trouble(404)
        return telling.table(telling.described(*found, self._ways, self._ways.metrics))

    def _logs(self, call):
        """The whole log so far; of what has none, and of what is not there, nothing, which is no error."""
        session = self._mine(call)
        data = b""
        if session and not session.word:
            with contextlib.suppress(FileNotFoundError):
                data = session.log.read_bytes()
        if self._ways.log_kept is not None:
            data = data[-self._ways.log_kept :] if self._ways.log_kept else b""
        return Answer(200, data, piece=self._ways.log_piece)

    def _events(self, call):
        session = self._mine(call)
        if not session:
            raise trouble(404)
        with self._cluster.lock:
            return Answer(200, telling.events(session).encode())

    def _delete(self, call):
        """All is well, whatever became of it."""
        if not self._id(call):
            raise Said(400, "missing session id")
        self._cluster.delete(self._id(call), call.user)
        return Answer(200)

    def _context(self, call):
        return telling.table(telling.context(self._ways))

    def _repository(self, call):
        return telling.table(self._ways.hosts)

    def _image(self, call):
        wanted = call.first("type")
        if wanted is not None and wanted.lower() not in creating.TYPES:
            raise Said(400, f"unrecognized type: {wanted}")
        return telling.table(
            [
                {"id": name, "types": types, "digest": f"sha256:{'7' * 64}"}
                for name, types in self._ways.images.items()
                if wanted is None or wanted.lower() in types
            ]
        )

    def _stats(self, call):
        if not self._ways.stats:
            raise trouble(503, "metrics are not available")
        return telling.table(telling.stats())

    def _mine(self, call):
        session = self._cluster.sessions.get(self._id(call))
        return session if session and session.user == call.user else None

    @staticmethod
    def _id(call):
        return call.path.partition("/v1/session")[2].strip("/")
