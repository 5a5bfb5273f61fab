"""Verbs that watch: list, show, wait, log."""

import shutil
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from tui_batch.cli.answering import say_questions, told
from tui_batch.cli.output import SUBMISSION_HEADS, as_json, counts, plain, say, say_problems, submission_row, table
from tui_batch.desk import Desk
from tui_batch.errors import RequestError, TuiBatchError
from tui_batch.model import Status, Submission
from tui_batch.shown import JobList
from tui_batch.states import JobState, active
from tui_batch.times import seconds

FIRST_LOOK, LONGEST_PAUSE = 0.05, 0.5  # seconds between two looks at the store
LAST_WORDS = 5.0  # seconds after which nothing more is expected of a log that is brought here all the time
CAUGHT_UP = 1.0  # seconds after something of it came
UNWATCHED = 5.0  # seconds without a courier that are worth a word


def list_(desk: Desk, arguments: Namespace) -> int:
    snapshot = desk.snapshot()
    _see_to_it(desk)
    if arguments.json:
        as_json([_fields(submission) for submission in snapshot.submissions])
    elif snapshot.submissions:
        table(SUBMISSION_HEADS, [submission_row(submission) for submission in snapshot.submissions])
    else:
        say("Nothing has been submitted yet. `tui-batch demo` runs an example.")
    say_problems(snapshot)
    say_questions(snapshot)
    return 0


def _see_to_it(desk: Desk) -> None:
    """Jobs that nobody watches are said to be so, and a courier is started for them."""
    snapshot = desk.snapshot()
    last = [one.as_of for one in snapshot.submissions if not one.ended]
    watched = snapshot.courier and snapshot.courier.alive
    # A courier that was ordered this moment has not had the time to start.
    if last and not watched and desk.now() - seconds(max(last)) > UNWATCHED:
        say(f"Nobody watched the jobs since {max(last)[:19].replace('T', ' ')} UTC; a courier is started now.")
        desk.wake()


def _fields(submission: Submission) -> dict[str, Any]:
    keys = ("id", "batch", "target", "kind", "run", "created", "jobs")
    return {
        **{key: getattr(submission, key) for key in keys},
        "counts": counts(submission), "state": submission.state.value, "as_of": submission.as_of,
        "note": submission.note,
    }  # fmt: skip


def show(desk: Desk, arguments: Namespace) -> int:
    submission = desk.submission(arguments.id)
    jobs = desk.jobs(submission.id)
    say_problems(desk.snapshot())
    say_questions(desk.snapshot())
    if arguments.json:
        types = _types(desk, submission)
        as_json({**_fields(submission), "jobs": [_job(jobs, at, types) for at in range(len(jobs.rows))]})
        return 0
    table(SUBMISSION_HEADS, [submission_row(submission)])
    for words in (desk.trouble(submission.id), f"note: {submission.note}" if submission.note else ""):
        if words:
            print(plain(words))
    print()
    # An id that is made of the name says nothing more; `--json` has it.
    telling = any(not row.status.id.endswith(row.name) for row in jobs.rows if row.status.id)
    rows = [
        (row.index, row.name, row.status.state, *([row.status.id] * telling), _code(row.status), row.status.detail)
        for row in jobs.rows
    ]  # fmt: skip
    table(("INDEX", "NAME", "STATE", *(["ID"] * telling), "EXIT", "DETAIL"), rows)
    if any(row.status.state is JobState.HELD for row in jobs.rows):
        say(f"What is held goes on, or is sent again, by: tui-batch release {submission.id}")
    return 0


def _types(desk: Desk, submission: Submission) -> dict[str, str]:
    try:
        return dict(desk.batch(submission.batch).types)
    except TuiBatchError:  # the zip is gone: its values are shown as text
        return {}


def _job(jobs: JobList, at: int, types: dict[str, str]) -> dict[str, Any]:
    row, status = jobs.rows[at], jobs.rows[at].status
    variables = {key: _typed(value, types.get(key, "")) for key, value in zip(jobs.varying, row.values, strict=False)}
    return {
        "index": row.index, "name": row.name, "variables": variables, "state": status.state.value, "id": status.id,
        "attempt": status.attempt, "exit_code": status.exit_code, "started": status.started, "ended": status.ended,
        "detail": status.detail, "evidence": status.evidence, "as_of": status.as_of, "peak_mb": status.peak_mb,
    }  # fmt: skip


