"""Verbs that act on a submission: cancel, hold, release, requeue, signal, limit, retry, clean, note."""

from argparse import Namespace
from collections.abc import Callable, Collection
from functools import partial

from tui_batch.cli.output import agrees, interactive, jobs, say
from tui_batch.desk import Desk
from tui_batch.signals import named
from tui_batch.states import BEGUN, ENDED, JobState


def cancel(desk: Desk, arguments: Namespace) -> int:
    submission = desk.submission(arguments.id)
    rows = desk.jobs(submission.id).rows
    named = [desk.find_job(submission.id, job) for job in arguments.jobs]
    open_ = [row.index for row in rows if not row.status.state.ended and (not named or row.index in named)]
    if not open_:
        say(f"Nothing to cancel: {'these jobs' if named else 'all jobs'} of {submission.id} have ended.")
        return 1
    question = f"Cancel {jobs(len(open_))} of {submission.batch} on {submission.target}?"
    if not arguments.yes and interactive() and not agrees(question):
        say("Nothing was cancelled.")
        return 1
    desk.cancel(submission.id, open_ if named else None)
    say(f"{jobs(len(open_))} of {submission.batch}: asked to end.")
    return 0


def hold(desk: Desk, arguments: Namespace) -> int:
    return _tell(desk, arguments, desk.hold, (JobState.QUEUED,), "hold", "asked to wait")


def release(desk: Desk, arguments: Namespace) -> int:
    named = (JobState.DRAFT,) if arguments.jobs else ()  # what waits for the first job goes only if it is named
    return _tell(desk, arguments, desk.release, (JobState.HELD, *named), "release", "asked to go on")


def requeue(desk: Desk, arguments: Namespace) -> int:
    return _tell(desk, arguments, desk.requeue, BEGUN, "requeue", "asked to be run again by the queue")


def signal(desk: Desk, arguments: Namespace) -> int:
    name = named(arguments.signal)
    send = partial(desk.signal, name=name)
    return _tell(desk, arguments, send, BEGUN, "signal", f"asked to be sent {name}")


def limit(desk: Desk, arguments: Namespace) -> int:
    ask = partial(desk.limit, minutes=arguments.minutes)
    open_ = frozenset(JobState) - ENDED
    return _tell(desk, arguments, ask, open_, "limit", f"asked to be given {arguments.minutes:g} minutes in all")


def _tell(
    desk: Desk,
    arguments: Namespace,
    ask: Callable[..., None],
    states: Collection[JobState],
    doing: str,
    done: str,
) -> int:
    submission = desk.submission(arguments.id)
    named = [desk.find_job(submission.id, job) for job in arguments.jobs]
    rows = desk.jobs(submission.id).rows
    chosen = [row.index for row in rows if row.status.state in states and (not named or row.index in named)]
    if not chosen:
        say(f"Nothing to {doing}: no {'such ' if named else ''}job of {submission.id} is in a state for that.")
        return 1
    ask(submission.id, indices_=chosen)
    say(f"{jobs(len(chosen))} of {submission.batch}: {done}.")
    return 0


def retry(desk: Desk, arguments: Namespace) -> int:
    submission = desk.submission(arguments.id)
    chosen = None
    if arguments.jobs:
        chosen = [desk.find_job(submission.id, job) for job in arguments.jobs]
    elif arguments.states:
        rows = desk.jobs(submission.id).rows
        chosen = [row.index for row in rows if row.status.state.value in arguments.states]
    more = [arguments.more] if arguments.more else []
    more += [f"{what}={amount}" for what in ("time", "memory") if (amount := getattr(arguments, what))]
    number = desk.retry(submission.id, chosen, " ".join(more))
    say(f"{jobs(number)} of {submission.batch}: queued for another attempt.")
    return 0


def clean(desk: Desk, arguments: Namespace) -> int:
    submission = desk.submission(arguments.id)
    folder, missing = desk.removable(submission.id), submission.jobs - submission.fetched
    results = f", and the results of {jobs(missing)}" if missing else ""
    say(f"What was not brought here goes with it: logs that nobody has looked at{results}.")
    question = f"Delete {folder} on {submission.target}? The results and the history here stay."
    if not arguments.yes and not (interactive() and agrees(question)):
        say("Nothing was deleted." if interactive() else f"{question} Say so with --yes: nothing was deleted.")
        return 1
    desk.remove(submission.id)
    say(f"{folder} on {submission.target}: asked to be deleted.")
    return 0


def note(desk: Desk, arguments: Namespace) -> int:
    desk.note(desk.submission(arguments.id).id, arguments.text)
    return 0
