"""The running of jobs: when they begin, who sees to them, how they end."""

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from cluster import ACTIVE, PARTITIONS, busy, named, opened, priority, string, there, waiting

QUIET = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)


def start_what_waits(folder, cluster):
    """By priority, as many as there are CPUs and as their array allows; the others are told why they wait."""
    first = True
    for job in sorted(waiting(cluster), key=lambda job: -priority(job)):
        reason, eligible = hindrance(cluster, job)
        if eligible and not job["eligible"]:
            job["eligible"] = time.time()
        if job["state"] != "PENDING" or not job["script"]:
            continue  # it can never run and was cancelled for that, or is somebody else's
        taken = sum(other["cpus"] for other in there(cluster) if busy(other))
        if not reason and taken + job["cpus"] > string(cluster, "cpus"):
            reason, first = "Resources" if first else "Priority", False
        if reason:
            job["reason"] = string(cluster, "reason") or reason
        else:
            start(folder, cluster, job)


def hindrance(cluster, job):
    """Why it may not begin, whatever is free; and whether it is only the cluster that it waits for."""
    longest, _, up = PARTITIONS[job["partition"]]
    mine = [other for other in there(cluster) if other["number"] == job["number"] and busy(other)]
    if job["held"]:
        return "JobHeldAdmin" if job["held"] == "admin" else "JobHeldUser", False
    if job["begin"] > time.time():
        return "BeginTime", False
    if job["after"] and (reason := dependency(cluster, job)):
        return reason, False
    if not up:
        return "PartitionDown", True
    if longest and (job["limit"] is None or job["limit"] > longest):
        return "PartitionTimeLimit", True
    if job["nodes"] > 1:
        return "PartitionNodeLimit", True
    if job["cpus"] > 4 and job["cpus"] > string(cluster, "cpus"):
        return "PartitionConfig", True
    if job["most"] and len(mine) >= job["most"]:
        return "JobArrayTaskLimit", True
    return "", True


def dependency(cluster, job):
    """Why it waits for others, `afterok:7` or `afterany:7:8`; of those that nobody knows it does not."""
    kind, *numbers = job["after"].split(":")
    others = [other for number in numbers for jobs in named(cluster, number).values() for other in jobs]
    if any(other["state"] in ACTIVE or other["pid"] for other in others):
        return "Dependency"
    if kind == "afterok" and any(other["state"] != "COMPLETED" for other in others):
        if job["invalid"]:
            job |= {"state": "CANCELLED", "reason": "DependencyNeverSatisfied", "started": time.time()}
            job["ended"] = job["started"]
        return "DependencyNeverSatisfied"
    return ""


def split(cluster, job):
    """A task of an array gets a number of its own, but for the last."""
    if job["whole"] and job["task"] is not None:
        job["whole"] = False
        if any(other["whole"] and other["number"] == job["number"] for other in cluster["jobs"] if not other["gone"]):
            job["raw"], cluster["next"] = cluster["next"], cluster["next"] + 1


def start(folder, cluster, job):
    split(cluster, job)
    job |= {"state": "RUNNING", "reason": "None", "started": time.time(), "ended": 0.0, "was": "", "ending": "",
            "code": 0, "signal": 0, "by": None}  # fmt: skip
    if not all(os.path.isdir(one) for one in (job["folder"], os.path.dirname(job["out"]), os.path.dirname(job["err"]))):
        job |= {"state": "FAILED", "reason": "JobLaunchFailure", "signal": 53, "ended": time.time()}
        return
    job["pid"] = -1  # until it is known
    behind(folder, "shepherd", job)


def behind(folder, what, job):
    """Have something done to a job while the command that says so ends."""
    command = [sys.executable, "-I", "-S", str(Path(__file__).parent), str(folder), what, str(job["serial"])]
    subprocess.Popen(command, start_new_session=True, **QUIET)


def the_one(cluster, serial):
    return next(job for job in cluster["jobs"] if job["serial"] == int(serial))