def _typed(value: str, kind: str) -> Any:
    match kind:
        case "int":
            return int(value)
        case "float":
            return float(value)
        case "bool":
            return value == "true"
        case _:
            return value


def _code(status: Status) -> str:
    return "" if status.exit_code is None else str(status.exit_code)


def wait(desk: Desk, arguments: Namespace) -> int:
    """Until every submission has ended and its results are here, as far as they can be had."""
    names = [desk.submission(name).id for name in arguments.id]
    began = time.monotonic()
    said: set[str] = set()
    while True:
        desk.tend()
        snapshot = desk.snapshot()
        known = {one.id: one for one in snapshot.submissions}
        waited_for = [known[name] for name in names]
        asked = {told(one) for one in snapshot.questions if one.target in {one.target for one in waited_for}}
        for trouble in ({one.health for one in waited_for if one.health} | asked) - said:
            said.add(trouble)
            say(trouble)
        if all(one.ended for one in waited_for):
            return _told(desk, waited_for)
        if all(one.ended or _only_held(one) for one in waited_for):
            say("What has not ended is held back: it waits for you, and so this does not wait for it.")
            return 3
        if arguments.timeout is not None and time.monotonic() - began >= arguments.timeout:
            say("Not all jobs have ended yet; they run on.")
            return 3
        time.sleep(min(LONGEST_PAUSE, FIRST_LOOK + (time.monotonic() - began) / 50))


def _only_held(submission: Submission) -> bool:
    return 0 < active(submission.counts) == submission.counts.get(JobState.HELD, 0)


def _told(desk: Desk, done: Sequence[Submission]) -> int:
    for submission in done:
        words = ", ".join(f"{number} {word}" for word, number in counts(submission).items())
        say(f"{submission.batch} run {submission.run}: {words}.")
        if trouble := desk.trouble(submission.id):
            say(trouble)
    return 0 if all(one.counts.get(JobState.SUCCEEDED, 0) == one.jobs for one in done) else 1


def log(desk: Desk, arguments: Namespace) -> int:
    known = desk.submission(arguments.id)
    submission, index = known.id, desk.find_job(known.id, arguments.job)
    if arguments.stream not in (logs := desk.logs(known)).streams:
        merged = ": what a job writes to stderr is in out" if logs.merged else ""
        raise RequestError(f"{known.target} has {' and '.join(logs.streams)} of a job, not {arguments.stream}{merged}.")
    path = desk.log(submission, index, arguments.stream)
    gone = desk.saved(submission, index)
    if arguments.follow or not (desk.runs_here(known) or gone is not None):
        return _follow(desk, submission, index, arguments.stream, once=not arguments.follow)
    if here := path.exists():
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.flush()
    if arguments.stream in (gone or ()):
        rest = "The rest of it" if here else "It"
        say(f"{rest} is gone: {known.target} had forgotten it before it could be saved.")
    elif not here:
        state = desk.jobs(submission).rows[index].status.state
        say(f"Job {arguments.job} has written nothing to {arguments.stream}; it is {state}.")
    return 0 if here else 1


def _follow(desk: Desk, submission: str, index: int, stream: str, once: bool) -> int:
    """Print what is there and what comes, until the job has ended; what comes from elsewhere comes a little later.

    `once` is for what is elsewhere: it ends when all that is there now has come.
    """
    path, offset, last = desk.log(submission, index, stream), 0, time.monotonic()
    known = desk.submission(submission)
    last_words = LAST_WORDS + 2 * desk.logs(known).every
    before = path.stat().st_size if path.exists() else 0
    while True:
        desk.snapshot()
        elsewhere = desk.follow(submission, index, stream)
        ended = desk.jobs(submission).rows[index].status.state.ended  # asked before the last read, so nothing is missed
        if path.exists():
            with path.open("rb") as file:
                file.seek(offset)
                shutil.copyfileobj(file, sys.stdout.buffer)
                last, offset = time.monotonic() if file.tell() > offset else last, file.tell()
            sys.stdout.flush()
        patience = CAUGHT_UP if once and offset > before else last_words
        if (ended or once) and (not elsewhere or time.monotonic() - last > patience):
            break
        time.sleep(0.1)
    if once and not offset:
        known = desk.submission(submission)
        say(f"Nothing of it came here from {known.target} so far. {known.health}".rstrip())
        return 1
    return 0
