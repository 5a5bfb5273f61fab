"""What a cluster offers and how it is: `scontrol show`, `sinfo`, `sacctmgr`."""

import time
from functools import partial

from cluster import NO_JOB, PARTITIONS, Denied, busy, me, named, priority, string, there, word
from looking import filled, ran
from speech import elapsed, limit, listed, moment, never_began, options, span, tasks


def show(cluster, details, what, *ids):
    if what in ("job", "jobs"):
        print("\n".join(record(cluster, group, details) for group in listed(chosen(cluster, *ids), never_began)))
    elif what in ("config", "partition", "partitions"):
        print(
            configuration(cluster)
            if what == "config"
            else "\n".join(partition(one) for one in PARTITIONS if one in (ids or PARTITIONS))
        )
    else:
        raise Denied(f"invalid entity:{what} for keyword:show ")


def chosen(cluster, *ids):
    """All jobs, or those of one id: no list of ids, no range."""
    if len(ids) > 1:
        raise Denied("too many arguments for keyword:show")
    jobs = named(cluster, ids[0]).get(ids[0], []) if ids else there(cluster)
    if not jobs or (ids and "[" in ids[0]):
        raise Denied(f"slurm_load_jobs error: {NO_JOB}")
    return jobs


def record(cluster, group, details):
    """What `scontrol -o show job` says; its code is the true one."""
    job = group[0]
    array = f"ArrayJobId={job['number']} ArrayTaskId={tasks(group, 0)} " if job["task"] is not None else ""
    throttle = f"ArrayTaskThrottle={job['most']} " if job["most"] else ""
    code = f"{job['code']}:{15 if job['state'] == 'TIMEOUT' else job['signal']}"
    derived = "DerivedExitCode=0:0 " if details else ""
    ends = job["ended"] or (job["started"] and job["limit"] and job["started"] + job["limit"] * 60)
    return (
        f"JobId={job['raw']} {array}{throttle}JobName={job['name']} UserId={job['user']}({job['uid']}) "
        f"GroupId={job['user']}({job['uid']}) MCS_label=N/A Priority={priority(job)} Nice=0 "
        f"Account={job['account'] or '(null)'} QOS={job['qos']} JobState={word(cluster, job)} "
        f"Reason={job['reason'].replace(' ', '_')} Dependency={job['after'] or '(null)'} Requeue={job['requeue']:d} "
        f"Restarts={job['restarts']} BatchFlag=1 Reboot=0 ExitCode={code} {derived}RunTime={span(elapsed(job), True)} "
        f"TimeLimit={limit(job, hours=True)} TimeMin=N/A SubmitTime={moment(job['submitted'])} "
        f"EligibleTime={moment(job['eligible'], 'Unknown')} AccrueTime={moment(job['eligible'], 'Unknown')} "
        f"StartTime={moment(job['started'], 'Unknown')} EndTime={moment(ends, 'Unknown')} Deadline=N/A "
        f"SuspendTime=None SecsPreSuspend=0 LastSchedEval={moment(job['submitted'])} Scheduler=Main "
        f"Partition={job['partition']} AllocNode:Sid=localhost:2327 ReqNodeList=(null) ExcNodeList=(null) "
        f"NodeList={'vm' if ran(job) else ''} NumNodes={job['nodes']} NumCPUs={job['cpus']} NumTasks=1 "
        f"CPUs/Task={job['cpus']} ReqB:S:C:T=0:0:*:* TRES=cpu={job['cpus']},mem={job['memory']}M,node=1,billing=1 "
        f"Socks/Node=* NtasksPerN:B:S:C=0:0:*:* CoreSpec=* MinCPUsNode={job['cpus']} MinMemoryNode={job['memory']}M "
        f"MinTmpDiskNode=0 Features=(null) DelayBoot=00:00:00 OverSubscribe=OK Contiguous=0 Licenses=(null) "
        f"Network=(null) Command=(null) WorkDir={job['folder']} "
        f"{'Comment=' + job['comment'] + ' ' if job['comment'] else ''}"
        f"StdErr={job['err']} StdIn=/dev/null StdOut={job['out']} Power= "
    )


