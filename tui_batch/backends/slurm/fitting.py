"""Whether what a batch asks for is offered, and how much of it at the same time."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from tui_batch.backends.slurm import offer
from tui_batch.backends.slurm.offer import Amounts, Bounds, Nodes, Offer, Partition
from tui_batch.errors import nearest
from tui_batch.model import Batch, Limits, Problem, Resources


class Asked(Protocol):
    """What a target, or a template instead of it, has Slurm asked for; "" and 0 for nothing."""

    @property
    def partition(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def qos(self) -> str: ...
    @property
    def constraint(self) -> str: ...
    @property
    def nodes(self) -> int: ...


def problems(known: Mapping[str, object], asked: Asked, batch: Batch) -> Sequence[Problem]:
    """What the cluster, as far as it is known, would refuse or never begin."""
    offered = offer.known(known)
    if offered is None:
        return []
    if names := unknown(offered, asked):
        return names
    needs = batch.resources
    in_the_way = {one.name: [*_within(offered, asked, one, needs)] for one in offered.partitions}
    best = min(_partitions(offered, asked), key=lambda one: len(in_the_way[one.name]))  # Slurm takes what fits
    said = in_the_way[best.name]
    fitting = [one.name for one in offered.partitions if not in_the_way[one.name] and not one.hidden]
    if said and fitting:
        said = [f"{said[0]}; {fitting[0]} would take it", *said[1:]]
    return [Problem(text, fatal=False) for text in (*said, *_unsaid(best, needs))]


def limits(known: Mapping[str, object], asked: Asked, batch: Batch) -> Limits:
    """How many jobs of a batch run at once, and how many are taken; None where that is all of them."""
    offered = offer.known(known)
    if offered is None:
        return Limits()
    where = _partitions(offered, asked)
    at_once = max((_at_once(offered, asked, one, batch.resources) for one in where), default=0)
    queued = [one.queued for partition in where[:1] for one in _bounds(offered, asked, partition)]
    held = min((one for one in (*queued, offered.most_jobs) if one), default=batch.jobs)
    return Limits(at_once if 0 < at_once < batch.jobs else None, held if held < batch.jobs else None)


# -- names -------------------------------------------------------------------------------------------------------------


def unknown(offered: Offer, asked: Asked) -> Sequence[Problem]:
    """What is asked for by a name that the cluster does not have, or not for this person."""
    there = {one.name for one in offered.partitions}
    said = [
        f"there is no partition {name!r}{_hint(name, there)}" for name in _list(asked.partition) if name not in there
    ]
    if not asked.partition and not _partitions(offered, asked):
        said.append(f"no partition is named, and the cluster has no default one{_hint('', there)}")
    yours = {one.name for one in offered.accounts}
    enforced = offered.counted and "associations" in offered.enforced
    if enforced and not yours:
        said.append("you have no account on this cluster: each job would be refused until you are given one")
    elif enforced and asked.account and asked.account not in yours:
        said.append(f"the account {asked.account!r} is none of yours{_hint(asked.account, yours)}")
    elif asked.qos and "qos" in offered.enforced:
        allowed = {name for one in offered.accounts if one.name == _account(offered, asked) for name in one.qos}
        allowed = allowed or {one.name for one in offered.qos}
        if allowed and asked.qos not in allowed:
            whose = f" of the account {_account(offered, asked)}" if _account(offered, asked) else ""
            said.append(f"there is no qos {asked.qos!r}{whose}{_hint(asked.qos, allowed)}")
    return [Problem(text, fatal=False) for text in said]


def _hint(word: str, known: Iterable[str]) -> str:
    text = nearest(word, known).strip().rstrip(".")
    return f" ({text[0].lower()}{text[1:]})" if text else ""


def _list(names: str) -> Sequence[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


def _partitions(offered: Offer, asked: Asked) -> Sequence[Partition]:
    """Those that a job may run in."""
    names = _list(asked.partition)
    return [one for one in offered.partitions if (one.name in names if names else one.default)]


def _account(offered: Offer, asked: Asked) -> str:
    return asked.account or offered.usual_account


def _association(offered: Offer, asked: Asked, partition: Partition) -> Bounds | None:
    """What holds for the account of a job; a line for its partition alone comes first."""
    lines = [one for one in offered.accounts if one.name == _account(offered, asked)]
    return next((one for where in (partition.name, "") for one in lines if one.partition == where), None)


def _qos(asked: Asked, account: Bounds | None) -> str:
    """The one that a job has: its account's, where none is asked for."""
    only = account.qos[0] if account and len(account.qos) == 1 else "normal"
    return asked.qos or (account.usual_qos if account else "") or only


