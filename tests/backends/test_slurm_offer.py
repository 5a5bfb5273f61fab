"""What a Slurm cluster says that it offers, as real ones said it; and what that means for a batch."""

from dataclasses import replace
from pathlib import Path

import pytest
from worlds.slurm import PlainSlurmWorld, SlurmWorld
from worlds.slurm_cluster import cluster

from tui_batch.backends import slurm
from tui_batch.backends.slurm import fitting, health, offer
from tui_batch.backends.slurm.calls import Options
from tui_batch.model import Batch, Limits, Resources, Target
from tui_batch.store import contacts

ANSWERS = Path(__file__).parent / "answers" / "slurm"
NOW = 1795188700.0
PLAIN_ACCOUNTING = "none: how jobs ended is read from what they leave"
NOTHING = Options("", "", "", "", 0, ())


def heard(name, **asked):
    """How a cluster is that told this."""
    return health.read("fir", (ANSWERS / f"probe_{name}.txt").read_text(), NOW - 5, NOW, replace(NOTHING, **asked))


UNIVERSITY, PLAIN = heard("university").known, heard("plain").known


def batch(jobs=10, **needs):
    """One whose jobs need this; time and memory, unless said, so that what they get without is not spoken of."""
    needs = Resources(**{"minutes": 30, "memory_mb": 1000, **needs})
    return Batch("b", Path(), "t", "", jobs, "", resources=needs)


def said(known, made, **asked):
    problems = fitting.problems(known, replace(NOTHING, **asked), made)
    assert not any(problem.fatal for problem in problems), "what is known may be old"
    return [problem.text for problem in problems]


@pytest.mark.parametrize(
    ("asked", "needs", "told"),
    [
        ({}, {}, []),
        ({"partition": "compute"}, {"cpus": 64, "memory_mb": 256_000}, []),
        ({"partition": "gpu,compute"}, {"minutes": 50 * 60}, []),  # one of them is enough
        ({"partition": "comptue"}, {}, ["there is no partition 'comptue' (did you mean 'compute'?)"]),
        ({"partition": "maint"}, {},
         ["partition maint is down: each job would wait until it is opened; compute would take it"]),
        ({"partition": "old"}, {},
         ["partition old takes no jobs now (drain); compute would take it"]),
        ({"partition": "groups"}, {},
         ["partition groups is only for the group nosuchgroup, and you are in none; compute would take it"]),
        ({"partition": "hidden"}, {}, []),
        ({"partition": "debug"}, {"minutes": 120},
         ["each job asks for 2 h, partition debug allows 30 min: it would be refused; compute would take it"]),
        ({"partition": "debug", "nodes": 3}, {},
         ["each job asks for 3 nodes, partition debug gives 2: it would be refused; compute would take it"]),
        ({}, {"cpus": 65}, ["each job asks for 65 CPUs, a node of compute has at most 64 CPUs; bigmem would take it"]),
        ({}, {"memory_mb": 300_000},
         ["each job asks for 293 GB, a node of compute has at most 250 GB; bigmem would take it"]),
        ({"partition": "bigmem"}, {"cpus": 100, "memory_mb": 2_000_000}, []),
        ({"partition": "bigmem"}, {"cpus": 101}, ["each job asks for 101 CPUs, a node of bigmem has at most 100 CPUs"]),
        ({"partition": "bigmem"}, {"memory_mb": 3_000_000},
         ["each job asks for 2929.7 GB, a node of bigmem has at most 1953.1 GB"]),
        ({}, {"gpus": 1}, ["each job asks for 1 GPU, a node of compute has none"]),
        ({"partition": "gpu", "account": "physics-gpu", "constraint": "h100|a100"}, {"gpus": 8}, []),
        ({"partition": "gpu", "account": "physics-gpu", "constraint": "a100"}, {"gpus": 8},
         ["each job asks for 8 GPUs, a node of gpu with a100 has at most 4 GPUs"]),
        ({"partition": "debug"}, {"cpus": 4, "memory_mb": 1_900}, []),
        ({"constraint": "skylake"}, {"cpus": 64},
         ["each job asks for 64 CPUs, a node of compute with skylake has at most 40 CPUs"]),
        ({"constraint": "[skylake*2|milan]"}, {"cpus": 64}, []),
        ({"constraint": "skylake&milan&ib"}, {}, ["no node of compute meets the constraint skylake&milan&ib"]),
        ({"constraint": "skylaek"}, {}, ["no node of compute has the feature 'skylaek' (did you mean 'skylake'?)"]),
        ({"account": "phys"}, {}, ["the account 'phys' is none of yours (did you mean 'physics'?)"]),
        ({"account": "chem"}, {},  # it is, but on another cluster
         ["the account 'chem' is none of yours (known: physics, physics-gpu)"]),
        ({"qos": "gpu"}, {}, ["there is no qos 'gpu' of the account physics (known: long, normal)"]),
        ({"partition": "gpu"}, {},
         ["partition gpu is only for the account physics-gpu or astro, not for physics; compute would take it"]),
        ({"partition": "gpu", "account": "physics-gpu"}, {"gpus": 8}, []),
        ({"partition": "long", "account": "physics-gpu"}, {},
         ["partition long is only for the qos long or normal, not for gpu; compute would take it"]),
        ({"partition": "long", "qos": "long"}, {"minutes": 8 * 1440},
         ["each job asks for 8 d, long allows 7 d: it would wait for ever or be refused"]),
        ({"partition": "gpu", "account": "physics-gpu", "nodes": 3}, {"gpus": 8},
         ["each job asks for 24 GPUs, gpu allows 16 GPUs: it would wait for ever or be refused"]),
        ({}, {"minutes": None}, ["the template sets no minutes: each job is ended after 60 min"]),
        ({}, {"minutes": None, "memory_mb": None, "cpus": 2},
         ["the template sets no minutes: each job is ended after 60 min",
          "the template sets no memory: each job gets 7.8 GB"]),
    ],
)  # fmt: skip
def test_what_a_cluster_would_not_give_is_said_before_anything_goes(asked, needs, told):
    assert said(UNIVERSITY, batch(**needs), **asked) == told


