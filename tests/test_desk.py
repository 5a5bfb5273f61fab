"""The desk: what can be asked of the store, and the orders that are left in it. No courier is at work here."""

import os
import select
from dataclasses import replace

import pytest

from tui_batch import config
from tui_batch.cli.entry import open_desk
from tui_batch.desk import Desk
from tui_batch.errors import ConfigError, RequestError, StoreError, TemplateError
from tui_batch.model import Contact, Question, Status, Submission, Target
from tui_batch.states import JobState
from tui_batch.store import contacts, lock, questions
from tui_batch.store.history import HistoryWriter, outcome_record, submission_record
from tui_batch.store.home import Home
from tui_batch.store.ledger import Ledger
from tui_batch.store.more import Grant, More
from tui_batch.times import stamp

LATER = "2026-11-20T06:00:00.000Z"
TEMPLATE = (
    'name = "t"\ncommand = "echo {{ n }}"\n[[variables]]\nkey = "n"\ntype = "int"\ndefault = 1\n[files]\n"f" = "x"\n'
)


@pytest.fixture
def desk(tmp_path):
    """A desk whose courier's place is taken by this process, so that none is started."""
    (tmp_path / "t.toml").write_text(TEMPLATE)
    made = Desk(tmp_path / "home", config.Config())
    lock.take(Home(made.home).prepare())
    yield made
    lock.release(Home(made.home))


def generate(desk, name="b", axis="1..4", **more):
    template = desk.template(str(desk.home.parent / "t.toml"))
    return desk.generate(desk.plan(template, [("n", axis)]), name, **more)


def carried_out(desk, *words):
    """Do the courier's work: enter the submission, with these states."""
    order = desk.snapshot().orders[0]
    (Home(desk.home).orders / f"{order.id}.toml").unlink()
    known = Submission(
        order.submission,
        order.batch,
        order.digest,
        order.template,
        order.target,
        "local",
        1,
        order.total,
        order.created,
    )
    history = HistoryWriter(Home(desk.home).history, "host")
    history.append(submission_record(known), LATER)
    states = [JobState(word) for word in words]
    with Ledger(Home(desk.home).submission(known.id) / "ledger.tsv") as ledger:
        ledger.append((index, Status(state, id=f"x/{index}")) for index, state in enumerate(states))
    if all(state.ended for state in states):
        counts = {state: states.count(state) for state in states}
        history.append(outcome_record(known._replace(counts=counts, ended=LATER)), LATER)
    history.close()
    return known.id


def test_what_there_is_to_read_is_what_its_kind_has(desk):
    known = Submission("s", "b", "", "t", "x", "canfar", 1, 1, LATER)
    assert desk.logs(known).streams == ("out", "events")
    assert desk.logs(known._replace(kind="slurm")).streams == ("out", "err")


def test_batches_are_listed_by_when_they_were_made_or_submitted_last(desk):
    generate(desk, "a")
    generate(desk, "sent")
    desk.submit("sent")
    generate(desk, "new")
    assert [row.name for row in desk.batches()] == ["new", "sent", "a"]
    desk.submit("a")
    assert [row.name for row in desk.batches()] == ["a", "new", "sent"]
    assert desk.holds("a")
    assert not desk.holds("b")


def test_a_submission_is_seen_as_soon_as_it_is_ordered(desk):
    assert desk.batches() == []
    batch = generate(desk)
    assert [(row.name, row.jobs, row.submitted) for row in desk.batches()] == [("b", 4, 0)]
    name = desk.submit("b")
    seen = desk.snapshot()
    assert seen is desk.snapshot()
    known = seen.submissions[0]
    assert (known.id, known.batch, known.digest, known.run, known.target) == (name, "b", batch.digest, 1, "local")
    assert known.counts == {JobState.QUEUED: 4}
    assert [order.verb for order in desk.snapshot().orders] == ["submit"]
    row = desk.batches()[0]
    assert (row.submitted, row.last_submitted) == (1, known.created)
    jobs = desk.jobs(name)
    assert jobs is desk.jobs(name)
    assert [row.status.state for row in jobs.rows] == [JobState.QUEUED] * 4


