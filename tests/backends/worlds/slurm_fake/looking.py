"""`squeue` and `sacct`."""

import contextlib
import os
import pwd
import re
import sys
import time

from cluster import ACTIVE, NO_JOB, Denied, busy, identity, me, named, priority, string, there, word
from speech import elapsed, label, limit, listed, moment, never_began, options, span, tasks

_NO_ACCOUNTING = "Slurm accounting storage is disabled"
_NO_DATABASE = """\
sacct: error: slurm_persist_conn_open_without_init: failed to open persistent connection to host:127.0.0.1:6819: Connection refused
sacct: error: Sending PersistInit msg: Connection refused
sacct: error: Problem talking to the database: Connection refused"""  # noqa: E501
_STATES = (
    *ACTIVE, "COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "DEADLINE",
    "OUT_OF_MEMORY", "COMPLETING", "CONFIGURING", "RESIZING", "RESV_DEL_HOLD", "REQUEUED", "REQUEUE_FED",
    "REQUEUE_HOLD", "REVOKED", "SIGNALING", "SPECIAL_EXIT", "STAGE_OUT", "STOPPED",
)  # fmt: skip
_SHORT = {"PD": "PENDING", "R": "RUNNING", "S": "SUSPENDED", "CG": "COMPLETING", "CD": "COMPLETED"}
_LETTERS = "h=noheader a=all r=array t=states u=user j=jobs n=name o=format p=partition A=account q=qos S=sort"
_OPTIONS = "noheader all array me states= user= jobs= name= format= partition= account= qos= sort= version"
_VARIABLES = {
    "SQUEUE_STATES": "states", "SQUEUE_USERS": "user", "SQUEUE_NAMES": "name", "SQUEUE_PARTITION": "partition",
    "SQUEUE_ACCOUNT": "account", "SQUEUE_QOS": "qos", "SQUEUE_FORMAT": "format", "SQUEUE_ARRAY": "array",
    "SQUEUE_SORT": "sort",
}  # fmt: skip


def squeue(folder, cluster, words):
    given, _ = options("squeue", words, _LETTERS, _OPTIONS, variables=_VARIABLES)
    given |= {"user": me()} if "me" in given else {}
    jobs = selected(cluster, given)
    rows = listed(jobs, lambda job: "array" not in given and (job["state"] == "PENDING" or job["whole"]))
    for key in reversed(given.get("sort", "P,t,-p").split(",")):
        rows.sort(key=lambda group, key=key: _SORTS[key[-1]](cluster, group[0]), reverse=key[0] == "-")
    form = given.get("format", "%.18i %.9P %.8j %.8u %.2t %.10M %.6D %R")
    lines = [] if "noheader" in given else ["JOBID".rjust(18)]
    lines += [filled(form, lambda letter, group=group: column(cluster, letter, group)) for group in rows]
    say(cluster, lines)


def say(cluster, lines):
    """Lines on the output, or as much of them as gets through."""
    text = "".join(f"{line}\n" for line in lines)
    sys.stdout.write(text if string(cluster, "cut") is None else text[: string(cluster, "cut")])


def selected(cluster, given):
    """The jobs that are asked for: by state, id, and whatever else."""
    states = given.get("states", "PENDING,RUNNING,SUSPENDED,COMPLETING,CONFIGURING").upper().split(",")
    states = [_SHORT.get(state, state) for state in states]
    if wrong := [state for state in states if state not in (*_STATES, "ALL")]:
        valid = "squeue: error: Valid job states include: " + ",".join(_STATES)
        raise Denied(f"squeue: error: Invalid job state specified: {wrong[0].lower()}\n{valid}\n")
    jobs = there(cluster)
    if "jobs" in given:
        chosen = [job for some in named(cluster, given["jobs"]).values() for job in some]
        if not chosen and "," not in given["jobs"]:
            raise Denied(f"slurm_load_jobs error: {NO_JOB}")
        jobs = [job for job in jobs if job in chosen]
    for key in {"user", "name", "partition", "account", "qos"} & given.keys():
        jobs = [job for job in jobs if job[key] in given[key].split(",")]
    if "user" in given and not jobs and not known(given["user"]):
        print(f"squeue: error: Invalid user: {given['user']}\n", file=sys.stderr)
    return [job for job in jobs if "ALL" in states or {word(cluster, job), job["state"]} & {*states}]


_SORTS = {
    "P": lambda cluster, job: job["partition"], "t": word, "p": lambda cluster, job: priority(job),
    "i": lambda cluster, job: (job["number"], job["task"] or 0), "S": lambda cluster, job: job["started"],
}  # fmt: skip


def known(user):
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(user)


def filled(form, value):
    """A format like `%.18i|%T`: width, on the right with a dot, and the letter of a column."""

    def one(match):
        text = value(match[3])
        width = int(match[2] or 0)
        return (text.rjust(width) if match[1] else text.ljust(width))[:width] if width else text

    return re.sub(r"%(\.?)(\d*)([A-Za-z])", one, form)


def column(cluster, letter, group):
    """What squeue has in a column; jobs that wait together have all their reasons."""
    job = group[0]
    pending = job["state"] == "PENDING"
    reasons = ",".join(dict.fromkeys(one["reason"] for one in group if one is job or not one["whole"]))
    begin = job["begin"] if job["begin"] > time.time() else 0
    expected = string(cluster, "estimate") and time.time() + string(cluster, "estimate")
    starts = (begin or expected) if pending else job["started"]
    ends = job["ended"] or (starts and job["limit"] and starts + job["limit"] * 60)
    return {
        "i": lambda: label(group, False), "A": lambda: str(job["raw"]), "F": lambda: str(job["number"]),
        "K": lambda: tasks(group, int(os.environ.get("SLURM_BITSTR_LEN", 64))), "T": lambda: word(cluster, job),
        "t": lambda: next((few for few, long in _SHORT.items() if long == word(cluster, job)), word(cluster, job)[:2]),
        "r": lambda: reasons, "R": lambda: "vm" if busy(job) else f"({reasons})", "M": lambda: span(elapsed(job)),
        "l": lambda: limit(job), "V": lambda: moment(job["submitted"]), "S": lambda: moment(starts),
        "e": lambda: moment(ends), "P": lambda: job["partition"], "j": lambda: job["name"], "u": lambda: job["user"],
        "U": lambda: str(job["uid"]), "N": lambda: "vm" if ran(job) else "", "Q": lambda: str(priority(job)),
        "k": lambda: job["comment"] or "(null)", "a": lambda: job["account"] or "(null)", "q": lambda: job["qos"],
        "Z": lambda: job["folder"], "D": lambda: str(job["nodes"]), "C": lambda: str(job["cpus"]),
        "m": lambda: f"{job['memory']}M",
    }[letter]()  # fmt: skip


def ran(job):
    """Whether its last run has begun; of one that was cancelled before, both times are the same."""
    return job["state"] != "PENDING" and bool(job["started"]) and job["started"] != job["ended"]


def sacct(folder, cluster, words):
    letters = "n=noheader P=parsable2 X=allocations j=jobs o=format S=starttime E=endtime u=user V=version"
    long = "noheader parsable2 allocations jobs= format= starttime= endtime= user= name= delimiter= version"
    given, _ = options("sacct", words, letters, long)
    if string(cluster, "accounting") != "on":
        raise Denied(_NO_ACCOUNTING if string(cluster, "accounting") == "off" else _NO_DATABASE)
    fields = given.get("format", os.environ.get("SACCT_FORMAT", "jobid,jobname,partition,state,exitcode")).split(",")
    rows = [row for group in accounted(cluster, given) for row in account(cluster, group, "allocations" in given)]
    if wrong := [field for field in fields if field.lower() not in [*_COLUMNS, "jobid"]]:
        raise Denied(f'sacct: error: Invalid field requested: "{wrong[0]}"')
    between = given.get("delimiter", "|") if "parsable2" in given else " "
    lines = [] if "noheader" in given else [between.join(fields)]
    lines += [between.join(row[field.lower()] for field in fields) for row in rows]
    say(cluster, lines)


