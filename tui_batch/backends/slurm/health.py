"""How a Slurm target is and what it offers: what is asked to find out, and what is made of the answers."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from tui_batch.backends.slurm import calls, fitting, offer
from tui_batch.backends.slurm.fitting import Asked
from tui_batch.backends.slurm.offer import ACCOUNT_FIELDS, NODE_FIELDS, QOS_FIELDS, Offer, Partition
from tui_batch.model import Health
from tui_batch.times import stamp
from tui_batch.wire.host import quoted

_COMMANDS = ("sbatch", "squeue", "scancel", "scontrol", "sinfo", "sacct")
_CONFIG = ("AccountingStorageEnforce", "AccountingStorageType", "ClusterName", "DefMemPerCPU", "EnforcePartLimits",
           "MaxArraySize", "MaxJobCount")  # fmt: skip

# Each line begins with what it tells of. The controller is asked first whether it is there, since any other question
# would wait long for one that is not; and each question has its own patience, lest one that hangs take all the others
# with it.
_PROBE = """\
cd {folder} && [ -w . ] && echo "workdir $PWD" && df -Pk . | awk 'NR == 2 {{ print "free", $4 }}'
for one in {commands}; do echo "command $one $(command -v $one)"; done
{patience}me=$(id -un)
ask() {{
    word=$1
    shift
    said=$($patience "$@" 2>&1) || word="failed $word $?"
    printf '%s\\n' "$said" | sed "s/^/$word /"
    [ "${{word#failed}}" = "$word" ]
}}
echo "clock $(date +%s)"
echo "user $me"
echo "groups $(id -Gn)"
ask version sbatch --version || exit 0
pinged=$(ask ping scontrol ping)
printf '%s\\n' "$pinged"
case $pinged in *' UP'*)
    ask config scontrol show config | grep -E '^(failed|config ({config}) )'
    ask partition scontrol -a -o show partition &&
        ask nodes sinfo -a -h -e -o '{nodes}'
