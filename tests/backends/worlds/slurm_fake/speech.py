"""How the commands are spoken to and how they speak: options, times, the ids of many jobs in one line."""

import getopt
import math
import os
import re
import time

from cluster import ACTIVE, Denied, identity, ranges


def options(command, words, short, long, code=1, variables=()):
    """Options by their long names, and what else was said; one that the fake does not know is refused.

    What is not said counts as the environment has it.
    """
    letters = dict(re.findall(r"(\w)=([\w-]+)", short))
    valued = {name.rstrip("=") for name in long.split() if name.endswith("=")}
    shorts = "".join(letter + ":" * (name in valued) for letter, name in letters.items())
    try:
        given, rest = getopt.gnu_getopt(words, shorts, long.split())
    except getopt.GetoptError as error:
        kind = f"unrecognized option '--{error.opt}'" if len(error.opt) > 1 else f"invalid option -- '{error.opt}'"
        raise Denied(f'{command}: {kind}\nTry "{command} --help" for more information', code) from None
    said = {name[2:] if name.startswith("--") else letters[name[1]]: value for name, value in given}
    return {variables[name]: os.environ[name] for name in variables if name in os.environ} | said, rest


def moment(when, absent="N/A"):
    """A time as the person wants to see it: in the zone of TZ, by SLURM_TIME_FORMAT."""
    if not when:
        return absent
    wanted = os.environ.get("SLURM_TIME_FORMAT", "standard")
    wanted = {"standard": "%Y-%m-%dT%H:%M:%S", "relative": "%H:%M"}.get(wanted, wanted)
    return time.strftime(wanted, time.localtime(when))


def span(seconds, hours=False):
    """`1:05`, `2:01:05`, `3-00:00:00`; with hours always `00:01:05`."""
    days, seconds = divmod(int(seconds), 86400)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if days:
        return f"{days}-{text}"
    return text if hours or seconds >= 3600 else f"{seconds // 60}:{seconds % 60:02}"


def limit(job, absent="UNLIMITED", hours=False):
    return absent if job["limit"] is None else span(job["limit"] * 60, hours)


def elapsed(job):
    until = job["ended"] if job["state"] not in ACTIVE else time.time()
    return until - job["started"] if job["started"] and job["state"] != "PENDING" else 0


def listed(jobs, together):
    """Jobs line by line: the tasks of an array that `together` holds for stand in one."""
    rows, groups = [], {}
    for job in jobs:
        if job["task"] is not None and together(job):
            groups.setdefault((job["number"], job["sent"], job["state"]), []).append(job)
        else:
            rows.append([job])
    return rows + [sorted(group, key=never_began, reverse=True) for group in groups.values()]


def never_began(job):
    """Whether it has no number of its own yet."""
    return job["whole"]


def tasks(group, cut=64):
    """The tasks of jobs in one line; the throttle is not said where some of them have become jobs of their own."""
    if group[0]["task"] is None:
        return "N/A"
    text = ranges([job["task"] for job in group])
    text = text if not cut or len(text) < cut else f"{text[: cut - 4]}..."
    most = group[0]["most"]
    return f"{text}%{most}" if most and all(job["whole"] for job in group) else text


def label(group, long):
    """Its id; cut off where nobody has said how long a list of tasks may be."""
    first = group[0]
    if first["task"] is None or (len(group) == 1 and not first["whole"]):
        return identity(first)
    if first["block"]:
        return f"{first['number']}_[{first['block']}]" if long else str(first["number"])
    cut = int(os.environ.get("SLURM_BITSTR_LEN", 64))
    text = f"{first['number']}_[{tasks(group, cut)}]"
    return text if long or "SLURM_BITSTR_LEN" in os.environ else text[:31]


def minutes(text, wrong="sbatch: error: Invalid --time specification", code=255):
    """`90`, `1:30`, `1:00:00`, `1-12`, `1-12:00`: minutes, begun ones count."""
    if text.upper() in ("UNLIMITED", "INFINITE", "0"):
        return None
    if not re.fullmatch(r"(\d+-)?\d+(:\d+){0,2}", text):
        raise Denied(wrong, code)
    days, dash, rest = text.rpartition("-")
    parts = [int(part) for part in rest.split(":")]
    if dash:
        hours, whole, seconds = (*parts, 0, 0)[:3]
    else:
        hours, whole, seconds = {1: (0, *parts, 0), 2: (0, *parts), 3: (*parts,)}[len(parts)]
    return int(days or 0) * 1440 + hours * 60 + whole + math.ceil(seconds / 60)