def configuration(cluster):
    """Those lines of `scontrol show config` that matter to anybody here."""
    kind = "none" if string(cluster, "accounting") == "off" else "slurmdbd"
    most = string(cluster, "max_array")
    enforced = "associations,limits,qos" if string(cluster, "most") else "none"
    lines = {"AccountingStorageEnforce": enforced, "AccountingStorageType": f"accounting_storage/{kind}",
             "ClusterName": "fake", "DefMemPerNode": "UNLIMITED", "EnforcePartLimits": "NO",
             "GresTypes": "gpu" if string(cluster, "gpus") else "(null)", "JobRequeue": "1", "KillWait": "30 sec",
             "MaxArraySize": most, "MaxJobCount": 10000, "MinJobAge": f"{string(cluster, 'min_job_age'):.0f} sec",
             "SLURM_VERSION": "22.05.8", "SlurmctldHost[0]": "vm(127.0.0.1)"}  # fmt: skip
    told = "".join(f"{key:<23} = {value}\n" for key, value in lines.items())
    return f"Configuration data as of {moment(time.time())}\n{told}\nSlurmctld(primary) at vm is UP"


def partition(name):
    longest, usual, up = PARTITIONS[name]
    most, default = ("UNLIMITED" if one is None else span(one * 60, True) for one in (longest, usual))
    return (
        f"PartitionName={name} AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL AllocNodes=ALL "
        f"Default={'YES' if name == 'main' else 'NO'} QoS=N/A DefaultTime={default if usual else 'NONE'} "
        f"DisableRootJobs=NO ExclusiveUser=NO GraceTime=0 Hidden=NO MaxNodes=UNLIMITED MaxTime={most} MinNodes=0 "
        f"LLN=NO MaxCPUsPerNode=UNLIMITED Nodes=vm PriorityJobFactor=1 PriorityTier=1 RootOnly=NO ReqResv=NO "
        f"OverSubscribe=NO OverTimeLimit=NONE PreemptMode=OFF State={'UP' if up else 'DOWN'} TotalCPUs=4 TotalNodes=1 "
        f"SelectTypeParameters=NONE JobDefaults=(null) DefMemPerCPU=100 MaxMemPerNode=UNLIMITED "
        f"TRES=cpu=4,mem=2000M,node=1,billing=4"
    )


def sinfo(folder, cluster, words):
    variables = {"SINFO_FORMAT": "format", "SINFO_PARTITION": "partition"}
    long = "noheader all exact format= partition= version"
    given, _ = options("sinfo", words, "h=noheader o=format p=partition a=all e=exact V=version", long, 1, variables)
    taken, cpus, gpus = sum(job["cpus"] for job in there(cluster) if busy(job)), *map(partial(string, cluster), _HAS)
    for name, (longest, usual, up) in PARTITIONS.items():
        columns = {"P": f"{name}*" if name == "main" else name, "R": name, "a": "up" if up else "down",
                   "l": "infinite" if longest is None else span(longest * 60), "D": "1", "T": "mixed" if taken
                   else "idle", "t": "mix" if taken else "idle", "C": f"{taken}/{cpus - taken}/0/{cpus}",
                   "m": "2000", "G": f"gpu:{gpus}" if gpus else "(null)", "f": "(null)", "c": str(cpus), "N": "vm",
                   "L": "n/a" if usual is None else span(usual * 60)}  # fmt: skip
        if given.get("partition", name) == name:
            print(filled(given.get("format", "%P %a %l %D %T %N"), columns.__getitem__))


_HAS = ("cpus", "gpus")
_BOUNDS = ("maxwall", "maxjobs", "maxsubmit", "grpjobs", "grpsubmit", "maxtres", "grptres", "maxjobspu", "maxsubmitpu",
           "maxtrespu")  # fmt: skip


def sacctmgr(folder, cluster, words):
    """Users, associations and qualities of service, as `show` lists them with `-n -P`."""
    _, rest = options("sacctmgr", words, "n=noheader P=parsable2 V=version", "noheader parsable2 version")
    if string(cluster, "accounting") != "on":
        raise Denied("You are not running a supported accounting_storage plugin\n"
                     "Only 'accounting_storage/slurmdbd' is supported.")  # fmt: skip
    verb, kind, *asked = rest
    fields = next((one.partition("=")[2] for one in asked if one.startswith("format=")), "").split(",")
    most, whose = str(string(cluster, "most") or ""), not string(cluster, "limit").startswith("Assoc")
    none = dict.fromkeys(_BOUNDS, "")
    mine = none | {"cluster": "fake", "account": "tests", "user": "" if "user=" in asked else me(), "partition": "",
                   "qos": "normal", "defaultqos": "normal", "maxsubmit": "" if whose else most}  # fmt: skip
    rows = {"user": {"user": me(), "defaultaccount": "tests"}, "assoc": mine,
            "qos": none | {"name": "normal", "maxsubmitpu": most if whose else ""}}  # fmt: skip
    if verb != "show" or kind not in rows:
        raise Denied(f"No valid entity in {verb} command")
    if wrong := [field for field in fields if field not in rows[kind]]:
        raise Denied(f' Unknown field "{wrong[0]}"')
    print("|".join(rows[kind][field] for field in fields))
