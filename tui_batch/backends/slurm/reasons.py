"""Why a job waits in Slurm's queue, in plain words, with what can be done about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from tui_batch.states import JobState


@dataclass(frozen=True, slots=True)
class Reason:
    """What a reason means: whether the job goes on by itself, and a sentence; `mixed` if not for all on its line."""

    state: JobState
    words: str
    mixed: bool = False


# These start only when somebody does something about them.
_HELD: Mapping[str, str] = {
    "JobHeldUser": "held by you: it starts in its turn after a release",
    "JobHeldAdmin": "held by an administrator, or after its node failed to start it: release it, or ask them",
    "JobHoldMaxRequeue": "held after it was tried too often: release it for another try, or cancel it",
    "launch failed requeued held": "held as its node failed to start it: release it for another try, or cancel it",
    "user env retrieval failed requeued held": "held as its node could not read your environment: release it",
    "job requeued in held state": "held before it runs again: release it, or cancel it",
    "DependencyNeverSatisfied": "waits for a job that did not end as it had to: it never starts; cancel it",
    "BurstBufferOperation": "held as its burst buffer failed: release it for another try, or ask",
}

_TURN = "waits for its turn"
_NOWHERE = "no node has what it asks for: it may never start; cancel it and ask for something else"
_QUEUED: Mapping[str, str] = {
    "None": _TURN,
    "WaitingForScheduling": _TURN,
    "SchedDefer": _TURN,
    "Priority": f"{_TURN}: other jobs go first",
    "Resources": "among the next: waits until what it asks for is free",
    "Dependency": "waits for other jobs to end",
    "BeginTime": "waits for its time: that it was sent with, or a pause before it runs again",
    "JobArrayTaskLimit": f"{_TURN}: no more jobs of its array may run at once",
    "Licenses": "waits for a licence that others use",
    "Cleaning": "waits until its last run is cleared away",
    "Prolog": "is being made ready to start",
    "FedJobLock": "waits for the other clusters of its federation",
    "BurstBufferResources": "waits for room in the burst buffer",
    "BurstBufferStageIn": "waits until its files are in the burst buffer",
    "MpiPortsBusy": "waits for a port for MPI",
    "PowerNotAvail": "waits until the cluster has the power for it",
    "PowerReserved": "waits until the cluster has the power for it",
    "MaxPoweredUpNodes": "waits until more nodes may be switched on",
    "Reservation": "waits for its reservation to begin",
    "ReservationDeleted": "its reservation is gone: cancel it and send it without",
    "ReservationInvalid": "its reservation cannot be used: cancel it and send it without",
    "PartitionDown": "its partition starts no jobs for now: wait, or send it to another",
    "PartitionInactive": "its partition is closed: wait, or send it to another",
    "PartitionConfig": "asks for more than its partition can give: it may never start; ask for less",
    "PartitionNodeLimit": "its partition does not give a job so many nodes, or they are down: ask for others",
    "PartitionTimeLimit": "its time is longer than its partition gives: change its limit, or it never starts",
    "MaxMemPerLimit": "asks for more memory than its partition gives: ask for less, or it never starts",
    "ReqNodeNotAvail": "waits for nodes that are down or reserved",
    "FrontEndDown": "waits for nodes that are down",
    "NodeDown": "waits for a node that is down",
    "SystemFailure": "the cluster has a fault: wait, or ask",
    "BadConstraints": _NOWHERE,
    "Constraints": _NOWHERE,
    "DeadLine": "it cannot end before its deadline: cancel it",
    "InvalidAccount": "its account may not be used any more: cancel it and send it with another",
    "InvalidQOS": "its QOS may not be used any more: cancel it and send it with another",
    "AccountNotAllowed": "its account may not use its partition: cancel it and send it otherwise",
    "QOSNotAllowed": "its QOS may not be used in its partition: cancel it and send it otherwise",
    "QOSUsageThreshold": "its QOS takes no jobs of those who have used so much: wait, or send it with another",
    "AccountingPolicy": "a limit of its account or QOS is reached: waits for other jobs to end",
    "AssociationJobLimit": "as many jobs of its account run as may: waits for them to end",
    "QOSJobLimit": "as many jobs of its QOS run as may: waits for them to end",
    "AssociationResourceLimit": "its account has all that it may have in use: waits for jobs to end",
    "QOSResourceLimit": "its QOS has all that it may have in use: waits for jobs to end",
    "AssociationTimeLimit": "its time is longer than its account gives, or the account's time is used up",
    "QOSTimeLimit": "its time is longer than its QOS gives, or the QOS's time is used up",
}

# Reasons that have more to tell than a word.
_LONGER = (
    (r"ReqNodeNotAvail, *UnavailableNodes:(.+)", r"waits for nodes that are down or reserved: \1"),
    (r"ReqNodeNotAvail, *May be reserved.*", "waits for nodes that are reserved"),
    (r"Nodes required for job are DOWN, DRAINED.*", "waits for nodes that are down, set aside or reserved"),
)

# The limits of accounts (associations) and QOSs have names that are made by a rule.
_LIMIT = re.compile(
    r"(?P<owner>Assoc|QOS|)(?P<kind>Grp|Max|Min)(?P<what>[A-Za-z]+?)(?P<time>(?:Run)?Min(?:ute)?s|)"
    r"(?:Per(?P<each>Job|Node|User|Account))?(?:Limit|NotSatisfied)?"
)
_WHAT: Mapping[str, str] = {
    "cpu": "CPUs", "mem": "memory", "memory": "memory", "node": "nodes", "gres": "GRES (GPUs)",
    "license": "licences", "energy": "energy", "bb": "burst buffer", "billing": "billing units",
    "unknown": "resources", "job": "jobs", "jobs": "jobs", "submitjob": "jobs", "submitjobs": "jobs",
    "wall": "time", "wallduration": "time",
}  # fmt: skip


@lru_cache(4096)
def read(reason: str) -> Reason:
    """What a reason of `squeue` means; one that we do not know keeps its own words."""
    if known := _known(reason):
        return known
    parts = [_known(part) for part in reason.split(",")]
    several = [part for part in parts if part]
    if len(several) == len(parts):  # of tasks that wait for different things, listed as one
        states = {part.state for part in several}
        words = "; ".join(dict.fromkeys(part.words.partition(":")[0] for part in several))
        return Reason(JobState.QUEUED if JobState.QUEUED in states else JobState.HELD, words, len(states) > 1)
    held = re.search(r"\bheld\b|Held|Hold", reason)
    return Reason(JobState.HELD if held else JobState.QUEUED, reason)


def _known(reason: str) -> Reason | None:
    if reason in _HELD:
        return Reason(JobState.HELD, _HELD[reason])
    words = _QUEUED.get(reason) or _longer(reason) or _limit(reason)
    return Reason(JobState.QUEUED, words) if words else None


def _longer(reason: str) -> str:
    found = ((re.fullmatch(pattern, reason), words) for pattern, words in _LONGER)
    return next((match.expand(words) for match, words in found if match), "")


def _limit(reason: str) -> str:
    """Which limit of whom a job is over; "" where the reason is no limit."""
    found = _LIMIT.fullmatch(reason)
    if not found or found["what"].lower() not in _WHAT:
        return ""
    what, owner = _WHAT[found["what"].lower()], "account" if found["owner"] == "Assoc" else "QOS"
    if found["kind"] == "Min":
        return f"its {owner} wants more {what} of a job: ask for more, or it never starts"
    if found["time"]:
        what = f"{what.removesuffix('s')} time"
    if found["each"] in ("Job", "Node"):
        each = found["each"].lower()
        return f"asks for more {what} than its {owner} gives a {each}: ask for less, or it never starts"
    return _used(what, owner, found)


def _used(what: str, owner: str, limit: re.Match[str]) -> str:
    """What is said of a limit for many jobs together."""
    if limit["kind"] == "Grp":
        who, gives = f"its {owner} has", "it may have"
    elif limit["each"] == "Account":
        who, gives = "its account has", f"its {owner} gives it"
    else:
        who, gives = "you have", f"its {owner} gives you"
    if "Submit" in limit["what"]:
        return f"{who} all the jobs in the queue that {gives}: waits for them to end"
    if what == "jobs":
        return f"{who} all the jobs running that {gives}: waits for them to end"
    if limit["time"].startswith("Run"):
        return f"{who} jobs running for all the {what} that {gives}: waits for those"
    if "time" in what:
        return f"{who} used up the {what} that {gives}: wait, or send it with another"
    return f"{who} all the {what} in use that {gives}: waits for jobs to end"
