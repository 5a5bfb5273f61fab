"""The jobs of a submission as they are listed: the batch's names beside the ledger's statuses."""

from tui_batch.model import Status
from tui_batch.states import JobState
from tui_batch.store.joblist import _JobsView
from tui_batch.store.ledger import Ledger, line

RAN = Status(JobState.SUCCEEDED, id="x/1/n1", exit_code=0)


def test_names_values_and_what_became_of_each(store):
    known = store.submission()
    view = _JobsView(store.home, known)
    before = view.refresh()
    assert before.varying == ("n",)
    assert [(row.index, row.name, row.values) for row in before.rows] == [
        (number, f"n{number + 1}", (str(number + 1),)) for number in range(4)
    ]
    assert {(row.status.state, row.status.detail) for row in before.rows} == {(JobState.QUEUED, "waiting to be sent")}
    assert view.refresh() is before
    with Ledger(store.home.submission(known.id) / "ledger.tsv") as ledger:
        ledger.append([(2, RAN)])
    after = view.refresh()
    assert after.rows[2].status == RAN
    assert after.rows[1] is before.rows[1]
    assert before.rows[2].status.state is JobState.QUEUED  # who holds the former list keeps it as it was
    assert view.refresh() is after


def test_a_job_that_the_ledger_of_an_ended_submission_does_not_name(store):
    rows = _JobsView(store.home, store.submission(ended="2026-11-20T06:00:00.000Z")).refresh().rows
    assert {row.status.state for row in rows} == {JobState.UNKNOWN}


def test_without_its_zip_the_jobs_have_the_names_of_their_ids_or_numbers(store):
    known = store.submission(batch="gone")
    with Ledger(store.home.submission(known.id) / "ledger.tsv") as ledger:
        ledger.append([(1, RAN)])
    found = _JobsView(store.home, known).refresh()
    assert found.varying == ()
    assert [(row.name, row.status.state) for row in found.rows[:2]] == [("0", JobState.QUEUED), ("n1", RAN.state)]


def test_a_damaged_line_and_a_job_that_is_not_in_the_batch(store):
    path = store.home.submission(store.submission().id) / "ledger.tsv"
    path.parent.mkdir(parents=True)
    path.write_text(line(0, RAN) + "garbage\n" + line(99, RAN) + line(3, RAN))
    view = _JobsView(store.home, store.submission())
    states = [row.status.state for row in view.refresh().rows]
    assert states == [JobState.SUCCEEDED, JobState.QUEUED, JobState.QUEUED, JobState.SUCCEEDED]
    assert len(view.problems) == 1
    assert "garbage" in view.problems[0]
