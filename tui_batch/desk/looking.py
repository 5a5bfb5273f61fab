"""The store as a person sees it. Reading is cheap: only files whose stat changed are read again."""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui_batch.config import LOCAL, Config
from tui_batch.errors import ConfigError, RequestError, StoreError, nearest
from tui_batch.model import Logs, Submission, Target
from tui_batch.shown import Collection, JobList, Snapshot
from tui_batch.store import export, memory, state
from tui_batch.store.home import Home, modified
from tui_batch.store.joblist import JobLists
from tui_batch.store.view import View


class Looking:
    """What is there; an unchanged store gives the same objects."""

    def __init__(self, home: Path, config: Config, templates: Sequence[Path] = ()) -> None:
        self.home, self.config = home, config
        self._home = Home(home)
        self._home.look()
        self._template_folders = [*templates, *map(Path, config.templates)]
        self._view = View(self._home, config.targets)
        self._lists = JobLists(self._home)
        self._collected: tuple[Path, int, Collection] = (Path(), 0, Collection())

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
        near = "" if job.isdecimal() else nearest(job, (row.name for row in rows[:999]))
        known = self.submission(submission)
        title = f"{known.batch} #{known.run}" if known.run > 1 else known.batch
        raise RequestError(f"{title} has no job {job!r}.{near}")

    def log(self, submission: str, index: int, stream: str = "out", attempt: int | None = None) -> Path:
        """The local file that holds (or will hold) a job's `out` or `err`; it may not exist yet."""
        row = self.jobs(submission).rows[index]
        folder = self._home.submission(submission) / "logs" / str(attempt or row.status.attempt)
        return folder / f"{row.name}.{stream}"

    def tail(self, submission: str, index: int, stream: str = "out", lines: int = 100) -> str:
        """The last lines of a job's log, as they are."""
        return export.tail(self.log(submission, index, stream), lines)

    def runs_here(self, submission: Submission) -> bool:
        """Whether its jobs write their logs into the store; those of others are brought here while one looks."""
        from tui_batch import backends

        return submission.kind in backends.LOGS_HERE

    def can_release(self, submission: Submission) -> bool:
        """Whether its target can let a job go on that waits in its queue."""
        from tui_batch import backends

        return submission.kind in backends.HOLDING

    def logs(self, submission: Submission) -> Logs:
        """What the kind of its target knows of its jobs' logs."""
        from tui_batch import backends

        return backends.logs(submission.kind)

    def saved(self, submission: str, index: int) -> Sequence[str] | None:
        """The streams of a job whose rest its target forgot before it was here; None while its logs may still come."""
        from tui_batch.store import saved

        attempt = self.jobs(submission).rows[index].status.attempt
        return saved.read(self._home.submission(submission)).get((attempt, index))

    def trouble(self, submission: str) -> str:
        """What troubles a submission, or troubled it at its end; "" for nothing."""
        known = self.submission(submission)
        return known.health or state.read(self._home.submission(known.id) / "state.toml").health

    def results(self, submission: str) -> Path:
        """The folder that the results of a submission come into."""
        known = self.submission(submission)
        return self._home.results(known.batch, known.run)

    def named_elsewhere(self, submission: str) -> tuple[str, ...]:
        """The patterns of files that its batch names outside of its jobs' folders; a batch that is gone names none."""
        from tui_batch.store import batches

        with suppress(StoreError):
            return batches.glance(self._home.batches / f"{self.submission(submission).batch}.zip").elsewhere
        return ()

    def collection(self, submission: str) -> Collection:
        """The files that were listed for it last, and which of them have come; the same object if nothing changed."""
        from tui_batch.store import outputs

        known = self.submission(submission)
        path = self._home.outputs(known.id)
        written = modified(path)
        if self._collected[:2] != (path, written):
            self._collected = path, written, outputs.read(path)
        found = self._collected[2]
        wanted = (found.files[at] for at in found.left)
        coming = outputs.bytes_coming(self._home.results(known.batch, known.run), wanted)
        if coming != found.coming:
            found = replace(found, coming=coming)
            self._collected = path, written, found
        return found

    def remains(self, submission: str) -> str:
        """The folder of a submission on its target's host; "" where the store has it all, or nobody knows any more."""
        from tui_batch import backends

        known = self.submission(submission)
        if (target := self.config.targets.get(known.target)) is None:
            return ""
        settings = backends.kind(target).settings(target)
        return f"{settings.workdir.rstrip('/')}/{known.id}" if hasattr(settings, "host") else ""

    def stays(self, submission: str) -> str:
        """Why nothing of it can be brought from its target or deleted there; "" where it can, or nobody knows."""
        from tui_batch import backends

        target = self.config.targets.get(self.submission(submission).target)
        return backends.stays(target) if target else ""

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

    # -- what the front itself wants to know again ---------------------------------------------------------------------

    def recall(self, name: str) -> Mapping[str, Any]:
        """What was last remembered under this name; nothing if it cannot be read."""
        return memory.read(self._home, name)

    def remember(self, name: str, table: Mapping[str, Any]) -> None:
        """Keep this under the name from now on, also for the next start; an empty table forgets."""
        memory.write(self._home.prepare(), name, table)

    # -- what other programs get ---------------------------------------------------------------------------------------

    def keep_copy(self, text: str) -> Path:
        """Keep the text that was copied last; the file it is in."""
        return export.keep(self._home.prepare(), text)

    def export_place(self, name: str) -> tuple[Path, bool]:
        """Where an export of this name would go, and whether a file is there; a RequestError if it cannot."""
        return export.place(name)

    def export(self, path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write a table, the whole of it or nothing."""
        export.write(path, header, rows)
