"""What the service says of what it knows."""

import json
import time

from worlds.skaha.speech import Answer

MEMORY = [
    1, 2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 26, 28, 30, 32, 36, 40, 44, 48, 56, 64, 80, 92, 112, 128, 140, 170, 192,
]  # fmt: skip
LIFE = 1_209_600


def table(found):
    """JSON as this service prints it; what is not known is left out."""
    return Answer(200, f"{json.dumps(found, indent=2)}\n".encode(), "application/json")


def moment(seconds, whole_minutes=False):
    """A moment as Java prints it: without seconds when there are none."""
    told = time.gmtime(seconds)
    form = "%Y-%m-%dT%H:%MZ" if whole_minutes or not told.tm_sec else "%Y-%m-%dT%H:%M:%SZ"
    return time.strftime(form, told)


def described(session, word, ways, usage):
    """One session; `usage` is whether what it uses is known just now."""
    found = {
        "id": session.id,
        "userid": session.user,
        "runAsUID": "50123",
        "runAsGID": "50123",
        "supplementalGroups": [61001],
        "image": session.image,
        "type": session.type,
        "status": ways.words.get(word, word),
        "name": session.name,
        "startTime": moment(session.started, ways.whole_minutes) if session.started else None,
        "expiryTime": moment(session.started + LIFE, ways.whole_minutes) if session.started else None,
        "connectURL": "" if session.type == "headless" else f"https://ws-uv.example/session/{session.id}",
        "requestedRAM": None
        if not session.ram
        else (f"{session.ram}G" if ways.old else f"{float(session.ram) * 1.073741824:.2f}"),
        "requestedCPUCores": session.cores or None,
        "requestedGPUCores": session.gpus or "0",
        "ramInUse": ("101Mi" if ways.old else "1.37") if usage and word == "Running" else None,
        "cpuCoresInUse": ("0m" if ways.old else "1.962") if usage and word == "Running" else None,
        "isFixedResources": bool(session.cores or session.ram),
    }
    if ways.old:
        return {key: "<none>" if value is None else value for key, value in found.items()}
    return {key: value for key, value in found.items() if value is not None}


def public(session, word, ways):
    """One session as everybody sees it."""
    found = described(session, word, ways, False)
    return {key: found[key] for key in ("userid", "type", "status", "startTime") if key in found}


def events(session):
    """The events of a session in columns, or that there are none."""

    def told(at):
        return moment(at) if at else "<nil>"

    if not session.events:
        return "<none>\n"
    rows = [("TYPE", "REASON", "MESSAGE", "FIRST-TIME", "LAST-TIME")]
    rows += [(one.type, one.reason, one.message, told(one.first), told(one.last)) for one in session.events]
    widths = [max(len(row[at]) for row in rows) for at in range(4)]
    lines = (
        "   ".join([*(f"{cell:{width}}" for cell, width in zip(row, widths, strict=False)), row[4]]) for row in rows
    )
    return "".join(f"{line}\n" for line in lines)


def context(ways):
    """What can be asked for."""
    cores, memory, gpus = list(range(1, 17)), MEMORY, list(range(1, 29))
    if ways.context == "limits":
        cores, memory, gpus = list(range(1, 9)), list(range(1, 33)), []
    found = {
        "cores": {"default": 2, "defaultRequest": 1, "defaultLimit": 8, "options": cores},
        "memoryGB": {"default": 8, "defaultRequest": 4, "defaultLimit": 32, "options": memory},
        "gpus": {"options": gpus},
        "maxInteractiveSessions": ways.interactive if ways.context == "limits" else str(ways.interactive),
    }
    if ways.context == "old":
        del found["maxInteractiveSessions"]
        for name in ("cores", "memoryGB"):
            found[name] = {
                "default": found[name]["default"],
                "defaultHeadless": found[name]["defaultRequest"],
                "options": found[name]["options"],
            }
    return found


def stats():
    """How full the platform is."""
    return {
        "cores": {
            "requestedCPUCores": 412.0,
            "cpuCoresAvailable": 780.0,
            "maxCPUCores": {"cpuCores": 32.0, "withRam": "120.5G"},
        },
        "ram": {
            "requestedRAM": "1820.5G",
            "ramAvailable": "4096.0G",
            "maxRAM": {"ram": "256.0G", "withCPUCores": 16.0},
        },
    }


def availability(ways):
    """Whether the service is up, as all services of the observatory say it."""
    up = "false" if ways.maintenance else "true"
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<vosi:availability xmlns:vosi="http://www.ivoa.net/xml/VOSIAvailability/v1.0">\n'
        f"  <vosi:available>{up}</vosi:available>\n"
        f"  <vosi:note>{'in maintenance' if ways.maintenance else 'service is accepting requests.'}</vosi:note>\n"
        "</vosi:availability>\n"
    )
    return Answer(200, text.encode(), "text/xml")
