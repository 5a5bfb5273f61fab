"""Slurm with many jobs in its queue: commands whose answers cost a `cat`.

Half of the time the queue is as it was first; half of the time some jobs have moved on, and all that run are older.
"""

import getpass
import json
import re
from itertools import groupby

from tui_batch.backends.slurm.listing import BETWEEN, FIELDS

USER = getpass.getuser()
ARRAY = 1_000  # tasks in each
SECONDS = 10  # from one queue to the other
BEGUN = 25  # one of so many jobs waits in one of them, and runs in the other
MARKER = "20261120-053312-bafodu"
TURNS = BETWEEN.join(("%P", "%i", "%u"))  # what waits, in the order in which it is looked at

SQUEUE = f"""#!/bin/sh
case " $* " in
    *" --json "*) form=json ;;
    *" --Format "*) form=turm ;;
    *" --sort="*) form=turns ;;
    *) form=lines ;;
esac
exec cat "${{0%/*}}/$form.$(($(date +%s) / {SECONDS} % 2))"
"""
QUIET = "#!/bin/sh\n:\n"

# -- one job -----------------------------------------------------------------------------------------------------------


def job(index, later=False, waiting=4, array=ARRAY, marker=MARKER):
    """What there is to say of one, by squeue's letters: one of four waits, and of those some begin."""
    number, task = 7_000_000 + index // array * array, index % array + 1
    waits = waiting and index % waiting == waiting - 1 and not (later and index // waiting % BEGUN == 0)
    moment, minutes = f"{index % 24:02}:{index % 60:02}:07", f"{index % 60:02}:{50 if later else 40}"
    first = index // array * array + 1
    return {
        "A": str(number + task), "F": str(number), "K": str(task), "i": f"{number}_{task}", "u": USER, "P": "batch",
        "T": "PENDING" if waits else "RUNNING", "t": "PD" if waits else "R", "r": "Priority" if waits else "None",
        "S": "N/A" if waits else f"2026-11-20T{moment}", "e": "N/A" if waits else f"2026-11-21T{moment}",
        "M": "0:00" if waits else f"{index % 20}:{minutes}", "l": "1-00:00:00",
        "N": "" if waits else f"node{index % 400:03}", "j": f"scan.{marker}.1-0a1b2c3d.{first}-{first + array - 1}",
    }  # fmt: skip


def lines(jobs, fields=FIELDS):
    """As we ask for it: the tasks of an array that wait are one line."""
    for (number, word), alike in groupby(sorted(jobs, key=_together), _together):
        these = list(alike)
        if word == "PENDING":
            these = [these[0] | {"i": f"{number}_[{','.join(one['K'] for one in these)}]"}]
        for one in these:
            yield re.sub(r"%(\w)", lambda letter, one=one: one[letter[1]], fields) + "\n"


def _together(one):
    return one["F"], one["T"]


# -- as the others ask for it ------------------------------------------------------------------------------------------

_TURM = "AjTuMlS.PN...trFKN."
_AFTER = "###turm###"

# The keys of a job in `squeue --json` as of Slurm 23.11, but for those that are filled in below.
_TEXTS = """admin_comment allocating_node array_task_string batch_features burst_buffer burst_buffer_state
    cluster_features comment container container_id cpus_per_tres cron dependency excluded_nodes extra failed_node
    features federation_origin federation_siblings_active federation_siblings_viable het_job_id_set licenses
    mail_user mcs_label memory_per_tres network prefer required_nodes resv_name scheduled_nodes selinux_context
    state_description system_comment tres_bind tres_freq tres_per_job tres_per_node tres_per_socket tres_per_task
    wckey"""
_NUMBERS = """array_max_tasks cores_per_socket billable_tres cpus_per_task cpu_frequency_minimum cpu_frequency_maximum
    cpu_frequency_governor deadline delay_boot het_job_id het_job_offset last_sched_evaluation max_cpus max_nodes
    tasks_per_core tasks_per_tres tasks_per_node tasks_per_socket tasks_per_board cpus node_count tasks memory_per_cpu
    memory_per_node minimum_cpus_per_node minimum_tmp_disk_per_node pre_sus_time preempt_time preemptable_time priority
    resize_time sockets_per_node suspend_time threads_per_core time_limit time_minimum"""
_PLAIN = (
    "association_id core_spec thread_spec nice minimum_switches restart_cnt sockets_per_board maximum_switch_wait_time"
)
_LISTS = "flags gres_detail job_size_str mail_type profile shared exclusive show_flags"
_FLAGS = "batch_flag contiguous hold reboot requeue oversubscribe"


def _number(value):
    return {"set": True, "infinite": False, "number": value}


def _exit():
    return {"status": ["SUCCESS"], "return_code": _number(0), "signal": {"id": _number(0), "name": ""}}


def record(one):
    """A job as JSON has it."""
    began, sent = 0 if one["T"] == "PENDING" else 1795148026, _number(1795140000)
    known = {
        "account": "proj1", "cluster": "testbed", "command": "/scratch/alice/scan/job.sh", "user_name": USER,
        "user_id": 1000, "group_id": 1000, "group_name": "users", "qos": "normal", "partition": one["P"],
        "job_id": int(one["A"]), "array_job_id": _number(int(one["F"])), "array_task_id": _number(int(one["K"])),
        "name": one["j"], "nodes": one["N"], "batch_host": one["N"], "job_state": [one["T"]], "state_reason": one["r"],
        "accrue_time": sent, "eligible_time": sent, "submit_time": sent, "start_time": _number(began),
        "end_time": _number(began and began + 86400), "exit_code": _exit(), "derived_exit_code": _exit(),
        "standard_output": f"/scratch/alice/scan/{one['i']}.out", "standard_error": "",
        "standard_input": "/dev/null", "current_working_directory": "/scratch/alice/scan", "power": {"flags": []},
        "tres_req_str": "cpu=8,mem=16G,node=1,billing=8", "tres_alloc_str": "cpu=8,mem=16G,node=1,billing=8",
    }  # fmt: skip
    cores = {str(core): "allocated" for core in range(8)}
    node = {"sockets": {"0": {"cores": cores}}, "nodename": one["N"], "cpus_used": 0, "memory_used": 0}
    held = {"nodes": one["N"], "allocated_cores": 8, "allocated_hosts": 1, "allocated_nodes": [node]}
    return (
        dict.fromkeys(_TEXTS.split(), "") | {key: _number(0) for key in _NUMBERS.split()}
        | dict.fromkeys(_PLAIN.split(), 0) | {key: [] for key in _LISTS.split()} | dict.fromkeys(_FLAGS.split(), False)
        | known | ({"job_resources": held} if began else {})
    )  # fmt: skip


def as_json(jobs):
    """All of them; squeue indents."""
    return json.dumps({"meta": {}, "jobs": [record(one) for one in jobs], "warnings": [], "errors": []}, indent=1)


def as_turm(jobs):
    known = {".": "/scratch/alice/scan/job.sh"}
    return "".join("".join(f"{(one | known)[letter]}{_AFTER}" for letter in _TURM) + "\n" for one in jobs)


# -- all of it ---------------------------------------------------------------------------------------------------------


def commands(folder, number, with_json):
    """A folder for the path: Slurm's commands, that say what is in its queue."""
    folder.mkdir(parents=True)
    for later in (0, 1):
        jobs = [job(index, bool(later)) for index in range(number)]
        (folder / f"lines.{later}").write_text("".join(lines(jobs)))
        (folder / f"turns.{later}").write_text("".join(lines([one for one in jobs if one["T"] == "PENDING"], TURNS)))
        (folder / f"turm.{later}").write_text(as_turm(jobs))
        if with_json:
            (folder / f"json.{later}").write_text(as_json(jobs))
    for name, text in {"squeue": SQUEUE, **dict.fromkeys(("sinfo", "scontrol", "sacct", "sbatch"), QUIET)}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder
