"""Which paths may stand inside a batch, how those outside are named, and what patterns of such are about."""

import posixpath
import re
from collections.abc import Sequence

ON_TARGET = "target:"  # before a path that is the target's own, and is used as it is
UPLOADS = "uploads"  # the folder, beside a job's files, of what was brought from the machine of the person

COLLECTED = "collected"  # the folder, beside those of the jobs, of what was fetched from elsewhere

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


# -- patterns of files outside of the jobs' folders --------------------------------------------------------------------


def has_wildcard(path: str) -> bool:
    """Whether it may be the pattern of several files."""
    return any(sign in path for sign in "*?[")


def pattern_trouble(pattern: str) -> str:
    """Why a pattern that begins with / cannot name files on a target's storage; "" if it can."""
    return path_trouble(pattern.removeprefix("/"))


def folder_of(pattern: str) -> str:
    """The folder that all files of a pattern lie below."""
    folders = pattern.split("/")[:-1]
    wild = next((at for at, name in enumerate(folders) if has_wildcard(name)), len(folders))
    return "/".join(folders[:wild]) or "/"


def common_folder(patterns: Sequence[str]) -> str:
    """The folder that all files of these patterns lie below."""
    return posixpath.commonpath([folder_of(pattern) for pattern in patterns]) if patterns else "/"


def below(folder: str, path: str) -> str:
    """A path as it is called within a folder that it lies in."""
    return path.removeprefix(f"{folder.rstrip('/')}/").lstrip("/")