def shepherd(folder, serial):
    """Run one job and see to its end."""
    for deaf in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE):  # as a daemon's children find them
        signal.signal(deaf, signal.SIG_DFL)
    with opened(folder) as cluster:
        job = the_one(cluster, serial)
        if job["ending"]:
            end(cluster, job, 0)
            return
        with open(job["out"], "ab") as out, open(job["err"], "ab") as err:
            child = subprocess.Popen(
                [job["script"]], cwd=job["folder"], env=environment(folder, job), start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            )  # fmt: skip
        job["pid"] = child.pid
        minute = string(cluster, "minute")
    while child.poll() is None:
        with opened(folder) as cluster:
            job = the_one(cluster, serial)
            left = math.inf if job["limit"] is None else job["started"] + job["limit"] * minute - time.time()
            if left <= 0 and not job["ending"]:
                job |= {"state": "TIMEOUT", "reason": "TimeLimit", "ending": "TIMEOUT", "ended": time.time()}
                behind(folder, "reaper", job)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(min(max(left, 0.05), 3600) if left > 0 else None)
    for pid in processes(child.pid):
        kill(pid, signal.SIGKILL)
    with opened(folder) as cluster:
        end(cluster, the_one(cluster, serial), child.returncode)
        start_what_waits(folder, cluster)


def environment(folder, job):
    """What sbatch was called in goes with a job, and Slurm's own words."""
    said = json.loads((folder / f"{job['number']}.env").read_text())
    said |= {"SLURM_JOB_ID": str(job["raw"]), "SLURM_JOBID": str(job["raw"]), "SLURM_JOB_NAME": job["name"],
             "SLURM_JOB_PARTITION": job["partition"], "SLURM_SUBMIT_DIR": job["folder"], "ENVIRONMENT": "BATCH",
             "SLURM_CPUS_ON_NODE": str(job["cpus"]), "SLURMD_NODENAME": "vm"}  # fmt: skip
    if job["task"] is not None:
        said |= {"SLURM_ARRAY_JOB_ID": str(job["number"]), "SLURM_ARRAY_TASK_ID": str(job["task"])}
    return said | ({"SLURM_RESTART_COUNT": str(job["restarts"])} if job["restarts"] else {})


def processes(pid):
    """All that a job has started: its session, and what has made a session of its own below."""
    parents, found = {}, set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(errors="replace").rpartition(") ")[2].split()
            parents[int(stat.parent.name)] = (int(fields[1]), int(fields[3]))
    while more := {one for one, (parent, session) in parents.items()
                   if (session == pid or one == pid or parent in found) and one not in found}:  # fmt: skip
        found |= more
    return found


def kill(pid, what):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, what)


def reaper(folder, serial):
    """End a job: ask its script, kill what is left of all its processes a while later."""
    with opened(folder) as cluster:
        job, wait = the_one(cluster, serial), string(cluster, "kill_wait")
    over = time.monotonic() + wait
    for pid in processes(job["pid"]):
        kill(pid, signal.SIGCONT)
    kill(job["pid"], signal.SIGTERM)
    while time.monotonic() < over and processes(job["pid"]):
        time.sleep(0.02)
    for pid in processes(job["pid"]):
        kill(pid, signal.SIGKILL)


def end(cluster, job, returned):
    job |= {"pid": 0, "code": max(returned, 0), "signal": max(-returned, 0)}
    if job["ending"] == "REQUEUE":
        again(cluster, job, "REQUEUED")
    elif job["ending"] in ("NODE_FAIL", "PREEMPTED") and job["requeue"]:
        again(cluster, job, job["ending"])
    elif job["ending"]:
        job |= {"state": job["ending"], "ended": time.time()} | job["fate"]
    else:
        state, reason = ("COMPLETED", "None") if not returned else ("FAILED", "NonZeroExitCode")
        reason = "JobLaunchFailure" if returned < 0 else reason
        job |= {"state": state, "reason": reason, "ended": time.time()}


def again(cluster, job, was):
    """Back to the queue; the accounting says how the last run ended until the next has begun."""
    now = time.time()
    begin = now + string(cluster, "requeue_pause")
    job |= {"state": "PENDING", "reason": "BeginTime", "submitted": now, "begin": begin, "was": was, "ending": "",
            "restarts": job["restarts"] + 1}  # fmt: skip