def test_who_has_no_account_is_told_so():
    told = ["you have no account on this cluster: each job would be refused until you are given one"]
    assert said(heard("newcomer").known, batch()) == told
    assert said(heard("silent_accounting").known, batch()) == [], "nobody knows"


def test_a_cluster_that_refuses_nothing_lets_jobs_wait_for_ever():
    told = said(PLAIN, batch(minutes=120), partition="short")
    assert told == ["each job asks for 2 h, partition short allows 2 min: it would wait for ever; main would take it"]
    assert said(PLAIN, batch(), account="nobody-asks", qos="for-these") == [], "accounts are not kept here"


@pytest.mark.parametrize(
    ("jobs", "asked", "needs", "expected"),
    [
        (100, {}, {}, Limits()),  # all of them may run at once
        (500, {}, {}, Limits(at_once=200)),  # MaxJobs of the account
        (500, {}, {"cpus": 40}, Limits(at_once=100)),  # GrpTRES of the account: 4,000 CPUs
        (500, {}, {"memory_mb": 200_000}, Limits(at_once=50)),  # but one on each node with so much, and none on others
        (5000, {}, {}, Limits(200, 1000)),
        (60, {"partition": "long", "qos": "long"}, {}, Limits(10, 50)),
        (20, {"partition": "gpu", "account": "physics-gpu"}, {"gpus": 4}, Limits(at_once=4)),  # of the qos: 16 GPUs
        (500, {"partition": "debug"}, {}, Limits(at_once=80)),  # what is not up runs nothing
        (500, {"partition": "debug", "constraint": "skylake"}, {"cpus": 3}, Limits(at_once=26)),
        (500, {"partition": "nowhere"}, {}, Limits()),
        (20, {"partition": "gpu", "account": "physics-gpu", "nodes": 3}, {"gpus": 8}, Limits()),  # it is said already
    ],
)
def test_limits_are_those_of_the_person_the_account_and_the_nodes(jobs, asked, needs, expected):
    known = UNIVERSITY
    assert fitting.limits(known, replace(NOTHING, **asked), batch(jobs, **needs)) == expected


def test_nothing_is_said_where_nothing_is_known(tmp_path):
    for known in ({}, {"queues": ["long.q"]}, {**UNIVERSITY, "later": 1}, {**UNIVERSITY, "partitions": "main"}):
        assert said(known, batch(cpus=9999), partition="nowhere") == []
        assert fitting.limits(known, NOTHING, batch(10**6)) == Limits()


def test_what_is_known_is_kept(tmp_path):
    contacts.write(tmp_path, "fir", contacts.Contact(True, known=UNIVERSITY))
    kept = contacts.read(tmp_path, ["fir"])["fir"].known
    assert kept == UNIVERSITY
    assert offer.table(offer.known(kept)) == UNIVERSITY


def test_a_partition_whose_nodes_are_not_all_listed_is_not_judged_by_those_that_are():
    text = (ANSWERS / "probe_university.txt").read_text()
    hidden = "\n".join(line for line in text.splitlines() if not line.startswith("nodes compute|50"))
    known = health.read("fir", hidden, NOW, NOW, NOTHING).known
    assert said(known, batch(cpus=64)) == []
    assert fitting.limits(known, replace(NOTHING, account="other"), batch(10_000)) == Limits(at_once=7200)


def test_a_clock_is_ours_if_it_was_so_at_any_moment_of_the_probe():
    text = (ANSWERS / "probe_plain.txt").read_text()
    told = [health.read("fir", text, *moments, NOTHING).facts["clock"]
            for moments in ((NOW - 30, NOW + 1), (NOW - 30, NOW - 9), (NOW + 20, NOW + 30))]  # fmt: skip
    assert told == ["as ours", "+9 s from ours", "-20 s from ours"]


# -- how it is ---------------------------------------------------------------------------------------------------------


