"""Files that a batch names outside of its jobs' folders: listed when a person asks, and those that are chosen fetched.

One such order of a submission is carried out after the other. To collect stays until every file is here or cannot be
had: after a crash it goes on with what is not.
"""

import shutil
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_batch import indices
from tui_batch.courier.log import say
from tui_batch.courier.messages import Bring, Brought, Survey, Surveyed
from tui_batch.courier.roads import STAYS
from tui_batch.errors import StoreError, TuiBatchError, Unreachable
from tui_batch.model import Order, Submission
from tui_batch.paths import common_folder
from tui_batch.store import batches, outputs
from tui_batch.times import stamp

if TYPE_CHECKING:
    from tui_batch.courier.loop import Courier

VERBS = ("survey", "collect")
_CHANGED = "The batch {} was changed after it was submitted: which files it named is not known any more."
_ANEW = "The files were listed anew meanwhile: nothing was fetched; choose once more."


def survey(courier: "Courier", order: Order) -> object | None:
    """Have the files listed."""
    return _in_turn(courier, order, _survey)


def collect(courier: "Courier", order: Order) -> object | None:
    """Have the next of the chosen files brought here."""
    return _in_turn(courier, order, _collect)


def _in_turn(
    courier: "Courier", order: Order, request: Callable[["Courier", Order, Submission], Survey | Bring | None]
) -> object | None:
    """Ask for what the order wants next, once it is the first of its kind at its submission; None when it is done."""
    theirs = (one for one in courier.inbox.open if one.verb in VERBS and one.submission == order.submission)
    if next(theirs, order).id != order.id:
        return STAYS
    courier.past.refresh()
    submission = courier.past.submissions.get(order.submission)
    try:
        asked = request(courier, order, submission) if submission else None
    except StoreError as error:
        _tell(courier, order, str(error))
        return None
    return courier.roads.ask(submission.target, asked) if submission and asked else None


def _survey(courier: "Courier", order: Order, submission: Submission) -> Survey:
    batch = batches.read(courier.home.batches / f"{submission.batch}.zip")
    if batch.digest != submission.digest:
        raise StoreError(_CHANGED.format(batch.name))
    results = courier.home.results(submission.batch, submission.run)
    return Survey(order, batch, common_folder(batch.elsewhere), results)


def _collect(courier: "Courier", order: Order, submission: Submission) -> Bring | None:
    path = courier.home.outputs(submission.id)
    results = courier.home.results(submission.batch, submission.run)
    known = outputs.read(path)
    if known.as_of != order.text:
        raise StoreError(_ANEW)
    if known.asked != order.id:
        outputs.add(path, ("wants", order.id, order.jobs or indices.to_text(range(len(known.files)))))
        known = outputs.read(path)
    if left := known.left:
        return Bring(order, {at: known.files[at] for at in left}, known.folder, results)
    shutil.rmtree(outputs.coming(results), ignore_errors=True)
    return None


def surveyed(courier: "Courier", answer: Surveyed) -> None:
    """The list is here."""
    request, order = answer.request, answer.request.order
    try:
        path = courier.home.outputs(order.submission)
        outputs.write(path, stamp(time.time()), request.folder, answer.found, answer.here)
    except StoreError as error:
        _tell(courier, order, str(error))
    courier.inbox.done(order)


def brought(courier: "Courier", answer: Brought) -> None:
    """Some files are here; the order goes on with the others."""
    order = answer.order
    entries = [("here", indices.to_text(answer.came))] if answer.came else []
    try:
        path = courier.home.outputs(order.submission)
        outputs.add(path, *entries, *(("failed", str(at), why) for at, why in answer.failed.items()))
    except StoreError as error:  # asked for once more it would only find what it cannot write down
        _tell(courier, order, str(error))
        return courier.inbox.done(order)
    if not answer.more:
        courier.inbox.again(order)
        courier.listen_now()
    return None


def missed(courier: "Courier", order: Order, error: TuiBatchError) -> None:
    """The target did not answer, and is asked again as soon as it may be; or it cannot be done."""
    if isinstance(error, Unreachable):
        courier.inbox.again(order)
    else:
        _tell(courier, order, str(error))
        courier.inbox.done(order)


def _tell(courier: "Courier", order: Order, why: str) -> None:
    """Say why an order is not carried out, beside the list and at the submission."""
    say(f"{order.submission}: {why}")
    if tracked := courier.tracked.get(order.submission):
        tracked.ails("order", why)
    try:
        outputs.add(courier.home.outputs(order.submission), ("trouble", why))
    except StoreError as error:
        say(str(error))
