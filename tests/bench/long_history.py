"""A history as four years of work leave it."""

from tui_batch.model import Submission
from tui_batch.states import JobState
from tui_batch.store.history import outcome_record, submission_record

MONTHS = 48
HOST = "login1"
BATCHES = 2_500  # each was submitted four times, and never changed


def submission(number, month):
    """One that ended long ago."""
    moment = f"{month}-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:00.000Z"
    name = f"{month.replace('-', '')}{1 + number % 28:02}-{number:06}-{number * 7919 % 10**6:06}"
    which = number % BATCHES
    return Submission(
        name, f"scan-{which}", f"{which:064x}", "python-sweep", "local", "local", 1 + number // BATCHES, 12, moment,
        {JobState.SUCCEEDED: 11, JobState.FAILED: number % 2}, moment, ended=moment, fetched=12,
    )  # fmt: skip


def write_history(folder, number):
    """A file for each month, two records for each submission, as the courier would have left them."""
    folder.mkdir(parents=True)
    for at in range(MONTHS):
        month = f"{2022 + at // 12}-{1 + at % 12:02}"
        rows = [submission(one, month) for one in range(at * number // MONTHS, (at + 1) * number // MONTHS)]
        text = "".join(submission_record(row) + outcome_record(row) for row in rows)
        (folder / f"{month}.{HOST}.toml").write_text(text)
