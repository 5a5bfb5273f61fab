"""The file for a support request: all that helps is in it, and no secret is, wherever one stood."""

from dataclasses import replace

import pytest

from tui_batch import config
from tui_batch.bundle import MOST_JOBS, WIDEST, in_need
from tui_batch.desk import Desk
from tui_batch.errors import RequestError, StoreError
from tui_batch.model import BY_PERSON, Contact, Order, Status, Submission
from tui_batch.shown import JobRow
from tui_batch.states import JobState
from tui_batch.store import contacts, lock
from tui_batch.store.history import HistoryWriter, submission_record
from tui_batch.store.home import Home
from tui_batch.store.ledger import Ledger

NOW = "2026-11-20T06:00:00.000Z"
ID = "20261120-060000-word"
PLANTED = "hunter2-4f3b9c2e71d05a68"  # in every place that the file is made from
KEY = f"-----BEGIN PRIVATE KEY-----\n{PLANTED}\n-----END PRIVATE KEY-----"

TEMPLATE = f"""
name = "process"
command = "python3 process.py --sigma {{{{ sigma }}}} --token {PLANTED} --key {{{{ api_key|sh }}}}"
[[variables]]
key = "sigma"
type = "int"
default = 1
[[variables]]
key = "api_key"
[files]
"settings.ini" = "sigma = {{{{ sigma }}}}"
[resources]
cpus = 2
memory = "4 GB"
minutes = 90
[options.slurm]
account = "astro"
"""
CONFIG = f"""
[targets.far]
kind = "slurm"
host = "fir.example"
user = "ada"
partition = "long"
password_command = "echo {PLANTED}"
setup = ["export X_TOKEN={PLANTED}", "module load gcc"]
"""


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A desk on a store in which four jobs of a submission went wrong, each in its own way; no courier is started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLANTED_SECRET", PLANTED)
    (tmp_path / "t.toml").write_text(TEMPLATE)
    desk = Desk(tmp_path / "home", config.parse(CONFIG, tmp_path / "config.toml"))
    home = Home(desk.home).prepare()
    lock.take(home)
    sweep = desk.plan(desk.template(str(tmp_path / "t.toml")), [("sigma", "1..9")], [("api_key", PLANTED)])
    batch = desk.generate(sweep, "stars")
    known = Submission(ID, "stars", batch.digest, "process", "far", "slurm", 1, 9, NOW)
    HistoryWriter(home.history, "host").append(submission_record(known), NOW)
    job = Status(JobState.FAILED, 1, "4711_0", 3, NOW, NOW, NOW, "accounting", f"exit 3, {PLANTED}", peak_mb=2048.0)
    learnt = [(0, replace(job, state=JobState.QUEUED, exit_code=None, started="", ended="")), (0, job)]
    learnt += [(1, replace(job, state=JobState.LOST, id="4711_1", exit_code=None, evidence="gone from the queue"))]
    learnt += [(2, replace(job, state=JobState.SUCCEEDED, id="4711_2", exit_code=0))]
    learnt += [(n, Status(JobState.QUEUED, id=f"4711_{n}", as_of=NOW)) for n in range(3, 9)]
    with Ledger(home.submission(ID) / "ledger.tsv") as ledger:
        ledger.append(learnt)
    for stream, text in {
        "out": "".join(f"line {n}\n" for n in range(1000)) + f"Authorization: Bearer {PLANTED}\n{KEY}\n",
        "err": f"\x1b[31mTraceback\x1b[0m\n 10%\r 20%\rdone\npassword={PLANTED}\n" + "x" * 5000,
        "events": f"Warning BackOff https://ada:{PLANTED}@images.example/x",
    }.items():
        path = desk.log(ID, 0, stream)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    facts = {"slurm": "23.02", "said": f"token={PLANTED}"}
    contacts.write(home.contacts, "far", Contact(False, "no answer", facts, NOW, NOW, trouble=f"far: {PLANTED}"))
    (home.path / "courier.log").write_text(
        f"{NOW} something else\n{NOW} far: no answer in 30 s.\n{NOW} other: x\nTraceback\n  {PLANTED}\n{NOW} faraway\n"
    )
    yield desk
    lock.release(home)


def written(desk, *indices):
    return desk.bundle(ID, indices).read_text()


