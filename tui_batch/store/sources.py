"""What an axis takes from the world outside: file names, columns of tables, chance."""

import csv
import glob
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from tui_batch.errors import TemplateError, nearest
from tui_batch.paths import ON_TARGET


class FileSources:
    """Files as the person names them, from the current folder."""

    def glob(self, pattern: str) -> Sequence[str]:
        """The paths that match, sorted; `**` goes into folders. Those behind `target:` are used where they are."""
        if pattern.startswith(ON_TARGET):
            return [ON_TARGET + self.absolute(path) for path in self.glob(pattern.removeprefix(ON_TARGET))]
        return sorted(glob.glob(str(Path(pattern).expanduser()), recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern

    def column(self, path: str, name: str) -> Sequence[str]:
        """The cells below one heading of a CSV file."""
        try:
            with Path(path).expanduser().open(encoding="utf-8-sig", newline="") as file:
                rows = [row for row in csv.reader(file, strict=True) if row]
        except (OSError, UnicodeError, csv.Error) as wrong:
            raise TemplateError(f"{path} cannot be read: {wrong}.") from wrong
        header = [cell.strip() for cell in rows[0]] if rows else []
        if name not in header:
            raise TemplateError(f"{path} has no column {name!r}.{nearest(name, header)}")
        at = header.index(name)
        short = next((number for number, row in enumerate(rows[1:], 1) if len(row) <= at), 0)
        if short:
            raise TemplateError(f"{path}: row {short} has no {name}.")
        return [row[at].strip() for row in rows[1:]]

    def absolute(self, path: str) -> str:
        """The path from the root, so that it holds wherever the job runs; links stay links."""
        return os.path.abspath(Path(path).expanduser())  # noqa: PTH100 - resolve() would follow links

    def is_here(self, path: str) -> bool:
        """Whether there is such a file or folder on this machine."""
        return os.path.exists(os.path.expanduser(path))  # noqa: PTH110, PTH111 - never an error

    def seed(self) -> int:
        """A fresh seed, short enough to be read aloud."""
        return secrets.randbelow(1_000_000_000)
