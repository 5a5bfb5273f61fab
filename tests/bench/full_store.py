"""A store of ours whose jobs are in Slurm's queue: sent, and last seen as the queue was first."""

import full_queue

from tui_batch.courier.tracked import Tracked
from tui_batch.model import Accepted, Status, Submission
from tui_batch.states import JobState
from tui_batch.store import batches
from tui_batch.store.history import HistoryWriter, submission_record
from tui_batch.store.home import Home
from tui_batch.store.sources import FileSources
from tui_batch.sweep import plan
from tui_batch.template import read

CREATED = "2026-11-20T05:33:12.345Z"
CONFIG = '[targets.here]\nkind = "slurm"\nworkdir = "{}"\n'
TEMPLATE = """
name = "scan"
command = "./scan"
job_name = "scan-{{ seed }}"
[[variables]]
key = "seed"
type = "int"
default = 1
"""


def store(folder, submissions):
    """A home with these submissions of one batch: marker → what squeue says of its jobs."""
    home = Home(folder).prepare()
    number = len(next(iter(submissions.values())))
    sweep = plan(read(TEMPLATE, "scan.toml"), [("seed", f"1..{number}")], [], [], "", "", FileSources())
    batch = batches.write(home.batches, sweep, "scan", CREATED)
    history = HistoryWriter(home.history, "login1")
    for run, (marker, jobs) in enumerate(submissions.items(), 1):
        known = Submission(marker, batch.name, batch.digest, batch.template, "here", "slurm", run, number, CREATED)
        history.append(submission_record(known), CREATED)
        tracked = Tracked(home.submission(marker), known)
        tracked.took([Accepted(index, one["i"]) for index, one in enumerate(jobs)], CREATED)
        tracked.learn({one["i"]: _running(one) for one in jobs if one["T"] == "RUNNING"})
        tracked.write_summary(CREATED)
        tracked.close()
    history.close()
    return home


def _running(one):
    begun = f"{one['S']}.000Z"
    return Status(JobState.RUNNING, 1, one["i"], None, begun, "", CREATED, "squeue", one["N"])


def jobs(number):
    """So many of one submission."""
    return {full_queue.MARKER: [full_queue.job(index) for index in range(number)]}


def configured(folder):
    """A configuration by which Slurm is on this machine."""
    path = folder / "config.toml"
    path.write_text(CONFIG.format(folder / "work"))
    return path