esac
ask accounting sacct -n -X -S now -o jobid && ask usual sacctmgr -n -P show user "$me" format=user,defaultaccount &&
    ask qos sacctmgr -n -P show qos format={qos} &&
    ask account sacctmgr -n -P show assoc user="$me" format={accounts} && {{
    mine=$(printf '%s\\n' "$said" | cut -d '|' -f 2 | sort -u | paste -s -d , -)
    ask account sacctmgr -n -P show assoc user= account="$mine" format={accounts}
}}
:
"""
_PATIENCE = 10  # seconds for each of nine questions
SECONDS = 120.0


def probe(folder: str) -> str:
    """How are things there?"""
    return _PROBE.format(
        folder=quoted([folder]), commands=" ".join(_COMMANDS), config="|".join(_CONFIG),
        patience=calls.patient(_PATIENCE), nodes=NODE_FIELDS, qos=",".join(QOS_FIELDS),
        accounts=",".join(ACCOUNT_FIELDS),
    )  # fmt: skip


def read(host: str, text: str, began: float, ended: float, asked: Asked) -> Health:
    """How the target is, by what a probe told between two moments of our clock; whether it has what is asked for."""
    told: dict[str, list[str]] = defaultdict(list)
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        told[word].append(rest.strip())
    failed: dict[str, list[str]] = defaultdict(list)
    for line in told["failed"]:
        word, code, *said = line.split(maxsplit=2)
        silence = f"no answer in {_PATIENCE} s" if code == "124" else f"exit {code}"
        failed[word].append(re.sub(r"^\w+: error: ", "", said[0]).rstrip(".") if said else silence)
    offered = offer.offered(told, stamp(ended)) if told["partition"] and told["config"] else None
    commands = dict(line.partition(" ")[::2] for line in told["command"])
    folders = {path.rpartition("/")[0] for path in commands.values() if path}
    facts = {"host": host, **_here(told, folders, began, ended), **_accounting(told, failed)}
    facts |= _offered(offered) if offered else {"partitions": "; ".join(failed["partition"] or failed["config"])}
    facts = {key: value for key, value in facts.items() if value}
    wrong = _wrong(told, failed, [name for name, path in commands.items() if not path])
    if not wrong and offered:
        wrong = next((f"{problem.text}." for problem in fitting.unknown(offered, asked)), "")
    detail = f"{host}: {wrong}" if wrong else f"{facts.get('version', 'Slurm')} answers"
    return Health(not wrong, detail, facts, offer.table(offered) if offered else {})


def _wrong(told: Mapping[str, Sequence[str]], failed: Mapping[str, Sequence[str]], missing: Sequence[str]) -> str:
    """Why no job can be sent there; "" where one can."""
    if not told["clock"]:
        return "no whole answer came; nothing is known of it."
    if missing:
        hint = "if they are there only after logging in, set login_shell = true"
        return f"{', '.join(missing)} cannot be found; {hint}."
    if failed["version"]:
        return f"Slurm cannot be used: {failed['version'][0]}."
    if not any(" UP" in line for line in (*told["ping"], *failed["ping"])):
        return f"the controller of Slurm does not answer: {'; '.join(failed['ping'][:2]) or 'it says nothing'}."
    return "" if told["workdir"] else "the workdir cannot be written to."


def _here(told: Mapping[str, Sequence[str]], folders: set[str], began: float, ended: float) -> Mapping[str, str]:
    ahead = [int(clock) - max(began, min(int(clock), ended)) for clock in told["clock"]]
    return {
        "version": " ".join(told["version"]),
        "you": " ".join(told["user"]),
        "commands in": ", ".join(sorted(folders)),
        "clock": "".join(f"{one:+.0f} s from ours" if abs(one) >= 2 else "as ours" for one in ahead),
        "workdir": " ".join(told["workdir"]),
        "free disk": "".join(f"{int(free) / 2**20:.1f} GB" for free in told["free"]),
    }


def _accounting(told: Mapping[str, Sequence[str]], failed: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """Whether ends can be looked up, and what of the limits cannot."""
    if wrong := failed["accounting"]:
        off = "disabled" in wrong[0]
        return {"accounting": "none: how jobs ended is read from what they leave" if off else f"silent: {wrong[0]}"}
    if not told["accounting"]:
        return {}
    silent = [what for question, what in (("account", "accounts"), ("qos", "qos")) if failed[question]]
    return {"accounting": f"answers, but does not tell {' and '.join(silent)}" if silent else "answers"}


# -- what it offers, in words ------------------------------------------------------------------------------------------


def _offered(offered: Offer) -> Mapping[str, str]:
    usual = " (default)"
    accounts = (f"{one.name}{usual * (one.name == offered.usual_account)}{_most(one)}" for one in offered.accounts)
    return {
        "cluster": offered.cluster,
        "accounts": "; ".join(accounts),
        "qos": "; ".join(f"{one.name}{_most(one)}" for one in offered.qos),
        "array": f"at most {offered.most_tasks - 1:,} jobs" if offered.most_tasks else "",
        **{f"partition {one.name}": _partition(one) for one in offered.partitions},
    }


def _most(one: offer.Bounds) -> str:
    """What its limits are, in brackets."""
    said = [f"{one.running:,} run"] if one.running is not None else []
    said += [f"{one.queued:,} jobs"] if one.queued is not None else []
    said += [fitting.duration(one.minutes)] if one.minutes is not None else []
    said += [f"{amount:,} {fitting.words(name)}" for name, amount in one.together.items()]
    return f" (at most {', '.join(said)})" if said else ""


def _partition(one: Partition) -> str:
    said = ["default"] if one.default else []
    said += [one.state.lower()] if one.state != "UP" else []
    said += ["hidden"] if one.hidden else []
    said += [f"at most {fitting.duration(one.minutes)}" if one.minutes is not None else "any time"]
    said += [f"{fitting.duration(one.usual_minutes)} unless asked"] if one.usual_minutes is not None else []
    for alike in one.nodes:
        kinds = f" {'/'.join(alike.gpu_types)}" if alike.gpu_types else ""
        gpus = f", {alike.gpus}{kinds} GPUs" if alike.gpus else ""
        up = f" ({alike.up:,} up)" if alike.up < alike.number else ""
        said.append(f"{alike.number:,}{up} x {alike.cpus} CPUs, {fitting.memory(alike.memory_mb)}{gpus}")
    said += [] if one.nodes else [f"{one.number:,} nodes, {one.cpus:,} CPUs"]
    said += [f"only for {', '.join(one.accounts or one.groups)}"] if one.accounts or one.groups else []
    return "; ".join(said)
