"""Templates, what can be made from them, and the batches that were."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_batch.config import Config
from tui_batch.desk.looking import Looking
from tui_batch.errors import RequestError, StoreError, TemplateError, nearest
from tui_batch.model import Batch, Job, Limits, Problem, Resources, Status, Submission, Target
from tui_batch.paths import ON_TARGET
from tui_batch.shown import BatchRow, JobList, JobRow, Weight
from tui_batch.states import JobState
from tui_batch.store import contacts
from tui_batch.store.shelf import Shelf
from tui_batch.times import stamp

if TYPE_CHECKING:
    from tui_batch.store.imported import TakenOver
    from tui_batch.sweep import Sweep
    from tui_batch.template import Broken, Template

OUTDATED_SECONDS = 3600.0  # so old may be what a target offers before it is asked again


class Making(Looking):
    """Nothing here talks to a target; of the backends only their pure answers are asked."""

    def __init__(self, home: Path, config: Config, templates: Sequence[Path] = ()) -> None:
        super().__init__(home, config, templates)
        self._shelf = Shelf(self._home.batches)

    # -- templates -----------------------------------------------------------------------------------------------------

    def templates(self) -> Sequence["Template"]:
        """Those that ship and the user's own, by name; a broken one is named in the snapshot's problems."""
        from tui_batch.template import Template

        return [one for one in self.all_templates() if isinstance(one, Template)]

    def all_templates(self) -> Sequence["Template | Broken"]:
        """The broken ones too, each with what is wrong with it."""
        from tui_batch.store import templates
        from tui_batch.template import Broken

        found: list[Template | Broken] = []
        for name, path in templates.find(self._template_folders):
            try:
                found.append(self._preset(templates.load(str(path), self._template_folders)))
            except TemplateError as error:
                self._view.report(str(error))
                found.append(Broken(name, str(error)))
        return found

    def template(self, name_or_path: str) -> "Template":
        """The template with this name, or in this file or folder."""
        from tui_batch.store import templates

        return self._preset(templates.load(name_or_path, self._template_folders))

    def _preset(self, template: "Template") -> "Template":
        """The template with the defaults that the configuration has for it."""
        from tui_batch.template import preset

        defaults = self.config.defaults.get(template.name, {})
        return preset(template, defaults, f"{self.config.path}: defaults.{template.name}")

    def import_template(self, path: Path, name: str = "") -> Path:
        """A template of ours from one of Batch-Manager's CSV files; the folder that it is in."""
        from tui_batch import batch_manager
        from tui_batch.rendering import Renderer
        from tui_batch.store import imported, templates
        from tui_batch.template import read

        name = name or batch_manager.template_name(path.stem.removesuffix("_template"))
        if name in dict(templates.find(self._template_folders)):
            raise RequestError(f"There is a template {name} already. Nothing was imported; name it with --as NAME.")
        lines = batch_manager.read_template(_text(path), str(path))
        base = templates.load(batch_manager.base_of(lines), [])
        text = batch_manager.as_toml(lines, base, name, path.name)
        Renderer(read(text, name, base.folder))  # or it says what is wrong with it
        beside = [(base.folder or Path()) / file for file in base.shared]
        return imported.add_template(self._template_folders[0], name, text, beside)

    def import_history(self, history: Path, folder: Path) -> "TakenOver":
        """Batch-Manager's batches and submissions; what was taken over before stays as it is."""
        from tui_batch import batch_manager
        from tui_batch.store import imported

        sent, found = batch_manager.read_history(_text(history), str(history)), imported.zips(folder)
        sweeps = {}
        for type_ in {type_ for type_, _ in found}:
            template = self.template(batch_manager.template_name(type_))
            own = template.variable("executable").default is not None
            program = [] if own else [("executable", f"{ON_TARGET}{batch_manager.PROGRAMS[type_]}")]
            sweeps[type_] = self.plan(template, fixed=program)
        return imported.take_over(self._home.prepare(), sent, found, sweeps, stamp(self.now()))

    def plan(
        self,
        template: "Template",
        axes: Sequence[tuple[str, str]] = (),
        fixed: Sequence[tuple[str, str]] = (),
        zips: Sequence[Sequence[str]] = (),
        where: str = "",
        table: str = "",
        breath: Callable[[], None] = lambda: None,
    ) -> "Sweep":
        """The sweep that these axes (key, notation) make of a template; a TemplateError lists all that is wrong.

        While it counts, `breath` is called now and then and may raise.
        """
        from tui_batch.store.sources import FileSources
        from tui_batch.sweep import plan

        return plan(template, axes, fixed, zips, where, table, FileSources(), breath)

    def rendered(self, sweep: "Sweep", index: int, batch: str = "") -> tuple[str, dict[str, str]]:
        """The name and the files of one job of a sweep, its command among them; nothing is written."""
        from tui_batch.store.filling import sample

        return sample(sweep, index, batch or sweep.template.name)

    def generate(
        self,
        sweep: "Sweep",
        name: str = "",
        progress: Callable[[int], None] | None = None,
        max_jobs: int | None = None,
    ) -> Batch:
        """Render the sweep's jobs into a new batch; nothing is left behind if that fails."""
        from tui_batch.store import batches

        if trouble := self.size_trouble(sweep.count, max_jobs):
            raise RequestError(
                f"{trouble} Nothing was made; "
                f"allow it with --max-jobs {sweep.count}, or with max_jobs in the configuration."
            )
        folder = self._home.prepare().batches
        name = name or batches.free_name(folder, sweep.template.name)
        return batches.write(folder, sweep, name, stamp(self.now()), progress)

    def size_trouble(self, jobs: int, max_jobs: int | None = None) -> str:
        """Why no batch of so many jobs is made; "" if one is."""
        most = max_jobs or self.config.max_jobs
        if jobs <= most:
            return ""
        return f"This makes {jobs:,} jobs, more than the {most:,} that max_jobs allows."

    def name_trouble(self, name: str) -> str:
        """Why no new batch can have this name; "" if one can."""
        from tui_batch.store import batches

        return batches.name_trouble(self._home.batches, name)

    def free_name(self, wanted: str) -> str:
        """What a batch is called that is to be called so: the name itself, or the first free one after it."""
        from tui_batch.store import batches

        return batches.free_name(self._home.batches, wanted)

    def weight(self, sweep: "Sweep") -> Weight:
        """How much the sweep's jobs would send, as far as some of them tell."""
        from tui_batch.store.filling import weigh

        return weigh(sweep, sweep.template.name)

    def limits(self, batch: Batch, target: Target) -> Limits:
        """How many jobs of the batch the target runs at once, and takes at most."""
        from tui_batch import backends

        return backends.kind(target).limits(target, batch, self._known(target))  # type: ignore[no-any-return]

    def check(self, batch: Batch, target: Target) -> Sequence[Problem]:
        """What the target's kind cannot do or would mangle."""
        from tui_batch import backends

        return backends.kind(target).check(target, batch, self._known(target))  # type: ignore[no-any-return]

    def told(self, target: Target) -> str:
        """When the target told what it offers; "" if it never did."""
        return str(self._known(target).get("as_of", ""))

    def outdated(self, target: Target) -> bool:
        """Whether what the target offers matters, and is not known as it is of late."""
        from tui_batch import backends

        return target.kind in backends.OFFERING and self.told(target) < stamp(self.now() - OUTDATED_SECONDS)

    def _known(self, target: Target) -> Mapping[str, Any]:
        """What the target offered when it was last examined; of the file itself, since any thread may ask."""
        found = contacts.read(self._home.contacts, [target.name]).get(target.name)
        return found.known if found else {}

    def why(self, target: str, busy: int) -> str:
        """Why a job that the target took has not begun, while it is busy with so many; "" where nothing is known."""
        from tui_batch import backends

        known = self.config.targets.get(target)
        return backends.kind(known).why(known, busy) if known else ""

    def preview(self, batch: Batch, target: Target, job: str) -> str:
        """The script or request that would be sent for one job."""
        return self.script(batch, target, job, self.job_files(batch.name, job))

    def script(self, batch: Batch, target: Target, job: str, files: Mapping[str, str]) -> str:
        """The same for a job that is written nowhere yet."""
        return _preview(batch, target, Job("", 0, job, resources=batch.resources), files)

    def sent(self, submission: Submission, target: Target, row: JobRow) -> str:
        """The script or request that is sent for a job as it is now: a later attempt may have been granted more."""
        batch, [needs] = self.batch(submission.batch), self.needs(submission, [row])
        job = Job(submission.id, row.index, row.name, row.status.attempt, resources=needs)
        return _preview(batch, target, job, self.job_files(batch.name, row.name))

    def needs(self, submission: Submission, rows: Iterable[JobRow]) -> list[Resources]:
        """What the present attempt of each of these jobs needs; of a batch that is gone, what it was granted."""
        from tui_batch.store import batches
        from tui_batch.store.more import More

        more, asked = More(self._home.submission(submission.id)), Resources()
        with suppress(StoreError):
            asked = batches.glance(self._home.batches / f"{submission.batch}.zip").resources
        return [more.needs(row.index, row.status.attempt, asked) for row in rows]

    # -- batches -------------------------------------------------------------------------------------------------------

    def batches(self) -> Sequence[BatchRow]:
        """What was made or submitted last comes first."""
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

    def holds(self, name: str) -> bool:
        """Whether there is a batch of this name."""
        return any(path.stem == name for path in self._home.batches.glob("[!.]*.zip"))

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

    def delete(self, batch: str) -> None:
        """Delete a batch; the history of what was made of it stays. Refused while a job of it may still need it."""
        chosen = self.batch(batch)
        snapshot = self.snapshot()
        users = [one.id for one in snapshot.submissions if one.batch == batch and not one.ended]
        users += [order.submission for order in snapshot.orders if order.batch == batch]
        if users:
            raise RequestError(f"{batch} is in use by submission {users[0]}. Nothing was deleted; wait, or cancel it.")
        chosen.path.unlink(missing_ok=True)


def _text(path: Path) -> str:
    """What a file of the person's says; a RequestError if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        raise RequestError(f"{path} cannot be read: {getattr(wrong, 'strerror', None) or wrong}.") from wrong


def _preview(batch: Batch, target: Target, job: Job, files: Mapping[str, str]) -> str:
    from tui_batch import backends

    return backends.kind(target).preview(target, batch, job, files)  # type: ignore[no-any-return]
