"""What is sent to Slurm: the words of a call, the script of its tasks; and all questions."""

import math
import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui_batch import indices, tables
from tui_batch.backends.hosted import arrays
from tui_batch.backends.hosted.arrays import Group
from tui_batch.backends.slurm.listing import BETWEEN, FIELDS, number_of
from tui_batch.errors import ConfigError
from tui_batch.model import Batch, Job
from tui_batch.wire.host import quoted

if TYPE_CHECKING:
    from tui_batch.backends.slurm import Settings

# Whoever sits in a job of Slurm's, or has set how its commands answer, has variables that would change what is asked
# and what is sent.
_PLAIN = """\
unset $(awk 'BEGIN { for (one in ENVIRON) if (one ~ /^(SLURM|SBATCH|SQUEUE|SACCT|SINFO|SCANCEL)_/) print one }' |
    grep -vx SLURM_CONF) nothing
"""
# Words and times as we read them, and lists of tasks whole, however long.
_ENGLISH = """\
LC_ALL=C TZ=UTC SLURM_TIME_FORMAT=standard SLURM_BITSTR_LEN=0
export LC_ALL TZ SLURM_TIME_FORMAT SLURM_BITSTR_LEN
"""


def plain(conf: str) -> str:
    """What comes before a call: nothing but its own words counts; `conf` names the cluster if it is not the usual."""
    return _PLAIN + (f"export {quoted([f'SLURM_CONF={conf}'])}\n" if conf else "")


def english(conf: str) -> str:
    """What comes before a question."""
    return plain(conf) + _ENGLISH


def patient(seconds: float) -> str:
    """What comes before `$patience COMMAND`: one that hangs is given up, where the host can do that."""
    return f"patience=; ! command -v timeout >/dev/null || patience='timeout {seconds:g}'\n"


# -- sending -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Options:
    """What a template may say in `[options.slurm]`, instead of the target."""

    partition: str
    account: str
    qos: str
    constraint: str
    nodes: int
    extra: tuple[str, ...]


def options(settings: "Settings", batch: Batch) -> Options:
    """The target's, but for what the batch's template says; a ConfigError lists what is wrong with that."""
    ours = {one.name: getattr(settings, one.name) for one in fields(Options)}
    said = {**ours, "extra": list(settings.extra), **batch.options.get("slurm", {})}
    return tables.build(Options, said, f"{batch.template}: options.slurm", ConfigError)


def words(settings: "Settings", asked: Options, group: Group, name: str, folder: str) -> list[str]:
    """A call of `sbatch`."""
    first, many = group.jobs[0], len(group.jobs)
    said = ["sbatch", "--parsable", f"--job-name={name}", f"--comment=tui_batch={first.submission}"]
    said += [f"--chdir={folder}", "--output=/dev/null", "--error=/dev/null"]
    said += ["--requeue" if settings.requeue else "--no-requeue"]
    if many > 1:
        said += [f"--array=1-{many}" + (f"%{settings.at_once}" if settings.at_once else "")]
    said += _resources(settings, first)
    for key in ("partition", "account", "qos", "constraint"):
        said += [f"--{key}={getattr(asked, key)}"] if getattr(asked, key) else []
    said += [f"--nodes={asked.nodes}"] if asked.nodes else []
    return [*said, *asked.extra]


def _resources(settings: "Settings", job: Job) -> list[str]:
    needs, wanted = job.resources, []
    if needs.minutes:
        wanted.append(f"--time={math.ceil(needs.minutes)}")
        if 0 < settings.signal_seconds < 60 * needs.minutes:
            wanted.append(f"--signal=B:USR1@{settings.signal_seconds}")
    if needs.memory_mb:
        wanted.append(f"--mem={needs.memory_mb}M")
    if needs.cpus > 1:
        wanted.append(f"--cpus-per-task={needs.cpus}")
    if needs.gpus:
        count = f"{settings.gpu_type}:{needs.gpus}" if settings.gpu_type else str(needs.gpus)
        wanted.append(f"--gres=gpu:{count}" if settings.gpu_key == "gres" else f"--gpus={count}")
    return wanted


SEND_SECONDS = 300.0  # sbatch tries again by itself where the controller takes no job for the moment

_TASK = """\
#!/bin/sh
{setup}task=1 id=$SLURM_JOB_ID TUI_BATCH_ALONE=yes
export TUI_BATCH_ALONE # of a cancelled job the queue tells the first shell alone
[ ! "$SLURM_ARRAY_TASK_ID" ] || {{ task=$SLURM_ARRAY_TASK_ID; id=${{SLURM_ARRAY_JOB_ID}}_$task; }}
exec /bin/sh {task} {folder} {list} $((task + {before})) "$id"
"""


def script(settings: "Settings", batch: Batch, group: Group, folder: str) -> str:
    """The lines of sh that send a group: `sbatch` with the script of its tasks."""
    called = arrays.name(batch.name, group.jobs[0].submission, group.key)
    line = quoted(words(settings, options(settings, batch), group, called, folder))
    task = _TASK.format(
        setup="".join(f"{one}\n" for one in settings.setup), task=quoted([f"{folder}/task.sh"]),
        folder=quoted([folder]), list=group.list, before=group.first - 1,
    )  # fmt: skip
    return f"{plain(settings.conf)}{patient(SEND_SECONDS)}$patience {line} <<'end of task'\n{task}end of task"


