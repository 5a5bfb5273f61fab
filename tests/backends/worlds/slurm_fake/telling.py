"""`scancel`, and what `scontrol` does to jobs."""

import math
import os
import re
import signal
import sys
import time

from cluster import ACTIVE, NO_JOB, Denied, busy, identity, named, ranges, string, waiting
from running import again, behind, kill, processes, split, start_what_waits
from showing import show
from speech import minutes, options

_LETTERS = "s=signal b=batch f=full Q=quiet u=user n=name t=state p=partition"
_OPTIONS = "signal= batch full quiet me user= name= state= partition= version"
_VARIABLES = {"SCANCEL_NAME": "name", "SCANCEL_STATE": "state", "SCANCEL_PARTITION": "partition"}


def scancel(folder, cluster, words):
    given, ids = options("scancel", words, _LETTERS, _OPTIONS, variables=_VARIABLES)
    what = signal_of(given.get("signal", "KILL"))
    if bad := [one for one in ids if not re.fullmatch(r"\d+(_\d+|_\[[\d,:%-]+\])?", one)]:
        raise Denied(f"scancel: error: Invalid job id {bad[0]}")
    jobs, wrong = {one: [job for some in named(cluster, one).values() for job in some] for one in ids}, []
    chosen = {job["serial"]: job for some in jobs.values() for job in some if matches(job, given)}.values()
    for job in chosen:
        if job["uid"] != os.getuid() and not string(cluster, "operator"):
            wrong.append((210, identity(job), "Access/permission denied"))
        elif what != signal.SIGKILL:
            wrong += signalled(cluster, job, what, given)
        elif job["state"] in ("RUNNING", "SUSPENDED"):
            ending(folder, job, "CANCELLED", job["reason"])
    if what != signal.SIGKILL:
        wrong += [(1, one, NO_JOB) for one, some in jobs.items() if not some]
    else:
        mine = [job for job in chosen if job["state"] == "PENDING" and job["uid"] == os.getuid()]
        drop(cluster, mine, all("_" in one for one in ids))
    start_what_waits(folder, cluster)
    for one, why in ((one, why) for _, one, why in wrong if why):
        print(f"scancel: error: Kill job error on job id {one}: {why}", file=sys.stderr)
    return wrong[-1][0] if wrong else 0


def matches(job, given):
    """Whether it is one of those that the command is about: by name, state, partition."""
    return all(job[key] == given.get(key, job[key]) for key in ("name", "state", "partition"))


def signal_of(text):
    name = text.upper().removeprefix("SIG")
    found = int(text) if text.isdigit() else getattr(signal, f"SIG{name}", None)
    if found is None:
        raise Denied(f"Unknown job signal: {text}")
    return found


def signalled(cluster, job, what, given):
    """A signal goes to the steps of a job, to its script only when that is said; one that waits is tried for long."""
    if job["state"] == "PENDING":
        time.sleep(string(cluster, "patience"))
        return [(228, identity(job), "Job can not be altered now, try again later")]
    if job["state"] != "RUNNING":
        return [(1, identity(job), NO_JOB)]
    if not {"batch", "full"} & {*given}:
        return [(229, identity(job), "")]
    for pid in processes(job["pid"]) if "full" in given else [job["pid"]]:
        kill(pid, what)
    return []


def ending(folder, job, state, reason):
    """Have a running job end in a state; it is completing until all its processes are gone."""
    job |= {"state": state, "reason": reason, "ending": state, "ended": time.time(), "by": os.getuid()}
    if job["pid"] > 0:
        behind(folder, "reaper", job)


def drop(cluster, chosen, piecewise):
    """Cancel jobs that wait.

    Of tasks that are taken out of an array that waits on, no trace is left anywhere. The last of them leave the number
    of the array alone in the queue, and all in the accounting.
    """
    for job in chosen:
        mates = [one for one in waiting(cluster) if one["number"] == job["number"] and one["whole"]]
        if job["task"] is not None and job["whole"] and any(one not in chosen for one in mates):
            job |= {"state": "CANCELLED", "gone": True, "forgotten": True}
        else:
            block = [one for one in cluster["jobs"] if (one["number"], one["sent"]) == (job["number"], job["sent"])]
            job["block"] = ranges([one["task"] for one in block if one["whole"]]) if piecewise and job["whole"] else ""
            job |= {"state": "CANCELLED", "was": "", "started": time.time(), "by": os.getuid()}
            job["ended"] = job["started"]


