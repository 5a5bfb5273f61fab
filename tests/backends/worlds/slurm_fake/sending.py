"""`sbatch`."""

import json
import math
import os
import re
import sys
import time
from pathlib import Path

from cluster import ACTIVE, PARTITIONS, TIMED_OUT, Denied, me, new, string, tasks_of, there
from running import start_what_waits
from speech import minutes, options

_BROKEN_RULE = "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)"
_OPTIONS = (
    "parsable job-name= comment= chdir= output= error= requeue no-requeue array= time= mem= cpus-per-task= gres= gpus= "
    "nodes= partition= account= qos= constraint= hold dependency= begin= kill-on-invalid-dep= signal= clusters= version"
)
_LETTERS = (
    "J=job-name D=chdir o=output e=error a=array t=time c=cpus-per-task G=gpus N=nodes p=partition A=account q=qos "
    "C=constraint H=hold d=dependency b=begin M=clusters V=version"
)
_VARIABLES = {
    "SBATCH_ACCOUNT": "account", "SBATCH_ARRAY_INX": "array", "SBATCH_CLUSTERS": "clusters",
    "SLURM_CLUSTERS": "clusters", "SBATCH_CONSTRAINT": "constraint", "SBATCH_ERROR": "error", "SBATCH_GPUS": "gpus",
    "SBATCH_GRES": "gres", "SBATCH_JOB_NAME": "job-name", "SBATCH_MEM_PER_NODE": "mem", "SBATCH_NO_REQUEUE":
    "no-requeue", "SBATCH_OUTPUT": "output", "SBATCH_PARTITION": "partition", "SBATCH_QOS": "qos", "SBATCH_REQUEUE":
    "requeue", "SBATCH_TIMELIMIT": "time", "SBATCH_SIGNAL": "signal",
}  # fmt: skip


def sbatch(folder, cluster, words):
    given, rest = options("sbatch", words, _LETTERS, _OPTIONS, 255, _VARIABLES)
    script = script_of(rest)
    asked = wanted(cluster, given)
    indices = array(cluster, given["array"]) if "array" in given else [None]
    admit(cluster, asked, len(indices))
    number, cluster["next"] = cluster["next"], cluster["next"] + 1
    path = folder / f"{number}.sh"
    path.write_bytes(script)
    path.chmod(0o755)
    (folder / f"{number}.env").write_text(json.dumps(dict(os.environ)))
    now = time.time()
    for index in indices:
        new(cluster, number, task=index, script=str(path), sent=now, submitted=now, **asked)
    start_what_waits(folder, cluster)
    return answer(cluster, number, given)


def admit(cluster, asked, many):
    """Refuse what the rules of the house are against, or what is over a limit: each task of an array counts."""
    if said := string(cluster, "refuse"):
        if string(cluster, "leaves"):
            end = {
                "state": "FAILED",
                "reason": "BadConstraints",
                "code": 1,
                "started": time.time(),
                "ended": time.time(),
            }
            new(cluster, cluster["next"], **asked, **end)
            cluster["next"] += 1
        raise Denied(f"sbatch: error: {said}")
    mine = [job for job in there(cluster) if job["user"] == me() and (job["state"] in ACTIVE or job["pid"])]
    if string(cluster, "most") and len(mine) + many > string(cluster, "most"):
        said = f"{string(cluster, 'limit')}\nsbatch: error: Batch job submission failed: {_BROKEN_RULE}"
        raise Denied(f"sbatch: error: {said}")


def answer(cluster, number, given):
    """How it is said that a job was taken."""
    fate = string(cluster, "sbatch")
    said = f"{number};{given['clusters']}" if "clusters" in given else str(number)
    said = said if "parsable" in given else f"Submitted batch job {said}"
    if fate == "fail":
        print(said)
        raise Denied("sbatch: error: the site's wrapper has stumbled")
    if fate == "timed out":
        raise Denied(f"sbatch: error: Batch job submission failed: {TIMED_OUT}")
    if fate == "die":
        raise Denied("", 137)
    if fate == "hang":
        raise TimeoutError
    if fate != "silent":
        print(said)