def test_submissions_are_found_by_id_prefix_batch_and_last(desk):
    generate(desk, "b")
    generate(desk, "c")
    first, second = desk.submit("b"), desk.submit("c")
    assert desk.submission(first).id == first
    assert desk.submission("b").id == first
    assert desk.submission("last").id == desk.submission("c").id == second
    newest = desk.submit("b")
    assert desk.submission("b").id == newest
    assert desk.submission("b").run == 2
    assert desk.submission(first[:-1]).id == first
    for name, said in (("", "no submission ''"), ("2", "fits 3 submissions"), ("d", "no submission 'd'")):
        with pytest.raises(RequestError, match=said):
            desk.submission(name)


def test_what_is_asked_of_jobs_becomes_an_order(desk):
    generate(desk)
    desk.submit("b")
    name = carried_out(desk, "succeeded", "failed", "running", "lost")
    desk.cancel(name)
    desk.cancel(name, [2])
    assert desk.retry(name) == 2
    assert desk.retry(name, [0, 1, 2]) == 2  # what has not ended is left alone
    desk.fetch(name)
    desk.note(name, "a\nb")
    said = [(order.verb, order.jobs, order.text) for order in desk.snapshot().orders]
    assert said == [
        ("cancel", "", ""), ("cancel", "2", ""), ("retry", "1:1,3", ""), ("retry", "1:0-1", ""), ("fetch", "", ""),
        ("note", "", "a\nb"),
    ]  # fmt: skip
    with pytest.raises(RequestError, match="Nothing to run again"):
        desk.retry(name, [2])
    assert desk.find_job(name, "n3") == 2
    assert desk.find_job(name, "3") == 3
    for job in ("4", "-1", "²", "", "n"):
        with pytest.raises(RequestError, match="has no job"):
            desk.find_job(name, job)


def test_a_batch_that_was_changed_is_sent_nowhere(desk):
    path = generate(desk).path
    desk.submit("b")
    name = carried_out(desk, "failed", "failed", "failed", "failed")
    whole = path.read_bytes()
    with path.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(RequestError, match=rf"was changed after it was submitted as {name}\. Nothing was sent"):
        desk.submit("b")
    with pytest.raises(RequestError, match="was changed after it was submitted"):
        desk.retry(name)
    path.write_bytes(whole)
    assert desk.retry(name) == 4
    assert desk.submit("b")


def test_nothing_is_generated_beyond_the_limit_or_twice(desk):
    with pytest.raises(RequestError, match=r"makes 20,000 jobs, more than the 10,000"):
        generate(desk, axis="1..20000")
    assert generate(desk, axis="1..20", max_jobs=20).jobs == 20
    with pytest.raises(StoreError, match="There is a batch b already"):
        generate(desk)
    assert generate(desk, "").name == "t"
    assert generate(desk, "").name == "t-2"
    assert {path.suffix for path in Home(desk.home).batches.iterdir()} == {".zip"}


def test_what_the_target_cannot_do_is_said_before_anything_is_sent(desk):
    (desk.home.parent / "t.toml").write_text(TEMPLATE + "[resources]\ncpus = 9999\ngpus = 2\n")
    batch = generate(desk)
    problems = desk.check(batch, desk.config.target(""))
    assert [problem.fatal for problem in problems] == [False, True]
    with pytest.raises(RequestError, match=r"local cannot run b: each job asks for 9999 CPUs.* Nothing was sent"):
        desk.submit("b")
    assert desk.snapshot().orders == ()
    with pytest.raises(RequestError, match="no target 'x'"):
        desk.submit("b", "x")


