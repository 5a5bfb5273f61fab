"""A Slurm of files and processes, for machines without one.

    python -I -S slurm_fake FOLDER COMMAND ARGUMENTS...

Each command looks what is free and starts what waits, so there is no daemon. What a test may do to it is in `strings`
of `FOLDER/cluster.json`; see `cluster.STRINGS`. It answers as the real one (22.05) was seen to, also where that is odd,
minds the environment as that does, and refuses every option that was not needed yet.
"""

import json
import sys
import time
from pathlib import Path

from cluster import STRINGS, TIMED_OUT, Denied, opened, string
from looking import sacct, squeue
from running import reaper, shepherd, start_what_waits
from sending import sbatch
from showing import sacctmgr, sinfo
from telling import scancel, scontrol

NO_CONTROLLER = "Unable to contact slurm controller (connect failure)"
_DONE = {one.__name__: one for one in (sbatch, squeue, sacct, scontrol, scancel, sinfo, sacctmgr)}
_SPOKEN = {  # how commands say that they did not get through
    "sbatch": "sbatch: error: Batch job submission failed: {}", "squeue": "slurm_load_jobs error: {}",
    "sinfo": "slurm_load_partitions error: {}", "scontrol": "slurm_load_jobs error: {}",
    "scancel": "scancel: error: Kill job error on job id 1: {}", "sacct": "sacct: error: {}",
    "sacctmgr": "sacctmgr: error: {}",
}  # fmt: skip


def main(folder, command, words):
    if command in ("shepherd", "reaper"):
        return {"shepherd": shepherd, "reaper": reaper}[command](folder, *words)
    with opened(folder) as cluster:
        pulled = {name: string(cluster, name) for name in STRINGS}
        with (folder / "calls").open("a") as calls:
            calls.write(json.dumps([command, *words]) + "\n")
    if {"-V", "--version"} & {*words}:
        print("slurm-wlm 22.05.8")
        return 0
    print(pulled["banner"], end="", flush=True)
    code = carried_out(folder, command, words, pulled)
    print(pulled["banner"], end="")
    return code


def carried_out(folder, command, words, pulled):
    if command in pulled["hang"]:
        time.sleep(600)
    if command in pulled["timed_out"]:
        print(_SPOKEN[command].format(TIMED_OUT), file=sys.stderr)
        return pulled["timed_out"][command]
    if pulled["down"] and not command.startswith("sacct"):
        if words[:1] == ["ping"]:
            print("Slurmctld(primary) at vm is DOWN")
            return 1
        time.sleep(pulled["patience"])
        print(_SPOKEN[command].format(NO_CONTROLLER), file=sys.stderr)
        return 8 if command == "scancel" else 1
    with opened(folder) as cluster:
        start_what_waits(folder, cluster)
        try:
            return _DONE[command](folder, cluster, words) or 0
        except Denied as denied:
            print(denied, file=sys.stderr)
            return denied.code
        except TimeoutError:
            pass
    sys.stdout.flush()
    time.sleep(600)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