def script_of(rest):
    """What is to run: the file that was named, or what stands on the input."""
    if rest and not os.path.exists(rest[0]):
        raise Denied(f"sbatch: error: Unable to open file {rest[0]}")
    script = Path(rest[0]).read_bytes() if rest else sys.stdin.buffer.read()
    if not script:
        raise Denied("sbatch: error: Batch script is empty!")
    if not script.startswith(b"#!"):
        raise Denied("sbatch: error: This does not look like a batch script.  The first\n"
                     "sbatch: error: line must start with #! followed by the path to an interpreter.\n"
                     "sbatch: error: For instance: #!/bin/sh")  # fmt: skip
    if b"\r\n" in script:
        raise Denied("sbatch: error: Batch script contains DOS line breaks (\\r\\n)\n"
                     "sbatch: error: instead of expected UNIX line breaks (\\n).")  # fmt: skip
    return script


def wanted(cluster, given):
    """What is asked for, as it stands in a job; the odd and the impossible are refused as the real one does."""
    failed = "sbatch: error: Batch job submission failed:"
    partition = given.get("partition", "main")
    longest, usual, _ = PARTITIONS.get(partition, (None, None, True))
    asked = {"partition": partition, "limit": usual or longest, "requeue": "no-requeue" not in given,
             "name": given.get("job-name", "sbatch"), "folder": given.get("chdir", os.getcwd()),
             "comment": given.get("comment", ""), "account": given.get("account", ""),
             "qos": given.get("qos", "normal"), "held": "user" if "hold" in given else "",
             "after": given.get("dependency", ""), "invalid": given.get("kill-on-invalid-dep") == "yes",
             "cpus": int(given.get("cpus-per-task", 1)), "nodes": int(given.get("nodes", 1)),
             "most": int(given.get("array", "").partition("%")[2] or 0)}  # fmt: skip
    asked["gpus"] = int(given.get("gpus", given.get("gres", "0")).rpartition(":")[2])
    asked["out"] = str(Path(asked["folder"]) / given.get("output", "/dev/null"))
    asked["err"] = str(Path(asked["folder"]) / given.get("error", asked["out"]))
    if "time" in given:
        asked["limit"] = minutes(given["time"])
    if "mem" in given:
        asked["memory"] = megabytes(given["mem"])
    if "begin" in given:
        asked["begin"] = time.time() + int(given["begin"].removeprefix("now+").removesuffix("seconds"))
    if "signal" in given and not re.fullmatch(r"(R?B:)?(SIG)?[A-Z]+\d*(@\d+)?|\d+(@\d+)?", given["signal"]):
        raise Denied("sbatch: error: Invalid --signal specification", 255)
    if partition not in PARTITIONS:
        raise Denied(f"sbatch: error: invalid partition specified: {partition}\n{failed} "
                     "Invalid partition name specified")  # fmt: skip
    if asked["gpus"] > string(cluster, "gpus"):
        raise Denied("sbatch: error: Invalid generic resource (gres) specification")
    if asked.get("memory", 0) > 2000:
        raise Denied(f"sbatch: error: Memory specification can not be satisfied\n{failed} "
                     "Requested node configuration is not available")  # fmt: skip
    if "constraint" in given:
        raise Denied(f"{failed} Invalid feature specification")
    return asked


def megabytes(text):
    match = re.fullmatch(r"(\d+)([KMGT]?)B?", text, re.IGNORECASE)
    if not match:
        raise Denied("sbatch: error: Invalid --mem specification", 255)
    return math.ceil(int(match[1]) * {"K": 1 / 1024, "": 1, "M": 1, "G": 1024, "T": 1024**2}[match[2].upper()])


def array(cluster, text):
    span = text.partition("%")[0]
    try:
        found = tasks_of(span)
    except ValueError:
        found = []
    if not found or found[-1] >= string(cluster, "max_array"):
        raise Denied("sbatch: error: Batch job submission failed: Invalid job array specification")
    return found