def scontrol(folder, cluster, words):
    letters = "o=oneliner a=all d=details V=version"
    given, (verb, *rest) = options("scontrol", words, letters, "oneliner all details version")
    if verb == "ping":
        print("Slurmctld(primary) at vm is UP")
    elif verb == "show":
        show(cluster, "details" in given, *rest)
    elif verb == "update":
        update(folder, cluster, dict(one.split("=", 1) for one in rest))
    elif verb in _CHANGES:
        change(folder, cluster, _CHANGES[verb], ",".join(rest), verb in ("hold", "uhold", "release"))
    else:
        raise Denied(f"invalid keyword: {verb}")


def change(folder, cluster, what, ids, suspends=False):
    """Do something to jobs; of those that it cannot be done to it is told, and the others are done."""
    wrong = []
    for part, jobs in named(cluster, ids).items():
        active = [job for job in jobs if job["state"] in ACTIVE]
        refused = {}
        for job in active if "_" not in part and active else jobs:
            mine = job["uid"] == os.getuid() or string(cluster, "operator")
            refused[job["serial"]] = said = what(folder, cluster, job) if mine else "Invalid user id"
            if not said and job["state"] == "PENDING" and "_" in part:
                split(cluster, job)
        said = next(filter(None, refused.values()), "" if jobs else NO_JOB)
        if said:
            wrong.append(f"{part}: {said}" if "_" in part else f"{said} for job {part}")
            wrong += [f"slurm_suspend error: {said}"] if suspends and "_" not in part else []
    start_what_waits(folder, cluster)
    if wrong:
        raise Denied("\n".join(wrong))


def hold(folder, cluster, job):
    if job["state"] not in ACTIVE:
        return "Job has already finished"
    job["held"] = "admin" if string(cluster, "operator") else "user"
    job["reason"] = "JobHeldAdmin" if string(cluster, "operator") else "JobHeldUser"
    return ""


def release(folder, cluster, job):
    if job["state"] not in ACTIVE:
        return "Job has already finished"
    if job["held"] == "admin" and not string(cluster, "operator"):
        return "Access/permission denied"
    job |= {"held": "", "reason": "None"}
    return ""


def requeue(folder, cluster, job):
    if job["state"] == "PENDING":
        return "Job is pending execution"
    if busy(job):
        job["ending"] = "REQUEUE"
        if job["pid"] > 0:
            behind(folder, "reaper", job)
    else:
        again(cluster, job, "")
    return ""


def suspend(folder, cluster, job):
    return stopped(cluster, job, "RUNNING", "SUSPENDED", signal.SIGSTOP)


def resume(folder, cluster, job):
    return stopped(cluster, job, "SUSPENDED", "RUNNING", signal.SIGCONT)


def stopped(cluster, job, before, after, what):
    if not string(cluster, "operator"):
        return "Access/permission denied"
    if job["state"] != before:
        return "Job is pending execution" if job["state"] == "PENDING" else "Job/step already completing or completed"
    job["state"] = after
    for pid in processes(job["pid"]):
        kill(pid, what)
    return ""


_CHANGES = {"hold": hold, "uhold": hold, "release": release, "requeue": requeue, "suspend": suspend, "resume": resume}


def update(folder, cluster, said):
    """A new time limit; only an operator gives a job more that runs."""
    said = {key.lower(): value for key, value in said.items()}
    if unknown := said.keys() - {"jobid", "timelimit"}:
        raise Denied(f"Update of this parameter is not supported: {unknown.pop()}\nRequest aborted")
    wanted = minutes(said["timelimit"], "scontrol: error: Invalid TimeLimit value", 1) or math.inf

    def limited(_folder, cluster, job):
        if job["state"] not in ACTIVE:
            return "Job has already finished"
        more = wanted > (job["limit"] or math.inf)
        if job["state"] != "PENDING" and more and not string(cluster, "operator"):
            return "Access/permission denied"
        job["limit"] = None if wanted == math.inf else wanted
        return ""

    change(folder, cluster, limited, said["jobid"])
