"""A submission's batch, opened for sending; if it is not what was submitted, only what the target has is watched."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui_batch.errors import StoreError
from tui_batch.model import Batch, Status, Submission
from tui_batch.store import batches
from tui_batch.store.archive import Archive


@dataclass(frozen=True, slots=True)
class Missing:
    """Stands for the files of a batch that is not there any more: whoever needs one is told why."""

    why: str

    def shared(self) -> Iterator[tuple[str, bytes, int]]:
        raise StoreError(self.why)

    def job(self, name: str) -> Mapping[str, bytes]:
        raise StoreError(self.why)


@dataclass(frozen=True, slots=True)
class Opened:
    """What is sent of it, and the names of its jobs."""

    batch: Batch
    files: Archive | Missing
    names: Sequence[str]

    @property
    def trouble(self) -> str:
        """Why nothing of it can be sent; "" if it can."""
        return self.files.why if isinstance(self.files, Missing) else ""

    def close(self) -> None:
        if isinstance(self.files, Archive):
            self.files.close()


def opened(path: Path, submission: Submission, statuses: Mapping[int, Status]) -> Opened:
    """Open what was submitted; its jobs are watched, by what the target calls them, also when that is not possible."""
    try:
        batch = batches.read(path)
        if batch.digest != submission.digest:
            raise StoreError(
                f"The batch {batch.name} was changed after it was submitted: its jobs are not sent. "
                f"Put the former {path.name} back and retry, or submit it as a new batch."
            )
        return Opened(batch, Archive(path), [name for _, name, _ in batches.jobs(path)[1]])
    except StoreError as error:
        one = submission
        batch = Batch(one.batch, path, one.template, one.created, one.jobs, one.digest)
        names = [statuses[index].id.rpartition("/")[2] or str(index) for index in range(one.jobs)]
        return Opened(batch, Missing(str(error)), names)
