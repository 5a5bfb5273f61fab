"""What went wrong with a job, at a glance: how it ended, against what it asked for, its last words, and what to do."""

from collections.abc import Mapping, Sequence

from tui_batch import signals
from tui_batch.desk import Desk
from tui_batch.model import Resources, Status, Submission
from tui_batch.screens.rows import duration
from tui_batch.screens.streams import called, is_
from tui_batch.shown import JobRow
from tui_batch.states import ENDED, JobState
from tui_batch.times import lasted
from tui_batch.widgets.lines import Line
from tui_batch.widgets.log_tail import last_lines
from tui_batch.widgets.text_view import heading, pair

SAYS = "the target says"  # the longest of the labels
FEWEST, LAST_WORDS = 3, 8  # lines of the log: the page is whole with them at 80x24
UNSUCCESSFUL = ENDED - {JobState.SUCCEEDED, JobState.CANCELLED}
_TO_DO = {
    JobState.TIMED_OUT: "{} runs it again with more time",
    JobState.OUT_OF_MEMORY: "{} runs it again with more memory",
    JobState.NODE_FAILED: "{} runs it again: its node failed, not the job",
    JobState.PREEMPTED: "{} runs it again: another job took its place",
    JobState.REJECTED: "{} sends it again, when what was refused is mended",
    JobState.LOST: "{} runs it again, if it is not to be found",
}


def account(row: JobRow, needs: Resources, again: str) -> list[Line]:
    """How it ended, and what to do; `again` is the key that runs it again. Nothing of a job that did not fail."""
    status = row.status
    if status.state not in UNSUCCESSFUL:
        return []
    word, to_do = status.state.replace("_", " "), _TO_DO.get(status.state, "{} runs it again")
    shown = {
        "memory": memory(status, needs),
        "time": time(row, needs),
        "exit code": exit_code(status),
        SAYS: "" if status.detail in _no_news(status) else status.detail,
    }
    return [
        (("Failed" if word == "failed" else f"Failed: {word}", "trouble"),),
        *(pair(label, value, width=len(SAYS)) for label, value in shown.items() if value),
        *([pair("to do", to_do.format(again), "key", width=len(SAYS))] if again else []),
        (),
    ]


def _no_news(status: Status) -> tuple[str, str]:
    """What says no more than the exit code does."""
    return f"exit {status.exit_code}", f"killed by signal {signals.of_code(status.exit_code)}"


def last_words(ends: Mapping[str, Sequence[str]], empty: str, room: int = LAST_WORDS) -> list[Line]:
    """What the log ends with, in so many lines: stderr, or another one where nothing was written to that."""
    first = "stderr" if "stderr" in ends else next(iter(ends))
    name = next((one for one in (first, *ends) if ends[one]), first)
    lines = ends[name][-max(FEWEST, min(room, LAST_WORDS)) :]
    where = f"The end of {name}" + (f"; {is_(first, 'empty')}" if name != first else "")
    body: list[Line] = [((f"  {line.expandtabs()}", ""),) for line in lines]
    return [heading(where), *(body or [((f"  {empty}", "quiet"),)]), ()]


def looked_up(desk: Desk, submission: Submission, row: JobRow) -> tuple[Resources, Mapping[str, Sequence[str]]]:
    """What the job was given, and what its logs end with."""
    logs = desk.logs(submission)
    desk.follow(submission.id, row.index, *logs.streams)
    paths = {called(stream, logs): desk.log(submission.id, row.index, stream) for stream in logs.streams}
    return desk.needs(submission, [row])[0], {name: last_lines(path, LAST_WORDS) for name, path in paths.items()}


def exit_code(status: Status) -> str:
    """`137: signal KILL`."""
    if status.exit_code is None:
        return ""
    name = signals.of_code(status.exit_code)
    return f"{status.exit_code}: signal {name}" if name else str(status.exit_code)


def memory(status: Status, needs: Resources) -> str:
    """`held 512 MB of 500 MB`, as far as it is known."""
    asked = f"{needs.memory_mb:,} MB" if needs.memory_mb else ""
    if status.peak_mb is None:
        return f"asked for {asked}" if asked and status.state is JobState.OUT_OF_MEMORY else ""
    return f"held {status.peak_mb:,.0f} MB" + (f" of {asked}" if asked else "")


def time(row: JobRow, needs: Resources) -> str:
    """`ran 61:02 of 60:00`, as far as it is known."""
    if not row.status.ended or (ran := duration(row, 0.0)) is None or ran < 0:
        return ""
    return f"ran {lasted(ran)}" + (f" of {lasted(60 * needs.minutes)}" if needs.minutes else "")
