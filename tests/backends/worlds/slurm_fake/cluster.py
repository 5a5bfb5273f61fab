"""What the cluster of files knows: its jobs, and the strings that a test may pull."""

import contextlib
import fcntl
import json
import os
import pwd
import re
import time
from itertools import pairwise

STRINGS = {
    "cpus": 4,
    "gpus": 0,
    "minute": 60.0,  # seconds in a minute of a time limit
    "kill_wait": 0.5,  # from being asked to being killed
    "min_job_age": 300.0,  # for so long squeue and scontrol know a job that ended
    "requeue_pause": 0.2,  # two minutes with the real one
    "completing": 0.0,  # for so long an ended job is COMPLETING in squeue
    "max_array": 1001,  # no index may be as high
    "most": 0,  # jobs of a person; beyond, sbatch says `limit`
    "limit": "QOSMaxSubmitJobPerUserLimit",
    "refuse": "",  # what sbatch says, with 1
    "leaves": False,  # a job that can never run is left behind by what is refused
    "sbatch": "",  # hang, die, silent, fail, timed out: what becomes of its answer once it has taken a job
    "down": False,  # the controller does not answer
    "patience": 0.05,  # for so long a command tries; 9 s with the real one
    "timed_out": {},  # commands that give up with this code, their messages lost
    "hang": [],  # commands that do not answer
    "banner": "",  # what a site's wrapper says before and after, on the output
    "cut": None,  # squeue and sacct end after so many characters
    "accounting": "on",  # off, down
    "lag": 0.0,  # for so long the accounting does not know of an end or of a new job
    "reason": "",  # why jobs wait, whatever the true one is
    "estimate": 0,  # in so many seconds a waiting job begins
    "words": {},  # states by job id, instead of their own
    "operator": False,  # who calls is one
    "max_rss": "3384K",
}
TIMED_OUT = "Socket timed out on send/recv operation"
NO_JOB = "Invalid job id specified"
PARTITIONS = {  # the longest time, the usual one, whether it is up
    "main": (1440, None, True),
    "short": (2, None, True),
    "closed": (None, None, False),
}
COMMANDS = ("sbatch", "squeue", "sacct", "scontrol", "scancel", "sinfo", "sacctmgr")
ACTIVE = ("PENDING", "RUNNING", "SUSPENDED")


class Denied(Exception):
    """What a command says instead of doing what it should: words for stderr, and its exit code."""

    def __init__(self, said, code=1):
        super().__init__(said)
        self.code = code


@contextlib.contextmanager
def opened(folder):
    """The cluster, for one command at a time; what was changed is kept."""
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = folder / "cluster.json"
        cluster = {"next": 1, "serial": 0, "jobs": [], "strings": {}}
        cluster |= json.loads(path.read_text()) if path.exists() else {}
        yield cluster
        aside = path.with_suffix(".new")
        aside.write_text(json.dumps(cluster))
        aside.rename(path)


def calls(folder):
    """The words of every call that was made."""
    path = folder / "calls"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def string(cluster, name):
    return cluster["strings"].get(name, STRINGS[name])


def me():
    return pwd.getpwuid(os.getuid()).pw_name


def new(cluster, number, **fields):
    """A job that waits; the tasks of an array that never began share the number of the array."""
    cluster["serial"] += 1
    now = time.time()
    job = {
        "serial": cluster["serial"], "number": number, "raw": number, "task": None, "whole": True, "name": "sbatch",
        "comment": "", "user": me(), "uid": os.getuid(), "partition": "main", "account": "", "qos": "normal",
        "state": "PENDING", "reason": "None", "sent": now, "submitted": now, "eligible": 0.0, "started": 0.0,
        "ended": 0.0, "code": 0, "signal": 0, "limit": 10, "memory": 100, "cpus": 1, "gpus": 0, "nodes": 1, "most": 0,
        "folder": "/", "out": "", "err": "", "script": "", "requeue": True, "restarts": 0, "held": "", "begin": 0.0,
        "after": "", "invalid": False, "pid": 0, "ending": "", "fate": {}, "by": None, "was": "", "gone": False,
        "forgotten": False, "block": "",
    }  # fmt: skip
    cluster["jobs"].append(job | fields)
    return cluster["jobs"][-1]


def there(cluster):
    """The jobs that the controller knows."""
    oldest = time.time() - string(cluster, "min_job_age")
    return [job for job in cluster["jobs"] if not job["gone"] and (job["state"] in ACTIVE or job["pid"]
            or job["ended"] > oldest)]  # fmt: skip


def waiting(cluster):
    return [job for job in there(cluster) if job["state"] == "PENDING"]


def busy(job):
    """Whether it has its part of the node."""
    return job["state"] in ("RUNNING", "SUSPENDED") or bool(job["pid"])


def identity(job):
    return str(job["number"]) if job["task"] is None else f"{job['number']}_{job['task']}"


def priority(job):
    return 0 if job["held"] else 4294901760 - job["serial"]


def word(cluster, job):
    """Its state as squeue says it: the end of a job shows when its processes have ended, and a while later."""
    if said := string(cluster, "words").get(identity(job)):
        return said
    late = job["ended"] and time.time() < job["ended"] + string(cluster, "completing")
    return "COMPLETING" if job["state"] not in ACTIVE and (job["pid"] or late) else job["state"]


def named(cluster, text):
    """The jobs that a list like `7,5_3,5_[1-4,9]` names, by its parts; those of the newest that bears a number."""
    found = {}
    for part in re.findall(r"[^,\[]+(?:\[[^\]]*\])?", text):
        number, _, span = part.partition("_")
        tasks = tasks_of(span.strip("[]").partition("%")[0]) if span else None
        jobs = [job for job in there(cluster) if number.isdigit() and int(number) in (job["number"], job["raw"])]
        newest = max((job["sent"] for job in jobs), default=0)
        found[part] = [job for job in jobs if job["sent"] == newest and (tasks is None or job["task"] in tasks)]
    return found


def tasks_of(text):
    """The tasks of `1-3,7,10-20:5`."""
    found = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d+)(?:-(\d+)(?::(\d+))?)?", part)
        if not match:
            raise ValueError(text)
        first, last, step = (int(one) if one else None for one in match.groups())
        found += range(first, (last or first) + 1, step or 1)
    return sorted(set(found))


def ranges(tasks):
    """Tasks as text, `1-3,7`; those of a long array in equal steps as `1-21:2`."""
    tasks = sorted(tasks)
    steps = {after - before for before, after in pairwise(tasks)}
    if len(steps) == 1 and steps != {1} and tasks[-1] - tasks[0] > 10:
        return f"{tasks[0]}-{tasks[-1]}:{steps.pop()}"
    spans = []
    for task in tasks:
        if spans and spans[-1][1] == task - 1:
            spans[-1][1] = task
        else:
            spans.append([task, task])
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in spans)
