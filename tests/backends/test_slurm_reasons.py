"""Why jobs wait in Slurm's queue: every reason is a sentence, and only what needs somebody is held."""

from pathlib import Path

import pytest

from tui_batch.backends.slurm.reasons import read
from tui_batch.states import JobState

REASONS = (Path(__file__).parent / "answers" / "slurm" / "reasons.txt").read_text().splitlines()
NODES = "ReqNodeNotAvail, UnavailableNodes:node[001-020,031],fat[1-9]"


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_is_a_sentence_that_fits_on_a_line(reason):
    told = read(reason)
    assert told.words != reason
    assert len(told.words) <= 100
    assert not told.mixed


def test_what_starts_by_itself_is_queued():
    held = {reason for reason in REASONS if read(reason).state is JobState.HELD}
    assert held == {
        "JobHeldUser", "JobHeldAdmin", "JobHoldMaxRequeue", "DependencyNeverSatisfied", "BurstBufferOperation",
        "launch failed requeued held", "user env retrieval failed requeued held", "job requeued in held state",
    }  # fmt: skip
    assert {read(reason).state for reason in REASONS if reason not in held} == {JobState.QUEUED}


@pytest.mark.parametrize(
    "reason, words",
    [
        ("Priority", "waits for its turn: other jobs go first"),
        (NODES, "waits for nodes that are down or reserved: node[001-020,031],fat[1-9]"),
        ("AssocGrpCpuLimit", "its account has all the CPUs in use that it may have: waits for jobs to end"),
        (
            "AssocGrpSubmitJobsLimit",
            "its account has all the jobs in the queue that it may have: waits for them to end",
        ),
        ("AssocMaxJobsLimit", "you have all the jobs running that its account gives you: waits for them to end"),
        ("MaxMemoryPerAccount", "its account has all the memory in use that its QOS gives it: waits for jobs to end"),
        ("QOSGrpCPUMinutesLimit", "its QOS has used up the CPU time that it may have: wait, or send it with another"),
        ("QOSMaxGRESPerUser", "you have all the GRES (GPUs) in use that its QOS gives you: waits for jobs to end"),
        ("QOSMinMemory", "its QOS wants more memory of a job: ask for more, or it never starts"),
        (
            "QOSMaxWallDurationPerJobLimit",
            "asks for more time than its QOS gives a job: ask for less, or it never starts",
        ),
        (
            "AssocMaxCpuMinutesPerJobLimit",
            "asks for more CPU time than its account gives a job: ask for less, or it never starts",
        ),
    ],
)
def test_which_limit_of_whom(reason, words):
    assert read(reason).words == words


@pytest.mark.parametrize("reason", ["QOSMaxTeaPerUser", "Waiting, for a word: of ours", ""])
def test_an_unknown_reason_keeps_its_own_words(reason):
    assert (read(reason).state, read(reason).words) == (JobState.QUEUED, reason)


@pytest.mark.parametrize("reason", ["requeued and held by a plugin", "JobHeldBySite", "JobHoldForReview"])
def test_an_unknown_hold_is_one_all_the_same(reason):
    assert (read(reason).state, read(reason).words) == (JobState.HELD, reason)


def test_tasks_that_are_listed_together_may_wait_for_different_things():
    told = read("JobArrayTaskLimit,JobHeldUser")
    assert (told.state, told.words, told.mixed) == (JobState.QUEUED, "waits for its turn; held by you", True)
    assert not read("Priority,Resources").mixed
    assert read("JobHeldUser,JobHeldAdmin").state is JobState.HELD
