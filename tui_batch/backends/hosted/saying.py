"""What all kinds of schedulers say alike of their settings, and of a batch before it goes."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from tui_batch.backends.hosted import arrays
from tui_batch.backends.hosted.arrays import Group
from tui_batch.model import Job, Problem
from tui_batch.wire.host import HostSettings


def too_small(settings: object, least: Mapping[str, int], where: str) -> Iterator[str]:
    """Which settings are less than they may be."""
    for key, number in least.items():
        if (value := getattr(settings, key)) < number:
            yield f"{where}: {key} must be at least {number}, not {value:g}."


def problems(command: str, taken: Sequence[str], at_once: int, as_arrays: bool) -> Iterator[Problem]:
    """What is wrong with a person's own words for a command, of which these take the place of ours, and with limits."""
    yield from (Problem(f"the word {word} for {command} would take the place of ours") for word in taken)
    if at_once and not as_arrays:
        yield Problem("at_once counts within an array, and arrays is false: it does nothing", fatal=False)


def why(at_once: int) -> str:
    """Why a job that was taken has not begun."""
    return f"waiting for its turn{f', at most {at_once} of an array at once' if at_once else ''}"


def preview(settings: HostSettings, job: Job, files: Mapping[str, str], call: Callable[[Group, str], str]) -> str:
    """The call that would be made for a job, were it alone, and what it runs."""
    [group] = arrays.groups([job], 1)
    others = sorted(set(files) - {"command"})
    where = f"# in jobs/{job.attempt}/{job.name}{', with ' if others else ''}{', '.join(others)}"
    called = call(group, f"{settings.workdir}/{job.submission}")
    return "\n".join([f"# on {settings.host or 'this machine'}", called, where, files.get("command", "")])
