"""How a CANFAR target is, in words: what was found out by asking its service and looking at its storage."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import starmap

from tui_batch.backends.canfar import offer
from tui_batch.backends.canfar.fitting import ranges
from tui_batch.backends.canfar.offer import Offer
from tui_batch.backends.canfar.service import Session
from tui_batch.model import NOTHING, Health
from tui_batch.times import clock, seconds

SOON_SECONDS = 86400.0  # so long before it ends a person is told that the credential does
_PARTS = 8  # of options, that are told one by one
_TAGS = 4  # of an image, that are named


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out about a target; "" and None for what is not known."""

    url: str
    user: str = ""  # as the service knows who asks
    origin: str = ""  # "the file ~/.ssl/cadcproxy.pem"
    expires: str = ""
    known: Mapping[str, object] = field(default_factory=lambda: NOTHING)  # what the site offers
    sessions: Sequence[Session] | None = None
    ours: Collection[str] = ()  # ids of those that were sent from here
    availability: str = ""  # what the service says of itself, where it says that it is not available
    storage: str = ""  # how it is reached, "/arc on this machine"; "" for not at all
    workdir: str = ""  # there, when it can be written to
    free: float | None = None  # bytes
    wrong: str = ""  # with the storage
    concerns: str = ""  # what should be mended of what lets us in


def read(found: Found, now: float) -> Health:
    """How the target is; what is wrong comes first."""
    offered = offer.known(found.known)
    facts = {
        "service": found.url,
        "you": found.user,
        "login": _login(found, now),
        "sessions": _sessions(found, offered),
        "storage": found.storage or "not reached from here: jobs bring their files along, and results stay there",
        "workdir": found.workdir,
        "free disk": "" if found.free is None else f"{found.free / 2**30:.1f} GB",
        **(_offered(offered) if offered else {}),
    }
    wrong = _wrong(found)
    soon = warning(found.origin, found.expires, now)
    detail = wrong or (f"the service answers, but {soon}" if soon else "the service answers")
    return Health(not wrong, detail, {key: value for key, value in facts.items() if value}, found.known)


def warning(origin: str, expires: str, now: float) -> str:
    """That what lets us in ends within a day, and what to do, without its full stop; "" while it does not."""
    if not expires or not (left := seconds(expires) - now) < SOON_SECONDS:
        return ""
    renew = "renew it with cadc-get-cert -u USER" if origin.endswith(".pem") else "put a new one there"
    if left <= 0:
        return f"{origin} has ended at {clock(expires, now)}: {renew}; until then nothing is sent, and jobs go on"
    return f"{origin} ends at {clock(expires, now)}: {renew}; until then all goes on"


def _wrong(found: Found) -> str:
    """Why no job can be sent there; "" where one can."""
    if found.availability:
        return f"{found.url}: the service says that it is not available: {found.availability.rstrip('.')}."
    if found.wrong:
        return found.wrong
    return f"{found.storage}: the workdir cannot be written to." if found.storage and not found.workdir else ""


def _login(found: Found, now: float) -> str:
    until = f"valid until {clock(found.expires, now)}" if found.expires else "it does not say until when"
    return ", ".join(filter(None, (found.origin, until, found.concerns))) if found.origin else ""


# -- what there is, in words -------------------------------------------------------------------------------------------

_OVER = ("completed", "succeeded", "failed", "error")


def _sessions(found: Found, offered: Offer | None) -> str:
    """`3 headless from here, 1 headless from elsewhere, 2 interactive; at most 3 interactive`."""
    if found.sessions is None:
        return ""
    there = [one for one in found.sessions if one.word.lower() not in _OVER]
    headless = [one for one in there if one.type == "headless"]
    ours = sum(one.id in found.ours for one in headless)
    numbers = (
        (ours, "headless from here"),
        (len(headless) - ours, "headless from elsewhere"),
        (len(there) - len(headless), "interactive"),
    )
    said = ", ".join(f"{number} {what}" for number, what in numbers if number) or "none"
    return f"{said}; at most {offered.interactive} interactive" if offered and offered.interactive else said


def _offered(offered: Offer) -> Mapping[str, str]:
    gpus, images = offered.gpus, len(offered.images)
    return {
        "cores": _amounts(offered.cores, offered.usual_cores, offered.most_cores, ""),
        "memory": _amounts(offered.memory_gb, offered.usual_gb, offered.most_gb, " GB"),
        "gpus": "" if gpus is None else _shortly(gpus) or "none",
        "registries": ", ".join(offered.hosts),
        "images": f"{images:,} public, for headless sessions" if images else "",
        **_listed(offered),
    }


def _amounts(options: Sequence[int], usual: float | None, most: float | None, unit: str) -> str:
    """`1-16; 1 where none is asked for, up to 8 while there is room`."""
    said = _shortly(options, unit)
    if not usual:
        return said
    more = f", up to {most:g}{unit} while there is room" if most and most > usual else ""
    return f"{said}{'; ' if said else ''}{usual:g}{unit} where none is asked for{more}"


def _shortly(options: Sequence[int], unit: str = "") -> str:
    """`1-16`, `1-192 GB in 28 steps`; "" for none."""
    said = ranges(options)
    if said.count(",") >= _PARTS:
        return f"{options[0]}-{options[-1]}{unit} in {len(options)} steps"
    return f"{said}{unit}" if said else ""


def _listed(offered: Offer) -> Mapping[str, str]:
    """`images skaha`: `astroml:24.11, 24.07; carta:4.1`; with its host where there are several."""
    several = len({name.partition("/")[0] for name in offered.images}) > 1
    found: dict[str, dict[str, list[str]]] = {}
    for name in offered.images:
        project, _, called = (name if several else name.partition("/")[2]).rpartition("/")
        bare, _, tag = called.partition(":")
        found.setdefault(f"images {project}".strip(), {}).setdefault(bare, []).append(tag)
    return {project: "; ".join(starmap(_tags, of_it.items())) for project, of_it in found.items()}


def _tags(bare: str, tags: Sequence[str]) -> str:
    """The newest ones of an image, as far as numbers tell that."""
    newest = sorted(tags, key=lambda tag: [int(number) for number in re.findall(r"\d+", tag)], reverse=True)
    older = f" and {len(tags) - _TAGS} more" if len(tags) > _TAGS else ""
    return f"{bare}:{', '.join(newest[:_TAGS])}{older}"
