"""What Grid Engine's commands answer, read: lists of jobs, reasons, accounts, refusals."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree

from tui_batch.backends.hosted.journal import Sent
from tui_batch.errors import BackendError, Busy, Refused, Unclear, Unreachable


@dataclass(frozen=True, slots=True)
class Listed:
    """A job, a task, or a group of waiting tasks, as `qstat` lists it."""

    number: int
    tasks: Sequence[int]  # empty for a job that is no array
    name: str
    letters: str
    started: str = ""  # while it runs
    queue: str = ""

    @property
    def ids(self) -> Iterator[str]:
        """Our words for these jobs."""
        return (f"{self.number}.{task}" for task in self.tasks) if self.tasks else iter((str(self.number),))


@dataclass(frozen=True, slots=True)
class Account:
    """One run of a job, as the accounting has it: that it ended, and what it took."""

    id: str
    name: str
    failed: int
    words: str  # of what failed
    code: int
    seconds: float = 0.0
    memory_mb: float = 0.0
    started: str = ""
    ended: str = ""


# -- the list ----------------------------------------------------------------------------------------------------------


def listed(text: str) -> Sequence[Listed]:
    """What `qstat -xml -r` lists. Nothing at all, or half an answer, says nothing of any job: Unreachable."""
    mended = re.sub(r"%([lg])t;", r"&\1t;", re.sub(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text))
    try:
        return [_listed(one) for one in ElementTree.fromstring(mended[mended.find("<?xml") :]).iter("job_list")]
    except (ElementTree.ParseError, ValueError) as error:
        raise Unreachable(
            f"qstat answered, but not with a whole list of jobs ({error}): nothing is concluded."
        ) from error


def _listed(one: ElementTree.Element) -> Listed:
    def say(key: str) -> str:
        return (one.findtext(key) or "").strip()

    return Listed(
        number=int(say("JB_job_number")),
        tasks=tasks(say("tasks")),
        name=say("full_job_name") or say("JB_name"),
        letters=say("state"),
        started=moment(say("JAT_start_time")),
        queue=say("queue_name"),
    )


def tasks(text: str) -> Sequence[int]:
    """The numbers that `2`, `1-10:3` or `1,2,4-6:1` stand for."""
    found: list[int] = []
    for part in filter(None, text.split(",")):
        span, _, step = part.partition(":")
        first, dash, last = span.partition("-")
        found += range(int(first), int(last if dash else first) + 1, int(step or 1))
    return found


def moment(text: str) -> str:
    """A moment of the commands, which are asked in UTC, as we write it; "" for none."""
    if text.isdigit():  # some versions count seconds, others milliseconds
        whole = int(text)
        return _stamp(datetime.fromtimestamp(whole / 1000 if whole > 10**11 else whole, UTC))
    for form in ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%a %b %d %H:%M:%S %Y", "%m/%d/%Y %H:%M:%S.%f"):
        try:
            return _stamp(datetime.strptime(text, form))
        except ValueError:
            continue
    return ""


def _stamp(when: datetime) -> str:
    return when.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


# -- reasons -----------------------------------------------------------------------------------------------------------

# What `qstat -j` says of a job that waits, and how that is put; the most telling first.
_REASONS = (
    (r"error: can't open output file \"(.*)\": (.*)", r"its output file \1 cannot be opened: \2"),
    (r"error: can't chdir to (.*): (.*)", r"its folder \1 cannot be entered: \2"),
    (r"cannot run in PE \"(.*)\" because it only offers (\d+) slots", r"its parallel environment \1 offers \2 slots"),
    (r"\(-l (.*)\) cannot run (?:at host|in queue|globally).* because it offers only \w+:\w+=(.*)",
     r"asks for \1, but no more than \2 is offered: it may never start"),
    (r"cannot run .*because it exceeds limit \"(.*)\" in rule \"(.*)\"", r"a quota of the site is used up (\2)"),
    (r"job dropped because of job dependencies", "waits for other jobs"),
    (r"job dropped because of user limitations", "as many of your jobs run as one person may have"),
    (r".*dropped because it is (?:disabled|temporarily not available|suspended).*", "its queue is closed for now"),
    (r".*(?:dropped because it is (?:full|overloaded)|overload or full).*", "waits for a free slot"),
)  # fmt: skip
_RETICENT = ("Job is in error state", "(Collecting of scheduler job information is turned off)")
_ERROR = re.compile(r"error reason\s+(\d+):.*?(error: .*)")


def reasons(text: str) -> Mapping[str, str]:
    """Why jobs wait, by number, and why they are in error, by number and task, in plain words."""
    found: dict[str, str] = {}
    for block in re.split(r"(?m)^job_number:", text)[1:]:
        number = block.split(maxsplit=1)[0]
        told = re.search(r"(?m)^scheduling info:(.*(?:\n .*)*)", block)
        said = [line.strip() for line in told[1].splitlines()] if told else []
        if said := [line for line in said if line and line not in _RETICENT]:
            found[number] = plain(said)
        found |= {f"{number}.{task}": plain([error]) for task, error in _ERROR.findall(block)}
    return found


def plain(said: Sequence[str]) -> str:
    """The most telling of the reasons; words that we do not know stay as they are."""
    for pattern, words in _REASONS:
        for one in said:
            if match := re.fullmatch(pattern, one):
                return match.expand(words)
    return said[0]


# -- the accounting ----------------------------------------------------------------------------------------------------


def accounts(text: str) -> Mapping[tuple[str, str], Account]:
    """By id and name, the last account of each job that `qacct -j` gives: of one that was run again, how that ended."""
    found: dict[tuple[str, str], Account] = {}
    for block in re.split(r"(?m)^=+$", text)[1:]:
        fields = {key: value.strip() for key, _, value in (line.partition(" ") for line in block.splitlines())}
        try:
            account = _account(fields)
        except (KeyError, ValueError):
            continue  # half a block
        found[account.id, account.name] = account
    return {key: account for key, account in found.items() if account.failed not in _NO_END}


def _account(fields: Mapping[str, str]) -> Account:
    number, task = fields["jobnumber"], fields["taskid"]
    failed, code = fields["failed"], fields["exit_status"]
    return Account(
        id=number if task == "undefined" else f"{number}.{task}",
        name=fields["jobname"],
        failed=int(failed.split()[0]),
        words=failed.partition(":")[2].strip(),
        code=int(code.split()[0]),
        seconds=_amount(fields["ru_wallclock"]),
        memory_mb=_amount(fields["maxvmem"]) / 2**20,
        started=moment(fields.get("start_time", "")),
        ended=moment(fields.get("end_time", "")),
    )


_NO_END = (24, 25)  # moved, rescheduled: it runs again
_UNITS = {"K": 2.0**10, "M": 2.0**20, "G": 2.0**30, "T": 2.0**40}


def _amount(text: str) -> float:
    """`2s`, `3.438MB`, `1.5G`: a number, in seconds or bytes."""
    match = re.match(r"([\d.]+)\s*([KMGT]?)", text)
    return float(match[1]) * _UNITS.get(match[2], 1.0) if match else 0.0


# -- what qsub says ----------------------------------------------------------------------------------------------------

_TAKEN = re.compile(r"(\d+)(?:\.\d+-\d+:\d+)?|Your job(?:-array)? (\d+)[. ].* has been submitted")
_LIMIT = re.compile(r"only \d+ jobs are allowed", re.IGNORECASE)  # with code 25
_DOWN = re.compile(r"Connection refused|unable to (?:contact|send message to) qmaster")
_AMBIGUOUS = re.compile(r"commlib error|unable to contact|answer list|no response|timeout", re.IGNORECASE)
_LOOKED_FOR = "The jobs are looked for before they are sent again."


def taken(out: str) -> str:
    """The number that `qsub` gave, among whatever else the site has it print; "" for none."""
    found = [match for line in out.splitlines() if (match := _TAKEN.fullmatch(line.strip()))]
    return found[-1][1] or found[-1][2] if found else ""


def refusal(host: str, code: int, err: str) -> BackendError:
    """Why qsub has taken nothing, or may have."""
    said = words(err) or f"exit {code}."
    if code == 25 or _LIMIT.search(err):
        return Busy(f"{host}: {said} What is left is sent when there is room.")
    if "Connection refused" in err:
        return Unreachable(f"{host}: the queue master does not answer: {said} Nothing was sent.")
    if hint := _hint(code, err):
        return Refused(f"{host}: qsub cannot be used: {said} {hint}")
    if not code or code > 128 or _AMBIGUOUS.search(err):
        return Unclear(f"{host}: qsub gave no clear answer: {said} {_LOOKED_FOR}")
    return Refused(f"{host}: qsub has refused: {said}")


def silence(host: str, command: str, code: int, err: str) -> Unreachable:
    """Why a question has no answer."""
    said = words(err) or f"exit {code}."
    if hint := _hint(code, err):
        return Unreachable(f"{host}: {command} cannot be used: {said} {hint}")
    who = "the queue master does not answer" if _DOWN.search(err) else f"{command} has failed"
    return Unreachable(f"{host}: {who}: {said}")


def _hint(code: int, err: str) -> str:
    missing = code == 127 or "SGE_ROOT" in err
    return "If it works only after logging in, set login_shell = true for this target." if missing else ""


def words(err: str) -> str:
    """What was said on the way of an error, without what says nothing."""
    lines = [line.strip().removeprefix("Unable to run job: ") for line in err.splitlines()]
    told = "; ".join(dict.fromkeys(line.rstrip(".") for line in lines if line and line != "Exiting."))
    return f"{told}." if told else ""


def failure(host: str, sent: Sent) -> BackendError:
    """Why a call of qsub gave no number."""
    if sent.state == "never":
        return Unreachable(
            f"{host}: qsub was not called: {words(sent.err) or 'the connection broke.'} Nothing was sent."
        )
    if sent.state == "doubt":
        return Unclear(f"{host}: what came of a call of qsub is not known. {_LOOKED_FOR}")
    return refusal(host, sent.code, sent.err)


def denied(host: str, command: str, code: int, said: str) -> BackendError | None:
    """What is wrong with the answer to a request; the codes of these commands tell nothing."""
    said = "\n".join(line for line in said.splitlines() if "does not exist" not in line)
    if "privileges" in said or "denied: " in said:
        return Refused(f"{host}: {command} has refused: {words(said)}")
    return silence(host, command, code, said) if _DOWN.search(said) or _hint(code, said) else None