def _bounds(offered: Offer, asked: Asked, partition: Partition) -> Sequence[Bounds]:
    """All that bounds a job there; nothing where limits are only written down."""
    if "limits" not in offered.enforced:
        return []
    account = _association(offered, asked, partition)
    names = (_qos(asked, account), partition.own_qos)
    return [*([account] if account else []), *(one for one in offered.qos if one.name in names)]


# -- what a job asks for -----------------------------------------------------------------------------------------------


def _within(offered: Offer, asked: Asked, partition: Partition, needs: Resources) -> Iterator[str]:
    """What stands in the way of a job in a partition."""
    where = f"partition {partition.name}"
    if partition.state == "DOWN":
        yield f"{where} is down: each job would wait until it is opened"
    elif partition.state != "UP":
        yield f"{where} takes no jobs now ({partition.state.lower()})"
    elif partition.whole and not any(one.up for one in partition.nodes):
        yield f"no node of {where} is up: each job would wait until one is"
    yield from _closed_to(offered, asked, partition)
    fate = "it would be refused" if offered.refuses else "it would wait for ever"
    if needs.minutes and partition.minutes is not None and needs.minutes > partition.minutes:
        yield f"each job asks for {duration(needs.minutes)}, {where} allows {duration(partition.minutes)}: {fate}"
    most = min(partition.number, partition.number if partition.most_nodes is None else partition.most_nodes)
    if asked.nodes > most > 0:
        yield f"each job asks for {asked.nodes} nodes, {where} gives {most}: {fate}"
    elif partition.whole:
        yield from _too_large(partition, asked, needs)
    for bound in _bounds(offered, asked, partition):
        yield from _beyond(bound, needs, _amounts(asked, needs))


def _unsaid(partition: Partition, needs: Resources) -> Iterator[str]:
    """What a job gets that it has not asked for."""
    if not needs.minutes and partition.usual_minutes:
        yield f"the template sets no minutes: each job is ended after {duration(partition.usual_minutes)}"
    if not needs.memory_mb and partition.usual_memory_mb:
        yield f"the template sets no memory: each job gets {memory(partition.usual_memory_mb * needs.cpus)}"


def _closed_to(offered: Offer, asked: Asked, partition: Partition) -> Iterator[str]:
    """Whom a partition does not take."""
    account = _account(offered, asked)
    if partition.groups and offered.groups and offered.user != "root" and not {*partition.groups} & {*offered.groups}:
        yield f"partition {partition.name} is only for the group {' or '.join(partition.groups)}, and you are in none"
    qos = _qos(asked, _association(offered, asked, partition))
    for kind, name, taken, refused in (
        ("account", account, partition.accounts, partition.not_accounts),
        ("qos", qos if offered.qos else "", partition.qos, partition.not_qos),
    ):
        if name and taken and name not in taken:
            yield f"partition {partition.name} is only for the {kind} {' or '.join(taken)}, not for {name}"
        elif name in refused:
            yield f"partition {partition.name} is not for the {kind} {name}"


def _too_large(partition: Partition, asked: Asked, needs: Resources) -> Iterator[str]:
    """What no node has."""
    every = {feature for one in partition.nodes for feature in one.features}
    nodes = [one for one in partition.nodes if _meets(one, asked.constraint)]
    if missing := [name for name in _features(asked.constraint) if name not in every]:
        yield f"no node of {partition.name} has the feature {missing[0]!r}{_hint(missing[0], every)}"
        return
    if not nodes:
        yield f"no node of {partition.name} meets the constraint {asked.constraint}"
        return
    which = f"a node of {partition.name}{f' with {asked.constraint}' * (len(nodes) < len(partition.nodes))} has"
    for name, each, most in (
        ("cpu", needs.cpus, max(one.cpus for one in nodes)),
        ("mem", needs.memory_mb or 0, max(one.memory_mb for one in nodes)),
        ("gres/gpu", needs.gpus, max(one.gpus for one in nodes)),
    ):
        if each > most:
            yield f"each job asks for {_said(name, each)}, {which} {f'at most {_said(name, most)}' if most else 'none'}"
            return
    if not any(_fits(one, needs) for one in nodes):
        yield f"each job asks for more CPUs, memory and GPUs than {which} together"