def test_a_target_that_offers_something_is_asked_what_once_an_hour(desk):
    fir = Target("fir", "slurm", {"host": "fir"})
    desk.config.targets["fir"] = fir
    assert not desk.inquire(desk.config.target("local"))
    assert desk.inquire(fir)
    assert not desk.inquire(fir), "it is being asked"
    [order] = desk.snapshot().orders
    assert (order.verb, order.target) == ("probe", "fir")
    desk.withdraw(order.id)
    for known, outdated in ((stamp(desk.now() - 3000), False), (stamp(desk.now() - 4000), True), ("", True)):
        contacts.write(Home(desk.home).contacts, "fir", Contact(True, known={"as_of": known}))
        assert desk.outdated(fir) is outdated
    contacts.write(Home(desk.home).contacts, "fir", Contact(False, unanswered=True))
    assert not desk.inquire(fir), "it asks a person first"


def test_what_an_attempt_is_sent(desk):
    (desk.home.parent / "t.toml").write_text(TEMPLATE + "[resources]\nminutes = 30\nmemory = '500 MB'\n")
    batch, target = generate(desk), desk.config.target("")
    desk.submit("b")
    carried_out(desk, "failed", "succeeded", "timed_out", "queued")
    known, row = desk.submission("last"), desk.jobs("last").rows[2]
    assert "30 minutes, 500 MB" in desk.preview(batch, target, row.name)
    assert desk.sent(known, target, row) == desk.preview(batch, target, row.name)
    More(Home(desk.home).submission(known.id)).give(Grant(2, "2-3", time=2.0))
    assert "30 minutes, 500 MB" in desk.sent(known, target, row)
    again = replace(row, status=replace(row.status, attempt=2))
    assert "60 minutes, 500 MB" in desk.sent(known, target, again)


def test_what_a_batch_holds(desk):
    batch = generate(desk)
    drafts = desk.batch_jobs("b")
    assert (drafts.varying, len(drafts.rows), drafts.rows[0].status.state) == (("n",), 4, JobState.DRAFT)
    assert desk.job_files("b", "n2") == {"command": "echo 2", "f": "x"}
    script = desk.preview(batch, desk.config.target(""), "n2")
    assert script.endswith("echo 2")
    assert "with f" in script
    for name in ("", "../b", "b.zip", "x" * 300):
        with pytest.raises(RequestError, match="There is no batch"):
            desk.batch(name)


def test_damaged_files_are_named_and_the_rest_is_there(desk):
    generate(desk)
    (Home(desk.home).batches / "c.zip").write_bytes(b"no zip")
    folder = desk.home.parent / "mine"
    folder.mkdir()
    (folder / "broken.toml").write_text("name =")
    desk = Desk(desk.home, config.Config(), [folder])
    assert [row.name for row in desk.batches()] == ["b"]
    assert "shell" in [template.name for template in desk.templates()]
    problems = desk.snapshot().problems
    assert ["c.zip" in problems[0], "broken.toml" in problems[1]] == [True, True]
    desk.batches()
    assert desk.snapshot().problems == problems
    with pytest.raises(TemplateError, match=r"broken\.toml: not valid TOML"):
        desk.template("broken")


def test_logs_and_results_have_a_place_before_they_are_there(desk):
    generate(desk)
    name = desk.submit("b")
    path = desk.log(name, 1)
    assert path == desk.home / "submissions" / name / "logs" / "1" / "n2.out"
    assert desk.log(name, 1, "err", 3).parts[-2:] == ("3", "n2.err")
    assert desk.results(name) == desk.home / "results" / "b" / "run_1"


