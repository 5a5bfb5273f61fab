"""Which sessions we had deleted: a note in the store, since one that is gone does not tell who wanted that."""

from pathlib import Path

from tui_batch.errors import Refused
from tui_batch.model import Job


class Deleted:
    """A line for each session, in its submission's folder of the store."""

    def __init__(self, submissions: Path) -> None:
        self._submissions = submissions
        self._known: dict[str, set[str]] = {}

    def __contains__(self, job: Job) -> bool:
        return job.id in self._of(job.submission)

    def note(self, submission: str, session: str) -> None:
        """It is about to be deleted."""
        if session in self._of(submission):
            return
        try:
            self._path(submission).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._path(submission).open("a", encoding="utf-8") as file:
                file.write(f"{session}\n")
        except OSError as error:
            raise Refused(
                f"That session {session} is to be deleted cannot be noted: {error.strerror}. It goes on."
            ) from error
        self._of(submission).add(session)

    def _of(self, submission: str) -> set[str]:
        if submission not in self._known:
            path = self._path(submission)
            self._known[submission] = set(path.read_text(encoding="utf-8").split()) if path.exists() else set()
        return self._known[submission]

    def _path(self, submission: str) -> Path:
        return self._submissions / submission / "deleted"
