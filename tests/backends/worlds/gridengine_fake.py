"""A Grid Engine of files and processes, for machines without one.

    python gridengine_fake.py FOLDER COMMAND ARGUMENTS...

Each command looks what is free and starts what waits, so there is no daemon. What a test may do to it is in `strings`
of `FOLDER/cell.json`; see `_STRINGS`. It answers as the real one was seen to, also where that is odd.
"""

import contextlib
import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape

_STRINGS = {
    "slots": 4,
    "down": False,  # the queue master does not answer
    "refuse": "",  # what qsub says, with 1
    "most_jobs": 0,  # max_u_jobs
    "lose_answer": False,  # qsub takes a job and dies before it says so
    "cut": None,  # qstat ends after so many characters
    "accounting": True,  # False: qacct finds nothing
    "hang": [],  # commands that do not answer
    "error": "",  # jobs that start go into the error state instead, for this reason
}
_QUIET = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
_NO_MASTER = "error: commlib error: got select error (Connection refused)"
_NO_SEND = 'unable to send message to qmaster using port 6444 on host "vm": got send error'
_WORDS = {
    26: "opening input/output file",
    37: "qmaster enforced h_rt, h_cpu, or h_vmem limit",
    100: "assumedly after job",
}


class Denied(Exception):
    """What a command says instead of doing what it should: words for stderr, and its exit code."""

    def __init__(self, said, code=1):
        super().__init__(said)
        self.code = code


@contextlib.contextmanager
def opened(folder):
    """The cell, for one command at a time; what was changed is kept."""
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = folder / "cell.json"
        cell = json.loads(path.read_text()) if path.exists() else {"next": 1, "jobs": [], "strings": {}}
        yield cell
        aside = path.with_suffix(".new")
        aside.write_text(json.dumps(cell))
        aside.rename(path)


def string(cell, name):
    return cell["strings"].get(name, _STRINGS[name])


def there(cell):
    """The jobs that the queue has."""
    return [job for job in cell["jobs"] if job["letters"] != "z"]


def known(cell, words):
    """The jobs that ids like `7`, `5.3` and `5.10-20` name, and the ids that name none."""
    found, unknown = [], []
    for word in words:
        number, _, span = word.partition(".")
        first, dash, last = span.partition("-")
        named = [job for job in there(cell) if str(job["number"]) == number and (
            not span or int(first) <= job["task"] <= int(last if dash else first))]  # fmt: skip
        found += named
        unknown += [] if named else [number]
    return found, unknown


# -- running -----------------------------------------------------------------------------------------------------------


def start_what_waits(folder, cell):
    """In the order of submission, as many as there are slots and as their array allows."""
    for job in there(cell):
        busy = [other for other in there(cell) if other["letters"] not in ("qw", "hqw", "Eqw", "Rq")]
        mine = [other for other in busy if other["number"] == job["number"]]
        if job["letters"] not in ("qw", "Rq") or (job["most"] and len(mine) >= job["most"]):
            continue
        if len(busy) >= string(cell, "slots"):
            return
        if reason := string(cell, "error") or unwritable(job):
            job |= {"letters": "Eqw", "reason": reason}
            continue
        job |= {"letters": "Rr" if job["letters"] == "Rq" else "r", "started": time.time()}
        command = [sys.executable, "-I", "-S", __file__, str(folder), "shepherd", str(job["number"]), str(job["task"])]
        subprocess.Popen(command, start_new_session=True, **_QUIET)


def unwritable(job):
    if not os.path.isdir(job["folder"]):
        return f"error: can't chdir to {job['folder']}: No such file or directory"
    return ""


def shepherd(folder, number, task):
    """Run one job and see to its end; `h_rt` is when it is killed."""
    for deaf in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE):  # as a daemon's children find them
        signal.signal(deaf, signal.SIG_DFL)
    with opened(folder) as cell:
        [job] = [one for one in there(cell) if (one["number"], one["task"]) == (int(number), int(task))]
        script = folder / f"{number}.{task}.sh"
        script.write_text(job["script"])
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": os.environ.get("HOME", "/"), "SHELL": "/bin/sh",
                       "JOB_ID": number, "JOB_NAME": job["name"], "NSLOTS": str(job["slots"]),
                       "SGE_TASK_ID": task if job["array"] else "undefined", "QUEUE": "main.q"}  # fmt: skip
        child = subprocess.Popen(
            ["/bin/sh", script], cwd=job["folder"], env=environment, start_new_session=True, **_QUIET
        )
        job["pid"] = child.pid
        run = job["started"]
    enforced = False
    try:
        child.wait(job["h_rt"] or None)
    except subprocess.TimeoutExpired:
        enforced = True
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    with opened(folder) as cell:
        for job in there(cell):
            if (job["number"], job["task"], job["started"]) == (int(number), int(task), run):
                end(job, child.returncode, enforced)
        start_what_waits(folder, cell)