def test_it_says_what_went_wrong_with_what_and_where(desk):
    text = written(desk)
    for line in (
        "What I expected: ", "  textual = 8", "  id = 20261120-060000-word", "== Target far, kind slurm",
        "  partition = long",
        "  password_command = [redacted]", "== What the template asks of this kind\n  account = astro",
        "  slurm = 23.02",
        "== Job 0: sigma1\n  id = 4711_0\n  expected = succeeded, exit code 0\n  happened = failed, exit code 3\n",
        "  known by = accounting", "  held at most = 2,048 MB", "  cpus = 2\n  memory = 4,096 MB", "  minutes = 90",
        "  sigma = 1", "  python3 process.py --sigma 1 --token [redacted]", "  settings.ini = 1 line",
        "--account=astro",
        "  2026-11-20T06:00:00.000Z, attempt 1, queued, accounting", "  ... 804 lines before these\n  line 804\n",
        "  Traceback\n  done\n",
        "== What the platform said (events)\n  Warning BackOff https://[redacted]@images.example/x",
        "== Job 1: sigma2", "  happened = lost\n", "  known by = gone from the queue", "None is here",
        "far: no answer in 30 s.", " other: x\n  Traceback\n",
    ):  # fmt: skip
        assert line in text, f"{line}\n{text}"
    assert "Job 2" not in text
    assert "something else" not in text
    assert "faraway" not in text
    assert max(map(len, text.splitlines())) < WIDEST + 50


def test_no_secret_is_in_it_wherever_it_stood(desk):
    text = written(desk, 0, 1, 2, 3)
    assert PLANTED not in text
    assert "hunter2" not in text
    assert "4f3b9c2e" not in text


def test_a_job_that_is_called_by_its_secret_is_not_named(desk, tmp_path):
    template = desk.template(str(tmp_path / "t.toml"))
    made = desk.generate(desk.plan(template, [("api_key", "s3cret.of/mine, an0ther s3cret")]), "keyed")
    desk._leave(Order("o", "submit", "o", NOW, "keyed", made.digest, "process", "far", 2))
    text = desk.bundle("keyed", [0]).read_text()
    assert desk.jobs("o").rows[0].name.startswith("api_keys3cret")
    assert "s3cret" not in text
    assert "== Job 0: [redacted]" in text


def test_no_file_is_ever_overwritten(desk, tmp_path):
    made = [desk.bundle(ID) for _ in range(3)]
    assert [path.name for path in made] == [f"tui-batch-{ID}.txt", f"tui-batch-{ID}-2.txt", f"tui-batch-{ID}-3.txt"]
    assert made[0].stat().st_mode & 0o777 == 0o600
    with pytest.raises(RequestError, match="already"):
        desk.bundle(ID, file=str(made[0]))
    assert desk.bundle(ID, file="mine.txt") == tmp_path / "mine.txt"
    with pytest.raises(StoreError, match="no such file or directory"):
        desk.bundle(ID, file="nowhere/mine.txt")


def test_it_is_written_of_what_is_left(desk, tmp_path):
    [path] = Home(desk.home).batches.glob("*.zip")
    path.unlink()
    bare = Desk(desk.home, config.Config())
    text = written(bare)
    assert "the batch was deleted" in text
    assert "has no target far any more" in text
    assert "It is not known: the batch is gone." in text
    assert PLANTED not in text


def test_jobs_that_need_help_come_first():
    def row(index, state, evidence=""):
        return JobRow(index, str(index), (), Status(state, evidence=evidence))

    states = [JobState.SUCCEEDED, JobState.RUNNING, JobState.FAILED, JobState.LOST, JobState.HELD, JobState.CANCELLED]
    rows = [row(index, state) for index, state in enumerate(states)]
    assert [one.index for one in in_need([*rows, row(6, JobState.HELD, BY_PERSON)])] == [2, 3, 4]
    assert [one.index for one in in_need(rows[:2])] == [1]
    assert in_need(rows[:1]) == []
    assert len(in_need(row(index, JobState.FAILED) for index in range(9))) == MOST_JOBS


def test_jobs_that_all_succeeded_need_none(desk):
    with Ledger(Home(desk.home).submission(ID) / "ledger.tsv") as ledger:
        ledger.append((n, Status(JobState.SUCCEEDED, exit_code=0)) for n in range(9))
    with pytest.raises(RequestError, match="name the one"):
        written(desk)
    assert "Job 4" in written(desk, 4)
