"""What is taken over from Batch-Manager: its templates, its batches, and when they were sent."""

import hashlib
import os
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path

from tui_batch.batch_manager import PROGRAMS, Sent, template_name
from tui_batch.errors import RequestError, StoreError
from tui_batch.model import Batch, Status, Submission, Value
from tui_batch.naming import safe
from tui_batch.states import JobState
from tui_batch.store import batches
from tui_batch.store.history import HistoryWriter, note_record, outcome_record, submission_record
from tui_batch.store.home import Home, explained
from tui_batch.store.ledger import Ledger
from tui_batch.store.orders import new_id
from tui_batch.store.past import Past
from tui_batch.store.unzip import ZipReader
from tui_batch.sweep import Sweep
from tui_batch.template import Variable
from tui_batch.times import stamp

TARGET, KIND = "Batch-Manager", "batch-manager"
_DETAIL = "sent by Batch-Manager, which kept no record of how it ended"
_GONE = "Sent by Batch-Manager; its zip is gone, so how many jobs it had is not known."
_SEED = re.compile(r"\n\S*/(\d+)\s")  # in the second line of a file for Triangle Raft

Key = tuple[str, str]  # a batch there: its type and its name


@dataclass(slots=True)
class TakenOver:
    """What came of it."""

    batches: list[str] = field(default_factory=list)
    submissions: list[str] = field(default_factory=list)
    known: int = 0  # submissions that were taken over before
    problems: list[str] = field(default_factory=list)


def add_template(folder: Path, name: str, text: str, beside: Sequence[Path]) -> Path:
    """A new template in the person's folder, with the files that it needs; its folder. Nothing is overwritten."""
    place = folder / name
    aside = folder / f".{name}.{os.urandom(4).hex()}"
    with explained(place, f"write the template {name}"):
        folder.mkdir(parents=True, exist_ok=True)
        if place.exists():
            raise RequestError(f"There is {place} already. Nothing was changed; choose another name with --as.")
        try:
            aside.mkdir()
            (aside / "template.toml").write_text(text, encoding="utf-8")
            for file in beside:
                shutil.copy(file, aside)
            aside.rename(place)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return place


def zips(folder: Path) -> dict[Key, Path]:
    """Every batch below Batch-Manager's folder of batches, by type and name."""
    if not any((folder / type_).is_dir() for type_ in PROGRAMS):
        raise RequestError(
            f"{folder} has no folder {', '.join(PROGRAMS)} in it: name the folder `batches` of Batch-Manager. "
            "Nothing was taken over."
        )
    return {(type_, path.stem): path for type_ in PROGRAMS for path in sorted((folder / type_).glob("*.zip"))}


def take_over(
    home: Home, history: Sequence[Sent], found: Mapping[Key, Path], sweeps: Mapping[str, Sweep], now: str
) -> TakenOver:
    """Bring batches and submissions in; done twice, it is done once. `sweeps` have one job of each type's template."""
    done, past = TakenOver(), Past(home.history)
    past.refresh()
    names = _Names(home, past)
    digests: dict[Key, tuple[str, int]] = {}  # of each batch whose zip is here, and how many jobs it has
    for key, path in found.items():
        try:
            batch = names.batch(key)
            if not batch:
                batch = _bring(home, path, key, names.of(key), sweeps[key[0]], now)
                done.batches.append(batch.name)
            digests[key] = batch.digest, batch.jobs
        except StoreError as error:
            done.problems.append(f"{error} It was not taken over.")
    used = {(one.batch, one.run) for one in past.submissions.values()}
    times, runs = Counter[Sent](), Counter[Key]()
    writer = HistoryWriter(home.history, KIND)  # a file of its own: the others are the courier's
    try:
        for sent in history:
            key = sent.type, sent.batch
            times[sent] += 1
            runs[key] += 1
            name = _id(sent, times[sent])
            if name in past.submissions:
                done.known += 1
                continue
            run = next(run for run in count(runs[key]) if (names.of(key), run) not in used)
            used.add((names.of(key), run))
            digest, jobs = digests.get(key, ("", 0))
            counts = {JobState.LOST: jobs} if jobs else {}
            one = Submission(name, names.of(key), digest, template_name(sent.type), TARGET, KIND, run, jobs,
                             sent.moment, counts, ended=sent.moment, note="" if jobs else _GONE)  # fmt: skip
            _keep(home, writer, one, now)
            done.submissions.append(name)
    finally:
        writer.close()
    return done


