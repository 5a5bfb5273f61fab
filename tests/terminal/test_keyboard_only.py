"""From an empty home to a finished batch and its log, by keyboard alone, in a real tmux; and back before it is sent."""

import subprocess

from terminal import COMMAND, plain_environment

from tui_batch.config import Config
from tui_batch.desk import Desk
from tui_batch.states import JobState


def to_the_jobs(tmux, seconds, command=""):
    """From the shell to where three jobs are looked at before they are made; so long they can be taken back."""
    tmux.type(f"tui-batch --undo-seconds {seconds}\n")
    tmux.shows("tui-batch makes many jobs from one template", "n   makes a batch of your own")
    tmux.press("n")
    tmux.shows("from which template?", "> file-per-job", "shell", "Enter choose")
    tmux.press("G", "k")
    tmux.shows("> shell", "variables  command, n")
    tmux.press("Enter")
    tmux.shows("new batch: shell  1 job", "> Command line", "Enter preview")
    tmux.type(command)
    tmux.press("Down")
    tmux.shows(f"Command line    {command}", "> Run")
    tmux.type("4..6")
    tmux.shows("new batch: shell  3 jobs", "3: 4, 5, 6")
    tmux.press("Enter")
    tmux.shows("nothing is written yet", "JOB n", ">      0 4", "2 6", "A submit all", "local: 3 jobs")


def test_from_an_empty_home_to_a_finished_batch_and_its_log(tmux, home):
    to_the_jobs(tmux, 0)
    tmux.press("t")
    tmux.shows("shell: 3 jobs. Where to?", "> local", "Enter choose")
    tmux.press("Enter")
    tmux.shows("A submit all", "local: 3 jobs")
    tmux.press("A")
    tmux.shows("Submit 3 jobs of shell to local? Y/n")
    tmux.press("y")
    tmux.shows("> CD shell", "3/3", "CD     0 n4", "CD     1 n5", "CD     2 n6")
    tmux.press("l")
    tmux.shows("n4  stdout", "run 4 on ", "succeeded")
    tmux.press("q")
    tmux.shows("> CD shell", "shell on local  3 succeeded")
    tmux.leave()
    desk = Desk(home, Config())
    [submission] = desk.snapshot().submissions
    assert (submission.batch, submission.target, submission.counts) == ("shell", "local", {JobState.SUCCEEDED: 3})
    assert not desk.snapshot().orders
    jobs = desk.jobs(submission.id).rows
    assert [(job.name, job.values) for job in jobs] == [("n4", ("4",)), ("n5", ("5",)), ("n6", ("6",))]
    for job in jobs:
        assert desk.log(submission.id, job.index).read_text().startswith(f"run {job.values[0]} on ")


def test_one_job_first_and_then_the_rest(tmux, home):
    to_the_jobs(tmux, 0)
    tmux.press("1")
    tmux.shows("Submit 1 of 3 jobs of shell to local, then the rest if it succeeds? Y/n")
    tmux.press("Enter")
    tmux.shows("> CD shell", "3/3")
    tmux.leave()
    desk = Desk(home, Config())
    [submission] = desk.snapshot().submissions
    assert submission.counts == {JobState.SUCCEEDED: 3}
    first, *rest = [job.status for job in desk.jobs(submission.id).rows]
    assert all(first.ended <= status.started for status in rest)


def test_what_is_taken_back_in_time_never_runs(tmux, home):
    ran = home.parent / "ran"
    to_the_jobs(tmux, 60, f"touch {ran.name}")
    tmux.press("A")
    tmux.shows("Submit 3 jobs of shell to local? Y/n")
    tmux.press("y")
    tmux.shows("> DR shell", "in 60 s: u takes it back.")
    tmux.press("u")
    tmux.shows("Taken back, not submitted: 3 jobs of shell. The batch is kept.")
    tmux.hides("DR shell")
    tmux.leave()
    desk = Desk(home, Config())
    assert (desk.snapshot().submissions, desk.snapshot().orders) == ((), ())
    assert [batch.name for batch in desk.batches()] == ["shell"]
    command = [*COMMAND, "--home", home, "courier", "--once"]
    subprocess.run(command, env=plain_environment(home.parent), check=True)
    assert not list((home / "submissions").iterdir())
    assert not list(home.parent.rglob(ran.name))
