"""What a lane does for files outside of jobs' folders: lists them, and puts one after the other in its place."""

from dataclasses import replace

from tui_batch.backends import results
from tui_batch.backends.base import Backend
from tui_batch.courier.messages import Bring, Survey, Surveyed
from tui_batch.errors import Refused, Unsupported
from tui_batch.model import Batch, Output
from tui_batch.store import outputs


def survey(backend: Backend, request: Survey) -> Surveyed:
    """Which files there are, and which of them are here."""
    found = backend.outputs(request.batch.elsewhere)
    files = tuple(one for one in found.files if _wanted(one.path, request.batch))
    places = [outputs.place(request.results, request.folder, one) for one in files]
    here = [at for at, one in enumerate(files) if outputs.arrived(places[at], one)]
    return Surveyed(request, replace(found, files=files), here)


def _wanted(path: str, batch: Batch) -> bool:
    """A shell may take `..` for a name that begins with a dot: such a file is named otherwise, or not at all."""
    return not results.excluded(path, batch) and {".", ".."}.isdisjoint(path.split("/"))


def bring(backend: Backend, request: Bring, output: Output) -> str:
    """Bring one, unless it is here: then a courier was killed before it could say so. Why not, "" if it is here."""
    place = outputs.place(request.results, request.folder, output)
    part = outputs.coming(request.results) / outputs.name_coming(output)
    try:
        if not outputs.arrived(place, output):
            part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            backend.bring(output, part)
            outputs.settle(part, place, output)
    except (Refused, Unsupported) as error:
        return str(error)
    except OSError as error:
        return f"{place} cannot be kept: {error.strerror}."
    return ""
