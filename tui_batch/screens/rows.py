"""How submissions and jobs read in a table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import isnan
from operator import attrgetter
from typing import Any, TypeVar

from tui_batch.model import Order, Status, Submission
from tui_batch.screens.view import age
from tui_batch.shown import JobList, JobRow, Snapshot
from tui_batch.states import ENDED, JobState, failed
from tui_batch.times import seconds, span
from tui_batch.widgets.columns import Column
from tui_batch.widgets.printable import cells, printable
from tui_batch.widgets.progress import TONES, Paces, bar, done

SAMPLED = 300  # rows that tell how wide the values are
WIDEST = 24  # cells that a column has at least where something in it is as long
DRAWN = 6  # of the variables that vary
MONITORED = 200

T = TypeVar("T")

# The columns that every job has.
_OWN = frozenset({"state", "job", "name", "id", "time", "says", "exit", "attempt", "memory", "started", "ended"})

GROUPS = 6
_URGENCY = {
    **dict.fromkeys(ENDED, 2),
    JobState.RUNNING: 0,
    JobState.COMPLETING: 0,
    JobState.STARTING: 1,
    JobState.SUBMITTING: 1,
    JobState.SUCCEEDED: 4,
    JobState.CANCELLED: 5,
}


def submission_columns(now: Callable[[], float]) -> list[Column[Submission]]:
    """The history."""
    paces = Paces(now)
    return [
        Column("state", "ST", 2, lambda s: s.state.code, order=lambda s: urgency(s.state),
               tone=lambda s: TONES[s.state], letter="s", word=lambda s: s.state),
        Column("name", "NAME", 16, title, grow=True, ending=True, letter="n"),
        Column("on", "ON", 8, lambda s: s.target, letter="o", rank=4),
        Column("progress", "PROGRESS", 16, lambda s: bar(s.counts, s.jobs, 16), _part, rank=2, letter="p",
               unit="share", plain=False),
        Column("done", "DONE/ALL", 9, _share, _part, right=True, letter="d", unit="share", plain=False),
        Column("failed", "F", 3, lambda s: _short(failed(s.counts)), lambda s: failed(s.counts),
               tone=lambda s: "trouble" if failed(s.counts) else "", right=True, letter="f", plain=False),
        Column("eta", "ETA", 12, paces.remaining, paces.left, right=True, rank=3, letter="e", unit="time",
               plain=False),
        Column("age", "AGE", 4, lambda s: age(s.created, now()) or "-", lambda s: now() - seconds(s.created),
               right=True, letter="a", unit="time", plain=False),
        *_only_asked_for("id", "template", "kind", "target", "created", "ended"),
        Column("jobs", "", 0, lambda s: str(s.jobs), lambda s: s.jobs, plain=False),
        Column("run", "", 0, lambda s: str(s.run), lambda s: s.run, plain=False),
        Column("note", "", 0, lambda s: s.note),
    ]  # fmt: skip


def job_columns(jobs: JobList, now: Callable[[], float], brief: bool = False) -> list[Column[JobRow]]:
    """The jobs of a submission: known by what varies, or else by their names; `brief` where there is little room."""
    values = value_columns(jobs.varying, jobs.rows)
    some = sampled(jobs.rows)
    names, ids = longest("NAME+", [r.name for r in some]), longest("ID+", [r.status.id for r in some])
    return [
        Column("state", "ST", 2, lambda r: r.status.state.code, order=lambda r: urgency(r.status.state),
               tone=lambda r: TONES[r.status.state], letter="s", word=lambda r: r.status.state),
        Column("job", "JOB", 5, lambda r: str(r.index), lambda r: r.index, right=True, letter="j", rank=3),
        Column("name", "NAME", min(names, WIDEST), lambda r: r.name, wants=names, ending=True, letter="n",
               rank=11 if values else 0),
        *(replace(column, width=column.width * (n < DRAWN)) for n, column in enumerate(values)),
        Column("id", "ID", ids, lambda r: r.status.id or "-", lambda r: r.status.id or None, spare=True),
        Column("time", "TIME", 5, lambda r: elapsed(r, now()) or "-", lambda r: duration(r, now()),
               right=True, letter="t", unit="time", plain=False),
        Column("says", "SAYS", 22 if values and not brief else 9, says, grow=True, letter="y",
               tone=lambda r: "" if r.status.state.ended else "quiet"),
        Column("exit", "", 0, lambda r: "" if r.status.exit_code is None else str(r.status.exit_code),
               lambda r: r.status.exit_code, plain=False),
        Column("attempt", "", 0, lambda r: str(r.status.attempt), lambda r: r.status.attempt, plain=False),
        Column("memory", "", 0, lambda r: "" if r.status.peak_mb is None else f"{r.status.peak_mb:.0f}",
               lambda r: r.status.peak_mb, plain=False),
        *_only_asked_for("status.started", "status.ended"),
    ]  # fmt: skip


def value_columns(varying: Sequence[str], rows: Sequence[JobRow]) -> list[Column[JobRow]]:
    """A column for each variable that varies, as wide as its values and the sign behind its name want it."""
    some = sampled(rows)
    wanted = [longest(f"{label}+", [value(row, n) for row in some]) for n, label in enumerate(varying)]
    return [_value_column(n, label, wants) for n, (label, wants) in enumerate(zip(varying, wanted, strict=True))]


def _value_column(n: int, label: str, wants: int) -> Column[JobRow]:

    name = f"value.{label}" if label.casefold() in _OWN else label
    return Column(name, label, min(wants, WIDEST), lambda r: value(r, n), lambda r: _number(value(r, n)), wants=wants,
                  ending=True, rank=5 + n)  # fmt: skip


def value(row: JobRow, n: int) -> str:
    """One of its values; a row may be another submission's while panes change."""
    return row.values[n] if n < len(row.values) else ""


