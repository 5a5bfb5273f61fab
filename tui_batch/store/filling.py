"""What goes into a batch: its description, the shared files, every rendered job, and the list of jobs."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from tui_batch.errors import StoreError, TemplateError
from tui_batch.model import Value
from tui_batch.naming import Names
from tui_batch.numbers import spell
from tui_batch.paths import UPLOADS
from tui_batch.rendering import Renderer
from tui_batch.shown import Weight
from tui_batch.store.uploads import Uploads
from tui_batch.store.zips import LIMIT, ZipWriter
from tui_batch.sweep import Sweep
from tui_batch.template import Template

_PACE = 100  # jobs between two words of progress
_WEIGHED = 50  # jobs that tell how heavy the others are


def fill(zip_: ZipWriter, sweep: Sweep, name: str, created: str, progress: Callable[[int], None] | None) -> None:
    """All entries of a batch; the list of jobs comes last, because names are found on the way."""
    render = Renderer(sweep.template)
    zip_.add("batch.toml", _describe(sweep, name, created), first=True)
    zip_.add("template.toml", _bytes(sweep.template.source), first=True)
    for path, file in _shared_files(sweep.template):
        _share(zip_, path, file)
    uploads = Uploads(sweep.template)
    listing = io.StringIO()
    rows = csv.writer(listing)
    rows.writerow(["index", "name", *sweep.varying])
    names = Names()
    for index, values in enumerate(sweep.values()):
        known: dict[str, Value] = {**values, "index": index, "batch": name}
        job = known["name"] = names.take(render.name(known, sweep.varying))
        known = uploads.placed(known)
        for path, file in uploads.fresh():
            _share(zip_, path, file)
        zip_.add(f"jobs/{job}/command", _bytes(render.command(known)))
        for path, text in render.files(known).items():
            zip_.add(f"jobs/{job}/{path}", _bytes(text))
        rows.writerow([index, job, *(spell(values[key]) for key in sweep.varying)])
        if progress and index % _PACE == 0:
            progress(index)
    zip_.add("jobs.csv", _bytes(listing.getvalue()), first=True)
    zip_.close()
    if progress:
        progress(sweep.count)


def _share(zip_: ZipWriter, path: str, file: Path) -> None:
    """One file that all jobs see."""
    try:
        zip_.add(f"files/{path}", file.read_bytes(), file.stat().st_mode & 0o777)
    except OSError as wrong:
        raise StoreError(f"The shared file {file} cannot be copied: {wrong.strerror}.") from wrong


def sample(sweep: Sweep, index: int, batch: str) -> tuple[str, dict[str, str]]:
    """The name and the rendered files of one job, as they would be; what is wrong with the template is said."""
    render = Renderer(sweep.template)
    _shared_files(sweep.template)
    known: dict[str, Value] = {**sweep.at(index), "index": index, "batch": batch}
    known["name"] = Names().take(render.name(known, sweep.varying))
    known = Uploads(sweep.template).placed(known)
    return str(known["name"]), {"command": render.command(known), **render.files(known)}


def weigh(sweep: Sweep, batch: str) -> Weight:
    """How many bytes a batch of these jobs is made of, by some of them and all that they share."""
    render = Renderer(sweep.template)
    uploads = Uploads(sweep.template)
    uploads.placed({key: "" if key in sweep.varying else sweep.base[key] for key in uploads.keys})
    shared = _size([*_shared_files(sweep.template), *uploads.fresh()])
    weights: list[int] = []
    for index, values in enumerate(islice(_some(sweep), _WEIGHED)):
        known: dict[str, Value] = {**values, "index": index, "batch": batch}
        known["name"] = render.name(known, sweep.varying)
        known = uploads.placed(known)
        texts = [render.command(known), *render.files(known).values()]
        weights.append(sum(len(_bytes(text)) for text in texts) + _size(uploads.fresh()))
    return Weight(sum(weights) * sweep.count // len(weights), shared, sweep.count <= len(weights))


def _size(files: Iterable[tuple[str, Path]]) -> int:
    return sum(file.stat().st_size for _, file in files)


def _some(sweep: Sweep) -> Iterator[Mapping[str, Value]]:
    """Jobs from all of the sweep where each can be had by itself, else its first ones."""
    if sweep.where:
        return sweep.values()
    return (sweep.at(index) for index in range(0, sweep.count, -(-sweep.count // _WEIGHED)))


def _describe(sweep: Sweep, name: str, created: str) -> bytes:
    import tomli_w

    template = sweep.template
    needs = {key: value for key, value in asdict(template.resources).items() if value is not None}
    sheet = {
        "format": 1, "name": name, "template": template.name, "description": template.description, "created": created,
        "jobs": sweep.count, "varying": sweep.varying, "command": template.command, "where": sweep.where,
        "types": {key: template.variable(key).type for key in sweep.varying},
        "zips": sweep.zips, "axes": sweep.axes, "fixed": sweep.fixed, "resources": needs, "options": template.options,
        "results": {"patterns": template.results, "exclude": template.exclude},
    }  # fmt: skip
    return _bytes(tomli_w.dumps(sheet))


def _shared_files(template: Template) -> list[tuple[str, Path]]:
    """Every file that the patterns name, by its path inside the template's folder; folders with all they hold."""
    found: dict[str, Path] = {}
    problems: list[str] = []
    folder = template.folder or Path()
    for pattern in template.shared:
        matches = list(folder.glob(pattern))
        files = [file for match in matches for file in (match, *match.rglob("*")) if file.is_file()]
        if not files:
            problems.append(f"no file matches {pattern!r}.")
        found.update((file.relative_to(folder).as_posix(), file) for file in files)
    for path, file in found.items():
        if path == "command" or path in template.files or path.split("/")[0] == UPLOADS:
            problems.append(f"{path!r} is also the name of a file that each job has.")
        if file.stat().st_size >= LIMIT:
            problems.append(f"{path!r} is larger than 4 GiB; name it by its path instead.")
    if problems:
        raise TemplateError.of(f"{template.origin}: shared: {problem}" for problem in problems)
    return sorted(found.items())


def _bytes(text: str) -> bytes:
    """As bytes; what came in as undecodable bytes goes out as the same bytes."""
    return text.encode("utf-8", "surrogateescape")
