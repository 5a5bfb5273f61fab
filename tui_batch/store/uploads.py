"""Files of this machine that jobs name: each is brought into the batch once, and jobs find it beside them."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tui_batch.errors import StoreError
from tui_batch.model import Value
from tui_batch.naming import safe
from tui_batch.paths import ON_TARGET, UPLOADS, path_trouble
from tui_batch.store.zips import LIMIT
from tui_batch.template import Template


class Uploads:
    """What was named so far, and where jobs find it."""

    def __init__(self, template: Template) -> None:
        self.keys = tuple(variable.key for variable in template.variables if variable.upload)
        self._places: dict[str, str] = {}  # from the path here to the one in a job's folder
        self._called: Counter[str] = Counter()
        self._fresh: list[str] = []

    def placed(self, values: dict[str, Value]) -> dict[str, Value]:
        """The values as a job sees them: what is uploaded lies beside it, what is on the target stays there."""
        if not self.keys:
            return values
        return {**values, **{key: self._place(str(values[key])) for key in self.keys}}

    def fresh(self) -> Iterator[tuple[str, Path]]:
        """The files that were named for the first time since this was asked, by their path among the shared ones."""
        fresh, self._fresh = self._fresh, []
        for source in fresh:
            top = Path(source)
            for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
                path = "/".join([self._places[source], *file.relative_to(top).parts])
                if file.is_dir():
                    continue
                if trouble := path_trouble(path):
                    raise StoreError(f"{file} cannot be uploaded: its path {trouble}.")
                if file.stat().st_size >= LIMIT:
                    raise StoreError(f"{file} is larger than 4 GiB: name it by its path on the target, target:/….")
                yield path, file

    def _place(self, source: str) -> str:
        if not source or source.startswith(ON_TARGET):
            return source.removeprefix(ON_TARGET)
        if source not in self._places:
            if not Path(source).exists():
                raise StoreError(f"{source} is gone, so it cannot be uploaded. Nothing was made.")
            name = Path(source).name
            name = safe(name, "file") if path_trouble(name) else name
            self._called[name] += 1
            number = self._called[name]
            self._places[source] = f"{UPLOADS}/{name if number == 1 and not name.isdigit() else f'{number}/{name}'}"
            self._fresh.append(source)
        return self._places[source]