def test_where_the_store_and_the_configuration_are(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("TUI_BATCH_HOME", raising=False)
    monkeypatch.delenv("TUI_BATCH_CONFIG", raising=False)
    assert open_desk().home == tmp_path / "data" / "tui-batch"
    (tmp_path / "config" / "tui-batch").mkdir(parents=True)
    (tmp_path / "config" / "tui-batch" / "config.toml").write_text("max_jobs = 7")
    assert open_desk().config.max_jobs == 7
    (tmp_path / "other.toml").write_text("max_jobs = 8")
    monkeypatch.setenv("TUI_BATCH_HOME", str(tmp_path / "env"))
    monkeypatch.setenv("TUI_BATCH_CONFIG", str(tmp_path / "other.toml"))
    assert (open_desk().home, open_desk().config.max_jobs) == (tmp_path / "env", 8)
    monkeypatch.chdir(tmp_path)
    assert open_desk("here").home == tmp_path / "here"
    for path in ("none.toml", "x" * 300):
        with pytest.raises((RequestError, ConfigError), match=path):
            open_desk("", path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="not a directory"):
        open_desk(str(tmp_path / "file"))
    assert {path.name for path in tmp_path.iterdir()} == {"config", "file", "other.toml"}


# -- what targets ask --------------------------------------------------------------------------------------------------


def test_only_the_question_that_was_asked_is_answered(desk):
    home = Home(desk.home)
    password, code = (Question(kind, f"{kind} for ada@fir", True, "local", stamp(4e9)) for kind in ("password", "code"))
    with questions.asked(home, password) as reader:
        desk.answer(password, "geheim")
        assert os.read(reader, 99) == b"geheim\n"
    with questions.asked(home, code) as reader:
        with pytest.raises(RequestError, match="does not wait for this answer any more: nothing was sent"):
            desk.answer(password, "geheim")
        assert not select.select([reader], [], [], 0)[0]
    desk.probe("local")
    assert [(order.verb, order.target) for order in desk.snapshot().orders] == [("probe", "local")]
    with pytest.raises(RequestError, match="no target 'fir'"):
        desk.probe("fir")


def test_a_courier_on_another_host_is_named(desk):
    assert desk.elsewhere() == ""
    home = Home(desk.home)
    home.courier.write_text('host = "login2"\npid = 1\nstarted = "2026-01-01T00:00:00.000Z"\nticks = "1"\n')
    assert desk.elsewhere() == "login2"
    home.courier.unlink()
    assert desk.elsewhere() == ""


# -- what lies on a host of its own ------------------------------------------------------------------------------------


def test_only_what_has_ended_and_lies_elsewhere_can_be_deleted_there(desk, tmp_path):
    far = Target("cluster", "gridengine", {"host": "fir.example.org", "workdir": "/scratch/ada/"})
    desk.config = replace(desk.config, targets={**desk.config.targets, "cluster": far})
    generate(desk)
    here = desk.submit("b")
    carried_out(desk, "succeeded", "succeeded", "succeeded", "succeeded")
    with pytest.raises(RequestError, match="keeps nothing of b that could be deleted there"):
        desk.remove(here)
    name = desk.submit("b", "cluster")
    carried_out(desk, "running", "succeeded", "succeeded", "succeeded")
    assert desk.remains(name) == f"/scratch/ada/{name}"
    with pytest.raises(RequestError, match="has not ended, and needs its folder"):
        desk.remove(name)
    again = desk.submit("b", "cluster")
    carried_out(desk, "succeeded", "succeeded", "succeeded", "failed")
    assert desk.removable(again) == f"/scratch/ada/{again}"
    desk.remove(again)
    assert [(order.verb, order.submission) for order in desk.snapshot().orders] == [("remove", again)]
    desk.config = replace(desk.config, targets={})
    with pytest.raises(RequestError, match="keeps nothing"):
        desk.remove(again)


def test_what_stays_there_is_said_to_stay(desk):
    keys = {"workdir": "~/runs", "image": "images.canfar.net/skaha/astroconda:latest"}
    sky = Target("sky", "canfar", keys)
    desk.config = replace(desk.config, targets={**desk.config.targets, "sky": sky})
    generate(desk)
    name = desk.submit("b", "sky")
    carried_out(desk, "succeeded", "succeeded", "succeeded", "succeeded")
    assert "what jobs made stays there, in ~/runs" in desk.stays(name)
    with pytest.raises(RequestError, match=r"storage is not set\. Nothing was deleted\."):
        desk.remove(name)
    mounted = Target("sky", "canfar", {**keys, "storage": "mounted"})
    desk.config = replace(desk.config, targets={**desk.config.targets, "sky": mounted})
    assert desk.stays(name) == ""
    assert desk.removable(name) == f"~/runs/{name}"
