"""What a batch comes to before it is made: jobs, time, bytes, waves, and what its target says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui_batch.desk import Desk
from tui_batch.errors import TuiBatchError
from tui_batch.model import Batch, Limits, Resources, Target
from tui_batch.shown import Weight
from tui_batch.times import clock, span
from tui_batch.widgets.lines import Line
from tui_batch.widgets.progress import counted
from tui_batch.widgets.text_view import pair

if TYPE_CHECKING:
    from tui_batch.sweep import Sweep


@dataclass(frozen=True, slots=True)
class Totals:
    """Lines to be shown, and why the batch cannot be sent at all."""

    lines: Sequence[Line] = ()
    refusal: str = ""
    warned: bool = False


def draft(sweep: "Sweep", name: str) -> Batch:
    """The batch that the sweep would become, as far as a target may have something to say of it."""
    template = sweep.template
    types = {key: template.variable(key).type for key in sweep.varying}
    return Batch(name, Path(), template.name, "", sweep.count, "", sweep.varying, types, sweep.axes,
                 template.resources, template.options, template.results)  # fmt: skip


def totals(desk: Desk, batch: Batch, sweep: "Sweep", target: Target, width: int = 14) -> Totals:
    """All of it, of the batch that the sweep would become. Blocks: some jobs are rendered to know their weight."""
    refusals: list[str] = []
    warnings: list[str] = []
    since: list[str] = []
    limits, files = Limits(), "unknown"
    try:
        problems = desk.check(batch, target)
        warnings = [problem.text for problem in problems if not problem.fatal]
        if fatal := [problem.text for problem in problems if problem.fatal]:
            refusals.append(f"{target.name} cannot run {batch.name}: {'; '.join(fatal)}.")
        limits = desk.limits(batch, target)
        files = weighed(desk.weight(sweep), sweep.count)
    except TuiBatchError as error:
        refusals += str(error).splitlines()
    if warnings and (told := desk.told(target)):
        since.append(f"as {target.name} said at {clock(told, desk.now())}")
    if trouble := desk.size_trouble(sweep.count):
        refusals.append(trouble)
    lines = [
        pair("on", f"{target.name}: {waves(limits, batch.jobs, batch.resources)}", width=width),
        pair("time", taken(batch.jobs, batch.resources), width=width),
        pair("files", files, width=width),
        *(((f"  ! {text}", "trouble"),) for text in refusals),
        *(((f"  ! {text}", "attention"),) for text in warnings),
        *(((f"    {text}", "quiet"),) for text in since),
    ]
    return Totals(lines, " ".join(refusals), bool(warnings))


def waves(limits: Limits, jobs: int, needs: Resources) -> str:
    """In how many turns a target runs so many jobs."""
    if limits.at_once is None:
        text = counted(jobs)
    elif jobs <= limits.at_once:
        text = f"all {counted(jobs)} at once" if jobs > 1 else "1 job"
    else:
        turns = -(-jobs // limits.at_once)
        text = f"{counted(jobs)}, {limits.at_once:,} at once: {turns:,} waves"
        text += f", {span(turns * needs.minutes * 60)} at most" if needs.minutes else ""
    if limits.held is not None and jobs > limits.held:
        text += f"; it takes {limits.held:,}, the others follow as those end"
    return text


def taken(jobs: int, needs: Resources) -> str:
    """The core-hours that so many jobs may take."""
    if needs.minutes is None:
        return "unknown: the template sets none"
    each = f"{needs.cpus} CPU{'s' * (needs.cpus > 1)} for {needs.minutes:g} min each"
    hours = jobs * needs.cpus * needs.minutes / 60
    return f"{f'{hours:,.0f}' if hours >= 10 else f'{hours:.2g}'} core-hours at most: {each}"


def weighed(weight: Weight, jobs: int) -> str:
    """How much is sent."""
    about = "" if weight.exact else "~"
    each = f"{about}{size(weight.jobs // jobs)} each"
    return f"{about}{size(weight.whole)}: {each}" + (f", {size(weight.shared)} shared" if weight.shared else "")


def size(number: int) -> str:
    """A number of bytes in a few letters."""
    amount, unit = float(number), "B"
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if amount < 1000 or unit == "TB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"
