"""Finding out how a target is: what its service says of itself, of the person, of what it offers; and its storage."""

import time
from contextlib import suppress

from tui_batch.backends.canfar import carrying, health, offer
from tui_batch.backends.canfar.service import Sessions
from tui_batch.backends.canfar.settings import Settings
from tui_batch.backends.canfar.storage import Storage
from tui_batch.errors import Unreachable
from tui_batch.model import Health
from tui_batch.times import stamp
from tui_batch.wire.credentials import Credentials


def examine(settings: Settings, sessions: Sessions, credentials: Credentials, storage: Storage) -> Health:
    """The list of sessions has to be there; whatever else does not answer is not known."""
    began = time.time()
    listed = sessions.list()
    said: dict[str, object] = {}
    for question in ("context", "image", "repository"):
        with suppress(Unreachable):
            said[question] = sessions.get(question)
    place = storage.examine()
    found = health.Found(
        settings.url, sessions.user, credentials.origin(), credentials.expires(),
        offer.read(said.get("context"), said.get("image"), said.get("repository"), stamp(began)), listed,
        [one.id for one in listed if carrying.marked(one.name)], sessions.availability(),
        way(settings), place.folder, place.free, place.wrong, credentials.concerns(),
    )  # fmt: skip
    return health.read(found, time.time())


def way(settings: Settings) -> str:
    """How its files are reached, in words; "" for not at all."""
    if settings.storage == "none":
        return ""
    return f"{settings.mount or settings.arc} on {settings.host or 'this machine'}"
