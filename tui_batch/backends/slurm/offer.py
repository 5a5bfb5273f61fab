"""What a Slurm cluster offers: made of what its commands say, kept as a plain table, read from that again."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from itertools import groupby
from typing import Any

from tui_batch import tables
from tui_batch.errors import ConfigError
from tui_batch.model import NOTHING

# How much of what may be held at the same time: "cpu", "mem" in MB, "node", "gres/gpu".
Amounts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Nodes:
    """Nodes of a partition that are alike."""

    number: int
    up: int
    cpus: int
    memory_mb: int
    gpus: int = 0
    gpu_types: tuple[str, ...] = ()
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition, and whom it takes what from; "" or nothing where it says nothing."""

    name: str
    default: bool = False
    state: str = "UP"
    minutes: float | None = None  # a job may take; None for as long as it likes
    usual_minutes: float | None = None  # a job gets that asks for none
    usual_memory_mb: int | None = None  # for each CPU of a job that asks for none
    number: int = 0  # of its nodes, whether they are listed or not
    cpus: int = 0
    most_nodes: int | None = None
    alone: bool = False  # a job has its nodes for itself
    hidden: bool = False
    groups: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    not_accounts: tuple[str, ...] = ()
    qos: tuple[str, ...] = ()
    not_qos: tuple[str, ...] = ()
    own_qos: str = ""  # whose limits hold for all of its jobs
    nodes: tuple[Nodes, ...] = ()

    @property
    def whole(self) -> bool:
        """All its nodes are listed: those of a cloud that sleep may be hidden."""
        return bool(self.nodes) and sum(one.number for one in self.nodes) >= self.number


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is the most that somebody may have under an account or a qos."""

    name: str
    running: int | None = None
    queued: int | None = None
    minutes: float | None = None
    together: Amounts = field(default_factory=lambda: NOTHING)
    each: Amounts = field(default_factory=lambda: NOTHING)  # of one job
    qos: tuple[str, ...] = ()  # of an account: which may be asked for
    usual_qos: str = ""
    partition: str = ""  # of an account: the only one that it is good for


@dataclass(frozen=True, slots=True)
class Offer:
    """All of it, as one person saw it."""

    as_of: str
    cluster: str
    user: str = ""
    groups: tuple[str, ...] = ()
    refuses: bool = False  # what a partition does not give, instead of leaving it in the queue
    enforced: tuple[str, ...] = ()  # "associations", "limits", "qos"
    most_jobs: int | None = None  # of all persons
    most_tasks: int | None = None  # in an array
    usual_account: str = ""
    counted: bool = False  # the accounting has told which accounts the person has
    partitions: tuple[Partition, ...] = ()
    accounts: tuple[Bounds, ...] = ()
    qos: tuple[Bounds, ...] = ()


# -- kept --------------------------------------------------------------------------------------------------------------


def table(offer: Offer) -> dict[str, Any]:
    """The offer as it is kept."""
    plain: dict[str, Any] = _plain(offer)
    return plain


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        said = ((one, getattr(value, one.name)) for one in fields(value))
        return {one.name: _plain(now) for one, now in said if now != one.default and now != NOTHING}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return dict(value) if isinstance(value, Mapping) else value


def known(said: Mapping[str, object]) -> Offer | None:
    """What was kept; None where nothing is, or what another kind or version has left."""
    try:
        return tables.build(Offer, said, "known", ConfigError)
    except ConfigError:
        return None


# -- asked -------------------------------------------------------------------------------------------------------------

ACCOUNT_FIELDS = ("cluster", "account", "user", "partition", "defaultqos", "qos", "maxwall", "maxjobs", "maxsubmit",
                  "grpjobs", "grpsubmit", "maxtres", "grptres")  # fmt: skip
QOS_FIELDS = ("name", "maxwall", "maxjobspu", "maxsubmitpu", "grpjobs", "grpsubmit", "maxtres", "maxtrespu", "grptres")
NODE_FIELDS = "%R|%D|%T|%c|%m|%G|%f"


def offered(told: Mapping[str, Sequence[str]], as_of: str) -> Offer:
    """What a probe told, line by line of each thing that was asked."""
    said = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in told["config"])}
    cluster = said.get("ClusterName", "")
    nodes = _nodes(told["nodes"])
    memory = _number(said.get("DefMemPerCPU"))
    enforced = said.get("AccountingStorageEnforce", "").lower()
    partitions = [_partition(line, nodes, memory) for line in told["partition"] if line.startswith("PartitionName=")]
    accounts = _accounts(
        [dict(zip(ACCOUNT_FIELDS, line.split("|"), strict=False)) for line in told["account"]], cluster
    )
    qos = [_bounds(dict(zip(QOS_FIELDS, line.split("|"), strict=False))) for line in told["qos"] if "|" in line]
    usable = {name for one in accounts for name in one.qos} | {one.own_qos for one in partitions}
    return Offer(
        as_of,
        cluster,
        " ".join(told["user"]),
        tuple(" ".join(told["groups"]).split()),
        said.get("EnforcePartLimits", "NO").upper() not in ("NO", "(NULL)"),
        tuple(word for word in enforced.split(",") if word not in ("", "none", "(null)")),
        _number(said.get("MaxJobCount")),
        _number(said.get("MaxArraySize")),
        "".join(told["usual"][:1]).partition("|")[2].strip(),
        bool(told["account"]),
        tuple(partitions),
        accounts,
        tuple(one for one in qos if one.name in usable or not accounts),  # there may be hundreds of others
    )


def _partition(line: str, nodes: Mapping[str, tuple[Nodes, ...]], memory: int | None) -> Partition:
    """One line of `scontrol -o show partition`."""
    said = dict(word.partition("=")[::2] for word in line.split())
    own = said.get("QoS", "")
    return Partition(
        said["PartitionName"],
        said.get("Default") == "YES",
        said.get("State", "UP"),
        minutes(said.get("MaxTime", "")),
        minutes(said.get("DefaultTime", "")),
        _number(said.get("DefMemPerCPU")) or memory,
        _number(said.get("TotalNodes")) or 0,
        _number(said.get("TotalCPUs")) or 0,
        _number(said.get("MaxNodes")),
        said.get("OverSubscribe") == "EXCLUSIVE",
        said.get("Hidden") == "YES",
        _names(said.get("AllowGroups", "")),
        _names(said.get("AllowAccounts", "")),
        _names(said.get("DenyAccounts", "")),
        _names(said.get("AllowQos", "")),
        _names(said.get("DenyQos", "")),
        "" if own in ("N/A", "(null)") else own,
        tuple(_bounded(one, said) for one in nodes.get(said["PartitionName"], ())),
    )


def _bounded(nodes: Nodes, said: Mapping[str, str]) -> Nodes:
    """What of nodes a partition gives out."""
    cpus, memory = _number(said.get("MaxCPUsPerNode")), _number(said.get("MaxMemPerNode"))
    return replace(
        nodes, cpus=min(nodes.cpus, cpus or nodes.cpus), memory_mb=min(nodes.memory_mb, memory or nodes.memory_mb)
    )


_NOT_UP = ("down", "drain", "drng", "fail", "error", "unk", "maint", "inval", "future", "no_respond")
_GPUS = re.compile(r"(?:^|,)gpu(?::([A-Za-z][^:,(]*))?:(\d+)")


def _nodes(lines: Iterable[str]) -> Mapping[str, tuple[Nodes, ...]]:
    """By partition, what `sinfo` says of its nodes, those that are alike together whatever their states."""
    rows = [line.split("|") for line in lines]
    found: dict[str, tuple[Nodes, ...]] = {}
    rows = sorted((row for row in rows if len(row) == 7 and row[1] != "0"), key=lambda row: (row[0], row[3:]))
    for (partition, cpus, memory, gres, features), alike in groupby(rows, lambda row: (row[0], *row[3:])):
        states = [(int(row[1]), row[2]) for row in alike]
        gpus = _GPUS.findall(gres)
        one = Nodes(
            sum(number for number, _ in states),
            sum(number for number, state in states if not state.startswith(_NOT_UP) and not state.endswith("*")),
            _number(cpus) or 0,
            _number(memory) or 0,
            sum(int(count) for _, count in gpus),
            tuple(kind for kind, _ in gpus if kind),
            _names(features),
        )
        found[partition] = (*found.get(partition, ()), one)
    return found


def _rows(lines: Iterable[str], names: Sequence[str]) -> Sequence[Mapping[str, str]]:
    """What `sacctmgr -P` says, by the names of the columns; what is no whole line is something else."""
    cut = (line.split("|") for line in lines)
    return [dict(zip(names, cells, strict=True)) for cells in cut if len(cells) == len(names)]


def _accounts(rows: Sequence[Mapping[str, str]], cluster: str) -> tuple[Bounds, ...]:
    """The person's own lines, with what holds for all of an account together, which stands in a line without a user."""
    here = [row for row in rows if row["cluster"] == cluster]
    groups = {row["account"]: row for row in here if not row["user"]}
    shared = ("grpjobs", "grpsubmit", "grptres")
    of_all = {account: {f"{key} of all": row[key] for key in shared} for account, row in groups.items()}
    return tuple(_bounds({**row, **of_all.get(row["account"], {})}) for row in here if row["user"])


