"""How a Grid Engine target is: what is asked to find out, and what is made of the answers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tui_batch.backends.gridengine.calls import ENGLISH
from tui_batch.model import Health
from tui_batch.wire.host import quoted

_PATTERN = frozenset("*?[]!&|(),")  # in a name that stands for several
_COMMANDS = ("qsub", "qstat", "qacct", "qdel", "qhold", "qrls", "qmod")

# Each line begins with what it tells of.
_PROBE = """\
cd {folder} && [ -w . ] && echo "workdir $PWD" && df -Pk . | awk 'NR == 2 {{ print "free", $4 }}'
for one in {commands}; do echo "command $one $(command -v $one)"; done
echo "clock $(date +%s)"
echo "version $(qstat -help 2>/dev/null | head -n 1)"
said=$(qstat -u "$(id -un)" 2>&1 >/dev/null) || echo silent $said
qstat -g c 2>/dev/null | sed -n '3,$s/^\\([^ ]*\\) .*/queue \\1/p'
qconf -spl 2>/dev/null | sed 's/^/environment /'
qconf -sconf 2>/dev/null | sed -n 's/^\\(max_u_jobs\\|max_aj_tasks\\) */limit \\1 /p'
"""


def probe(folder: str) -> str:
    """How are things there?"""
    return ENGLISH + _PROBE.format(folder=quoted([folder]), commands=" ".join(_COMMANDS))


def read(host: str, text: str, now: float, queue: str = "", environment: str = "") -> Health:
    """How the target is, by what a probe told while our clock said `now`; whether it has what jobs are sent to."""
    told: dict[str, list[str]] = defaultdict(list)
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        told[word].append(rest.strip())
    commands = dict(line.partition(" ")[::2] for line in told["command"])
    missing = [name for name, path in commands.items() if not path]
    facts = _facts(told, {path.rpartition("/")[0] for path in commands.values() if path}, now)
    facts = {"host": host, **{key: value for key, value in facts.items() if value}}
    if missing:
        hint = "if they are there only after logging in, set login_shell = true"
        return Health(False, f"{host}: {', '.join(missing)} cannot be found; {hint}.", facts)
    if told["silent"]:
        return Health(False, f"{host}: the queue does not answer: {told['silent'][0]}", facts)
    if not told["workdir"]:
        return Health(False, f"{host}: the workdir cannot be written to.", facts)
    wanted = {
        "queue": (queue.partition("@")[0], told["queue"]),
        "parallel_environment": (environment, told["environment"]),
    }
    for key, (name, there) in wanted.items():
        if name and there and not set(name) & _PATTERN and name not in there:
            return Health(False, f"{host}: `{key}` is {name}, and there is only {', '.join(there)}.", facts)
    return Health(True, f"{facts.get('version', 'Grid Engine')} answers", facts)


def _clock(ahead: float) -> str:
    return f"{ahead:+.0f} s from ours" if abs(ahead) >= 2 else "as ours"


def _facts(told: Mapping[str, Sequence[str]], folders: set[str], now: float) -> Mapping[str, str]:
    limits = dict(line.partition(" ")[::2] for line in told["limit"] if not line.endswith(" 0"))
    return {
        "version": " ".join(told["version"]),
        "commands in": ", ".join(sorted(folders)),
        "queues": ", ".join(told["queue"]),
        "parallel environments": ", ".join(told["environment"]),
        "jobs per person": limits.get("max_u_jobs", ""),
        "tasks per array": limits.get("max_aj_tasks", ""),
        "clock": "".join(_clock(int(clock) - now) for clock in told["clock"]),
        "workdir": " ".join(told["workdir"]),
        "free disk": "".join(f"{int(free) / 2**20:.1f} GB" for free in told["free"]),
    }