# What sbatch must hear from us alone: another answer, another place, another way to run.
_OURS = frozenset(
    ("--array", "--chdir", "--clusters", "--comment", "--error", "--help", "--input", "--job-name", "--no-requeue",
     "--output", "--parsable", "--quiet", "--requeue", "--test-only", "--usage", "--version", "--wait", "--wrap")
)  # fmt: skip
_SHORT = frozenset("aDeiJMohQVW")


def ours(extra: Sequence[str]) -> Sequence[str]:
    """Those of a person's words for sbatch that would take the place of ours."""
    return [
        word
        for word in extra
        if word.partition("=")[0] in _OURS or (word[:1] == "-" and word[:2] != "--" and word[1:2] in _SHORT)
    ]


# -- asking ------------------------------------------------------------------------------------------------------------

LIST = f"squeue -h -a -t all -u \"$(id -un)\" -o '{FIELDS}'"


def apart(numbers: Collection[str]) -> str:
    """The same of these arrays, with a line for each task."""
    return f"{LIST} -r -j {','.join(sorted(numbers))}"


_ACCOUNT = ("jobid", "jobname", "state", "exitcode", "derivedexitcode", "start", "end", "elapsedraw", "timelimitraw",
            "reqmem", "maxrss", "nodelist")  # fmt: skip
_BLOCK = 100  # ids in one call: more have been seen to hang
_ONE_BY_ONE = 20
PATIENCE = 45.0  # the queue is read although the accounting does not answer
ACCOUNT_SECONDS = 2 * PATIENCE + 30.0
CUT_SHORT = 75  # the code where not all was asked for: the others are next time
_BEGIN = "begun=$(date +%s)\n"
_ENOUGH = f"[ $(($(date +%s) - begun)) -lt {PATIENCE:g} ] || exit {CUT_SHORT}"


def account(ids: Collection[str]) -> str:
    """How did these end? Each with its steps, which tell of memory; of very many whole arrays are asked for."""
    wanted = sorted(ids) if len(ids) <= _BLOCK else sorted(set(map(number_of, ids)))
    blocks = (wanted[at : at + _BLOCK] for at in range(0, len(wanted), _BLOCK))
    line = f"$patience sacct -n -P --delimiter='{BETWEEN}' -o {','.join(_ACCOUNT)} -j "
    each = f"{_ENOUGH}\n".join(f"{line}{','.join(block)} || exit\n" for block in blocks)
    return f"{patient(PATIENCE)}{_BEGIN}{each}"


def remembered(submission: str) -> str:
    """Which jobs does the accounting have of a submission? Those that never could begin are not found by a time."""
    since = _made(submission) - timedelta(days=1)  # the clock there may be behind
    line = f"sacct -X -n -P --delimiter='{BETWEEN}' -o jobid,reason,jobname -u \"$(id -un)\" -S {since:%Y-%m-%dT%T}"
    return f"told=$({line}) || exit\nprintf '%s\\n' \"$told\" | grep -F {quoted([f'.{submission}.'])}\n:"


def _made(submission: str) -> datetime:
    """When a submission was made: its id begins with that."""
    return datetime.strptime(submission[:15], "%Y%m%d-%H%M%S")


def details(ids: Collection[str]) -> str:
    """What does the controller still know of these? It is asked for one job or one array at a time."""
    wanted = sorted(ids) if len(ids) <= _ONE_BY_ONE else sorted(set(map(number_of, ids)))
    each = f'{_ENOUGH}; $patience scontrol -o show job "$one"'
    return f"{patient(PATIENCE)}{_BEGIN}for one in {quoted(wanted)}; do {each}; done\n:"


BIGGEST_ARRAY = "scontrol show config | sed -n 's/^MaxArraySize *= *//p'"

# Lines that wait, in the order in which they are looked at, counted for each partition; of the person's own the place.
TURNS = f"""\
{patient(10)}$patience squeue -h -a -t PD --sort=-p,i -o '%P{BETWEEN}%i{BETWEEN}%u' |
    awk -F '{BETWEEN}' -v me="$(id -un)" '
    {{ all[$1]++; if ($3 == me) {{ mine++; place[mine] = $2 FS all[$1]; where[mine] = $1 }} }}
    END {{ for (one = 1; one <= mine; one++) print place[one] FS all[where[one]] }}'
"""


# -- telling -----------------------------------------------------------------------------------------------------------


def chosen(wanted: Collection[str]) -> list[str]:
    """Ids as the commands take them, the tasks of an array together; what cannot be an id is left out."""
    by_number: dict[str, list[int]] = defaultdict(list)
    for one in wanted:
        if re.fullmatch(r"\d+(_\d+)?", one):
            number, _, task = one.partition("_")
            by_number[number] += [int(task)] if task else []
    return [
        f"{number}_[{indices.to_text(tasks)}]" if len(tasks) > 1 else f"{number}_{tasks[0]}" if tasks else number
        for number, tasks in by_number.items()
    ]


def limited(chosen: Sequence[str], minutes: float) -> str:
    """Give these another limit of time; that one is refused keeps none of the others from it."""
    words = f'"jobid=$one" timelimit={math.ceil(minutes)}'
    each = f"for one in {quoted(chosen)}; do scontrol update {words} || code=$?; done"
    return f"code=0\n{each}\nexit $code"
