"""Which paths may stand inside a batch, and how those outside are named."""

import re

ON_TARGET = "target:"  # before a path that is the target's own, and is used as it is
UPLOADS = "uploads"  # the folder, beside a job's files, of what was brought from the machine of the person

_STRANGE = re.compile(r"[\x00-\x1f\\\x7f\ud800-\udfff]")
_LONGEST = 255 // 4  # letters, which are four bytes each at most


def path_trouble(path: str) -> str:
    """Why a path cannot be inside a job's folder; "" if it can."""
    parts = path.split("/")
    if path.startswith("/"):
        return "is not relative"
    if ".." in parts:
        return "leads out of the job's folder"
    if not path or "" in parts or "." in parts:
        return "is not the path of a file"
    if _STRANGE.search(path):
        return "holds a character that does not belong in a file name"
    if len(path) > _LONGEST and any(len(part.encode()) > 255 for part in parts):
        return "has a name of more than 255 bytes"
    return ""
