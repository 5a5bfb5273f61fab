"""What Slurm's commands answer, read: lists of jobs, accounts, refusals."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tui_batch.backends.hosted import arrays
from tui_batch.backends.hosted.journal import Sent
from tui_batch.backends.slurm.listing import BETWEEN, first_word, ids, moment
from tui_batch.errors import BackendError, Busy, Refused, Unclear, Unreachable

# -- how jobs ended ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Account:
    """What is told of a job's end, by the accounting or by the controller; `by` says which."""

    id: str
    name: str
    word: str
    by: str
    who: str = ""  # the number of the person who cancelled it
    code: int = 0
    signal: int = 0
    steps: int = 0  # the highest code of its steps
    started: str = ""
    ended: str = ""
    seconds: float = 0.0  # it ran
    minutes: float | None = None  # it was given
    asked_mb: float | None = None
    peak_mb: float | None = None
    nodes: str = ""
    starved: bool = False  # a step of it ran out of memory


def accounts(text: str) -> Mapping[str, Account]:
    """What `sacct` tells, by id; half a line tells nothing."""
    found: dict[str, Account] = {}
    rows = [fields for line in text.split("\n")[:-1] if len(fields := line.split(BETWEEN)) == 12]
    # What waited as one is told of as one, also those tasks of it that have a line of their own since: that counts.
    for fields in sorted(rows, key=lambda fields: "[" not in fields[0]):
        job, _, step = fields[0].partition(".")
        for one in ids(job):
            if not step:
                found[one] = _account(one, fields)
            elif one in found:
                found[one] = _with_step(found[one], fields)
    return found


def _account(job: str, fields: Sequence[str]) -> Account:
    _, name, state, code, steps, started, ended, seconds, minutes, asked, _, nodes = fields
    exit_code, signal = pair(code)
    return Account(
        job, name, first_word(state), "accounting", state.partition(" by ")[2], exit_code, signal, max(pair(steps)),
        moment(started), moment(ended), float(seconds or 0), float(minutes) if minutes.isdigit() else None,
        megabytes(asked), None, nodes if nodes != "None assigned" else "",
    )  # fmt: skip


def _with_step(account: Account, fields: Sequence[str]) -> Account:
    held = megabytes(fields[10])
    peak = max((one for one in (account.peak_mb, held) if one is not None), default=None)
    return replace(account, peak_mb=peak, starved=account.starved or first_word(fields[2]) == "OUT_OF_MEMORY")


def pair(text: str) -> tuple[int, int]:
    """The code and the signal in `3:0`."""
    code, _, signal = text.partition(":")
    return int(code) if code.isdigit() else 0, int(signal) if signal.isdigit() else 0


_UNITS = {"K": 2.0**-10, "M": 1.0, "G": 2.0**10, "T": 2.0**20}


def megabytes(text: str) -> float | None:
    """`3384K`, `100M`, `1.50G`; older versions say with `n` and `c` whether that is for a node or a CPU."""
    match = re.match(r"([\d.]+)([KMGT]?)[nc]?", text)
    return float(match[1]) * _UNITS.get(match[2], 2.0**-20) if match else None


_NO_TASK = "4294967294"  # of an array whose tasks were cancelled while they waited


def shown(text: str) -> Mapping[str, Account]:
    """What `scontrol -o show job` tells, by id."""
    found = {}
    for line in text.splitlines():
        known: dict[str, str] = {}
        for match in re.finditer(r"(\w+)=(\S*)", line):
            known.setdefault(match[1], match[2])
        if not {"JobId", "JobState", "ExitCode", "JobName"} <= known.keys():
            continue
        code, signal = pair(known["ExitCode"])
        array = known.get("ArrayTaskId", _NO_TASK) != _NO_TASK
        job = "{ArrayJobId}_[{ArrayTaskId}]" if array else "{JobId}"
        for one in ids(job.format(**known)):
            found[one] = Account(
                one, known["JobName"], first_word(known["JobState"]), "scontrol", "", code, signal,
                max(pair(known.get("DerivedExitCode", ""))), moment(known.get("StartTime", "")),
                moment(known.get("EndTime", "")), nodes=known.get("NodeList", "").replace("(null)", ""),
            )  # fmt: skip
    return found


NO_ACCOUNTS = "accounting storage is disabled"


def kept(text: str) -> Mapping[tuple[str, str], str]:
    """The numbers of calls, by submission and key, from `sacct`'s ids, reasons and names."""
    found: dict[tuple[str, str], str] = {}
    for line in text.splitlines():
        job, _, rest = line.partition(BETWEEN)
        reason, _, name = rest.partition(BETWEEN)
        number, ours = re.match(r"\d+", job), arrays.owner(name)
        if number and ours[0] and reason != REFUSED:
            found[ours] = number[0]
    return found


