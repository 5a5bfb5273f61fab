"""What Grid Engine's commands answered, recorded, and what we read in it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tui_batch import errors
from tui_batch.backends import gridengine
from tui_batch.backends.gridengine import answers, health, outcome
from tui_batch.backends.gridengine.answers import Account
from tui_batch.backends.hosted.staging import Ended
from tui_batch.errors import Unreachable
from tui_batch.model import Job, Resources
from tui_batch.states import JobState

S = JobState
RECORDED = Path(__file__).parent / "answers" / "gridengine"
NEEDS = Resources(memory_mb=1000, minutes=10)


def accounts(text):
    return {name: account for (name, _), account in answers.accounts(text).items()}


def recorded(name):
    return (RECORDED / name).read_text()


# -- states ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "state"),
    [(word, state) for words, state in {
        "dr dt dRr ds dS dT dRS": S.COMPLETING,
        "Eqw Ehqw EhRqw": S.HELD,
        "hqw hRwq": S.HELD,
        "s ts S tS T tT Rs Rts RS RtS RT RtT hs": S.SUSPENDED,
        "qw Rq": S.QUEUED,
        "t Rt": S.STARTING,
        "r hr Rr": S.RUNNING,
        "N P R ?": S.UNKNOWN,
    }.items() for word in words.split()],
)  # fmt: skip
def test_the_letters_are_a_set(letters, state):
    assert gridengine.state(letters) is state


# -- the list ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["qstat.xml", "qstat-r.xml"])
def test_the_list_has_each_job_and_task_with_its_letters(name):
    found = {job: one for one in answers.listed(recorded(name)) for job in one.ids}
    assert {job: found[job].letters for job in ("10", "11", "12", "14.1", "14.2", "14.3", "14.100", "18", "6")} == {
        "10": "s", "11": "hr", "12": "dr", "14.1": "r", "14.2": "r", "14.3": "qw", "14.100": "qw", "18": "qw",
        "6": "Eqw",
    }  # fmt: skip
    assert found["18"].name == "a_long_job_name_of_28_letters"
    assert (found["10"].queue, found["10"].started) == ("main.q@vm", "2026-11-20T04:13:05.000Z")
    assert found["18"].started == ""


@pytest.mark.parametrize("cut", [0, 1, 500, 3000, -20])
def test_half_a_list_is_no_list(cut):
    with pytest.raises(Unreachable, match="not with a whole list"):
        answers.listed(recorded("qstat.xml")[:cut])


def test_an_empty_list_is_a_list():
    assert answers.listed("<?xml version='1.0'?>\n<job_info><queue_info/><job_info/></job_info>") == []


def test_a_list_is_read_past_a_banner_and_whatever_a_name_may_hold():
    text = recorded("qstat.xml").replace("suspended", "a%lt;b\x07&#228;", 1)
    assert answers.listed(f"Welcome to fir!\n{text}")[0].name == "a<b?ä"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("", []), ("2", [2]), ("3-6:1", [3, 4, 5, 6]), ("1-10:3", [1, 4, 7, 10]), ("1,2,4-6:1", [1, 2, 4, 5, 6])],
)
def test_tasks(text, numbers):
    assert list(answers.tasks(text)) == numbers


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T04:13:05", "2026-11-20T04:13:05.000Z"),
        ("Fri Nov 20 04:13:05 2026", "2026-11-20T04:13:05.000Z"),
        ("11/20/2026 04:13:05.123", "2026-11-20T04:13:05.123Z"),
        ("1795148000", "2026-11-20T04:13:20.000Z"),
        ("1795148000123", "2026-11-20T04:13:20.123Z"),
        ("-/-", ""),
        ("", ""),
    ],
)
def test_moments(text, moment):
    assert answers.moment(text) == moment


# -- reasons -----------------------------------------------------------------------------------------------------------


def test_reasons_in_plain_words():
    found = answers.reasons(recorded("qstat-j-waiting.txt"))
    assert {name: found[name] for name in ("24", "25", "26", "27.2", "28.3", "29", "30")} == {
        "24": "its parallel environment smp offers 0 slots",
        "25": "asks for mem_free=999G, but no more than 21.308G is offered: it may never start",
        "26": "asks for num_proc=64, but no more than 2.000000 is offered: it may never start",
        "27.2": "its output file /nonexistent/x cannot be opened: No such file or directory",
        "28.3": "its folder /nonexistent cannot be entered: No such file or directory",
        "29": "waits for other jobs",
        "30": "waits for a free slot",
    }
    assert answers.reasons(recorded("qstat-j.txt"))["6.1"].startswith("its output file /nonexistent/dir/ cannot")


def test_words_that_nobody_knows_stay_as_they_are():
    assert answers.plain(["the moon is full"]) == "the moon is full"


# -- the accounting ----------------------------------------------------------------------------------------------------


def test_accounts_by_job_and_task():
    found = accounts(recorded("qacct.txt"))
    assert {name: (one.failed, one.code) for name, one in found.items()} == {
        "1": (0, 0), "2": (0, 3), "3": (100, 139), "4": (37, 137), "9": (100, 137), "6": (26, 0), "5": (0, 127),
        "8.3": (0, 1),
    }  # fmt: skip
    assert found["1"].name == "ok"
    assert found["1"].ended == "2026-11-20T04:12:52.000Z"
    assert found["6"].started == ""


@pytest.mark.parametrize(
    ("number", "cause", "state", "detail"),
    [
        ("1", "", S.SUCCEEDED, ""),
        ("2", "", S.FAILED, "exit 3"),
        ("3", "", S.FAILED, "killed by signal SEGV"),
        ("4", "", S.TIMED_OUT, "ended at a limit of its queue: qmaster enforced h_rt, h_cpu, or h_vmem limit"),
        ("9", "cancelled by hand", S.CANCELLED, "by hand"),
        ("6", "", S.FAILED, "could not be started: its output file could not be opened"),
        ("6", "cancelled by hand", S.CANCELLED, "by hand"),
        ("5", "", S.FAILED, "exit 127 (a command was not found)"),
    ],
)
def test_what_became_of_recorded_jobs(number, cause, state, detail):
    account = accounts(recorded("qacct.txt"))[number]
    assert outcome.outcome(account, cause, Resources()) == (state, detail)


@pytest.mark.parametrize(
    ("failed", "code", "took", "state", "words"),
    [
        (100, 137, {"seconds": 600}, S.TIMED_OUT, "its limit is 10 minutes"),
        (100, 137, {"memory_mb": 990}, S.OUT_OF_MEMORY, "it held 990 MB, its limit is 1000 MB"),
        (37, 137, {"memory_mb": 1100, "seconds": 3}, S.OUT_OF_MEMORY, "1100 MB"),
        (0, 138, {"seconds": 590}, S.TIMED_OUT, "10 minutes"),
        (0, 143, {"seconds": 5}, S.FAILED, "killed by signal TERM"),
        (100, 137, {"seconds": 5}, S.FAILED, "killed by signal KILL"),
        (0, 3, {"seconds": 600}, S.FAILED, "exit 3"),
        (15, 0, {}, S.SUCCEEDED, "afterwards: as it was said"),
        (15, 2, {}, S.FAILED, "exit 2; afterwards: as it was said"),
        (17, 0, {}, S.NODE_FAILED, "as it was said"),
        (19, 0, {}, S.LOST, "as it was said"),
        (7, 0, {}, S.FAILED, "could not be started: as it was said"),
        (100, 0, {}, S.FAILED, "killed: as it was said"),
    ],
)
def test_what_an_account_means(failed, code, took, state, words):
    found, detail = outcome.outcome(Account("1", "x", failed, "as it was said", code, **took), "", NEEDS)
    assert found is state
    assert words in detail


def test_of_a_job_that_was_run_again_the_last_account_counts():
    one = "=" * 62 + "\n" + recorded("qacct.txt").split("=" * 62)[2]
    again = one.replace("failed       0    ", "failed       25  : rescheduling")
    assert again != one
    assert accounts(again) == {}
    assert accounts(again + one)["2"].code == 3
    assert accounts(one + again) == {}


def test_a_number_that_came_round_again_has_the_accounts_of_both():
    text = recorded("qacct.txt")
    found = answers.accounts(text + text.replace("jobname      fail3", "jobname      other"))
    assert {found["2", name].code for name in ("fail3", "other")} == {3}


def test_half_an_account_is_none():
    assert list(accounts(recorded("qacct.txt")[:2300])) == ["1"]


# -- what became of a job that left the queue --------------------------------------------------------------------------

JOB = Job("20261120-000000-babo", 3, "three", 2, "5.4", NEEDS)
STARTED = {"job": "5.4", "clock": "1795148000"}


def ended(code, cause=""):
    return Ended(STARTED, {"job": "5.4", "code": str(code), "clock": "1795148600"}, cause)


def at_limit(code):
    return Account("5.4", "x", 37, "limit", code, seconds=600, ended="2026-11-20T04:23:21.000Z")


def test_a_good_record_needs_no_account():
    assert not outcome.wanting(ended(0))
    status = outcome.gone(JOB, ended(0), None, 0.0, 300.0)
    assert (status.state, status.exit_code, status.evidence) == (S.SUCCEEDED, 0, "end record")
    assert (status.started, status.ended) == ("2026-11-20T04:13:20.000Z", "2026-11-20T04:23:20.000Z")
    assert (status.attempt, status.id) == (2, "5.4")


def test_why_a_job_was_killed_is_waited_for_a_little():
    assert outcome.wanting(ended(143))
    assert outcome.gone(JOB, ended(143), None, 0.0, 300.0) is None
    status = outcome.gone(JOB, ended(143), None, 20.0, 300.0)
    assert (status.state, status.detail) == (S.FAILED, "killed by signal TERM")


def test_the_accounting_decides_on_the_cause_and_the_record_on_the_code():
    status = outcome.gone(JOB, ended(138), at_limit(137), 0.0, 300.0)
    assert (status.state, status.exit_code, status.evidence) == (S.TIMED_OUT, 138, "accounting and end record")
    assert status.detail == "its limit is 10 minutes (exit 138)"


def test_what_a_job_held_at_most_is_kept_as_far_as_it_is_known():
    held = outcome.gone(JOB, ended(138), replace(at_limit(137), memory_mb=640.5), 0.0, 300.0)
    assert (held.state, held.peak_mb) == (S.TIMED_OUT, 640.5)
    assert outcome.gone(JOB, ended(138), at_limit(137), 0.0, 300.0).peak_mb is None
    assert outcome.gone(JOB, ended(0), None, 0.0, 300.0).peak_mb is None


def test_what_we_cancelled_is_cancelled_whether_it_had_begun_or_not():
    assert outcome.gone(JOB, ended(143, "cancelled by you"), None, 0.0, 300.0).state is S.CANCELLED
    assert outcome.gone(JOB, ended(0, "cancelled by you"), None, 0.0, 300.0).state is S.SUCCEEDED
    assert outcome.gone(JOB, Ended({}, {}, "cancelled by you"), None, 0.0, 300.0).state is S.CANCELLED
    begun = Ended(STARTED, {}, "cancelled by you")
    assert outcome.gone(JOB, begun, None, 0.0, 300.0) is None  # how it ended may be known soon
    assert outcome.gone(JOB, begun, None, 20.0, 300.0).state is S.CANCELLED


def test_what_left_without_a_trace_is_lost_when_it_was_missed_twice_and_long_enough():
    assert outcome.gone(JOB, None, None, 0.0, 0.0) is None
    assert outcome.gone(JOB, None, None, 299.0, 300.0) is None
    status = outcome.gone(JOB, None, None, 300.0, 300.0)
    assert (status.state, status.exit_code) == (S.LOST, None)
    assert "neither the accounting nor its end record" in status.detail


# -- how the target is -------------------------------------------------------------------------------------------------

PROBED = """\
workdir /home/person/tui-batch
free 1048576
command qsub /usr/bin/qsub
command qstat /usr/bin/qstat
clock 1000
version SGE 8.1.9
queue main.q
environment make
environment smp
limit max_u_jobs 0
limit max_aj_tasks 75000
"""


def test_how_a_target_is():
    found = health.read("fir", PROBED, 990.0)
    assert found.reachable
    assert found.facts == {
        "host": "fir", "version": "SGE 8.1.9", "commands in": "/usr/bin", "queues": "main.q",
        "parallel environments": "make, smp", "tasks per array": "75000", "clock": "+10 s from ours",
        "workdir": "/home/person/tui-batch", "free disk": "1.0 GB",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PROBED.replace(" /usr/bin/qsub", ""), "fir: qsub cannot be found; .*login_shell = true"),
        (PROBED + "silent error: commlib error\n", "fir: the queue does not answer: error: commlib error"),
        (PROBED.partition("command")[2], "workdir cannot be written to"),
    ],
)
def test_what_is_wrong_with_a_target(text, words):
    found = health.read("fir", text, 990.0)
    assert not found.reachable
    assert re.search(words, found.detail)


@pytest.mark.parametrize(
    ("queue", "environment", "words"),
    [
        ("", "", ""), ("main.q", "smp", ""), ("main.q@node1", "", ""), ("*.q", "ma*|smp", ""),
        ("long.q", "", "fir: `queue` is long.q, and there is only main.q."),
        ("@fast", "mpi", "fir: `parallel_environment` is mpi, and there is only make, smp."),
    ],
)  # fmt: skip
def test_a_queue_or_an_environment_that_is_not_there_is_named(queue, environment, words):
    found = health.read("fir", PROBED, 999.0, queue, environment)
    assert (found.reachable, found.detail if words else "") == (not words, words)
    assert found.facts["clock"] == "as ours"
    assert health.read(
        "fir", PROBED.replace("queue", "x").replace("environment", "x"), 999.0, queue, environment
    ).reachable


# -- what qsub says ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("2\n", "2"),
        ("5.1-100:1\n", "5"),
        ("Welcome!\nYou have 3 mails\n5.1-100:1\n", "5"),
        ('Your job 1 ("demo_ok") has been submitted\n', "1"),
        ('Your job-array 30.1-5:1 ("true") has been submitted\n', "30"),
        ("", ""),
        ("You have 3 mails\n", ""),
    ],
)
def test_the_number_that_qsub_gives(said, number):
    assert answers.taken(said) == number


@pytest.mark.parametrize("line", recorded("qsub-refused.tsv").splitlines())
def test_what_a_refusal_is(line):
    code, said, kind = line.split("\t")
    error = answers.refusal("fir", int(code), said.replace("\\n", "\n"))
    assert type(error) is getattr(errors, kind)
    assert "Exiting" not in str(error)
    assert str(error).startswith("fir: ")