def _bounds(row: Mapping[str, str]) -> Bounds:
    """The least that any of the columns allows."""

    def least(*keys: str) -> int | None:
        return min((one for one in (_number(row.get(key)) for key in keys) if one is not None), default=None)

    together: dict[str, int] = {}
    for key in ("maxtrespu", "grptres", "grptres of all"):
        for name, amount in amounts(row.get(key, "")).items():
            together[name] = min(amount, together.get(name, amount))
    return Bounds(
        row.get("account") or row.get("name", ""),
        least("maxjobs", "maxjobspu", "grpjobs", "grpjobs of all"),
        least("maxsubmit", "maxsubmitpu", "grpsubmit", "grpsubmit of all"),
        minutes(row.get("maxwall", "")),
        together,
        amounts(row.get("maxtres", "")),
        _names(row.get("qos", "")),
        row.get("defaultqos", ""),
        row.get("partition", ""),
    )


# -- words of Slurm's --------------------------------------------------------------------------------------------------


def minutes(text: str) -> float | None:
    """`1-00:00:00`, `00:02:00`; None for no limit, or what says none."""
    if not (found := re.fullmatch(r"(?:(\d+)-)?(\d+):(\d+):(\d+)", text.strip())):
        return None
    days, hours, whole, seconds = (int(one or 0) for one in found.groups())
    return (days * 24 + hours) * 60 + whole + seconds / 60


_UNITS = {"": 1.0, "M": 1.0, "K": 1 / 1024, "G": 1024.0, "T": 1024.0**2, "P": 1024.0**3}


def amounts(text: str) -> Amounts:
    """`cpu=4,mem=62.50G,gres/gpu=2`; memory in MB."""
    found = re.findall(r"(?:^|,)([^=,]+)=(\d+(?:\.\d+)?)([KMGTP]?)", text)
    return {name: int(float(number) * _UNITS[unit]) for name, number, unit in found}


def _number(text: str | None) -> int | None:
    """A whole number, also one with a `+` behind it; None for UNLIMITED, NONE and the like."""
    found = re.match(r"\d+", text or "")
    return int(found[0]) if found else None


def _names(text: str) -> tuple[str, ...]:
    return () if text in ("", "ALL", "(null)", "N/A") else tuple(text.split(","))