REFUSED = "BadConstraints"  # what a call that sbatch refuses may leave behind: a job that is none


def turns(text: str) -> Mapping[str, tuple[int, int]]:
    """By number of a job that waits the place of its first line, and how many wait in its partition."""
    found: dict[str, tuple[int, int]] = {}
    for line in text.splitlines():
        match line.split(BETWEEN):
            case [job, place, all_] if place.isdigit() and all_.isdigit():
                found.setdefault(job.partition("_")[0], (int(place), int(all_)))
    return found


# -- what sbatch says --------------------------------------------------------------------------------------------------

_TAKEN = re.compile(r"(\d+)(?:;\S+)?|Submitted batch job (\d+).*")
_LIMIT = re.compile(r"Max\w*Submit|Grp\w*Submit|Resource temporarily unavailable|temporarily unable to accept")
_UNHEARD = re.compile(r"connect failure|Connection refused|Munge encode failed|Protocol authentication error|"
                      r"Unable to process configuration|Unable to resolve")  # fmt: skip
_HEARD = re.compile(r"timed out|Zero Bytes|Unexpected message")  # perhaps
_AMBIGUOUS = re.compile(r"Unable to contact|Communication|connection", re.IGNORECASE)
_DOWN = re.compile(r"Unable to contact|timed out|Connection refused|[Mm]unge|authentication|"
                   r"Unable to process configuration|Zero Bytes|Unexpected message|Communication")  # fmt: skip
_GIVEN_UP = 124  # the code of a call that took too long
_LOOKED_FOR = "The jobs are looked for before they are sent again."


def taken(out: str) -> str:
    """The number that `sbatch` gave, among whatever else the site has it print; "" for none."""
    found = [match for line in out.splitlines() if (match := _TAKEN.fullmatch(line.strip()))]
    return found[-1][1] or found[-1][2] if found else ""


def failure(host: str, sent: Sent) -> BackendError:
    """Why a call of sbatch gave no number."""
    if sent.state == "never":
        why = words(sent.err) or "the connection broke."
        return Unreachable(f"{host}: sbatch was not called: {why} Nothing was sent.")
    if sent.state == "doubt":
        return Unclear(f"{host}: what came of a call of sbatch is not known. {_LOOKED_FOR}")
    return _refusal(host, sent.code, sent.err)


def _refusal(host: str, code: int, err: str) -> BackendError:
    """Why sbatch has taken nothing, or may have."""
    said = words(err) or f"exit {code}."
    if code == _GIVEN_UP or _HEARD.search(err):  # whatever it had said before
        return Unclear(f"{host}: sbatch gave no clear answer: {said} {_LOOKED_FOR}")
    if _LIMIT.search(err):
        return Busy(f"{host}: {said} What is left is sent when there is room.")
    if code == 127:
        return Refused(f"{host}: sbatch cannot be used: {said} {HINT}")
    if _UNHEARD.search(err):
        return Unreachable(f"{host}: the controller does not answer: {said} Nothing was sent.")
    if not code or 128 < code < 255 or _AMBIGUOUS.search(err):
        return Unclear(f"{host}: sbatch gave no clear answer: {said} {_LOOKED_FOR}")
    return Refused(f"{host}: sbatch has refused: {said}")


HINT = "If it works only after logging in, set login_shell = true for this target."


def silence(host: str, command: str, code: int, err: str) -> Unreachable:
    """Why a question has no answer."""
    said = words(err) or f"exit {code}."
    if code == 127:
        return Unreachable(f"{host}: {command} cannot be used: {said} {HINT}")
    asked = "accounting" if command == "sacct" else "controller"
    who = f"the {asked} does not answer" if _DOWN.search(err) else f"{command} has failed"
    return Unreachable(f"{host}: {who}: {said}")


_PREFIX = re.compile(r"^(?:\w+: (?:error|fatal): |slurm_\w+ error: )+(?:Batch job submission failed: )?")


def words(err: str) -> str:
    """What was said on the way of an error, without who says it."""
    lines = [_PREFIX.sub("", line.strip()).rstrip(".") for line in err.splitlines()]
    told = "; ".join(dict.fromkeys(filter(None, lines)))
    return f"{told}." if told else ""


# Of jobs that have ended, or of which that is already true that was asked for.
_HARMLESS = re.compile(r"Invalid job id|already finished|already complet|No error|pending execution|not pending")


def denied(host: str, command: str, code: int, said: str) -> BackendError | None:
    """What is wrong with the answer to a request; that a job has ended meanwhile is no error."""
    left = "\n".join(line for line in said.splitlines() if not _HARMLESS.search(line))
    if not code or (said.strip() and not left and code != 127):
        return None
    if _DOWN.search(left) or code == 127:
        return silence(host, command, code, left)
    return Refused(f"{host}: {command} has refused: {words(left) or f'exit {code}.'}")
