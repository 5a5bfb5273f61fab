"""The lines of `squeue`, and that one which has not changed is not read again."""

import pytest

from tui_batch.backends.slurm.listing import BETWEEN, Listed, listed, tasks
from tui_batch.errors import Unreachable

RUNNING = Listed("20_1", "RUNNING", "None", "2026-11-20T04:14:00", "2026-11-20T04:24:00", "main", "vm", "", "")
WAITING = Listed("20_[2-100%1]", "PENDING", "JobArrayTaskLimit", "N/A", "N/A", "main", "", "", "")
MARKER = "20261120-000000-babo"
AWAY = "ReqNodeNotAvail, UnavailableNodes:vm"


def answer(*jobs):
    return "".join(f"{BETWEEN.join([*job[:7], name(job)])}\n" for job in jobs)


def name(job):
    return f"many_words.{job.submission}.{job.key}" if job.submission else "a name, of | many words\u2028and lines"


def test_what_the_lines_say():
    alone = Listed("18", "PENDING", AWAY, "N/A", "N/A", "closed", "", MARKER, "1-0123456789ab.1-1")
    assert list(listed(answer(RUNNING, WAITING, alone), {}).values()) == [RUNNING, WAITING, alone]
    assert listed("", {}) == {}


def test_an_unchanged_line_is_not_read_again():
    first = listed(answer(RUNNING, WAITING), {})
    ended = RUNNING._replace(word="COMPLETED")
    second = listed(answer(ended, WAITING), first)
    assert list(second.values()) == [ended, WAITING]
    assert [*second.values()][1] is [*first.values()][1]
    assert [second[line] for line in second.keys() - first.keys()] == [ended]


def test_a_line_break_in_the_name_of_a_job_spoils_no_other():
    broken = answer(WAITING).replace("many words", "two\nlines")
    assert list(listed(broken + answer(RUNNING), {}).values()) == [WAITING, RUNNING]


def test_half_an_answer_is_none():
    with pytest.raises(Unreachable, match="after 1 lines: nothing is concluded"):
        listed(answer(RUNNING, WAITING)[:-1], {})


def test_the_jobs_that_a_line_is_about():
    assert list(RUNNING.ids) == ["20_1"]
    assert list(WAITING._replace(id="18").ids) == ["18"]
    assert list(WAITING._replace(id="20_[2-4,7,9-13:2%3]").ids) == [
        "20_2",
        "20_3",
        "20_4",
        "20_7",
        "20_9",
        "20_11",
        "20_13",
    ]
    assert sum(1 for _ in WAITING.ids) == 99


def test_whether_only_some_of_the_tasks_on_a_line_are_held():
    reasons = ("JobArrayTaskLimit,JobHeldUser", "JobHeldUser", "Resources,Priority", AWAY)
    assert [WAITING._replace(reason=reason).mixed for reason in reasons] == [True, False, False, False]
    assert not RUNNING._replace(reason="JobArrayTaskLimit,JobHeldUser").mixed


def test_a_list_of_tasks_that_was_cut_short_is_none():
    with pytest.raises(Unreachable, match="not all of them"):
        list(tasks("1-2,4,15..."))
