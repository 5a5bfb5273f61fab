"""What is sent to Grid Engine: the words of a call, the script of its tasks; and all questions."""

import math
import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from tui_batch import indices, tables
from tui_batch.backends.hosted import arrays
from tui_batch.backends.hosted.arrays import Group
from tui_batch.errors import ConfigError
from tui_batch.model import Batch, Job
from tui_batch.wire.host import quoted

if TYPE_CHECKING:
    from tui_batch.backends.gridengine import Settings

# Words and times as we read them, whatever the person's own settings are.
ENGLISH = "LC_ALL=C TZ=UTC; export LC_ALL TZ\n"


# -- sending -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Options:
    """What a template may say in `[options.gridengine]`, instead of the target."""

    queue: str
    project: str
    parallel_environment: str
    extra: tuple[str, ...]


def options(settings: "Settings", batch: Batch) -> Options:
    """The target's, but for what the batch's template says; a ConfigError lists what is wrong with that."""
    ours = {one.name: getattr(settings, one.name) for one in fields(Options)}
    said = {**ours, "extra": list(settings.extra), **batch.options.get("gridengine", {})}
    return tables.build(Options, said, f"{batch.template}: options.gridengine", ConfigError)


def words(settings: "Settings", asked: Options, group: Group, name: str, folder: str) -> list[str]:
    """A call of `qsub`."""
    first, many = group.jobs[0], len(group.jobs)
    said = ["qsub", "-terse", "-N", name, "-ac", f"tui_batch={first.submission}"]
    said += ["-S", "/bin/sh", "-r", "n", "-wd", folder, "-o", "/dev/null", "-j", "y"]
    if many > 1:
        said += ["-t", f"1-{many}"]
        said += ["-tc", str(settings.at_once)] if settings.at_once else []
    if wanted := _resources(settings, first):
        said += ["-l", ",".join(wanted)]
    if first.resources.cpus > 1:
        said += ["-pe", asked.parallel_environment, str(first.resources.cpus)]
    said += ["-q", asked.queue] if asked.queue else []
    said += ["-P", asked.project] if asked.project else []
    return [*said, *asked.extra]


def _resources(settings: "Settings", job: Job) -> list[str]:
    needs, wanted = job.resources, []
    if needs.minutes:
        seconds = math.ceil(60 * needs.minutes)
        wanted.append(f"h_rt={seconds}")
        if 0 < settings.soft_seconds < seconds:
            wanted.append(f"s_rt={seconds - settings.soft_seconds}")
    if needs.memory_mb and settings.memory_key:
        wanted.append(f"{settings.memory_key}={math.ceil(needs.memory_mb / needs.cpus)}M")  # it is asked for each slot
    if needs.gpus:
        wanted.append(f"{settings.gpu_key}={needs.gpus}")
    return wanted


# The shell stays, to mend a code: Grid Engine runs a job again that ends with 99, and one that ends with 100 stays in
# its queue as an error. Signals go to the whole group, so it must outlive those that the job is to deal with.
_TASK = """\
#!/bin/sh
tui_batch=$PWD
{setup}trap : TERM INT HUP USR1 USR2 XCPU
case $SGE_TASK_ID in undefined | '') task=1 id=$JOB_ID ;; *) task=$SGE_TASK_ID id=$JOB_ID.$SGE_TASK_ID ;; esac
/bin/sh "$tui_batch/task.sh" "$tui_batch" {list} $((task + {before})) "$id"
code=$?
case $code in 99 | 100) exit 1 ;; esac
exit $code
"""


def script(settings: "Settings", batch: Batch, group: Group, folder: str) -> str:
    """The lines of sh that send a group: `qsub` with the script of its tasks."""
    called = arrays.name(batch.name, group.jobs[0].submission, group.key)
    line = quoted(words(settings, options(settings, batch), group, called, folder))
    setup = "".join(f"{one}\n" for one in settings.setup)
    task = _TASK.format(setup=setup, list=group.list, before=group.first - 1)
    return f"{line} <<'end of task'\n{task}end of task"


# -- asking and telling ------------------------------------------------------------------------------------------------

LIST = f'{ENGLISH}qstat -xml -r -u "$(id -un)"'

# An account has 45 lines; these are read. The accounting is a file that may be large and far away: the queue is listed
# although it does not answer.
_ACCOUNT = """\
patience=; ! command -v timeout >/dev/null || patience='timeout {seconds}'
for one in {wanted}; do
    $patience qacct -j "$one" | grep -E '^(=+$|({fields}) )'
done
"""
_SECONDS = 15
_FIELDS = "jobname|jobnumber|taskid|failed|exit_status|start_time|end_time|ru_wallclock|maxvmem"
_ONE_BY_ONE = 8
ACCOUNT_SECONDS = _SECONDS * _ONE_BY_ONE + 30.0


def explain(numbers: Sequence[str]) -> str:
    """Why do these wait?"""
    return f"{ENGLISH}qstat -j {','.join(numbers)}"


def account(jobs: Sequence[Job]) -> str:
    """How did these end? Of many numbers all that a submission has are asked for at once."""
    wanted = sorted({job.id.partition(".")[0] for job in jobs})
    if len(wanted) > _ONE_BY_ONE:
        wanted = sorted({pattern(job.submission) for job in jobs})
    return accounted(wanted)


def accounted(wanted: Sequence[str]) -> str:
    """The accounts of these numbers or patterns of names."""
    return ENGLISH + _ACCOUNT.format(wanted=quoted(wanted), fields=_FIELDS, seconds=_SECONDS)


def pattern(submission: str) -> str:
    """What fits the names of all jobs of a submission."""
    return f"*.{submission}.*"


def telling(command: Sequence[str], chosen: Sequence[str]) -> str:
    """Have something done to these jobs."""
    return ENGLISH + quoted([*command, *chosen])


def chosen(wanted: Collection[str]) -> list[str]:
    """Ids as the commands take them, the tasks of an array as ranges; what cannot be an id is left out."""
    by_number: dict[str, list[int]] = defaultdict(list)
    for one in wanted:
        if re.fullmatch(r"\d+(\.\d+)?", one):
            number, _, task = one.partition(".")
            by_number[number] += [int(task)] if task else []
    return [
        f"{number}.{span}" if span else number
        for number, tasks in by_number.items()
        for span in indices.to_text(tasks).split(",")
    ]


# What qsub must hear from us alone: another answer, another place, another way to run.
_OURS = (
    "-N",
    "-ac",
    "-b",
    "-e",
    "-j",
    "-o",
    "-r",
    "-S",
    "-sync",
    "-t",
    "-terse",
    "-wd",
    "-cwd",
    "-now",
    "-verify",
)


def ours(extra: Sequence[str]) -> Sequence[str]:
    """Those of a person's words for qsub that would take the place of ours."""
    return [word for word in extra if word in _OURS]
