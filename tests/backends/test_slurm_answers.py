"""What Slurm's commands answered, recorded, and what we read in it."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tui_batch import errors
from tui_batch.backends import slurm
from tui_batch.backends.hosted import arrays
from tui_batch.backends.hosted.journal import Sent
from tui_batch.backends.hosted.staging import Ended
from tui_batch.backends.slurm import answers, calls, outcome, prospects
from tui_batch.backends.slurm.answers import Account
from tui_batch.backends.slurm.listing import BETWEEN, Listed, listed
from tui_batch.model import Batch, Job, Resources, Target
from tui_batch.states import JobState

S = JobState
RECORDED = Path(__file__).parent / "answers" / "slurm"
JOB = Job("20261120-000000-babo", 3, "job", id="12_4", resources=Resources(memory_mb=1000, minutes=10))
NONE = outcome.NO_RECORD
BEGUN = Ended({"clock": "1763611200"}, {}, "")


def recorded(name):
    return (RECORDED / name).read_text()


def over(code, cause="", job="12_4"):
    return Ended({"clock": "1763611200"}, {"job": job, "clock": "1763611260", "code": str(code)}, cause)


def line(word, reason="None", job="12_4"):
    return Listed(job, word, reason, "2026-11-20T04:00:00", "2026-11-20T04:01:00", "main", "vm", JOB.submission, "key")


def account(word, **more):
    return Account("12_4", "name", word, "accounting", started="2026-11-20T04:00:00.000Z",
                   ended="2026-11-20T04:01:00.000Z", nodes="vm", **more)  # fmt: skip


def gone(one=None, left=NONE, told=None, waited=0.0, most=300.0, kept=False):
    return outcome.gone(JOB, one, left, told, waited, most, kept)


# -- states ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("PENDING PD pending REQUEUED RQ REQUEUE_FED RF EXPEDITING", S.QUEUED),
        ("REQUEUE_HOLD RH RESV_DEL_HOLD RD SPECIAL_EXIT SE", S.HELD),
        ("CONFIGURING CF POWER_UP_NODE", S.STARTING),
        ("RUNNING R RESIZING RS SIGNALING SI running", S.RUNNING),
        ("SUSPENDED S STOPPED ST", S.SUSPENDED),
        ("COMPLETING CG STAGE_OUT SO", S.COMPLETING),
        ("REVOKED RECONFIG_FAIL SOMETHING_NEW", S.UNKNOWN),
    ],
)
def test_the_words_of_what_has_not_ended(words, state):
    assert {slurm.seen(JOB, line(word)).state for word in words.split()} == {state}


def test_what_is_held_by_its_word_has_not_begun():
    told = slurm.seen(JOB, line("SPECIAL_EXIT", "job requeued in held state"))
    assert (told.state, told.started) == (S.HELD, "")
    assert told.detail == "held before it runs again: release it, or cancel it"


def test_a_word_that_is_not_known_is_kept():
    assert slurm.seen(JOB, line("SOMETHING_NEW")).detail == "the queue says SOMETHING_NEW"


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("COMPLETED CD completed", S.SUCCEEDED),
        ("CANCELLED CA CANCELLED+", S.CANCELLED),
        ("TIMEOUT TO DEADLINE DL", S.TIMED_OUT),
        ("OUT_OF_MEMORY OOM", S.OUT_OF_MEMORY),
        ("NODE_FAIL NF BOOT_FAIL BF", S.NODE_FAILED),
        ("PREEMPTED PR", S.PREEMPTED),
    ],
)
def test_the_words_of_ends_count_whatever_the_code_says(words, state):
    """All but the first have the code 0:0 in the accounting."""
    for word in words.split():
        assert gone(line(word)).state is state
        assert gone(told=account(word)).state is state


# -- how jobs ended ----------------------------------------------------------------------------------------------------


def test_a_failed_job_has_the_code_of_its_record_or_of_its_account():
    assert (gone(line("FAILED"), over(3)).exit_code, gone(line("FAILED"), over(3)).evidence) == (
        3,
        "squeue and end record",
    )
    told = gone(told=account("FAILED", code=7), left=BEGUN)
    assert (told.exit_code, told.detail, told.evidence) == (7, "exit 7", "accounting")
    killed = gone(told=account("FAILED", signal=11), left=BEGUN)
    assert (killed.exit_code, killed.detail) == (139, "killed by signal SEGV")


def test_the_code_of_a_failed_job_is_waited_for_and_never_guessed():
    assert gone(line("FAILED", "NonZeroExitCode"), BEGUN) is None
    told = gone(line("FAILED", "NonZeroExitCode"), BEGUN, waited=outcome.SLOW)
    assert (told.state, told.exit_code, told.detail) == (S.FAILED, None, "the queue does not say with which code")


def test_what_the_accounting_says_of_a_failure_is_waited_for_where_there_is_one():
    for word in ("FAILED", "OUT_OF_MEMORY", "TIMEOUT"):
        assert gone(line(word), over(137), kept=True) is None
        assert gone(line(word), over(137), kept=True, waited=outcome.SLOW).evidence == "squeue and end record"
    assert gone(line("COMPLETED"), kept=True).state is S.SUCCEEDED
    assert gone(line("CANCELLED"), Ended({}, {}, "cancelled by you"), kept=True).state is S.CANCELLED


def test_a_job_that_begins_when_it_has_been_cancelled_is_cancelled():
    """Its wrapper finds the note and ends with a code of its own."""
    noted = Ended({}, {}, "cancelled cancelled by you")
    told = gone(told=account("FAILED", code=125), left=noted)
    assert (told.state, told.exit_code, told.detail) == (S.CANCELLED, None, "cancelled by you")
    assert gone(told=account("FAILED", code=3), left=over(3, "cancelled cancelled by you")).state is S.FAILED


def test_of_a_job_that_the_cluster_had_twice_the_one_that_ran_tells_the_end():
    told = gone(told=account("FAILED", code=125), left=over(0, job="11_4"))
    assert (told.state, told.exit_code, told.evidence) == (S.SUCCEEDED, 0, "end record")


def test_one_that_never_began_says_so():
    assert gone(told=account("FAILED", signal=53)) is None  # a file server may show that it began a little later
    told = gone(told=account("FAILED", signal=53), waited=outcome.SLOW)
    assert (told.state, told.detail) == (S.FAILED, "could not be started on vm: is its folder to be seen there?")


def test_an_accounting_that_says_failed_but_not_when_is_not_believed_yet():
    unsure = replace(account("FAILED"), ended="")
    assert gone(told=unsure, left=BEGUN) is None
    assert gone(line("CANCELLED"), BEGUN, unsure).state is S.CANCELLED
    assert gone(line("FAILED"), over(3), unsure).exit_code == 3


def test_memory_is_known_by_the_word_and_where_it_is_only_polled_by_what_was_held():
    killed = account("FAILED", signal=9, asked_mb=500.0, peak_mb=490.0)
    told = gone(told=killed, left=BEGUN)
    assert (told.state, told.detail, told.peak_mb) == (
        S.OUT_OF_MEMORY,
        "its limit is 500 MB, it was seen with 490 MB",
        490,
    )
    assert gone(told=replace(killed, peak_mb=100.0), left=BEGUN).state is S.FAILED
    hardly = gone(told=account("OUT_OF_MEMORY", asked_mb=500.0, peak_mb=1.0))
    assert (hardly.detail, hardly.peak_mb) == ("its limit is 500 MB", None)


def test_a_clean_exit_when_its_time_was_up_saves_nobody():
    told = gone(told=account("TIMEOUT", minutes=10.0), left=over(0))
    assert (told.state, told.exit_code, told.detail) == (S.TIMED_OUT, None, "its limit is 10 minutes")


@pytest.mark.parametrize(
    ("who", "left", "detail"),
    [
        ("1000", Ended({"clock": "1"}, {}, "cancelled cancelled by you"), "cancelled by you"),
        ("1000", Ended({}, {}, "cancelled cancelled by you"), "cancelled by you before it began"),
        ("0", BEGUN, "cancelled by the system, not from here"),
        ("1000", NONE, "cancelled by user 1000, not from here before it began"),
    ],
)
def test_who_cancelled_it(who, left, detail):
    told = account("CANCELLED", who=who)
    if "before" in detail:
        told = replace(told, started=told.ended)
    assert gone(told=told, left=left).detail == detail


def test_a_success_with_a_step_that_failed_says_so():
    assert gone(told=account("COMPLETED", steps=2)).detail == "a step of it ended with 2, and it went on"
    assert gone(told=account("COMPLETED", starved=True)).state is S.SUCCEEDED
    assert "ran out of memory" in gone(told=account("COMPLETED", starved=True)).detail


def test_without_a_word_of_slurm_the_record_counts_and_else_nothing_is_concluded():
    assert gone(left=over(0)).evidence == "end record"
    assert gone(left=over(143)) is None  # that its time was up may be known soon
    assert gone(left=over(143), waited=outcome.SLOW).state is S.FAILED
    assert gone(told=account("RUNNING"), left=BEGUN, waited=100) is None  # the accounting lags
    assert gone(waited=299) is None
    assert gone(waited=300).state is S.LOST


def test_a_waiting_task_that_we_cancelled_leaves_no_trace_but_what_we_noted():
    told = gone(left=Ended({}, {}, "cancelled cancelled by you"))
    assert (told.state, told.evidence, told.started) == (S.CANCELLED, "left the queue", "")


# -- the accounting ----------------------------------------------------------------------------------------------------


def test_accounts_with_their_steps():
    found = answers.accounts(recorded("sacct.txt"))
    assert {job: found[job].word for job in ("127_1", "127_2", "127_3", "162", "168", "172_4", "147")} == {
        "127_1": "COMPLETED", "127_2": "FAILED", "127_3": "CANCELLED", "162": "RUNNING", "168": "OUT_OF_MEMORY",
        "172_4": "OUT_OF_MEMORY", "147": "CANCELLED",
    }  # fmt: skip
    assert (found["127_2"].code, found["127_4"].signal, found["127_3"].who) == (3, 9, "0")
    assert (found["127_3"].peak_mb, found["127_3"].asked_mb, found["127_3"].minutes) == (3.83984375, 60, 1)
    assert found["127_3"].ended == "2026-11-20T15:23:50.000Z"
    assert found["162"].ended == ""


def test_tasks_that_are_told_of_together_and_one_that_has_a_line_of_its_own():
    found = answers.accounts(recorded("sacct.txt"))
    assert [job for job in found if job.startswith("135_")] == [f"135_{task}" for task in range(1, 41, 3)]
    assert found["133_1000"].word == found["133_2"].word == "CANCELLED"
    row = BETWEEN.join(["7_[1-3]", "name", "CANCELLED", "0:0", "0:0", "", "", "0", "1", "1M", "", ""])
    mine = BETWEEN.join(["7_2", "name", "COMPLETED", "0:0", "0:0", "", "", "0", "1", "1M", "", ""])
    assert [one.word for one in answers.accounts(f"{mine}\n{row}\n").values()] == [
        "CANCELLED",
        "COMPLETED",
        "CANCELLED",
    ]


def test_half_a_line_tells_nothing():
    text = recorded("sacct.txt")
    whole = text[: text.index("127_5")]
    assert answers.accounts(whole + text[len(whole) : len(whole) + 30]).keys() == answers.accounts(whole).keys()


@pytest.mark.parametrize(
    ("text", "held"), [("3384K", 3.3), ("100M", 100), ("1.50G", 1536), ("100Mn", 100), ("2Gc", 2048), ("", None)]
)
def test_amounts_of_memory(text, held):
    assert answers.megabytes(text) == (None if held is None else pytest.approx(held, abs=0.01))


def test_what_the_controller_still_knows():
    found = answers.shown(recorded("scontrol.txt"))
    assert {one.word for one in found.values()} >= {"FAILED", "COMPLETED", "CANCELLED", "OUT_OF_MEMORY"}
    assert all(one.by == "scontrol" for one in found.values())
    failed = next(one for one in found.values() if one.word == "FAILED" and one.code == 127)
    assert failed.ended.startswith("2026-11-20T15:2")
    assert sum(job.startswith("133_") for job in found) > 100  # what waited as one


def test_what_the_controller_tells_of_tasks_that_were_cancelled_as_one():
    line = "JobId=1842 ArrayJobId=1842 ArrayTaskId=4294967294 JobName=a.b.c JobState=CANCELLED ExitCode=0:0"
    assert {name: one.word for name, one in answers.shown(line).items()} == {"1842": "CANCELLED"}


# -- what sbatch says --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("out", "number"),
    [("12\n", "12"), ("12;fir\n", "12"), ("Welcome!\n12\nbye\n", "12"), ("Submitted batch job 12\n", "12"), ("", "")],
)
def test_the_number_among_whatever_a_site_has_it_print(out, number):
    assert answers.taken(out) == number


RETRYING = "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying"
POLICY = (
    "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy "
    "(job submit limit, user's size and/or time limits)"
)


@pytest.mark.parametrize(
    ("code", "err", "error"),
    [
        (1, f"sbatch: error: QOSMaxSubmitJobPerUserLimit\n{POLICY}", errors.Busy),
        (1, f"sbatch: error: AssocMaxSubmitJobLimit\n{POLICY}", errors.Busy),
        (1, POLICY, errors.Refused),  # it may be a limit or not: a person has to read it
        (1, "sbatch: error: Batch job submission failed: Resource temporarily unavailable", errors.Busy),
        (1, "sbatch: error: Batch job submission failed: Invalid partition name specified", errors.Refused),
        (255, "sbatch: error: Invalid --time specification", errors.Refused),
        (1, "sbatch: error: Batch job submission failed: Invalid job array specification", errors.Refused),
        (127, "sh: 1: sbatch: not found", errors.Refused),
        (1, "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)",
            errors.Unreachable),
        (1, "sbatch: error: Munge encode failed: Failed to access \"socket\": No such file", errors.Unreachable),
        (1, "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation", errors.Unclear),
        (1, "sbatch: error: Batch job submission failed: Zero Bytes were transmitted or received", errors.Unclear),
        (1, f"{RETRYING}\nsbatch: error: Batch job submission failed: Socket timed out on send/recv operation",
            errors.Unclear),
        (124, RETRYING, errors.Unclear),
        (0, "", errors.Unclear),
        (137, "", errors.Unclear),
    ],
)  # fmt: skip
def test_why_sbatch_gave_no_number(code, err, error):
    assert type(answers.failure("fir", Sent("key", "done", code, "", err))) is error


def test_a_refusal_is_one_sentence_without_who_says_it():
    err = "sbatch: error: invalid partition specified: nosuch\nsbatch: error: Batch job submission failed: Invalid name"
    assert str(answers.failure("fir", Sent("key", "done", 1, "", err))) == (
        "fir: sbatch has refused: invalid partition specified: nosuch; Invalid name."
    )


@pytest.mark.parametrize(
    ("code", "said", "error"),
    [
        (0, "", None),
        (1, "Invalid job id specified for job 999999\nslurm_suspend error: Invalid job id specified", None),
        (1, "5_5-6: No error\n5_7-9: Invalid job id specified", None),
        (1, "Job has already finished for job 14\nslurm_suspend error: Job has already finished", None),
        (1, "5_4: Job is pending execution", None),
        (210, "scancel: error: Kill job error on job id 137: Access/permission denied", errors.Refused),
        (1, "Access/permission denied for job 76", errors.Refused),
        (1, "scontrol: error: Invalid TimeLimit value", errors.Refused),
        (1, "", errors.Refused),
        (8, "scancel: error: Kill job error on job id 1: Unable to contact slurm controller", errors.Unreachable),
        (127, "sh: 1: scancel: not found", errors.Unreachable),
    ],
)
def test_requests_about_jobs_that_have_ended_are_no_error(code, said, error):
    found = answers.denied("fir", "scontrol", code, said)
    assert (type(found) if found else None) is error


def test_what_a_refused_call_left_behind_is_not_adopted():
    name = arrays.name("batch", JOB.submission, "1-0123456789ab.1-1")
    rows = [("7", "None", name), ("8_[1-3]", "None", name.replace("1-1", "1-3")), ("9", "BadConstraints", name)]
    text = "".join(f"{BETWEEN.join(row)}\n" for row in rows)
    assert answers.kept(text) == {
        (JOB.submission, "1-0123456789ab.1-1"): "7", (JOB.submission, "1-0123456789ab.1-3"): "8",
    }  # fmt: skip


# -- what is sent ------------------------------------------------------------------------------------------------------


def sent(resources, batch=None, jobs=1, **settings):
    batch = batch or Batch("my batch", Path(), "t", "", jobs, "")
    ours = slurm.settings(Target("fir", "slurm", settings))
    [group] = arrays.groups([Job(JOB.submission, n, f"n{n}", resources=resources) for n in range(jobs)], 100)
    return calls.words(ours, calls.options(ours, batch), group, "name", "/there")


def test_what_a_job_needs_is_asked_for():
    words = sent(Resources(4, 1500, 2, 90.5), partition="gpu", account="me", qos="fast", constraint="a100&nvme",
                 nodes=1, gpu_type="a100", signal_seconds=60, extra=["--mail-type=END"])  # fmt: skip
    assert words[6:] == [
        "--error=/dev/null", "--requeue", "--time=91", "--signal=B:USR1@60", "--mem=1500M", "--cpus-per-task=4",
        "--gres=gpu:a100:2", "--partition=gpu", "--account=me", "--qos=fast", "--constraint=a100&nvme", "--nodes=1",
        "--mail-type=END",
    ]  # fmt: skip
    assert "--gpus=2" in sent(Resources(gpus=2), gpu_key="gpus")
    assert "--no-requeue" in sent(Resources(), requeue=False)


def test_many_go_as_an_array_with_its_throttle():
    assert "--array=1-20%5" in sent(Resources(), jobs=20, at_once=5)
    assert not [word for word in sent(Resources()) if "--array" in word]


def test_the_template_may_say_where_its_jobs_go():
    batch = Batch("b", Path(), "t", "", 1, "", options={"slurm": {"partition": "long", "extra": ["--exclusive"]}})
    words = sent(Resources(), batch, partition="short")
    assert "--partition=long" in words and "--exclusive" in words and "--partition=short" not in words


@pytest.mark.parametrize("word", ["--array=1-5", "-a1-5", "-J", "--job-name=x", "--wrap=true", "-W", "--output=x"])
def test_words_that_would_take_the_place_of_ours_are_refused(word):
    problems = slurm.check(Target("fir", "slurm", {"extra": [word]}), Batch("b", Path(), "t", "", 1, ""), {})
    assert [problem.fatal for problem in problems] == [True]
    assert calls.ours(["--mail-type=END", "--exclusive", "-x", "node7", "--begin=now+1hour"]) == []


def test_ids_as_the_commands_take_them():
    assert calls.chosen(["12_3", "12_1", "12_2", "14", "13_7", "12_9", "x; rm -rf /"]) == ["12_[1-3,9]", "14", "13_7"]


def test_many_ids_are_asked_for_by_their_arrays():
    few = calls.account([f"12_{task}" for task in range(100)])
    many = calls.account([f"{number}_{task}" for task in range(100) for number in range(150)])
    assert few.count("sacct") == 1 and "12_99" in few
    assert many.count("sacct") == 2 and "_" not in many.split("-j ")[1].split()[0]


def test_the_accounting_is_not_asked_for_longer_than_a_poll_may_last(tmp_path):
    """A date that stands still until the first block is answered, and a `sacct` that answers each with its first id."""
    clock = tmp_path / "clock"
    for name, does in (("date", f"wc -c <{clock}"), ("sacct", f"head -c 30 /dev/zero >>{clock}; echo asked")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    clock.touch()
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    script = calls.account([f"{number}_{task}" for task in range(2) for number in range(500)])
    done = subprocess.run(["sh", "-c", script], env=path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (75, "asked\n" * 2)


# -- prospects ---------------------------------------------------------------------------------------------------------


def test_where_a_waiting_job_stands():
    begins = "2026-11-20T04:00:00.000Z"
    assert prospects.told("main", (12, 1340), begins) == (
        ", 12th of 1,340 in main, expected to begin on 2026-11-20 at 04:00 UTC"
    )
    assert prospects.told("main", None, "") == ""
    assert [prospects.nth(number) for number in (1, 2, 3, 11, 21, 112, 1003)] == [
        "1st", "2nd", "3rd", "11th", "21st", "112th", "1,003rd",
    ]  # fmt: skip


def test_the_lines_of_the_real_queue():
    found = {job: one for one in listed(recorded("squeue.txt"), {}).values() for job in one.ids}
    assert found["136_1000"].word == "CANCELLED"
    assert found["172_4"].submission == "20261120-152734-dujerive"
    assert len([job for job in found if job.startswith("133_")]) == 800
