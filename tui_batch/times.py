"""Moments as text: UTC, ISO 8601, to the millisecond, so that they sort and people can read them. No clock here."""

from datetime import UTC, datetime
from functools import lru_cache


def stamp(seconds: float) -> str:
    """`2026-11-20T05:33:12.345Z` for seconds since the epoch."""
    whole, rest = divmod(round(seconds * 1e6), 1_000_000)
    return f"{_second(whole)}.{rest // 1000:03}Z"


@lru_cache(maxsize=8)  # many moments are of one second
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).isoformat()[:19]


def seconds(moment: str) -> float:
    """Seconds since the epoch; a ValueError for what is not a moment."""
    return datetime.fromisoformat(moment).timestamp()


def span(duration: float) -> str:
    """A duration in at most five characters: `42s`, `12m`, `3h07`, `2d`, `3y`."""
    whole = max(0, int(duration))
    if whole < 100:
        return f"{whole}s"
    if whole < 6000:
        return f"{whole // 60}m"
    if whole < 36 * 3600:
        return f"{whole // 3600}h{whole % 3600 // 60:02}"
    days = whole // 86400
    return f"{days}d" if days < 1000 else f"{days // 365}y"


def lasted(duration: float) -> str:
    """A duration to the second, as it is compared with a limit: `0.7 s`, `61:02`, `26:10:00`."""
    if duration < 60:
        return f"{duration:.1f} s" if duration < 10 and duration % 1 else f"{duration:.0f} s"
    minutes, left = divmod(round(duration), 60)
    return f"{minutes}:{left:02}" if minutes < 100 else f"{minutes // 60}:{minutes % 60:02}:{left:02}"


def clock(moment: str, now: float) -> str:
    """A moment as people say it where they are: `14:02`, `14:02 yesterday`, `14:02 on 12 Nov`."""
    when, today = datetime.fromisoformat(moment).astimezone(), datetime.fromtimestamp(now).astimezone()
    days = (today.date() - when.date()).days
    day = "" if not days else " yesterday" if days == 1 else f" on {when.day} {when:%b}"
    return f"{when:%H:%M}{day}"
