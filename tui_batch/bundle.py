"""What to send along when one asks for help with jobs that went wrong: one text, made of what is known here."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tui_batch.model import NOTHING, Batch, Contact, Resources, Status, Submission, Target
from tui_batch.redaction import open_settings, redact
from tui_batch.shown import JobRow
from tui_batch.states import ATTENTION, FAILURES, JobState

MOST_JOBS = 5
MOST_LINES = 200  # of a log, of a script
WIDEST = 2000  # letters of a line
EXPECTED = "succeeded, exit code 0"

_STRANGE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)|[\x00-\x08\x0b-\x1f\x7f]"
)  # colours and the like


@dataclass(frozen=True, slots=True)
class End:
    """The last lines of a text, and how many stand before them."""

    lines: Sequence[str] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """One job: what it was to be, what was learnt of it, and what it wrote."""

    row: JobRow
    needs: Resources = field(default_factory=Resources)
    files: Mapping[str, str] = field(default_factory=lambda: NOTHING)  # what was rendered, its `command` among it
    script: str = ""  # what the target was sent
    learnt: Sequence[Status] = ()  # oldest first
    logs: Mapping[str, End] = field(default_factory=lambda: NOTHING)  # those that are here, by what they are called


@dataclass(frozen=True, slots=True)
class Bundle:
    """A submission, some of its jobs, and all that they had to do with."""

    made: str
    submission: Submission
    cases: Sequence[Case]
    varying: Sequence[str] = ()
    batch: Batch | None = None  # None where it is gone
    target: Target | None = None  # None where the configuration has none of this name any more
    contact: Contact = field(default_factory=Contact)
    courier: End = field(default_factory=End)
    versions: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    known: Mapping[str, str] = field(default_factory=lambda: NOTHING)  # names and values that may be secrets


def in_need(rows: Iterable[JobRow]) -> list[JobRow]:
    """The first jobs that somebody may need help with: those that went wrong, else those that have not ended."""
    known = list(rows)
    wrong = [row for row in known if row.status.state in FAILURES | ATTENTION and not row.status.kept]
    return (wrong or [row for row in known if not row.status.state.ended])[:MOST_JOBS]


def composed(bundle: Bundle) -> str:
    """The text, without secrets."""
    lines = [*_head(bundle), *_facts(bundle)]
    for case in bundle.cases:
        lines += _case(case, bundle.varying)
    lines += _part(f"What the background process said of {bundle.submission.target}", _end(bundle.courier))
    text = redact(_STRANGE.sub("", "\n".join(lines)), {**bundle.known, **_secret_values(bundle)})
    return "".join(f"{_cut(line)}\n" for line in text.split("\n"))


def _secret_values(bundle: Bundle) -> dict[str, str]:
    """Values with a name that stand in settings or vary from job to job: a secret among them goes everywhere.

    So does the name of a job that is made of one.
    """
    batch, target = bundle.batch, bundle.target
    tables = [target.settings if target else {}, *([batch.fixed, batch.options] if batch else [])]
    for case in bundle.cases:
        values = dict(zip(bundle.varying, case.row.values, strict=False))
        told = open_settings(values) != values or any(redact(value) != value for value in values.values())
        tables += [values, {"secret": case.row.name if told else ""}]
    pairs = (pair for table in tables for pair in _leaves(table))
    return {f"{at} {name}": value for at, (name, value) in enumerate(pairs) if not name.endswith("_command")}


def _leaves(table: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value)
        else:
            yield name, str(value)


# -- its parts ---------------------------------------------------------------------------------------------------------
def _head(bundle: Bundle) -> list[str]:
    one = bundle.submission
    return [
        f"{one.batch} on {one.target}: {len(bundle.cases)} of {one.jobs:,} jobs, for a support request",
        f"Made {bundle.made} from what is kept on this machine; {one.target} was not asked for it.",
        "What looked like a secret is [redacted]. Read it before you send it.",
        "",
        "What I expected: ",
        "What happened instead, and what I tried: ",
    ]


def _facts(bundle: Bundle) -> list[str]:
    one, target, contact = bundle.submission, bundle.target, bundle.contact
    options = bundle.batch.options.get(one.kind, {}) if bundle.batch else {}
    settings = open_settings(target.settings) if target else {}
    gone = [] if target else [f"  The configuration has no target {one.target} any more."]
    known = contact.detail if contact.reachable or not contact.trouble else ""
    return [
        *_part("Versions", _pairs(bundle.versions)),
        *_part("Submission", _pairs(_submission(bundle))),
        *_part(f"Target {one.target}, kind {one.kind}", [*_pairs(settings), *gone]),
        *_part("What the template asks of this kind", _pairs(open_settings(options))),
        *_part(
            f"How {one.target} was",
            [
                *_pairs({"examined": contact.as_of, "last answer": contact.heard, "trouble": contact.trouble}),
                *_pairs({"said": known, **contact.facts}),
            ],
            "  It was not examined yet: `tui-batch doctor` does it.",
        ),
    ]


def _submission(bundle: Bundle) -> dict[str, Any]:
    one, batch = bundle.submission, bundle.batch
    return {
        "id": one.id, "batch": one.batch, "template": one.template, "run": one.run, "submitted": one.created,
        "ended": one.ended, "jobs": ", ".join(f"{number:,} {_word(state)}" for state, number in one.counts.items()),
        "trouble": one.health, "note": one.note,
        "axes": open_settings(batch.axes) if batch else "the batch was deleted",
        "fixed": open_settings(batch.fixed) if batch else "",
    }  # fmt: skip


def _case(case: Case, varying: Sequence[str]) -> list[str]:
    row, status = case.row, case.row.status
    values = dict(zip(varying, row.values, strict=False))
    files = {path: _counted(len(text.splitlines())) for path, text in case.files.items() if path != "command"}
    code = "" if status.exit_code is None else f", exit code {status.exit_code}"
    happened = {
        "expected": EXPECTED, "happened": f"{_word(status.state)}{code}", "it says": status.detail,
        "known by": status.evidence, "attempt": status.attempt, "started": status.started, "ended": status.ended,
        "seen": status.as_of, "held at most": f"{status.peak_mb:,.0f} MB" if status.peak_mb is not None else "",
    }  # fmt: skip
    lines = [
        *_part(f"Job {row.index}: {row.name}", _pairs({"id": status.id or "it never had one", **happened})),
        *_part("Resources", _pairs(_resources(case.needs))),
        *_part("Values", _pairs(open_settings(values))),
        *_part("Command", _text(case.files.get("command", "")), "  It is not known: the batch is gone."),
        *_part("Files that were rendered for it", _pairs(files)),
        *_part("What was sent", _text(case.script)),
        *_part("What was learnt of it", (_learnt(one, status.id) for one in case.learnt)),
    ]
    for name, end in case.logs.items():
        lines += _part(name, _end(end), "  It is empty.")
    return [*lines, *([] if case.logs else ["", "== Logs", "  None is here: `tui-batch log` brings them."])]


def _resources(needs: Resources) -> dict[str, Any]:
    return {"cpus": needs.cpus, "memory": f"{needs.memory_mb:,} MB" if needs.memory_mb else "", "gpus": needs.gpus,
            "minutes": f"{needs.minutes:g}" if needs.minutes else ""}  # fmt: skip


def _learnt(status: Status, now: str) -> str:
    before = status.id if status.id != now else ""
    words = (f"attempt {status.attempt}", _word(status.state), before, status.evidence, status.detail)
    return "  " + ", ".join(filter(None, (status.as_of, *words)))


# -- how they are written ----------------------------------------------------------------------------------------------
def _part(heading: str, lines: Iterable[str], empty: str = "") -> list[str]:
    """Nothing where there is nothing to say."""
    found = list(lines) or [empty] * bool(empty)
    return ["", f"== {heading}", *found] if found else []


def _pairs(values: Mapping[str, Any], before: str = "") -> list[str]:
    lines = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            lines += _pairs(value, f"{before}{name}.")
        elif value or value == 0:
            lines.append(f"  {before}{name} = {value}")
    return lines


def _counted(lines: int) -> str:
    return f"{lines:,} line{'s' * (lines != 1)}"


def _text(text: str) -> list[str]:
    lines = text.splitlines()
    left = len(lines) - MOST_LINES
    return [*_indented(lines[:MOST_LINES]), *([f"  ... and {_counted(left)} more"] if left > 0 else [])]


def _end(end: End) -> list[str]:
    before = [f"  ... {_counted(end.more)} before these"] if end.more else []
    return [*before, *_indented(end.lines)]


def _indented(lines: Iterable[str]) -> list[str]:
    """Of what was written over itself, as progress is, the last."""
    return ["  " + line.rstrip("\r").rpartition("\r")[2] for line in lines]


def _cut(line: str) -> str:
    return line if len(line) <= WIDEST else f"{line[:WIDEST]} ... and {len(line) - WIDEST:,} letters more"


def _word(state: JobState) -> str:
    return state.replace("_", " ")