class _Names:
    """What the batches that are taken over are called here: as they were, unless another batch is."""

    def __init__(self, home: Home, past: Past) -> None:
        self._here: dict[Key, Batch] = {}
        self._names: dict[Key, str] = {}
        self._zips, self._past = {path.stem for path in home.batches.glob("[!.]*.zip")}, past
        for name in self._zips:
            with suppress(StoreError):  # a zip that cannot be read is none of those that were taken over
                batch = batches.read(home.batches / f"{name}.zip")
                if said := batch.options.get(KIND):
                    self._here[said["type"], said["batch"]] = batch

    def batch(self, key: Key) -> Batch | None:
        """The batch, if it was taken over before."""
        return self._here.get(key)

    def of(self, key: Key) -> str:
        if key in self._here:
            return self._here[key].name
        if key not in self._names:
            type_, said = key
            base = safe(said, template_name(type_))[:50]
            candidates = chain([base], (f"{base}-{template_name(type_)}-{n}".removesuffix("-1") for n in count(1)))
            self._names[key] = next(name for name in candidates if self._free(name, template_name(type_)))
        return self._names[key]

    def _free(self, name: str, template: str) -> bool:
        others = (one for one in self._past.submissions.values() if one.batch == name)
        taken = name in self._zips or name in self._names.values()
        return not taken and all((one.kind, one.template) == (KIND, template) for one in others)


def _bring(home: Home, path: Path, key: Key, name: str, sweep: Sweep, now: str) -> Batch:
    """A batch of ours with the jobs of one of theirs, which holds an input file for each job and nothing else.

    It is made from our template, whose input file is as it was instead of rendered.
    """
    zip_ = ZipReader(path)
    try:
        entries = [entry for _, entry in zip_.entries()]
        texts = [zip_.read(entry).decode("utf-8", "surrogateescape") for entry in entries]
    finally:
        zip_.close()
    if not entries:
        raise StoreError(f"{path} holds no job.")
    seeds = [_SEED.search(text) for text in texts]
    columns: dict[str, list[Value]] = {
        "job": [entry.name.rpartition("/")[0] for entry in entries], "text": [*texts],
        "seed_size": [int(seed[1]) if seed else sweep.base.get("seed_size", 0) for seed in seeds],
    }  # fmt: skip
    own = replace(
        sweep.template, job_name="{{ job }}", files=dict.fromkeys(sweep.template.files, "{{ text }}"),
        variables=(*sweep.template.variables, Variable("job"), Variable("text")),
        options={KIND: {"type": key[0], "batch": key[1]}},
    )  # fmt: skip
    created = min(stamp(path.stat().st_mtime), now)
    return batches.write(home.batches, replace(sweep, template=own, count=len(texts), steps=(columns,)), name, created)


def _keep(home: Home, writer: HistoryWriter, one: Submission, now: str) -> None:
    """Write down a submission that is over; its end goes before it, so that no half of it looks open."""
    status = Status(JobState.LOST, as_of=now, evidence=KIND, detail=_DETAIL)
    with Ledger(home.submission(one.id) / "ledger.tsv") as ledger:
        ledger.append((index, status) for index in range(one.jobs))
        ledger.sync()
    note = note_record(one.id, one.note, now) if one.note else ""
    writer.append(outcome_record(one) + note + submission_record(one), one.created)


def _id(sent: Sent, time: int) -> str:
    """The same for the same line of the history, and another one for each time that it is there."""
    return new_id(sent.moment, hashlib.sha256(f"{sent.type}/{sent.batch}/{sent.moment}/{time}".encode()).digest())