def sampled(rows: Sequence[T]) -> list[T]:
    """The first, the last and some in between: they tell how wide a column of them is."""
    third = SAMPLED // 3
    return [*rows[:third], *rows[third : -third : len(rows) // third + 1], *rows[-third:]]


def longest(label: str, texts: Iterable[str]) -> int:
    """The cells that the longest of them takes, or what stands above them."""
    return max(cells(printable(text)) for text in (label, *texts))


def _only_asked_for(*paths: str) -> list[Column[Any]]:
    """What there is no room for, and a filter or an export may want all the same."""
    return [Column(path.rpartition(".")[2], "", 0, attrgetter(path), plain=False) for path in paths]


def title(submission: Submission) -> str:
    """The batch, and which run of it."""
    return f"{submission.batch} #{submission.run}" if submission.run > 1 else submission.batch


def says(row: JobRow) -> str:
    """How a job ended, or what the target says of it."""
    status = row.status
    told = status.exit_code and status.state is not JobState.CANCELLED  # how a signal ends it is no news there
    code = f"exit {status.exit_code}" if told else ""
    if status.detail.startswith(code):  # as some targets say themselves
        return status.detail
    return ": ".join(filter(None, (code, status.detail)))


def unwritten(status: Status) -> str:
    """What stands for a log that has no line."""
    began = status.started or status.evidence == "end record" or status.state is JobState.LOST
    return "It is empty so far." if began or not status.state.ended else "Nothing: it never started."


def elapsed(row: JobRow, now: float) -> str:
    """How long it ran, or has been running."""
    return "" if (ran := duration(row, now)) is None else span(ran)


def duration(row: JobRow, now: float) -> float | None:
    """Seconds that it ran, or has been running; None if it has not begun, and where nobody knows when it ended."""
    status = row.status
    if not status.started or (status.state.ended and not status.ended):
        return None
    return (seconds(status.ended) if status.ended else now) - seconds(status.started)


def grouped(jobs: JobList) -> list[list[JobRow]]:
    """What runs, then what went wrong, then what waits, then what is done: the order of every list of jobs."""
    groups: list[list[JobRow]] = [[] for _ in range(GROUPS)]
    for row in jobs.rows:  # already by their numbers
        groups[urgency(row.status.state)].append(row)
    return groups


def urgency(state: JobState) -> int:
    """Its place in that order."""
    return _URGENCY.get(state, 3)


def by_urgency(jobs: JobList) -> list[JobRow]:
    """The jobs of one submission in that order."""
    return [row for group in grouped(jobs) for row in group]


def monitored(jobs: JobList) -> list[JobRow]:
    """The first of them: more than that nobody reads in a pane."""
    return by_urgency(jobs)[:MONITORED]


def submissions(snapshot: Snapshot) -> list[Submission]:
    """The history, headed by what was ordered and is not in it yet."""
    known = {submission.id for submission in snapshot.submissions}
    ordered = [order for order in snapshot.orders if order.verb == "submit" and order.submission not in known]
    return [*map(_draft, reversed(ordered)), *snapshot.submissions]


def _draft(order: Order) -> Submission:
    return Submission(order.submission, order.batch, order.digest, order.template, order.target, "", 1, order.total,
                      order.created)  # fmt: skip


def _share(submission: Submission) -> str:
    whole = f"{done(submission.counts)}/{submission.jobs}"
    return whole if len(whole) <= 9 else f"{_short(done(submission.counts), 4)}/{_short(submission.jobs, 4)}"


def _short(number: int, width: int = 3) -> str:
    return str(number) if len(str(number)) <= width else f"{number // 1000}k"


def _part(submission: Submission) -> float:
    return done(submission.counts) / max(1, submission.jobs)


def _number(text: str) -> float | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return text if isnan(number) else number