def end(job, returned, enforced):
    if job.pop("again", False) or returned == 99:
        job |= {"letters": "Rq", "pid": 0}
        return
    failed = 37 if enforced else 100 if returned < 0 else 0
    job |= {
        "letters": "z",
        "ended": time.time(),
        "failed": failed,
        "code": returned if returned >= 0 else 128 - returned,
    }


# -- the commands ------------------------------------------------------------------------------------------------------


def qsub(folder, cell, words):
    given = dict(pairwise(words))  # every option of ours but two has one value
    wanted = dict(part.split("=") for part in given.get("-l", "").split(",") if part)
    name, first, last = given.get("-N", "STDIN"), 1, 1
    if "-t" in words:
        first, last = map(int, given["-t"].split("-"))
    if "-bogus" in words:
        raise Denied('qsub: invalid option argument "-bogus"', 2)
    number, cell["next"] = cell["next"], cell["next"] % 9_999_999 + 1  # a refusal uses one up as well
    jobs = len({job["number"] for job in there(cell)})
    if said := string(cell, "refuse"):
        raise Denied(f"Unable to run job: {said}\nExiting.")
    if string(cell, "most_jobs") and jobs >= string(cell, "most_jobs"):
        most = string(cell, "most_jobs")
        said = f"job rejected: only {most} jobs are allowed per user (current job count: {jobs})"
        raise Denied(f"Unable to run job: {said}\nExiting.", 25)
    for what, right, said in (
        ("-q", "main.q", 'Job was rejected because job requests unknown queue "{}"'),
        ("-pe", "smp", 'job rejected: the requested parallel environment "{}" does not exist'),
        ("-P", "", 'job rejected: project "{}" does not exist'),
    ):
        if what in given and given[what] != right:
            raise Denied(f"Unable to run job: {said.format(given[what])}\nExiting.")
    if name[0].isdigit():
        raise Denied(
            f'Unable to run job: denied: "{name}" is not a valid object name (cannot start with a digit)\nExiting.'
        )
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", name):
        raise Denied("Unable to run job: Error reading answer list from qmaster\nExiting.")
    if last > 75_000:
        said = "job rejected: you tried to submit a job with more than 75000 tasks"
        raise Denied(f"Unable to run job: {said}\nExiting.")
    script = sys.stdin.read()
    cell["jobs"] += [
        {"number": number, "task": task, "array": "-t" in words, "name": name, "letters": "qw", "script": script,
         "folder": given.get("-wd", str(Path.home())), "most": int(given.get("-tc", 0)), "submitted": time.time(),
         "started": 0.0, "h_rt": float(wanted.get("h_rt", 0)), "pid": 0,
         "slots": int(words[words.index("-pe") + 2]) if "-pe" in words else 1}
        for task in range(first, last + 1)
    ]  # fmt: skip
    start_what_waits(folder, cell)
    if string(cell, "lose_answer"):
        raise Denied("", 137)
    print(f"{number}.{first}-{last}:1" if "-t" in words else number)


def qstat(folder, cell, words):
    if "-help" in words:
        print("SGE 8.1.9\nusage: qstat [options]")
    elif "-j" in words:
        explain(cell, words[words.index("-j") + 1].split(","))
    elif "-xml" in words:
        text = listed(cell)
        print(text if string(cell, "cut") is None else text[: string(cell, "cut")], end="")
    else:
        for job in there(cell):
            print(f"{job['number']:7} 0.50000 {job['name'][:10]:10} person       {job['letters']:5} {job['task']}")


def listed(cell):
    """Waiting tasks of an array stand together; `<` comes out with a fault that the real one has."""
    rows, groups = [], {}
    for job in there(cell):
        if job["letters"] in ("qw", "hqw", "Eqw"):
            groups.setdefault((job["number"], job["letters"]), []).append(job)
        else:
            rows.append((job, [job]))
    rows += [(jobs[0], jobs) for jobs in groups.values()]
    return "\n".join([
        "<?xml version='1.0'?>",
        '<job_info  xmlns:xsd="http://arc.liv.ac.uk/repos/darcs/sge/qstat.xsd">',
        "<queue_info>",
        *(row(*one) for one in rows if one[0]["pid"]), "</queue_info>", "<job_info>",
        *(row(*one) for one in rows if not one[0]["pid"]), "</job_info>", "</job_info>", "",
    ])  # fmt: skip


def row(job, jobs):
    name = escape(job["name"]).replace("&lt;", "%lt;")
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(job["started"] or job["submitted"]))
    key = "JAT_start_time" if job["started"] else "JB_submission_time"
    tasks = f"<tasks>{','.join(str(one['task']) for one in jobs)}</tasks>" if job["array"] else ""
    queue = "main.q@vm" if job["pid"] else ""
    return (
        f"<job_list><JB_job_number>{job['number']}</JB_job_number><JB_name>{name}</JB_name><JB_owner>person</JB_owner>"
        f"<state>{job['letters']}</state><{key}>{moment}</{key}><queue_name>{queue}</queue_name>"
        f"<slots>{job['slots']}</slots>{tasks}<full_job_name>{name}</full_job_name></job_list>"
    )


