"""The batches there are, each looked into once."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tui_batch.errors import StoreError
from tui_batch.model import Batch, Submission
from tui_batch.shown import BatchRow


class Shelf:
    """Reads a zip again only when it changed, which it should not."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[Path, tuple[int, Batch]] = {}

    def rows(self, submissions: Iterable[Submission]) -> tuple[list[BatchRow], list[str]]:
        """A row for each batch, what was made or submitted last first, and a sentence for each that cannot be read."""
        times: Counter[str] = Counter()
        last: dict[str, str] = {}
        for submission in submissions:
            times[submission.batch] += 1
            last[submission.batch] = max(submission.created, last.get(submission.batch, ""))
        found, problems = self._all()
        rows = [
            BatchRow(one.name, one.template, one.jobs, one.created, times[one.name], last.get(one.name, ""))
            for one in found
        ]
        return sorted(rows, key=lambda row: row.last_submitted or row.created, reverse=True), problems

    def _all(self) -> tuple[list[Batch], list[str]]:
        from tui_batch.store import batches

        found, problems = [], []
        for path in self._folder.glob("[!.]*.zip"):
            try:
                modified = path.stat().st_mtime_ns
                if path not in self._seen or self._seen[path][0] != modified:
                    self._seen[path] = modified, batches.glance(path)
                found.append(self._seen[path][1])
            except StoreError as error:
                problems.append(str(error))
            except FileNotFoundError:
                continue  # removed this moment
        return found, problems