def accounted(cluster, given):
    """The jobs that the accounting tells of, those of one line together; of an id that came round the newest."""
    newest = {}
    for job in cluster["jobs"]:
        if not job["forgotten"] and job["submitted"] + string(cluster, "lag") <= time.time():
            newest[identity(job)] = job
    jobs = list(newest.values())
    if asked := given.get("jobs"):
        wanted = asked.split(",") if "[" not in asked else re.findall(r"[^,\[]+(?:\[[^\]]*\])?", asked)
        if bad := [one for one in wanted if not one[:1].isdigit()]:
            raise Denied(f"sacct: fatal: Bad job/step specified: {bad[0]}")
        jobs = [job for job in jobs if {identity(job), str(job["number"]), str(job["raw"])} & {*wanted}]
    else:
        jobs = [job for job in jobs if job["eligible"]]
    jobs = [job for job in jobs if job["state"] != "PENDING" or job["was"] or job["eligible"]]
    for key in ("user", "name"):
        jobs = [job for job in jobs if not given.get(key) or job[key] in given[key].split(",")]
    begun = {job["number"] for job in cluster["jobs"] if job["task"] is not None and not job["whole"]}
    groups = listed(jobs, never_began)
    return [group for group in groups if not (group[0]["state"] == "PENDING" and group[0]["whole"]
            and group[0]["task"] is not None and group[0]["number"] in begun)]  # fmt: skip


_PLAIN = ("CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "DEADLINE")  # these have no code of their own
_COLUMNS = (
    "jobidraw", "jobname", "state", "exitcode", "derivedexitcode", "submit", "start", "end", "elapsed", "elapsedraw",
    "timelimit", "timelimitraw", "reqmem", "maxrss", "nodelist", "reason", "user", "partition", "account", "qos",
    "comment", "alloccpus",
)  # fmt: skip


def account(cluster, group, whole):
    """The line of a job or of what of an array never began, and that of its script."""
    job = group[0]
    late = job["ended"] and time.time() < job["ended"] + string(cluster, "lag")
    state = job["was"] or ("RUNNING" if late and job["started"] else job["state"])
    state = string(cluster, "words").get(identity(job), state)
    over = state not in ACTIVE
    never = over and not ran(job) and not job["was"]
    code = f"{job['code']}:{job['signal']}"
    started = job["started"] if over or state != "PENDING" else 0
    ended = job["ended"] if over else 0
    took = int((ended or time.time()) - started) if started else 0
    allocation = dict.fromkeys(_COLUMNS, "") | {
        "jobid": label(group, True), "jobidraw": str(job["raw"]), "jobname": job["name"],
        "state": f"{state} by {job['by']}" if state == "CANCELLED" and job["by"] is not None else state,
        "exitcode": "0:0" if state in (*_PLAIN, *ACTIVE, "REQUEUED") else code, "derivedexitcode": "0:0",
        "submit": moment(job["submitted"]), "start": moment(started, "Unknown"), "end": moment(ended, "Unknown"),
        "elapsed": span(took, True), "elapsedraw": str(took), "timelimit": limit(job, "Partition_Limit", True),
        "timelimitraw": limit(job, "Partition_Limit") if job["limit"] is None else str(job["limit"]),
        "reqmem": f"{job['memory']}M", "nodelist": "None assigned" if never or not started else "vm",
        "reason": "None", "user": job["user"], "partition": job["partition"], "account": job["account"],
        "qos": job["qos"], "comment": job["comment"], "alloccpus": "0" if never else str(job["cpus"]),
    }  # fmt: skip
    if whole or never or not started or job["state"] == "PENDING":
        return [allocation]
    step = state if state not in ("TIMEOUT", "PREEMPTED") else "CANCELLED"
    batch = dict.fromkeys(_COLUMNS, "") | {key: allocation[key] for key in ("start", "end", "elapsed", "elapsedraw")}
    batch |= {"jobid": f"{allocation['jobid']}.batch", "jobidraw": f"{job['raw']}.batch", "jobname": "batch",
              "state": step, "exitcode": code, "submit": allocation["start"], "nodelist": "vm",
              "maxrss": string(cluster, "max_rss") if over else ""}  # fmt: skip
    return [allocation, batch]