def test_a_cluster_that_works_says_what_it_offers():
    found = heard("university")
    assert (found.reachable, found.detail) == (True, "slurm-wlm 22.05.8 answers")
    assert found.facts["partition gpu"] == (
        "at most 2 d; 60 min unless asked; 8 x 32 CPUs, 500 GB, 4 a100 GPUs; 2 x 96 CPUs, 1000 GB, 8 h100 GPUs; "
        "only for physics-gpu, astro"
    )
    assert found.facts["accounts"] == (
        "physics-gpu (at most 100 jobs); physics (default) (at most 200 run, 1,000 jobs, 4,000 CPUs)"
    )
    assert found.facts["accounting"] == "answers"
    assert found.known["as_of"] == "2026-11-20T15:31:40.000Z"
    assert [one["name"] for one in found.known["qos"]] == ["normal", "long", "gpu"], "others are not for this person"
    assert heard("plain").facts["accounting"] == PLAIN_ACCOUNTING


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("controller_down", "the controller of Slurm does not answer: Slurmctld(primary) at vm is DOWN."),
        ("no_munge", "Munge encode failed: Failed to access"),
        ("no_configuration", "Slurm cannot be used: s_p_parse_file: cannot stat file /etc/slurm/slurm.conf"),
    ],
)
def test_a_cluster_that_does_not_work_says_why_and_offers_nothing(name, told):
    found = heard(name)
    assert not found.reachable
    assert told in found.detail
    assert found.known == {}


def test_accounting_that_is_silent_stops_nothing():
    found = heard("silent_accounting", account="whatever")
    assert found.reachable
    assert found.facts["accounting"].startswith("silent: slurm_persist_conn_open_without_init: failed to open")
    assert fitting.limits(found.known, NOTHING, batch(500)) == Limits()


@pytest.mark.parametrize(
    ("without", "told"),
    [("clock", "no whole answer"), ("workdir", "the workdir cannot be written to"), ("ping", "does not answer")],
)
def test_half_an_answer_is_none(without, told):
    lines = (ANSWERS / "probe_university.txt").read_text().splitlines(keepends=True)
    found = health.read("fir", "".join(line for line in lines if not line.startswith(without)), NOW, NOW, NOTHING)
    assert (found.reachable, told in found.detail) == (False, True)


def test_a_target_that_names_what_is_not_there_is_no_good():
    found = heard("university", partition="comptue")
    assert (found.reachable, found.detail) == (False, "fir: there is no partition 'comptue' (did you mean 'compute'?).")
    assert found.known


# -- the kind ----------------------------------------------------------------------------------------------------------


def test_what_a_template_asks_for_counts_and_the_target_for_the_rest():
    target = Target("fir", "slurm", {"partition": "debug", "max_queued": 30})
    made = batch(500, minutes=60)
    assert "partition debug allows 30 min" in slurm.check(target, made, UNIVERSITY)[0].text
    assert slurm.limits(target, made, UNIVERSITY) == Limits(80, 30)
    made = replace(made, options={"slurm": {"partition": "long", "qos": "long"}})
    assert slurm.check(target, made, UNIVERSITY) == []
    assert slurm.limits(target, made, UNIVERSITY) == Limits(10, 30)
    assert slurm.limits(target, made, {}) == Limits(None, 30)
    made = replace(made, options={"slurm": {"partitoin": "long"}})
    assert "Did you mean 'partition'?" in slurm.check(target, made, UNIVERSITY)[0].text
    assert slurm.limits(target, made, UNIVERSITY) == Limits(None, 30)


# -- real clusters -----------------------------------------------------------------------------------------------------


@pytest.mark.xdist_group("slurm")
def test_a_real_cluster_says_what_it_offers_while_its_controller_is_there(slurm_cluster, tmp_path):
    backend = SlurmWorld(tmp_path).open()
    found = backend.probe()
    assert (found.reachable, found.facts["accounting"], found.facts["clock"]) == (True, "answers", "as ours")
    offered = offer.known(found.known)
    assert [one.name for one in offered.partitions] == ["main", "short", "closed"]
    assert {one.name: one.queued for one in offered.accounts}.items() >= {("tests", None), ("narrow", 5)}
    assert {one.name: one.queued for one in offered.qos}["few"] == 5
    assert said(found.known, batch(), partition="closed", account="tests")[0].startswith("partition closed is down")
    assert fitting.limits(found.known, replace(NOTHING, account="narrow"), batch(9)) == Limits(held=5)
    cluster("controller-stop", "kept")
    try:
        found = backend.probe()
    finally:
        cluster("controller-start", "kept")
    assert (found.reachable, found.known) == (False, {})
    assert "does not answer: Slurmctld(primary)" in found.detail


@pytest.mark.xdist_group("slurm")
def test_a_real_cluster_without_accounts_says_what_it_offers(slurm_cluster, tmp_path):
    found = PlainSlurmWorld(tmp_path).open().probe()
    assert (found.reachable, found.facts["accounting"]) == (True, PLAIN_ACCOUNTING)
    assert said(found.known, batch(cpus=65), account="any")[0].startswith("each job asks for 65 CPUs, a node of main")
