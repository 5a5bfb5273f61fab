"""What a site offers: made of what its service says, kept as a plain table, read from that again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tui_batch import tables
from tui_batch.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Offer:
    """All of it, as one person saw it; None or nothing for what it does not say."""

    as_of: str
    cores: tuple[int, ...] = ()  # that may be asked for, and no others
    memory_gb: tuple[int, ...] = ()
    gpus: tuple[int, ...] | None = None  # () where there are none
    usual_cores: float | None = None  # what a job gets that asks for neither cores nor memory
    usual_gb: float | None = None
    most_cores: float | None = None  # and how much it may use where there is more
    most_gb: float | None = None
    interactive: int | None = None  # sessions of one person at a time; headless ones do not count
    hosts: tuple[str, ...] = ()  # whose images it runs
    images: tuple[str, ...] = ()  # public ones for headless sessions
    others: tuple[str, ...] = ()  # public ones that are said to be for something else


def read(context: object, images: object, hosts: object, as_of: str) -> Mapping[str, Any]:
    """What the service answered to the three questions, None for no answer, as the table that is kept.

    Fields come and go from version to version, and numbers may be texts: what cannot be read is not known.
    """
    cores, memory, gpus = (_part(context, key) for key in ("cores", "memoryGB", "gpus"))
    listed = [*_images(images)]
    said = {
        "as_of": as_of,
        "cores": _options(cores),
        "memory_gb": _options(memory),
        "gpus": _options(gpus) if "options" in gpus else None,
        "usual_cores": _first(cores, "defaultRequest", "defaultHeadless"),
        "usual_gb": _first(memory, "defaultRequest", "defaultHeadless"),
        "most_cores": _first(cores, "defaultLimit"),
        "most_gb": _first(memory, "defaultLimit"),
        "interactive": _whole(_part(context).get("maxInteractiveSessions")),
        "hosts": [host for one in _list(hosts) if (host := str(one).rpartition("://")[2].strip("/ "))],
        "images": sorted({name for name, headless in listed if headless}),
        "others": sorted({name for name, headless in listed if not headless}),
    }
    return {key: value for key, value in said.items() if value is not None and (value or key in ("as_of", "gpus"))}


def known(said: Mapping[str, object]) -> Offer | None:
    """What was kept; None where nothing is, or what another kind or version has left."""
    try:
        return tables.build(Offer, said, "known", ConfigError)
    except ConfigError:
        return None


def _part(said: object, key: str = "") -> Mapping[str, object]:
    inner = said.get(key) if key and isinstance(said, Mapping) else said
    return inner if isinstance(inner, Mapping) else {}


def _list(said: object) -> list[object]:
    return said if isinstance(said, list) else []


def _options(part: Mapping[str, object]) -> list[int]:
    """Whole numbers above zero, which is never one that may be asked for."""
    return sorted({number for one in _list(part.get("options")) if (number := _whole(one))})


def _first(part: Mapping[str, object], *keys: str) -> float | None:
    return next((number for key in keys if (number := _number(part.get(key)))), None)


def _whole(said: object) -> int | None:
    number = _number(said)
    return None if number is None else int(number)


def _number(said: object) -> float | None:
    """`8`, `2.0`, `"3"`; None for anything else."""
    try:
        number = float(said) if isinstance(said, int | float | str) and not isinstance(said, bool) else -1.0
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < 1e9 else None


def _images(said: object) -> Iterator[tuple[str, bool]]:
    """The names, and whether they are said to be for headless sessions: so are those that say nothing."""
    for one in _list(said):
        name, types = _part(one).get("id"), _list(_part(one).get("types"))
        if isinstance(name, str) and name:
            yield name, not types or "headless" in (str(word).lower() for word in types)
