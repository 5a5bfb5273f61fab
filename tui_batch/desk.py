"""Everything that can be asked: the front's one door to the store. Nothing here talks to a target."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui_batch.model import Batch, BatchRow, JobList, Order, Problem, Snapshot, Submission, Target

if TYPE_CHECKING:
    from tui_batch.sweep import Sweep
    from tui_batch.template import Template


class Desk:
    """The store as a person sees it, and the orders they may leave in it.

    Reading is cheap: only files whose stat changed are read again, and an unchanged store gives the same snapshot object.
    """

    home: Path

    # -- looking -------------------------------------------------------------------------------------------------
    def snapshot(self) -> Snapshot: ...
    def submission(self, name: str) -> Submission:
        """By id, a unique prefix of one, batch name (its newest run) or `last`; else a RequestError with the nearest."""

    def jobs(self, submission: str) -> JobList:
        """All jobs with their statuses; the same object while nothing changed."""

    def find_job(self, submission: str, job: str) -> int:
        """The index of the job that is named, or numbered, so."""

    def log(self, submission: str, index: int, stream: str = "out", attempt: int | None = None) -> Path:
        """The local file that holds (or will hold) a job's `out` or `err`; it may not exist yet."""

    def results(self, submission: str) -> Path: ...
    def batches(self) -> Sequence[BatchRow]:
        """Newest submission first."""

    def batch(self, name: str) -> Batch: ...
    def batch_jobs(self, name: str) -> JobList:
        """The jobs of a batch, as drafts."""

    def job_files(self, batch: str, job: str) -> dict[str, str]:
        """Path → text of every rendered file of one job."""

    def targets(self) -> Sequence[Target]: ...
    def default_target(self) -> Target: ...
    def templates(self) -> Sequence["Template"]:
        """Those that ship and the user's own, by name; a broken one is named in the snapshot's problems."""

    def template(self, name_or_path: str) -> "Template": ...

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

    # -- asking --------------------------------------------------------------------------------------------------
    def generate(self, sweep: "Sweep", name: str = "", progress: Callable[[int], None] | None = None) -> Batch:
        """Render the sweep's jobs into a new batch; nothing is left behind if that fails."""

    def check(self, batch: Batch, target: Target) -> Sequence[Problem]:
        """What the target's kind cannot do or would mangle."""

    def preview(self, batch: Batch, target: Target, job: str) -> str:
        """The script or request that would be sent for one job."""

    def submit(self, batch: str, target: str) -> str:
        """Order the batch to be sent; the new submission's id."""

    def cancel(self, submission: str, indices: Sequence[int] | None = None) -> None: ...
    def retry(self, submission: str, indices: Sequence[int] | None = None) -> int:
        """Order another attempt; of all that failed when no indices are given. How many that are."""

    def fetch(self, submission: str) -> None: ...
    def note(self, submission: str, text: str) -> None: ...
    def wake(self) -> None:
        """Make sure that a courier runs and looks at the orders now."""

    def pending(self) -> Sequence[Order]: ...