def explain(cell, numbers):
    unknown = []
    for number in numbers:
        jobs = [job for job in there(cell) if str(job["number"]) == number]
        unknown += [] if jobs else [number]
        if jobs:
            print(f"{'=' * 62}\njob_number:                 {number}")
        for job in jobs:
            if job["letters"] == "Eqw":
                print(f"error reason {job['task']:10}:      11/20/2026 12:14:43 [0:29625]: {job['reason']}")
        if any(job["letters"] in ("qw", "Eqw") for job in jobs):
            print('scheduling info:            queue instance "main.q@vm" dropped because it is full')
    if unknown:
        raise Denied("Following jobs do not exist: \n" + "\n".join(unknown))


def qacct(folder, cell, words):
    wanted = words[words.index("-j") + 1]
    pattern = re.compile(re.escape(wanted).replace(r"\*", ".*"))
    found = [job for job in cell["jobs"] if job["letters"] == "z" and "failed" in job
             and (str(job["number"]) == wanted or pattern.fullmatch(job["name"]))]  # fmt: skip
    if not found or not string(cell, "accounting"):
        raise Denied(f"error: job {'id' if wanted.isdigit() else 'name'} {wanted} not found")
    for job in found:
        print("=" * 62)
        code = f"{job['code']:<19}" + (f" ({signal.strsignal(job['code'] - 128)})" if job["code"] > 128 else "")
        failed = f"{job['failed']:<3} : {_WORDS[job['failed']]}" if job["failed"] else "0    "
        for key, value in (
            ("qname", "main.q"), ("hostname", "vm"), ("owner", "person"), ("jobname", job["name"]),
            ("jobnumber", job["number"]), ("taskid", job["task"] if job["array"] else "undefined"),
            ("qsub_time", time.ctime(job["submitted"])), ("start_time", time.ctime(job["started"])),
            ("end_time", time.ctime(job["ended"])), ("failed", failed), ("exit_status", code),
            ("ru_wallclock", f"{job['ended'] - job['started']:.0f}s"), ("maxvmem", "3.438MB"),
        ):  # fmt: skip
            print(f"{key:12} {value!s:20}")


def qdel(folder, cell, words):
    found, unknown = known(cell, words)
    for job in found:
        if job["pid"]:
            job["letters"] = "dr"
            with contextlib.suppress(ProcessLookupError):
                os.killpg(job["pid"], signal.SIGKILL)
            print(f"person has registered the job {job['number']} for deletion")
        elif job["letters"] != "r":
            job["letters"] = "z"  # of what never ran nothing is accounted
            print(f"person has deleted job {job['number']}")
    for number in unknown:
        print(f'denied: job "{number}" does not exist')
    start_what_waits(folder, cell)
    return 1 if unknown else 0


def qhold(folder, cell, words):
    return change(cell, words, {"qw": "hqw", "r": "hr"})


def qrls(folder, cell, words):
    code = change(cell, words, {"hqw": "qw", "hr": "r"})
    start_what_waits(folder, cell)
    return code


def change(cell, words, letters):
    found, unknown = known(cell, words)
    for job in found:
        if job["letters"] in letters:
            job["letters"] = letters[job["letters"]]
            print(f"modified hold of job {job['number']}")
    for number in unknown:
        print(f'denied: job "{number}" does not exist')
    return 3 if unknown else 0


def qmod(folder, cell, words):
    """`-cj` ends with 1 where it cleared an error, which is odd and true; `-sj` stops a job, `-rj` runs it again."""
    found, unknown = known(cell, words[1:])
    for job in found:
        if words[0] == "-cj" and job["letters"] == "Eqw":
            job["letters"] = "qw"
            print(f"person@vm cleared error state of job {job['number']}")
        elif words[0] == "-sj" and job["pid"]:
            job["letters"] = "s"
            os.killpg(job["pid"], signal.SIGSTOP)
        elif words[0] == "-rj" and job["pid"]:
            job["again"] = True
            os.killpg(job["pid"], signal.SIGKILL)
    for number in unknown:
        print(f'invalid queue or job "{number}"')
    start_what_waits(folder, cell)
    return 1


COMMANDS = {one.__name__: one for one in (qsub, qstat, qacct, qdel, qhold, qrls, qmod)}


def main(folder, command, words):
    os.environ.pop("SGE_TASK_ID", None)
    if command == "shepherd":
        return shepherd(folder, *words)
    with opened(folder) as cell:
        down, hanging = string(cell, "down"), command in string(cell, "hang")
    if hanging:
        time.sleep(600)
    if down and command != "qacct":  # that reads a file
        print(_NO_MASTER, file=sys.stderr)
        print(
            f"Unable to run job: {_NO_SEND}.\nExiting." if command == "qsub" else f"error: {_NO_SEND}", file=sys.stderr
        )
        return 1
    with opened(folder) as cell:
        start_what_waits(folder, cell)
        try:
            return COMMANDS[command](folder, cell, words)
        except Denied as denied:
            print(denied, file=sys.stderr)
            return denied.code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
