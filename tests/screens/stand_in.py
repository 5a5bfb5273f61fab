"""A desk in memory with canned values and a clock that stands still."""

from dataclasses import replace
from pathlib import Path

from tui_batch.config import Config
from tui_batch.errors import RequestError
from tui_batch.indices import to_text
from tui_batch.model import Batch, Limits, Logs, Order, Resources, Status, Submission, Target
from tui_batch.shown import BatchRow, Beat, Collection, JobList, JobRow, Snapshot
from tui_batch.states import JobState as S
from tui_batch.store import export
from tui_batch.store.filling import sample, weigh
from tui_batch.store.home import Home
from tui_batch.store.sources import FileSources
from tui_batch.sweep import plan
from tui_batch.template import Broken, read
from tui_batch.times import stamp

NOON = 1_795_176_000.0  # 2026-11-20T12:00:00Z


def ago(seconds):
    return stamp(NOON - seconds)


RAFT = read(
    """
name = "raft"
description = "Elections under packet loss: one job for each seed and temperature."
command = "./raft input.csv"
[[variables]]
key = "seed"
type = "int"
default = 1
minimum = 0
help = "Where the random numbers begin."
[[variables]]
key = "temperature"
label = "heat bath"
type = "float"
default = 0.5
minimum = 0
maximum = 10
unit = "K"
help = "How hot the heat bath is."
[[variables]]
key = "mode"
type = "choice"
default = "fast"
choices = ["fast", "exact"]
[files]
"input.csv" = "{{ seed }},{{ temperature }}"
""",
    "raft.toml",
)
BROKEN = Broken("fold", "fold.toml: variable 'a': unknown type 'in'. Did you mean 'int'?")
TEMPLATES = (replace(RAFT, name="ml-training", description="Train one model for each set of values."), RAFT)


KINDS = {"local": "local", "fir": "slurm", "aws": "awsbatch"}


def submission(id, batch, target, jobs, counts, created, **more):
    known = {S(word): number for word, number in counts.items()}
    return Submission(
        id, batch, "d" * 64, "raft", target, KINDS[target], more.pop("run", 1), jobs, ago(created), known,
        ago(more.pop("as_of", 3)), **more,
    )  # fmt: skip


SUBMISSIONS = (
    submission("20261120-1157-kelp", "netmc-T0.1-0.9", "fir", 1003,
               {"succeeded": 212, "running": 48, "queued": 740, "failed": 2, "held": 1}, 3600, note="for the paper",
               typical=725.4),
    submission("20261120-1140-reed", "raft-seed-scan", "local", 64, {"succeeded": 64}, 86400 * 2, ended=ago(86000)),
    submission("20261119-1000-moss", "c4-monthly", "aws", 12, {"queued": 12}, 200),
    submission("20261118-1000-fern", "c4-monthly", "aws", 12, {"succeeded": 9, "timed_out": 1, "failed": 2},
               86400 * 40, run=2, ended=ago(86400 * 39)),
    submission("20261117-1000-sage", "protein-fold", "fir", 5, {"cancelled": 5}, 86400 * 60, ended=ago(86400 * 59)),
)  # fmt: skip

TARGETS = tuple(Target(name, kind) for name, kind in KINDS.items())
BEAT = Beat("login1", 4711, ago(900), ago(1), alive=True)
FULL = Snapshot(SUBMISSIONS, (), TARGETS, BEAT)


def job_rows(submission):
    """Rows in the proportions of the counts."""
    rows = []
    evidence = ("process", "end record") if submission.kind == "local" else ("squeue", "sacct")
    for state, number in submission.counts.items():
        for _ in range(number):
            index = len(rows)
            status = Status(
                state, id=f"18231_{index}" if state != S.HELD else "",
                exit_code=3 if state == S.FAILED else 0 if state == S.SUCCEEDED else None,
                started="" if state in (S.QUEUED, S.HELD) else ago(3000 - index),
                ended=ago(2000 - index) if state.ended else "", as_of=ago(3),
                evidence=evidence[state.ended],
                detail="Critical error: seed file missing" if state == S.FAILED else "",
            )  # fmt: skip
            rows.append(JobRow(index, f"{submission.batch}-{index}", (str(index % 10), f"0.{index // 10}"), status))
    return rows