def _features(constraint: str) -> Sequence[str]:
    """The names in an expression like `[a|b*2]&c`."""
    return re.findall(r"(?<![*\w.:/=-])[A-Za-z_][\w.:/=-]*", constraint)


def _meets(one: Nodes, constraint: str) -> bool:
    """Whether nodes have all features; what says more than that is left to Slurm."""
    plain = re.fullmatch(r"[\w.:/=&,-]*", constraint)
    return not plain or {*_features(constraint)} <= {*one.features}


def _fits(one: Nodes, needs: Resources) -> int:
    """How many jobs there is room for on a node."""
    wanted = ((one.cpus, needs.cpus), (one.memory_mb, needs.memory_mb), (one.gpus, needs.gpus))
    return min(there // each for there, each in wanted if each)


def _amounts(asked: Asked, needs: Resources) -> Amounts:
    nodes = max(1, asked.nodes)
    wanted = {"cpu": needs.cpus, "mem": needs.memory_mb or 0, "gres/gpu": needs.gpus, "node": 1}
    return {name: nodes * amount for name, amount in wanted.items() if amount}


def _beyond(bound: Bounds, needs: Resources, wanted: Amounts) -> Iterator[str]:
    """What one job asks for that no job gets under this account or qos."""
    fate = "it would wait for ever or be refused"
    if bound.minutes is not None and needs.minutes and needs.minutes > bound.minutes:
        yield f"each job asks for {duration(needs.minutes)}, {bound.name} allows {duration(bound.minutes)}: {fate}"
    for name, amount in wanted.items():
        most = min((one[name] for one in (bound.each, bound.together) if name in one), default=amount)
        if amount > most:
            yield f"each job asks for {_said(name, amount)}, {bound.name} allows {_said(name, most)}: {fate}"
    if 0 in (bound.running, bound.queued):
        yield f"{bound.name} allows no jobs: they would wait for ever or be refused"


# -- how many ----------------------------------------------------------------------------------------------------------


def _at_once(offered: Offer, asked: Asked, partition: Partition, needs: Resources) -> int:
    """How many jobs there is room for at most, whoever else is there."""
    wanted = _amounts(asked, needs)
    bounds = _bounds(offered, asked, partition)
    room = [one.running for one in bounds if one.running is not None]
    room += [most // wanted[name] for one in bounds for name, most in one.together.items() if name in wanted]
    if partition.whole:
        nodes = [one for one in partition.nodes if _meets(one, asked.constraint)]
        fitting = sum(one.up * (bool(_fits(one, needs)) if partition.alone else _fits(one, needs)) for one in nodes)
    else:
        fitting = partition.cpus // needs.cpus
    return min(*room, fitting // max(1, asked.nodes)) if room else fitting // max(1, asked.nodes)


# -- words -------------------------------------------------------------------------------------------------------------


def words(name: str) -> str:
    """What Slurm counts, as people call it."""
    return {"cpu": "CPUs", "mem": "MB", "gres/gpu": "GPUs", "node": "nodes"}.get(name, name.removeprefix("gres/"))


def _said(name: str, amount: int) -> str:
    said = f"{amount:,} {words(name)}"
    return memory(amount) if name == "mem" else said.removesuffix("s") if amount == 1 else said


def memory(megabytes: int) -> str:
    """`400 MB`, `62.5 GB`."""
    return f"{megabytes} MB" if megabytes < 1024 else f"{round(megabytes / 1024, 1):g} GB"


def duration(minutes: float) -> str:
    """`90 min`, `24 h`, `3.5 d`."""
    for size, unit in ((1440, "d"), (60, "h")):
        if minutes >= 2 * size:
            return f"{round(minutes / size, 1):g} {unit}"
    return f"{round(minutes, 1):g} min"
