"""Everything that can be asked: the front's one door to the store. Nothing here talks to a target."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui_batch import indices
from tui_batch.config import LOCAL, Config
from tui_batch.errors import ConfigError, RequestError, TemplateError, nearest
from tui_batch.model import Batch, BatchRow, Job, JobList, JobRow, Order, Problem, Snapshot, Status, Submission, Target
from tui_batch.states import ENDED, JobState
from tui_batch.store import lock, orders, state
from tui_batch.store.home import Home
from tui_batch.store.joblist import JobLists
from tui_batch.store.shelf import Shelf
from tui_batch.store.view import View
from tui_batch.times import stamp

if TYPE_CHECKING:
    from tui_batch.sweep import Sweep
    from tui_batch.template import Template

RESTART = 10.0  # seconds between two attempts to start a courier


class Desk:
    """The store as a person sees it, and the orders they may leave in it.

    Reading is cheap: only files whose stat changed are read again; an unchanged store gives the same snapshot object.
    """

    def __init__(self, home: Path, config: Config, templates: Sequence[Path] = ()) -> None:
        self.home, self.config = home, config
        self._home = Home(home)
        self._home.look()
        self._template_folders = [*templates, *map(Path, config.templates)]
        self._view = View(self._home, config.targets)
        self._lists = JobLists(self._home)
        self._shelf = Shelf(self._home.batches)
        self._started = time.monotonic() - RESTART + 2.0  # somebody may be starting one this moment

    def now(self) -> float:
        """Seconds since the epoch: the one clock of the front."""
        return time.time()

    # -- looking -------------------------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """All that the screens show; the same object while nothing changed."""
        return self._view.snapshot()

    def submission(self, name: str) -> Submission:
        """By id, unique prefix of it, batch name (its newest run) or `last`; else a RequestError with the nearest."""
        known = self.snapshot().submissions
        if not known:
            raise RequestError("Nothing has been submitted yet.")
        if name == "last":
            return known[0]
        exact = [one for one in known if one.id == name] or [one for one in known if one.batch == name][:1]
        found = exact or [one for one in known if name and one.id.startswith(name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise RequestError(f"{name!r} fits {len(found)} submissions: {', '.join(one.id for one in found[:5])}.")
        raise RequestError(f"There is no submission {name!r}.{nearest(name, {one.batch for one in known})}")

    def jobs(self, submission: str) -> JobList:
        """All jobs with their statuses; the same object while nothing changed."""
        listed, problems = self._lists.of(self.submission(submission))
        self._view.report(*problems)
        return listed

    def find_job(self, submission: str, job: str) -> int:
        """The index of the job that is named, or numbered, so."""
        rows = self.jobs(submission).rows
        for row in rows:
            if row.name == job:
                return row.index
        if job.isdecimal() and int(job) < len(rows):
            return int(job)
        near = nearest(job, (row.name for row in rows[:999]))
        raise RequestError(f"Submission {submission} has no job {job!r}.{near}")

    def log(self, submission: str, index: int, stream: str = "out", attempt: int | None = None) -> Path:
        """The local file that holds (or will hold) a job's `out` or `err`; it may not exist yet."""
        row = self.jobs(submission).rows[index]
        folder = self._home.submission(submission) / "logs" / str(attempt or row.status.attempt)
        return folder / f"{row.name}.{stream}"

    def trouble(self, submission: str) -> str:
        """What troubles a submission, or troubled it at its end; "" for nothing."""
        known = self.submission(submission)
        return known.health or state.read(self._home.submission(known.id) / "state.toml").health

    def results(self, submission: str) -> Path:
        """The folder that the results of a submission come into."""
        known = self.submission(submission)
        return self._home.results(known.batch, known.run)

    def batches(self) -> Sequence[BatchRow]:
        """Newest submission first, then those never submitted, newest first."""
        rows, problems = self._shelf.rows(self.snapshot().submissions)
        self._view.report(*problems)
        return rows

    def batch(self, name: str) -> Batch:
        """The batch of this name, with its digest as it is now."""
        from tui_batch.store import batches

        known = {path.stem: path for path in self._home.batches.glob("[!.]*.zip")}
        if name not in known:
            raise RequestError(f"There is no batch {name!r}.{nearest(name, known)}")
        return batches.read(known[name])

    def batch_jobs(self, name: str) -> JobList:
        """The jobs of a batch, as drafts."""
        from tui_batch.store import batches

        varying, rows = batches.jobs(self.batch(name).path)
        draft = Status(JobState.DRAFT)
        return JobList(varying, [JobRow(index, job, values, draft) for index, job, values in rows])

    def job_files(self, batch: str, job: str) -> dict[str, str]:
        """Path → text of every rendered file of one job."""
        from tui_batch.store import batches

        return batches.job_files(self.batch(batch).path, job)

    def targets(self) -> Sequence[Target]:
        return list(self.config.targets.values())

    def check_targets(self) -> None:
        """A ConfigError lists the targets of the configuration that make no sense to their kind."""
        from tui_batch import backends

        problems = []
        for target in self.config.targets.values():
            if target is LOCAL:
                continue
            try:
                backends.kind(target).settings(target)
            except ConfigError as error:
                problems += [f"{self.config.path}: {line}" for line in str(error).splitlines()]
        if problems:
            raise ConfigError.of(problems)

    def default_target(self) -> Target:
        return self.config.target("")

    def templates(self) -> Sequence["Template"]:
        """Those that ship and the user's own, by name; a broken one is named in the snapshot's problems."""
        from tui_batch.store import templates

        found = []
        for _, path in templates.find(self._template_folders):
            try:
                found.append(templates.load(str(path), self._template_folders))
            except TemplateError as error:
                self._view.report(str(error))
        return found

    def template(self, name_or_path: str) -> "Template":
        """The template with this name, or in this file or folder."""
        from tui_batch.store import templates

        return templates.load(name_or_path, self._template_folders)

    def plan(
        self,
        template: "Template",
        axes: Sequence[tuple[str, str]] = (),
        fixed: Sequence[tuple[str, str]] = (),
        zips: Sequence[Sequence[str]] = (),
        where: str = "",
        table: str = "",
    ) -> "Sweep":
        """The sweep that these axes (key, notation) make of a template; a TemplateError lists all that is wrong."""
        from tui_batch.store.sources import FileSources
        from tui_batch.sweep import plan

        return plan(template, axes, fixed, zips, where, table, FileSources())

    def rendered(self, sweep: "Sweep", index: int) -> tuple[str, dict[str, str]]:
        """The name and the files of one job of a sweep, its command among them; nothing is written."""
        from tui_batch.store.filling import sample

        return sample(sweep, index, sweep.template.name)

    # -- asking --------------------------------------------------------------------------------------------------------

    def generate(
        self,
        sweep: "Sweep",
        name: str = "",
        progress: Callable[[int], None] | None = None,
        max_jobs: int | None = None,
    ) -> Batch:
        """Render the sweep's jobs into a new batch; nothing is left behind if that fails."""
        from tui_batch.store import batches

        most = max_jobs or self.config.max_jobs
        if sweep.count > most:
            raise RequestError(
                f"This makes {sweep.count:,} jobs, more than the {most:,} that max_jobs allows. Nothing was made; "
                f"allow it with --max-jobs {sweep.count}, or with max_jobs in the configuration."
            )
        folder = self._home.prepare().batches
        name = name or batches.free_name(folder, sweep.template.name)
        return batches.write(folder, sweep, name, stamp(self.now()), progress)

    def check(self, batch: Batch, target: Target) -> Sequence[Problem]:
        """What the target's kind cannot do or would mangle."""
        from tui_batch import backends

        return backends.kind(target).check(target, batch)  # type: ignore[no-any-return]

    def preview(self, batch: Batch, target: Target, job: str) -> str:
        """The script or request that would be sent for one job."""
        from tui_batch import backends

        files = self.job_files(batch.name, job)
        return backends.kind(target).preview(target, batch, Job("", 0, job), files)  # type: ignore[no-any-return]

    def submit(self, batch: str, target: str = "") -> str:
        """Order the batch to be sent; the new submission's id."""
        chosen, place = self.batch(batch), self.config.target(target)
        for earlier in self.snapshot().submissions:
            if earlier.batch == batch:
                _check_unchanged(chosen, earlier)
        fatal = [problem.text for problem in self.check(chosen, place) if problem.fatal]
        if fatal:
            raise RequestError(f"{place.name} cannot run {batch}: {'; '.join(fatal)}. Nothing was sent.")
        moment = stamp(self.now())
        name = orders.new_id(moment)
        self._leave(Order(name, "submit", name, moment, batch, chosen.digest, chosen.template, place.name, chosen.jobs))
        return name

    def cancel(self, submission: str, indices_: Sequence[int] | None = None) -> None:
        """Order jobs to be cancelled; all that have not ended when no indices are given."""
        self._order("cancel", submission, indices.to_text(indices_) if indices_ is not None else "")

    def retry(self, submission: str, indices_: Sequence[int] | None = None) -> int:
        """Order another attempt; of all that ended without success when no indices are given. How many that are."""
        rows = self.jobs(submission).rows
        if indices_ is None:
            chosen = [row.index for row in rows if row.status.state in ENDED - {JobState.SUCCEEDED}]
        else:
            chosen = [index for index in indices_ if rows[index].status.state.ended]
        held = sum(row.status.state is JobState.HELD for row in rows)
        if not chosen and not held:
            raise RequestError(f"Nothing to run again: no such job of {submission} has ended without success.")
        known = self.submission(submission)
        _check_unchanged(self.batch(known.batch), known)
        self._order("retry", submission, orders.with_attempts({n: rows[n].status.attempt for n in chosen}))
        return len(chosen) + held

    def fetch(self, submission: str) -> None:
        """Order the results that are not here yet."""
        self._order("fetch", submission)

    def note(self, submission: str, text: str) -> None:
        """Order a note to be kept with a submission; the last one counts."""
        self._order("note", submission, text=text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))

    def _order(self, verb: str, submission: str, jobs: str = "", text: str = "") -> None:
        moment = stamp(self.now())
        self._leave(Order(orders.new_id(moment), verb, self.submission(submission).id, moment, jobs=jobs, text=text))

    def _leave(self, order: Order) -> None:
        orders.write(self._home.prepare().orders, order)
        self.wake()

    def wake(self) -> None:
        """Make sure that a courier runs and looks at the orders now."""
        beat = lock.look(self._home)
        if beat and beat.alive:
            lock.ring(self._home)
        else:
            self._started = time.monotonic()
            lock.start(self._home, self.config.path)

    def tend(self) -> None:
        """Start a courier if something is open and none is at work, as after a restart of the machine."""
        snapshot = self.snapshot()
        watched = snapshot.courier and snapshot.courier.alive
        if watched or time.monotonic() - self._started < RESTART:
            return
        if snapshot.orders or any(not one.ended for one in snapshot.submissions):
            self.wake()


def _check_unchanged(batch: Batch, submission: Submission) -> None:
    """A batch never changes once it was submitted."""
    if batch.digest != submission.digest:
        raise RequestError(
            f"The batch {batch.name} was changed after it was submitted as {submission.id}. Nothing was sent; put the "
            f"former {batch.path.name} back, or generate a batch with another name."
        )