class FakeDesk:
    """The same methods as the desk; `asked` is what was asked for."""

    def __init__(self, home, snapshot=FULL):
        self.home, self.current, self.asked = Path(home), snapshot, []
        self.clock = NOON
        self.config = Config()
        self.trouble = None
        self.made = []
        self.found = []
        self.lists = {}
        self.gone = set()
        self.memory = {}
        self.broken = []
        self.needed = {}  # index → what a job was given
        self.workdir = ""  # of all targets, on their hosts
        self.silent = ()  # the targets of which it is not known what they offer
        self.patterns = {}  # submission → what it names outside of its jobs' folders
        self.collected = Collection()
        self.far = ""  # the other host that the courier is on
        self.known_logs = Logs()  # of all kinds
        self.kept = None  # what `saved` says of all jobs

    def now(self):
        return self.clock

    def snapshot(self):
        if self.trouble:
            raise self.trouble
        return self.current

    def jobs(self, id):
        found = next((s for s in self.current.submissions if s.id == id), None)
        if found is None:
            raise RequestError(f"There is no submission {id}.")
        if id not in self.lists:
            self.lists[id] = JobList(("seed", "temperature"), job_rows(found))
        return self.lists[id]

    def submission(self, name):
        for found in self.current.submissions:
            if name in (found.id, found.batch):
                return found
        raise RequestError(f"There is no submission {name!r}.")

    def find_job(self, submission, job):
        for row in self.jobs(submission).rows:
            if job in (row.name, str(row.index)):
                return row.index
        raise RequestError(f"Submission {submission} has no job {job!r}.")

    def log(self, submission, index, stream="out", attempt=None):
        return self.home / f"{index}.{stream}"

    def logs(self, submission):
        return self.known_logs

    def saved(self, submission, index):
        return self.kept

    def follow(self, submission, index, *streams):
        return bool(self.workdir)

    def results(self, submission):
        return Path("results") / submission

    def batches(self):
        shown = (BatchRow("netmc-T0.1-0.9", "raft", 1003, ago(4000), 1, ago(3600)),
                 BatchRow("c4-monthly", "raft", 12, ago(86400 * 41), 2, ago(200)),
                 BatchRow("never-sent", "ml-training", 9, ago(86400), 0, ""))  # fmt: skip
        there = (*self.made, *shown) if self.current.submissions else self.made
        return tuple(row for row in there if row.name not in self.gone)

    def batch(self, name):
        jobs = next((row.jobs for row in self.batches() if row.name == name), 12)
        return Batch(
            name, Path(f"batches/{name}.zip"), "raft", ago(4000), jobs, "d" * 64, ("seed",), axes={"seed": "1..12"}
        )

    def holds(self, name):
        return name not in self.gone

    def batch_jobs(self, name):
        return JobList(("seed",), [JobRow(i, f"{name}-{i}", (str(i),), Status(S.DRAFT)) for i in range(12)])

    def job_files(self, batch, job):
        return {"input.csv": "seed,4\ntemperature,0.1\n", "run.sh": "#!/bin/sh\nexec ./raft input.csv\n"}

    def targets(self):
        return self.current.targets or TARGETS[:1]

    def default_target(self):
        return self.targets()[0]

    def templates(self):
        return TEMPLATES

    def all_templates(self):
        return [*self.broken, *self.templates()]

    def template(self, name):
        return next(template for template in TEMPLATES if template.name == name)

    def plan(self, template, axes=(), fixed=(), zips=(), where="", table="", breath=lambda: None):
        return plan(template, axes, fixed, zips, where, table, FileSources(), breath)

    def rendered(self, sweep, index, batch=""):
        return sample(sweep, index, batch or sweep.template.name)

    def generate(self, sweep, name="", progress=None):
        name = name or f"{sweep.template.name}-new"
        if progress:
            progress(sweep.count)
        self.asked.append(("generate", name, sweep.count))
        self.made.append(BatchRow(name, sweep.template.name, sweep.count, ago(0), 0, ""))
        return replace(self.batch(name), jobs=sweep.count)

    def size_trouble(self, jobs, max_jobs=None):
        most = self.config.max_jobs
        return f"This makes {jobs:,} jobs, more than the {most:,} that max_jobs allows." if jobs > most else ""

    def name_trouble(self, name):
        known = {row.name for row in self.batches()}
        return f"There is a batch {name} already. Batches never change: choose another name." if name in known else ""

    def free_name(self, wanted):
        return wanted

    def weight(self, sweep):
        return weigh(sweep, sweep.template.name)

    def limits(self, batch, target):
        return Limits(at_once=16) if target.kind == "local" else Limits(held=1000)

    def why(self, target, busy):
        return f"waiting for a free slot: {busy} of 16 in use" if target == "local" else ""

    def check(self, batch, target):
        return self.found

    def preview(self, batch, target, job):
        return self.script(batch, target, job, self.job_files(batch.name, job))

    def sent(self, submission, target, row):
        script = self.preview(self.batch(submission.batch), target, row.name)
        return script + f"# attempt {row.status.attempt}\n" * (row.status.attempt > 1)

    def needs(self, submission, rows):
        return [self.needed.get(row.index, Resources(minutes=60.0, memory_mb=500)) for row in rows]

    def script(self, batch, target, job, files):
        return f"#!/bin/sh\n# {job} on {target.name}\n"

    def submit(self, batch, target, first=False, wait=0.0):
        self.asked.append(("submit", batch, target, *(["first"] if first else [])))
        name = "20261120-1200-iris"
        order = Order(name, "submit", name, ago(0), batch, target=target, total=12, leaves=self.later(wait),
                      first=first)  # fmt: skip
        self.current = replace(self.current, orders=(*self.current.orders, order))
        return order.submission

    def demo(self, target="", wait=0.0):
        self.asked.append(("demo", target))
        self.made.append(BatchRow("python-sweep", "python-sweep", 18, ago(0), 1, ago(0)))
        return self.submit("python-sweep", target or "local", wait=wait)

    def later(self, wait):
        return stamp(self.clock + wait) if wait else ""

    def withdraw(self, order):
        self.asked.append(("withdraw", order))
        left = tuple(one for one in self.current.orders if one.id != order)
        known = len(left) < len(self.current.orders)
        self.current = replace(self.current, orders=left)
        return known

    def cancel(self, submission, indices=None, wait=0.0):
        self.asked.append(("cancel", submission, indices))
        number = sum(word == "cancel" for word, *_ in self.asked)
        jobs = to_text(indices) if indices is not None else ""
        order = Order(f"c{number}", "cancel", submission, stamp(self.clock), jobs=jobs, leaves=self.later(wait))
        if wait:
            self.current = replace(self.current, orders=(*self.current.orders, order))
        return order.id

    def hold(self, submission, indices=None):
        self.asked.append(("hold", submission, indices))

    def release(self, submission, indices=None):
        self.asked.append(("release", submission, indices))

    def requeue(self, submission, indices=None):
        self.asked.append(("requeue", submission, indices))

    def signal(self, submission, name, indices=None):
        self.asked.append(("signal", submission, name, indices))

    def limit(self, submission, minutes, indices=None):
        self.asked.append(("limit", submission, minutes, indices))

    def retry(self, submission, indices=None, more=""):
        self.asked.append(("retry", submission, indices, *([more] if more else [])))
        return 3

    def probe(self, target):
        self.asked.append(("probe", target))

    def inquire(self, target):
        if target.name in self.silent:
            self.probe(target.name)
            order = Order("p1", "probe", "", ago(0), target=target.name)
            self.current = replace(self.current, orders=(*self.current.orders, order))

    def told(self, target):
        contact = self.current.contacts.get(target.name)
        return contact.known.get("as_of", "") if contact else ""

    def remains(self, submission):
        return f"{self.workdir}/{submission}" if self.workdir else ""

    def removable(self, submission):
        found = self.submission(submission)
        if not found.ended or not self.remains(submission):
            raise RequestError(f"{found.batch} has nothing there that could be deleted.")
        return self.remains(submission)

    def remove(self, submission):
        self.asked.append(("remove", submission))

    def elsewhere(self):
        return self.far

    def answer(self, question, text):
        if question not in self.current.questions:
            raise RequestError(f"{question.target} does not wait for this answer any more.")
        self.asked.append(("answer", question.target, text))

    def delete(self, batch):
        self.asked.append(("delete", batch))
        self.made = [row for row in self.made if row.name != batch]
        self.gone.add(batch)

    def recall(self, name):
        return self.memory.get(name, {})

    def remember(self, name, table):
        self.memory[name] = table

    def tail(self, submission, index, stream="out", lines=100):
        return export.tail(self.log(submission, index, stream), lines)

    def keep_copy(self, text):
        return export.keep(Home(self.home), text)

    def bundle(self, submission, indices=(), file=""):
        self.asked.append(("bundle", submission, tuple(indices), file))
        return Path("bundle.txt")

    def export_place(self, name):
        return export.place(name)

    def export(self, path, header, rows):
        export.write(path, header, rows)

    def fetch(self, submission):
        self.asked.append(("fetch", submission))

    def named_elsewhere(self, submission):
        return self.patterns.get(submission, ())

    def collection(self, submission):
        return self.collected

    def survey(self, submission):
        self.asked.append(("survey", submission))
        return self.ordered("survey", submission)

    def collect(self, submission, as_of, places=None):
        self.asked.append(("collect", submission, as_of, places))
        return self.ordered("collect", submission)

    def ordered(self, verb, submission):
        order = Order(f"{verb}{len(self.asked)}", verb, submission, ago(0))
        self.current = replace(self.current, orders=(*self.current.orders, order))
        return order.id

    def carried_out(self, collected=None):
        """What was asked for of files is done."""
        self.collected = collected or self.collected
        left = tuple(one for one in self.current.orders if one.verb not in ("survey", "collect"))
        self.current = replace(self.current, orders=left)

    def note(self, submission, text):
        self.asked.append(("note", submission, text))

    def poll(self):
        self.asked.append(("poll",))

    def wake(self):
        self.asked.append(("wake",))

    def tend(self):
        courier = self.current.courier
        if self.current.submissions and not (courier and courier.alive) and ("tend",) not in self.asked:
            self.asked.append(("tend",))

    def pending(self):
        return self.current.orders
